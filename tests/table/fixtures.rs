//! The cases that M is held to as well, by `tests/m/tables.test.mjs`.

use pqrun::table::{CellRef, JsonPath, ReadOptions, Table, TableError, TableErrorCode};
use serde_json::Value;

use super::table;

/// Each with a name, a text, the path in it (without one it may be no JSON), and what it is read as. Cells are texts;
/// points in time are as this package writes them.
const CASES: &str = include_str!("../fixtures/m/tables.json");

#[test]
fn the_cases_shared_with_m_are_read_as_they_say() {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("the cases are JSON");
    assert!(cases.len() >= 380, "{}", cases.len());
    for case in &cases {
        match read(case) {
            Ok(found) => assert_table(case, &found),
            Err(error) => assert_error(case, &error),
        }
    }
}

fn read(case: &Value) -> Result<Table, TableError> {
    let text = text_of(&case["text"]);
    let Some(path) = case.get("path") else {
        return Table::from_text(&text);
    };
    let path = JsonPath::parse(path.as_str().expect("a path is a text"))?;
    let options = ReadOptions::new().path(path.clone());
    if options.has_path() {
        Table::read(text.as_bytes(), &options)
    } else {
        // It says no more than that the text is JSON.
        Table::from_json(text.as_bytes(), &path)
    }
}

/// A text, or pieces of one with how often each is repeated.
fn text_of(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    let pieces = value.as_array().expect("the text is in pieces").iter();
    pieces
        .map(|piece| {
            let count = piece[1].as_u64().and_then(|count| usize::try_from(count).ok());
            piece[0].as_str().expect("a piece").repeat(count.expect("a count"))
        })
        .collect()
}

fn assert_table(case: &Value, found: &Table) {
    let name = &case["name"];
    let columns: Vec<Value> = found
        .columns()
        .iter()
        .map(|column| Value::from(vec![column.name(), column.column_type().as_str()]))
        .collect();
    match case.get("columnCount") {
        Some(count) => assert_eq!(&Value::from(columns.len()), count, "{name}"),
        None => assert_eq!(Value::from(columns), case["columns"], "{name}"),
    }
    match case.get("rowCount") {
        Some(count) => assert_eq!(&Value::from(found.row_count()), count, "{name}"),
        None => {
            let rows = case["rows"].as_array().expect("rows");
            assert_eq!(found.row_count(), rows.len(), "{name}");
            for (row, cells) in found.rows().zip(rows) {
                let cells = cells.as_array().expect("cells");
                assert_eq!(row.cells().len(), cells.len(), "{name}");
                for ((_, cell), expected) in row.cells().zip(cells) {
                    assert!(is_cell(cell, expected.as_str()), "{name}: {expected}, {cell:?}");
                }
            }
        }
    }
}

fn is_cell(found: CellRef<'_>, expected: Option<&str>) -> bool {
    let Some(expected) = expected else {
        return found == CellRef::Null;
    };
    match found {
        CellRef::Bool(value) => value.to_string() == expected,
        CellRef::Int64(value) => value.to_string() == expected,
        CellRef::Float64(value) => expected
            .parse()
            .is_ok_and(|expected: f64| expected.to_bits() == value.to_bits()),
        CellRef::Timestamp(_) | CellRef::Datetime(_) | CellRef::Date(_) => {
            table(&format!("[{expected:?}]")).value(0, 0) == found
        }
        CellRef::Utf8(text) | CellRef::Json(text) => text == expected,
        _ => false,
    }
}

/// The codes are those of the errors that an output's reader makes of these.
fn assert_error(case: &Value, error: &TableError) {
    let code = match error.code() {
        TableErrorCode::InvalidPath => "invalidOptions",
        TableErrorCode::Truncated => "outputTruncated",
        _ => "outputUnreadable",
    };
    assert_eq!(case["error"], code, "{}", case["name"]);
    if let Some(message) = case.get("message") {
        let found = format!("expected {}, found {}", error.expected(), error.found());
        assert_eq!(message, found.as_str(), "{}", case["name"]);
    }
}
