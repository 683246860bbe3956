//! What the table module promises, one rule per test.

#[path = "table/agreement.rs"]
mod agreement;
#[path = "table/bad_input.rs"]
mod bad_input;
#[path = "table/concat.rs"]
mod concat;
#[path = "table/csv_read.rs"]
mod csv_read;
#[path = "table/csv_write.rs"]
mod csv_write;
#[path = "table/fixtures.rs"]
mod fixtures;
#[path = "table/flatten.rs"]
mod flatten;
#[path = "table/markdown.rs"]
mod markdown;
#[path = "table/numbers.rs"]
mod numbers;
#[path = "table/paths.rs"]
mod paths;
#[path = "table/properties.rs"]
mod properties;
#[path = "table/round_trips.rs"]
mod round_trips;
#[path = "table/schema.rs"]
mod schema;
#[path = "table/texts.rs"]
mod texts;
#[path = "table/times.rs"]
mod times;
#[path = "table/types.rs"]
mod types;
#[path = "table/write_limits.rs"]
mod write_limits;

use pqrun::table::{CellRef, ColumnType, ColumnValues, JsonPath, Table, TableError, TableErrorCode};
use serde_json::{Value, json};

/// Rows that are parsed already.
#[track_caller]
fn rows_table(rows: &[Value]) -> Table {
    table(&Value::from(rows.to_vec()).to_string())
}

#[track_caller]
fn table(text: &str) -> Table {
    Table::from_json(text.as_bytes(), &JsonPath::root()).expect("the text is a table")
}

#[track_caller]
fn error(bytes: &[u8]) -> TableError {
    Table::from_json(bytes, &JsonPath::root()).expect_err("the bytes are no table")
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| column.name()).collect()
}

/// The type of the one column that these values make.
#[track_caller]
fn type_of(values: &str) -> ColumnType {
    table(&format!("{{\"a\":{values}}}")).columns()[0].column_type()
}

/// The values of the one column that these values make.
#[track_caller]
fn texts_of(values: &str) -> Vec<String> {
    let table = table(&format!("{{\"a\":{values}}}"));
    (0..table.row_count()).map(|row| show(table.value(row, 0))).collect()
}

/// A text as it is, anything else as `Debug` shows it.
fn show(cell: CellRef<'_>) -> String {
    match cell {
        CellRef::Utf8(text) | CellRef::Json(text) => text.to_owned(),
        cell => format!("{cell:?}"),
    }
}

#[test]
fn an_array_of_objects_is_a_row_per_object() {
    let table = table(r#" [ {"a": 1, "b": "x"}, {"a": 2, "b": "y"} ] "#);
    assert_eq!((table.row_count(), names(&table)), (2, vec!["a", "b"]));
    assert_eq!(table.value(1, 0), CellRef::Int64(2));
    assert_eq!(table.value(0, 1), CellRef::Utf8("x"));
}

#[test]
fn columns_come_in_the_order_in_which_they_are_first_seen() {
    let table = table(r#"[{"z":1,"m":2},{"a":3,"z":4},{"m":5,"b":6}]"#);
    assert_eq!(names(&table), ["z", "m", "a", "b"]);
    assert_eq!(
        table.to_json(),
        r#"[{"z":1,"m":2,"a":null,"b":null},{"z":4,"m":null,"a":3,"b":null},{"z":null,"m":5,"a":null,"b":6}]"#
    );
}

#[test]
fn a_member_that_a_row_does_not_have_is_null() {
    let table = table(r#"[{"a":1},{"b":2}]"#);
    assert_eq!((table.value(1, 0), table.value(0, 1)), (CellRef::Null, CellRef::Null));
}

#[test]
fn of_a_member_that_occurs_twice_the_last_one_counts() {
    assert_eq!(
        table(r#"[{"a":1,"b":0,"a":2},{"a":3}]"#).to_json(),
        r#"[{"a":2,"b":0},{"a":3,"b":null}]"#
    );
    assert_eq!(table(r#"{"a":1,"\u0061":2}"#).to_json(), r#"[{"a":2}]"#);
}

#[test]
fn an_array_of_arrays_has_numbered_columns() {
    let table = table(r#"[[1,"a"],[2],[3,"c",true]]"#);
    assert_eq!(names(&table), ["column1", "column2", "column3"]);
    assert_eq!(
        (table.value(1, 1), table.value(2, 2)),
        (CellRef::Null, CellRef::Bool(true))
    );
}

#[test]
fn an_array_of_scalars_is_one_column() {
    let table = table("[1,null,3]");
    assert_eq!((table.row_count(), names(&table)), (3, vec!["value"]));
}

#[test]
fn an_array_of_unlike_things_is_one_json_column() {
    let table = table(r#"[{"a":1},[2],3]"#);
    assert_eq!(
        (names(&table), table.columns()[0].column_type()),
        (vec!["value"], ColumnType::Json)
    );
}

#[test]
fn a_null_among_objects_or_arrays_is_a_row_of_nulls() {
    assert_eq!(table(r#"[null,{"a":1}]"#).to_json(), r#"[{"a":null},{"a":1}]"#);
    assert_eq!(table("[[1],null]").to_json(), r#"[{"column1":1},{"column1":null}]"#);
}

#[test]
fn an_object_of_equally_long_arrays_is_a_column_per_member() {
    let filled = table(r#"{"id":[1,2],"name":["a",null]}"#);
    assert_eq!(filled.to_json(), r#"[{"id":1,"name":"a"},{"id":2,"name":null}]"#);
    let empty = table(r#"{"id":[],"name":[]}"#);
    assert_eq!((empty.row_count(), names(&empty)), (0, vec!["id", "name"]));
}

#[test]
fn any_other_object_is_one_row() {
    for text in [r#"{"a":[1,2],"b":[3]}"#, r#"{"a":[1,2],"b":3}"#, r#"{"b":3,"a":[1]}"#] {
        assert_eq!((table(text).row_count(), table(text).columns().len()), (1, 2), "{text}");
    }
    let empty = table("{}");
    assert_eq!(
        (empty.row_count(), empty.columns().len(), empty.to_json().as_str()),
        (1, 0, "[{}]")
    );
}

#[test]
fn a_scalar_is_one_row_of_one_column() {
    for (text, cell) in [
        ("7", CellRef::Int64(7)),
        ("\"x\"", CellRef::Utf8("x")),
        ("null", CellRef::Null),
    ] {
        let table = table(text);
        assert_eq!(
            (table.row_count(), names(&table), table.value(0, 0)),
            (1, vec!["value"], cell)
        );
    }
}

#[test]
fn an_empty_array_is_an_empty_table() {
    let table = table("[]");
    assert_eq!(table, Table::default());
    assert_eq!((table.to_json().as_str(), table.to_json_lines().as_str()), ("[]", ""));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(table("\u{feff} [1]").row_count(), 1);
}

#[test]
fn rows_that_are_parsed_already_are_read_like_an_array() {
    let rows = [json!({"a": 1, "b": {"c": [true]}}), json!({"a": 2.5})];
    let table = rows_table(&rows);
    assert_eq!(table.to_json(), r#"[{"a":1.0,"b":{"c":[true]}},{"a":2.5,"b":null}]"#);
    assert_eq!(rows_table(&[]), Table::default());
}

#[test]
fn a_text_that_is_a_json_array_or_object_is_read_as_json() {
    assert_eq!(
        Table::from_text("\u{feff}\n [{\"a\":1}]").expect("json").value(0, 0),
        CellRef::Int64(1)
    );
    assert_eq!(names(&Table::from_text("{\"a\":1}").expect("json")), ["a"]);
}

#[test]
fn any_other_text_is_one_row_as_it_stands() {
    for text in [
        "",
        "done",
        "12",
        "\"a\"",
        "true",
        "[INFO] started",
        "{oops}",
        "[1] and more",
        " x\r\n",
    ] {
        let table = Table::from_text(text).expect("text");
        assert_eq!((table.row_count(), names(&table)), (1, vec!["value"]));
        assert_eq!(table.value(0, 0), CellRef::Utf8(text));
    }
}

#[test]
fn json_that_is_cut_off_is_neither_repaired_nor_taken_for_text() {
    for text in ["[{\"a\":1},{\"a\"", "{\"a\":\"x", "["] {
        assert_eq!(
            Table::from_text(text).expect_err("cut").code(),
            TableErrorCode::Truncated
        );
    }
}

#[test]
fn rows_give_their_cells_in_order() {
    let table = table(r#"[{"a":1,"b":"x"},{"b":"y"}]"#);
    let rows: Vec<_> = table.rows().collect();
    assert_eq!((rows.len(), rows[1].index()), (2, 1));
    assert_eq!(
        rows[0].cells().collect::<Vec<_>>(),
        [("a", CellRef::Int64(1)), ("b", CellRef::Utf8("x"))]
    );
    assert_eq!((rows[1].get("a"), rows[1].get("c")), (Some(CellRef::Null), None));
    assert_eq!(format!("{:?}", rows[1]), r#"{"a": Null, "b": Utf8("y")}"#);
}

#[test]
fn outside_the_table_everything_is_null() {
    for text in ["[1,2]", "[true]", "[\"a\"]", "[{}]", "[]"] {
        let table = table(text);
        for (row, column) in [(2, 0), (usize::MAX, 0), (0, 1)] {
            assert_eq!(table.value(row, column), CellRef::Null);
        }
    }
}

#[test]
fn a_column_without_nulls_has_no_validity() {
    assert_eq!(table("[1,2]").columns()[0].validity(), None);
}

#[test]
fn texts_lie_one_behind_the_other() {
    let table = table(r#"["ab",null,"é"]"#);
    let column = &table.columns()[0];
    assert_eq!(
        column.values(),
        ColumnValues::Utf8 {
            offsets: &[0, 2, 2, 4],
            text: "abé"
        }
    );
    assert_eq!((column.row_count(), column.null_count()), (3, 1));
}
