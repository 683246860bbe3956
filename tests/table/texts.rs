//! Texts mean the same wherever they stand, however they are escaped, and whatever the length of what is before them: they
//! are read several bytes at a time.

use pqrun::table::{CellRef, JsonPath, Table};
use serde_json::{Value, json};

/// Longer than two of the blocks in which texts are read.
const LENGTHS: std::ops::Range<usize> = 0..36;

/// Every escape there is, characters of one to four bytes, and both together.
const PIECES: [&str; 22] = [
    "",
    r"\b",
    r"\f",
    r"\n",
    r"\r",
    r"\t",
    r"\/",
    r#"\""#,
    r"\\",
    r"\u0000",
    r"\u001f",
    r"\u0022",
    r"\u005C",
    r"\u007f",
    r"\u0080",
    r"\u07FF",
    r"\u0800",
    r"\uffff",
    r"\uD83D\uDE9A",
    "é発🚚",
    r"\u00e9é\n\u767a🚚\\",
    r#"\"\\\"\\\\"#,
];

/// What a document's one column holds, in it and in a document that is a text in another.
#[track_caller]
fn assert_read(literals: &[String]) {
    let rows: Vec<String> = literals
        .iter()
        .map(|literal| format!(r#"{{"text":{literal}}}"#))
        .collect();
    let document = format!("[{}]", rows.join(","));
    let expected: Vec<Value> = serde_json::from_str(&document).expect("it is JSON");
    let answer = json!({ "result": document }).to_string();
    let path: JsonPath = "$.result".parse().expect("a path");
    for (text, path) in [(&document, JsonPath::root()), (&answer, path)] {
        let table = Table::from_json(text.as_bytes(), &path).expect("a table");
        for (row, expected) in expected.iter().enumerate() {
            let expected = expected["text"].as_str().expect("a text");
            assert_eq!(table.value(row, 0), CellRef::Utf8(expected), "{}", literals[row]);
        }
    }
}

#[test]
fn an_escape_means_the_same_at_every_place_and_before_every_other() {
    for length in LENGTHS {
        let before = "x".repeat(length);
        let literals: Vec<String> = PIECES
            .iter()
            .flat_map(|first| PIECES.iter().map(move |second| (first, second)))
            .map(|(first, second)| format!(r#""{before}{first}{second}""#))
            .collect();
        assert_read(&literals);
    }
}

#[test]
fn a_text_is_whole_however_much_of_it_is_plain_between_two_escapes() {
    for length in LENGTHS {
        let between = "y".repeat(length);
        let literals: Vec<String> = PIECES
            .iter()
            .map(|piece| format!(r#""{piece}{between}{piece}{between}{piece}""#))
            .collect();
        assert_read(&literals);
    }
}

#[test]
fn a_text_may_be_the_first_in_its_column_or_come_where_there_is_no_room_for_it() {
    for piece in PIECES {
        // Each is longer than all before it together.
        let literals: Vec<String> = (0..12)
            .map(|power| format!(r#""{}z""#, piece.repeat(1 << power)))
            .collect();
        assert_read(&literals);
    }
}

#[test]
fn what_is_no_escape_is_refused_wherever_it_stands() {
    for length in LENGTHS {
        let before = "x".repeat(length);
        for wrong in [
            r"\x", r"\'", r"\U0041", r"\u", r"\u12", r"\u12g4", r"\u-123", r"\u 123", "\\\n", "\n", "\u{1f}",
        ] {
            for piece in PIECES {
                let document = format!(r#"[{{"text":"{before}{piece}{wrong}  "}}]"#);
                let table = Table::from_json(document.as_bytes(), &JsonPath::root());
                assert!(table.is_err(), "{document}: {table:?}");
                // A text at a path may be anything: without rows it is one value.
                let answer = json!({ "result": document }).to_string();
                let path: JsonPath = "$.result".parse().expect("a path");
                if let Ok(table) = Table::from_json(answer.as_bytes(), &path) {
                    assert_eq!((table.row_count(), table.columns()[0].name()), (1, "value"), "{answer}");
                }
            }
        }
    }
}
