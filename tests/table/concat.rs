//! Several tables as one.

use pqrun::table::{CellRef, ColumnType, Table, TableErrorCode};

use super::{names, table};

#[track_caller]
fn concat(parts: &[(&str, &str)]) -> Table {
    try_concat(parts).expect("the parts agree")
}

fn try_concat(parts: &[(&str, &str)]) -> Result<Table, pqrun::table::TableError> {
    let tables: Vec<_> = parts.iter().map(|(name, text)| (*name, table(text))).collect();
    let parts: Vec<_> = tables.iter().map(|(name, table)| (*name, table)).collect();
    Table::concat(&parts, "task")
}

#[test]
fn rows_follow_each_other_with_the_name_of_their_part() {
    let all = concat(&[
        ("first", r#"[{"id":1,"name":"a"},{"id":2,"name":null}]"#),
        ("second", r#"[{"id":3,"name":"é"}]"#),
    ]);
    assert_eq!(
        all.to_json_lines(),
        concat!(
            "{\"task\":\"first\",\"id\":1,\"name\":\"a\"}\n",
            "{\"task\":\"first\",\"id\":2,\"name\":null}\n",
            "{\"task\":\"second\",\"id\":3,\"name\":\"é\"}\n"
        )
    );
    assert_eq!(all.column("name").map(|column| column.null_count()), Some(1));
}

#[test]
fn every_type_is_joined() {
    let row = |number: usize| {
        format!(
            r#"{{"b":{},"i":{number},"f":{number}.5,"t":"2024-01-0{number}T00:00:00Z","l":"2024-01-0{number}T00:00:00",
                "d":"2024-01-0{number}","u":"x{number}","j":[{number}],"n":null}}"#,
            number.is_multiple_of(2)
        )
    };
    // The parts end within a byte of bits.
    let rows: Vec<String> = (1..=9).map(row).collect();
    for split in 1..9 {
        let (first, second) = rows.split_at(split);
        let parts = [first, second].map(|rows| format!("[{}]", rows.join(",")));
        let all = concat(&[("p", &parts[0]), ("p", &parts[1])]);
        let whole = concat(&[("p", &format!("[{}]", rows.join(",")))]);
        assert_eq!(all, whole, "{split}");
    }
}

#[test]
fn a_column_without_values_takes_the_type_of_the_others() {
    for (values, column_type) in [
        ("true", ColumnType::Bool),
        ("1", ColumnType::Int64),
        ("0.5", ColumnType::Float64),
        ("\"2024-01-01T00:00:00Z\"", ColumnType::Timestamp),
        ("\"2024-01-01T00:00:00\"", ColumnType::Datetime),
        ("\"2024-01-01\"", ColumnType::Date),
        ("\"x\"", ColumnType::Utf8),
        ("[1]", ColumnType::Json),
    ] {
        let (some, none) = (format!("[{{\"a\":{values}}}]"), r#"[{"a":null},{"a":null}]"#);
        for (parts, row) in [
            ([("p", some.as_str()), ("q", none)], 0),
            ([("p", none), ("q", some.as_str())], 2),
        ] {
            let all = concat(&parts);
            let column = &all.columns()[1];
            assert_eq!((column.column_type(), column.null_count()), (column_type, 2));
            assert_eq!(column.value(row), table(&some).value(0, 0));
        }
    }
    assert_eq!(
        concat(&[("p", r#"[{"a":null}]"#)]).columns()[1].column_type(),
        ColumnType::Utf8
    );
}

#[test]
fn integers_become_doubles_if_they_are_exact() {
    let (integers, doubles) = (r#"[{"a":1},{"a":-9007199254740992}]"#, r#"[{"a":0.5},{"a":null}]"#);
    for parts in [[("p", integers), ("q", doubles)], [("p", doubles), ("q", integers)]] {
        let all = concat(&parts);
        assert_eq!(all.columns()[1].column_type(), ColumnType::Float64);
        let first = if parts[0].1 == integers { 1.0 } else { 0.5 };
        assert_eq!(all.value(0, 1), CellRef::Float64(first));
    }
    for long in ["9007199254740993", "9223372036854775807"] {
        let error = try_concat(&[("p", doubles), ("q", &format!("[{{\"a\":{long}}}]"))]).expect_err("not exact");
        assert_eq!(error.code(), TableErrorCode::DoesNotFit);
    }
}

#[test]
fn decimals_that_are_text_do_not_become_doubles_and_doubles_do_not_become_text() {
    let (long, short) = (r#"[{"a":12345678901234567890.5}]"#, r#"[{"a":0.5}]"#);
    for parts in [[("p", long), ("q", short)], [("p", short), ("q", long)]] {
        let error = try_concat(&parts).expect_err("of two types");
        assert_eq!(error.code(), TableErrorCode::DoesNotFit);
    }
    let all = concat(&[("p", long), ("q", long)]);
    assert_eq!(all.value(1, 1), CellRef::Utf8("12345678901234567890.5"));
}

#[test]
fn a_part_without_anything_agrees() {
    let all = concat(&[("none", "[]"), ("some", r#"[{"a":1}]"#), ("none", "[]")]);
    assert_eq!((names(&all), all.row_count()), (vec!["task", "a"], 1));
    assert_eq!(concat(&[("none", "[]")]), Table::default());
    assert_eq!(Table::concat(&[], "task").expect("nothing"), Table::default());
}

#[test]
fn the_column_of_names_gets_a_free_name() {
    let all = concat(&[("p", r#"[{"task":1,"task_2":2}]"#)]);
    assert_eq!(names(&all), ["task_3", "task", "task_2"]);
}

#[test]
fn names_that_fill_more_than_a_column_are_too_large() {
    let rows = table(&format!("[{}0]", "0,".repeat(2999)));
    let name = "n".repeat(1 << 20);
    let error = Table::concat(&[(name.as_str(), &rows)], "task").expect_err("it is too much");
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (
            TableErrorCode::TooLarge,
            "expected at most 2147483647 bytes of text in a column, found more"
        )
    );
}

#[test]
fn parts_that_differ_say_where() {
    let first = ("first", r#"[{"a":1,"b":"x"}]"#);
    for (second, message) in [
        (r#"[{"a":1}]"#, "expected 2 columns in `second` as in `first`, found 1"),
        ("[{},{}]", "expected 2 columns in `second` as in `first`, found 0"),
        (
            r#"[{"b":"x","a":1}]"#,
            "expected the column `a` in `second` as in `first`, found `b`",
        ),
        (
            r#"[{"a":1,"b":2}]"#,
            "expected utf8 in the column `b` of `second` as in `first`, found int64",
        ),
        (
            r#"[{"a":"2024-01-01","b":"y"}]"#,
            "expected int64 in the column `a` of `second` as in `first`, found date",
        ),
    ] {
        let error = try_concat(&[first, ("second", second)]).expect_err("the parts differ");
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (TableErrorCode::DoesNotFit, message)
        );
    }
}
