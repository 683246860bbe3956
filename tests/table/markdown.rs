//! Tables as Markdown.

use pqrun::table::Table;
use serde_json::json;

use super::table;

/// How a text is written in a cell.
#[track_caller]
fn cell(text: &str) -> String {
    let written = table(&json!([text]).to_string()).to_markdown();
    let lines: Vec<&str> = written.split_terminator('\n').collect();
    let [_, _, line] = lines[..] else {
        panic!("one row became {} lines", lines.len());
    };
    let cell = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
    cell.expect("a cell has blanks around it").to_owned()
}

#[test]
fn a_table_has_names_a_rule_and_rows() {
    let table = table(
        r#"[{"i":1,"f":0.5,"s":"a","b":true,"t":"2024-01-01T00:00:00Z","d":"2024-01-01","j":[1,"x"]},
            {"i":null,"f":-1e300,"s":"","b":null,"t":null,"d":null,"j":{"a":null}}]"#,
    );
    assert_eq!(
        table.to_markdown(),
        concat!(
            "| i | f | s | b | t | d | j |\n",
            "| ---: | ---: | --- | --- | --- | --- | --- |\n",
            "| 1 | 0.5 | a | true | 2024-01-01T00:00:00.000Z | 2024-01-01 | \\[1,\"x\"\\] |\n",
            "|  | -1e+300 |  |  |  |  | {\"a\":null} |\n",
        )
    );
}

#[test]
fn a_table_without_rows_has_names_and_one_without_columns_nothing() {
    assert_eq!(
        table(r#"{"a|b":[],"c":[]}"#).to_markdown(),
        "| a\\|b | c |\n| --- | --- |\n"
    );
    assert_eq!(Table::default().to_markdown(), "");
    assert_eq!(table("[{},{}]").to_markdown(), "");
}

#[test]
fn signs_of_markdown_and_html_are_escaped() {
    for (text, written) in [
        ("a|b", "a\\|b"),
        ("\\", "\\\\"),
        ("\\|", "\\\\\\|"),
        ("**a** `b` ~~c~~", "\\*\\*a\\*\\* \\`b\\` \\~\\~c\\~\\~"),
        ("[a](b)", "\\[a\\](b)"),
        ("![a](b)", "!\\[a\\](b)"),
        ("_a_ a_b __", "\\_a\\_ a_b \\_\\_"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("a\nb\r\nc\rd", "a<br>b<br>c<br>d"),
        ("\n\n\r\r\n", "<br><br><br><br>"),
        ("é|😀", "é\\|😀"),
        ("# a - b + 1. $x$", "# a - b + 1. $x$"),
    ] {
        assert_eq!(cell(text), written);
    }
}

/// Splits a line at the pipes that are not escaped, as GitHub does, and reads the escapes back.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => cell.extend(characters.next()),
            '|' => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(character),
        }
    }
    assert_eq!(cell, "", "a line ends in a pipe");
    let unescape = |cell: &String| {
        let cell = cell.strip_prefix(' ').and_then(|cell| cell.strip_suffix(' '));
        let cell = cell.expect("a cell has blanks around it");
        let cell = cell.replace("<br>", "\n").replace("&lt;", "<").replace("&gt;", ">");
        cell.replace("&amp;", "&")
    };
    cells.iter().skip(1).map(unescape).collect()
}

proptest::proptest! {
    #[test]
    fn no_cell_is_lost(rows in proptest::collection::vec(("[a-z|\\\\<>&*_`\\[\\]~\n\r é]{0,12}", -9_i64..9), 1..6)) {
        let rows: Vec<_> = rows.iter().map(|(text, number)| json!({"a|": text, "\\": number})).collect();
        let written = super::rows_table(&rows).to_markdown();
        let lines: Vec<&str> = written.split_terminator('\n').collect();
        proptest::prop_assert_eq!(lines.len(), rows.len() + 2);
        proptest::prop_assert_eq!(cells(lines[0]), ["a|", "\\"]);
        proptest::prop_assert_eq!(cells(lines[1]), ["---", "---:"]);
        for (line, row) in lines[2..].iter().zip(&rows) {
            let text = row["a|"].as_str().expect("a text").replace("\r\n", "\n").replace('\r', "\n");
            proptest::prop_assert_eq!(cells(line), [text, row["\\"].to_string()]);
        }
    }
}
