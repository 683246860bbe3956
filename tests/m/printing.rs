//! What the printer writes: its form, and that it is read back as the same tree, whatever the tree holds.

use pqrun::m::{self, Comment, Document, Expr, Member, Name};
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

const RESERVED: [&str; 21] = [
    "and",
    "as",
    "each",
    "else",
    "error",
    "false",
    "if",
    "in",
    "is",
    "let",
    "meta",
    "not",
    "null",
    "or",
    "otherwise",
    "section",
    "shared",
    "then",
    "true",
    "try",
    "type",
];

#[track_caller]
fn prints(tree: &Expr, wanted: &str) {
    assert_eq!(tree.to_source(), format!("{wanted}\r\n"));
}

/// The source is printed as it stands, but for the line ends.
#[track_caller]
fn keeps(source: &str) {
    let printed = Document::parse(source)
        .unwrap_or_else(|error| panic!("{source}: {error}"))
        .to_source();
    assert_eq!(printed.replace("\r\n", "\n"), source);
}

#[test]
fn a_reserved_word_is_quoted_but_not_as_a_field() {
    for word in RESERVED {
        let tree = m::let_in(
            [(word, m::number(1))],
            m::field(m::record([(word, m::name(word))]), word),
        );
        prints(&tree, &format!("let #\"{word}\" = 1 in [{word} = #\"{word}\"][{word}]"));
    }
}

#[test]
fn names_are_quoted_where_the_language_asks_for_it() {
    for plain in ["x", "_", "List.Generate", "a1", "text", "table", "A.B.C2"] {
        prints(&m::name(plain), plain);
        prints(&m::record([(plain, Expr::Null)]), &format!("[{plain} = null]"));
    }
    for quoted in [
        "", "1a", "a b.", "a.", ".a", "a..b", "a-b", "Über", "optional", "catch", "nullable", " a", "a  b",
    ] {
        prints(&m::name(quoted), &format!("#\"{quoted}\""));
        prints(&m::record([(quoted, Expr::Null)]), &format!("[#\"{quoted}\" = null]"));
    }
    prints(&m::name("a b"), "#\"a b\"");
    prints(&m::record([("a b", Expr::Null)]), "[a b = null]");
    prints(&m::record([("a type", Expr::Null)]), "[#\"a type\" = null]");
    prints(&m::record([("a optional", Expr::Null)]), "[#\"a optional\" = null]");
}

#[test]
fn texts_are_escaped_where_they_would_end_or_deceive() {
    for (text, literal) in [
        ("a\"b", "\"a\"\"b\""),
        ("#(lf)", "\"#(#)(lf)\""),
        ("# #", "\"# #\""),
        ("\r\n\t\0", "\"#(cr)#(lf)#(tab)#(0000)\""),
        (
            "a\u{85}\u{2028}\u{202e}\u{feff}\u{a0}",
            "\"a#(0085)#(2028)#(202E)#(FEFF)#(00A0)\"",
        ),
        ("\u{1f600}", "\"#(0001F600)\""),
        ("\u{5d0}\u{3164}e\u{301}", "\"#(05D0)#(3164)e#(0301)\""),
        ("é ß 日本 – €", "\"é ß 日本 – €\""),
        ("// */ \\", "\"// */ \\\""),
    ] {
        prints(&m::text(text), literal);
    }
}

#[test]
fn a_comment_is_one_line_that_hides_nothing() {
    for bad in [
        "a\nb",
        "a\rb",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{202e}b",
        "a\u{200b}b",
        "a\tb",
        "a\0b",
        "a\u{e0041}b",
    ] {
        assert!(Comment::new(bad).is_err(), "{bad:?}");
    }
    assert_eq!(Comment::new(" Why. ").expect("a comment").as_str(), "Why.");
    let comments = ["Why.", "", "*/ x"]
        .map(|text| Comment::new(text).expect("a comment"))
        .to_vec();
    assert_eq!(
        m::query(comments, m::number(1)).to_source(),
        "// Why.\r\n//\r\n// */ x\r\n1\r\n"
    );
}

#[test]
fn what_fits_stands_on_one_line_and_the_rest_is_broken() {
    keeps(
        r#"// A document to look at.
[Version = "1.0.0"]
section Sample;

// What is shared.
[DataSource.Kind = "Sample"]
shared Sample.Contents = Value.ReplaceType(Contents, type function (host as text, optional more as record) as table);

RunNowPath = "api/2.2/jobs/run-now";
RunsGetPath = "api/2.2/jobs/runs/get";

Contents = (host as text, optional more as nullable record) as table =>
    let
        // Why it is read twice.
        response = List.Buffer(Get(host, "a path that is so long that nothing else stands beside it", [Limit = 100])),
        state =
            if response = null then
                "missing"
            else if response{0}[State]? = "x" then
                "x"
            else
                try response{0}[State] otherwise "unknown"
    in
        [
            Response = response,
            State = state,
            Nested = [Time = #duration(0, 0, 0, -10)]
        ];

Text = each
    Text.Combine({"one", "two"}, ", ")
        & "some text that goes on for a while"
        & "some more of that text, so that the line is full";
"#,
    );
}

#[test]
fn members_with_other_first_names_are_apart() {
    let section = |names: [&str; 2]| {
        let members: Vec<Member> = names.into_iter().map(|name| m::member(name, m::number(1))).collect();
        let section = m::Section {
            attributes: Vec::new(),
            name: "S".into(),
            members,
        };
        Document {
            comments: Vec::new(),
            content: m::Content::Section(section),
        }
        .to_source()
    };
    assert_eq!(section(["a", "b"]), "section S;\r\n\r\na = 1;\r\nb = 1;\r\n");
    assert_eq!(section(["A.a", "A.b"]), "section S;\r\n\r\nA.a = 1;\r\nA.b = 1;\r\n");
    assert_eq!(
        section(["A.a", "B.b"]),
        "section S;\r\n\r\nA.a = 1;\r\n\r\nB.b = 1;\r\n"
    );
}

#[test]
fn a_tree_that_the_grammar_has_no_form_for_is_printed_in_the_nearest() {
    prints(
        &Expr::Let {
            variables: Vec::new(),
            body: Box::new(m::number(1)),
        },
        "1",
    );
    let parameters = [m::optional_parameter("a", None), m::parameter("b", None)];
    prints(
        &m::function(parameters, None, Expr::Null),
        "(optional a, optional b) => null",
    );
}
