//! Nested objects as columns.

use pqrun::table::{ReadOptions, Table, TableErrorCode};

fn flat(text: &str) -> String {
    Table::read(text.as_bytes(), &ReadOptions::new().flatten(true))
        .expect("it is a table")
        .to_json()
}

#[test]
fn members_of_nested_objects_are_columns_at_any_depth() {
    assert_eq!(
        flat(r#"[{"id":1,"a":{"b":{"c":2},"d":[{"e":3}]}},{"a":{"d":null},"id":4}]"#),
        r#"[{"id":1,"a.b.c":2,"a.d":[{"e":3}]},{"id":4,"a.b.c":null,"a.d":null}]"#
    );
}

#[test]
fn an_object_without_members_and_a_null_are_nulls_in_the_columns_of_the_members() {
    assert_eq!(
        flat(r#"[{"a":null},{"a":{}},{"a":{"b":1}}]"#),
        r#"[{"a.b":null},{"a.b":null},{"a.b":1}]"#
    );
    assert_eq!(flat(r#"[{"a":null}]"#), r#"[{"a":null}]"#);
}

#[test]
fn a_value_that_is_no_object_keeps_the_column_beside_those_of_the_members() {
    assert_eq!(
        flat(r#"[{"a":1},{"a":{"b":2}}]"#),
        r#"[{"a":1,"a.b":null},{"a":null,"a.b":2}]"#
    );
}

#[test]
fn a_dot_in_a_name_is_no_nested_object() {
    assert_eq!(flat(r#"[{"a":null,"a.b":1}]"#), r#"[{"a":null,"a.b":1}]"#);
}

#[test]
fn of_values_under_one_path_the_last_counts() {
    assert_eq!(flat(r#"[{"a.b":1,"a":{"b":2}}]"#), r#"[{"a.b":2}]"#);
    assert_eq!(flat(r#"[{"a":{"b":2},"a.b":1}]"#), r#"[{"a.b":1}]"#);
    assert_eq!(
        flat(r#"[{"a":{"b":1,"c":2},"a":{"b":3}},{"a":{"c":4}}]"#),
        r#"[{"a.b":3,"a.c":null},{"a.b":null,"a.c":4}]"#
    );
}

#[test]
fn names_that_repeat_a_long_one_have_a_limit() {
    let members: Vec<String> = (0..16_000).map(|number| format!("\"{number}\":1")).collect();
    let text = format!("[{{\"{}\":{{{}}}}}]", "x".repeat(200_000), members.join(","));
    let error = Table::read(text.as_bytes(), &ReadOptions::new().flatten(true)).expect_err("it is too large");
    assert_eq!(error.code(), TableErrorCode::TooLarge);
}
