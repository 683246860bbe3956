//! A text that a table is written as is whole, or not there.

use pqrun::table::{CsvOptions, Table, TableErrorCode, TextFormat};
use proptest::prelude::*;

use super::table;

const FORMATS: [TextFormat; 4] = [
    TextFormat::Csv(CsvOptions::new()),
    TextFormat::Json,
    TextFormat::JsonLines,
    TextFormat::Markdown,
];

fn unlimited(table: &Table, format: TextFormat) -> String {
    match format {
        TextFormat::Csv(options) => table.to_csv(&options),
        TextFormat::Json => table.to_json(),
        TextFormat::JsonLines => table.to_json_lines(),
        TextFormat::Markdown => table.to_markdown(),
        format => panic!("nobody tests {format:?}"),
    }
}

/// Asserts that a table is written in as many bytes as it takes, and not in one less.
#[track_caller]
fn assert_limited(table: &Table) {
    for format in FORMATS {
        let whole = unlimited(table, format);
        assert_eq!(table.to_text(format, whole.len()).expect("it fits"), whole);
        for limit in [0, whole.len() / 2, whole.len() - 1] {
            let error = table.to_text(format, limit).expect_err("it is longer");
            assert_eq!(
                (error.code(), error.to_string()),
                (
                    TableErrorCode::TooLarge,
                    format!("expected a table that is written in at most {limit} bytes, found a longer one")
                ),
                "{format:?}"
            );
        }
    }
}

#[test]
fn a_text_that_would_pass_the_limit_is_an_error() {
    assert_limited(&table(
        r#"[{"a":true,"i":-12,"f":0.5,"t":"2026-01-31T12:00:00Z","n":"2026-01-31 12:00:00.000001","d":"2026-01-31",
            "s":"say \"no\",\n*or* \u0001 | ü","j":[1,{"x":"y"}]},{"j":"a,b"}]"#,
    ));
    assert_limited(&table(r#"{"a":[null,"",null]}"#));
}

#[test]
fn names_that_every_row_of_json_repeats_are_counted_before_memory_is_taken() {
    let name = "n".repeat(1 << 20);
    let rows = "{},".repeat(1 << 20);
    let table = table(&format!("[{rows}{{\"{name}\":1}}]"));
    // A million million bytes.
    for format in [TextFormat::Json, TextFormat::JsonLines] {
        let error = table.to_text(format, usize::MAX >> 24).expect_err("it is longer");
        assert_eq!(error.code(), TableErrorCode::TooLarge);
    }
    assert!(table.to_text(TextFormat::Csv(CsvOptions::new()), 1 << 23).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_of_any_characters(cells in prop::collection::vec(any::<String>(), 1..5), name in "\\PC{0,5}") {
        let rows: Vec<_> = cells.iter().map(|cell| serde_json::json!({ &name: cell, "n": 1 })).collect();
        assert_limited(&super::rows_table(&rows));
    }
}
