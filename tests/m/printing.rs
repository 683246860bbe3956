//! What the printer writes is read back as the same tree, whatever the tree holds.

use pqrun::m::{self, Document, Expr, Name};
use proptest::prelude::*;

use super::trees;

#[track_caller]
fn read_back(document: &Document) -> Result<(), TestCaseError> {
    let printed = document.to_source();
    let read = Document::parse(&printed);
    prop_assert_eq!(read.as_ref(), Ok(document), "{}", printed);
    prop_assert_eq!(read.expect("read").to_source(), printed);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_read_back(document in trees::document()) {
        read_back(&document)?;
    }

    #[test]
    fn any_text_stays_one_literal(text in trees::hostile_text()) {
        let literal = m::text(text.clone());
        let printed = literal.to_source();
        prop_assert_eq!(Expr::parse(&printed), Ok(literal));
        let literal = printed.trim_end();
        let dangerous = ['\r', '\n', '\t', '\0', '\u{2028}', '\u{202e}', '\u{feff}'];
        prop_assert!(!literal.contains(dangerous), "{}", literal);
        prop_assert!(literal.starts_with('"') && literal.ends_with('"'), "{}", literal);
    }

    #[test]
    fn any_name_stays_one_name(text in trees::hostile_text()) {
        let name = Name::from(text);
        let tree = m::let_in([(&name, m::number(1))], m::record([(&name, m::field(m::name(&name), &name))]));
        prop_assert_eq!(Expr::parse(&tree.to_source()), Ok(tree));
    }
}
