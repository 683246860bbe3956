//! Paths to the rows.

use pqrun::table::{JsonPath, Table, TableError, TableErrorCode};

use super::table;

#[track_caller]
fn at(text: &str, path: &str) -> Result<Table, TableError> {
    Table::from_json(
        text.as_bytes(),
        &JsonPath::parse(path).expect("the path is well formed"),
    )
}

#[test]
fn a_path_leads_to_the_rows() {
    let text = r#"{"a":{"b":[{"it's":[1,2]}]},"a.b":[3],"":{"":[4]},"c":0,"c":[5]}"#;
    for (path, rows) in [
        ("$.a.b[0][\"it's\"]", "[1,2]"),
        (r"a.b[0]['it\'s']", "[1,2]"),
        (r"$['a']['b'][0]['it\'s']", "[1,2]"),
        ("['a.b']", "[3]"),
        ("$['']['']", "[4]"),
        ("c", "[5]"),
    ] {
        assert_eq!(at(text, path).expect(path), table(rows), "{path}");
    }
    assert_eq!(at("[[1],[2]]", "[1]").expect("an item"), table("[2]"));
    for path in ["", "$"] {
        assert_eq!(JsonPath::parse(path).expect("the root"), JsonPath::root());
    }
}

#[test]
fn a_path_is_written_so_that_it_reads_back() {
    for (path, written) in [
        ("", "$"),
        ("a.b[07]", "$.a.b[7]"),
        ("['a b']['']", "$['a b']['']"),
        (r#"["it's \\"]"#, r"$['it\'s \\']"),
    ] {
        let path = JsonPath::parse(path).expect(path);
        assert_eq!(path.to_string(), written);
        assert_eq!(written.parse::<JsonPath>().expect(written), path);
    }
}

#[test]
fn an_invalid_path_says_where_and_why() {
    for (path, offset, expected, found) in [
        ("$a", 1, "`.` or `[`", "`a`"),
        ("$.", 2, "a member name", "the end"),
        ("$..a", 2, "a member name", "`.`"),
        ("a.*", 2, "a member name", "`*`"),
        ("a[*]", 2, "an index or a quoted name", "`*`"),
        ("a[-1]", 2, "an index or a quoted name", "`-`"),
        ("a[99999999999999999999]", 2, "an index or a quoted name", "`9`"),
        ("a[0", 3, "`]`", "the end"),
        ("a['b]", 5, "`'`", "the end"),
        (r"a['\n']", 4, r"a quote or `\`", "`n`"),
        ("a b", 1, "`.` or `[`", "` `"),
        ("é[é]", 3, "an index or a quoted name", "`é`"),
    ] {
        let error = JsonPath::parse(path).expect_err(path);
        assert_eq!(error.code(), TableErrorCode::InvalidPath);
        assert_eq!(
            (error.offset(), error.expected(), error.found()),
            (Some(offset), expected, found),
            "{path}"
        );
    }
}

#[test]
fn a_path_that_leads_nowhere_names_what_is_there() {
    let text = r#"{"data":{"rows":[1,2],"secret":"s3cr3t","none":{}},"n":null}"#;
    for (path, message) in [
        (
            "data.row",
            "expected `row` in `$.data`, found the members `rows`, `secret`, `none`",
        ),
        (
            "data.rows[2]",
            "expected `[2]` in `$.data.rows`, found an array of 2 items",
        ),
        (
            "data.rows.x.y",
            "expected `x` in `$.data.rows`, found an array of 2 items",
        ),
        ("data.secret['$a']", "expected `$a` in `$.data.secret`, found a text"),
        (
            "data.none['a b']",
            "expected `['a b']` in `$.data.none`, found an object without members",
        ),
        ("n[0]", "expected `[0]` in `$.n`, found null"),
    ] {
        let error = at(text, path).expect_err(path);
        assert_eq!((error.code(), error.offset()), (TableErrorCode::PathNotFound, None));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn at_most_ten_names_are_shown_and_long_ones_cut() {
    let members: Vec<String> = (0..12).map(|member| format!("\"m{member}\":0")).collect();
    let error = at(&format!("{{{}}}", members.join(",")), "x").expect_err("no such member");
    assert!(error.found().ends_with("`m9` and 2 more"), "{error}");
    let error = at(&format!("{{\"{}\":0}}", "é".repeat(1000)), "x").expect_err("no such member");
    assert!(error.found().chars().count() < 100, "{error}");
}
