//! What the parser reads, and what it refuses where.

use pqrun::m::{self, Content, Document, Expr, Operator, Primitive, UnaryOperator};

#[track_caller]
fn expr(source: &str) -> Expr {
    Expr::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// The source reads as the tree, and so does what the printer writes for it.
#[track_caller]
fn reads_as(source: &str, tree: &Expr) {
    assert_eq!(&expr(source), tree, "{source}");
    let printed = tree.to_source();
    assert_eq!(&expr(&printed), tree, "{source} was printed as {printed}");
}

/// Both sources read as the same tree.
#[track_caller]
fn same(source: &str, with_parentheses: &str) {
    reads_as(source, &expr(with_parentheses));
}

#[track_caller]
fn refused(source: &str, line: usize, column: usize, expected: &str, found: &str) {
    let error = Document::parse(source).expect_err(source);
    let wanted = (line, column, expected, found);
    assert_eq!(
        (error.line, error.column, error.expected, error.found.as_str()),
        wanted,
        "{source}"
    );
}

#[test]
fn operators_hold_together_as_the_grammar_says() {
    same("a ?? b or c", "a ?? (b or c)");
    same("a ?? b ?? c", "a ?? (b ?? c)");
    same("a or b and c", "a or (b and c)");
    same("a and b is text", "a and (b is text)");
    same("a is text and b", "(a is text) and b");
    same("a as any is text", "(a as any) is text");
    same("a = b as logical", "(a = b) as logical");
    same("a = b < c", "a = (b < c)");
    same("a < b + c", "a < (b + c)");
    same("a - b - c", "(a - b) - c");
    same("a & b & c", "(a & b) & c");
    same("a + b * c", "a + (b * c)");
    same("a * b meta c", "a * (b meta c)");
    same("not a = b", "(not a) = b");
    same("- a meta b", "(- a) meta b");
    same("- a(b)", "- (a(b))");
    same("type text meta a", "(type text) meta a");
}

#[test]
fn parentheses_that_change_the_meaning_stay() {
    for source in [
        "(a ?? b) ?? c",
        "(a or b) and c",
        "a or (b or c)",
        "a and (b and c)",
        "a - (b - c)",
        "(a + b) * c",
        "(a as any) + b",
        "(a = b) < c",
        "a = (b = c)",
        "(a meta b) meta c",
        "-(a + b)",
        "(-a)(b)",
        "(\"a\"){0}",
        "(1)[a]",
        "(each _)(1)",
        "(if a then b else c) & d",
        "(type text)[a]",
        "(let a = b in c)[d]",
        "try (try a) otherwise b",
        "try (each try a) otherwise b",
        "try (if a then b else try c) catch (e) => e",
        "(try a otherwise b)[c]",
        "error (error a)",
        "(#nan){0}",
    ] {
        let tree = expr(source);
        let printed = tree.to_source();
        assert_eq!(expr(&printed), tree, "{source} was printed as {printed}");
    }
}

#[test]
fn needless_parentheses_go() {
    let printed = expr("((a) + (b * (c)))").to_source();
    assert_eq!(printed.trim_end(), "a + b * c");
}

#[test]
fn names_are_read_in_all_their_spellings() {
    reads_as("#\"a\"", &m::name("a"));
    reads_as("#\"a b\"\"#(lf)\"", &m::name("a b\"\n"));
    reads_as("@List.Generate", &Expr::Inclusive("List.Generate".into()));
    reads_as("{a..b}", &expr("{ a .. b }"));
    reads_as(
        "[a b]",
        &Expr::Field {
            of: None,
            name: "a b".into(),
            optional: false,
        },
    );
    reads_as(
        "[type]?",
        &Expr::Field {
            of: None,
            name: "type".into(),
            optional: true,
        },
    );
    reads_as("[2nd value = 1]", &m::record([("2nd value", m::number(1))]));
    reads_as("x[#\"optional\"]", &m::field(m::name("x"), "optional"));
    reads_as(
        "[[a], [b]]?",
        &Expr::Projection {
            of: None,
            first: "a".into(),
            more: vec!["b".into()],
            optional: true,
        },
    );
}

#[test]
fn texts_and_numbers_keep_their_value() {
    reads_as(
        "\"a\"\"b#(#)(lf)#(cr,lf,tab)#(0041)#(0001F600)#\"",
        &m::text("a\"b#(lf)\r\n\tA\u{1f600}#"),
    );
    reads_as("0xFf", &Expr::Number(m::Number::parse("0xFf").expect("a number")));
    reads_as(".5e-10", &Expr::Number(m::Number::parse(".5e-10").expect("a number")));
    reads_as("-1", &m::number(-1));
    assert_eq!(m::number(i64::MIN).to_source().trim_end(), "-9223372036854775808");
    assert_eq!(m::float(0.1).to_source().trim_end(), "0.1");
    assert_eq!(m::float(-2.0).to_source().trim_end(), "-2");
    assert_eq!(m::float(1e300).to_source().trim_end(), "1e300");
    assert_eq!(m::float(f64::NEG_INFINITY).to_source().trim_end(), "-#infinity");
    assert_eq!(m::float(f64::NAN).to_source().trim_end(), "#nan");
    for literal in [
        "", "-1", "+1", "5.", "1_000", "1,5", " 1", "1 ", "0x", "1e", "e1", "NaN", "1..2", "1\n",
    ] {
        assert!(m::Number::parse(literal).is_err(), "{literal:?}");
    }
}

#[test]
fn types_are_read() {
    for source in [
        "type text",
        "type nullable number",
        "type {nullable {Int64.Type}}",
        "type [a = text, optional b c = nullable Foo.Type, d, ...]",
        "type [...]",
        "type []",
        "type table [A = Int64.Type, #\"B#(lf)\" = (type text meta [X = 1])]",
        "type table Row",
        "type table (Row & [a = 1])",
        "type function (a as text, optional b as (type nullable text meta [Documentation.FieldCaption = \"B\"])) as table",
        "type function () as any",
        "type {(text)}",
        "type {type}",
        "type null",
    ] {
        let tree = expr(source);
        assert!(matches!(tree, Expr::Type(_)), "{source}");
        let printed = tree.to_source();
        assert_eq!(expr(&printed), tree, "{source} was printed as {printed}");
    }
}

#[test]
fn functions_are_told_from_parentheses() {
    reads_as("(x) => x", &m::function([m::parameter("x", None)], None, m::name("x")));
    let of_text = m::nullable(Primitive::Text);
    reads_as(
        "(x as nullable text, optional y) as nullable text => x",
        &m::function(
            [m::parameter("x", of_text), m::optional_parameter("y", None)],
            of_text,
            m::name("x"),
        ),
    );
    reads_as(
        "(x) as text",
        &Expr::As(Box::new(m::name("x")), m::plain(Primitive::Text)),
    );
    reads_as("(-x)", &Expr::Unary(UnaryOperator::Minus, Box::new(m::name("x"))));
    reads_as("(x)(y)", &m::call("x", [m::name("y")]));
    reads_as("() => ...", &m::function([], None, Expr::NotImplemented));
}

#[test]
fn comments_stay_where_they_stand() {
    let source = "// Head.\n// Second line.\n[Version = \"1.0\"]\nsection S;\n\n// Why a.\n[A = {1, null, [b = true]}]\nshared a = let\n    // Why x.\n    x = [\n        // Why f.\n        f = {\n            // Why 1.\n            1,\n            2 .. 3\n        }\n    ]\nin\n    x;\nb = a;\n";
    let document = Document::parse(source).expect("a section");
    let Content::Section(section) = &document.content else {
        panic!("not a section")
    };
    assert_eq!(document.comments[1].as_str(), "Second line.");
    assert_eq!(section.members[0].comments[0].as_str(), "Why a.");
    assert!(section.members[0].shared && !section.members[1].shared);
    let Expr::Let { variables, .. } = &section.members[0].value else {
        panic!("not a let")
    };
    assert_eq!(variables[0].comments[0].as_str(), "Why x.");
    assert_eq!(Document::parse(&document.to_source()).as_ref(), Ok(&document));
}

#[test]
fn a_comment_without_a_place_is_refused() {
    let only = "comments only before members, variables, fields, items and the document";
    refused("let a = // why\n 1 in a", 1, 9, "a comment on lines of its own", "'/'");
    refused("let a =\n// why\n1 in a", 3, 1, only, "a comment (why) before 1");
    refused("1\n// why\n", 3, 1, only, "a comment (why) before the end");
    refused("/* why */ 1", 1, 1, "a comment that starts with //", "'/'");
    refused("f(\n// why\na)", 3, 1, only, "a comment (why) before a");
}

#[test]
fn an_error_says_where_and_what() {
    refused("let\n  a = 1,\nin a", 3, 1, "a name", "in");
    refused("section S;\na = 1", 2, 6, ";", "the end");
    refused("\"a", 1, 3, "a closing quote", "the end");
    refused("\"é\n#(zz)\"", 2, 3, "an escape", "'z'");
    refused("#(0041)", 1, 1, "a word like #date", "'#'");
    refused("#!\"a\"", 1, 1, "a word like #date", "'#'");
    refused("a $ b", 1, 3, "a token of M", "'$'");
    refused("a as b", 1, 6, "a primitive type", "b");
    refused("\"a\"{0}", 1, 4, "the end", "{");
    refused("[a = 1,]", 1, 8, "a field", "]");
    refused("if a then b", 1, 12, "else", "the end");
    refused("\"#(D800)\"", 1, 4, "the code of a character", "'D'");
}

#[test]
fn operators_have_their_spelling() {
    let tree = m::binary(Operator::NotEqual, m::name("a"), m::name("b"));
    reads_as("a <> b", &tree);
}
