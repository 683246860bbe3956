//! What holds for every input.

use pqrun::table::{ColumnType, JsonPath, Table};
use proptest::prelude::*;
use serde_json::Value;

use super::table;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        (-1000_i16..1000).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        any::<String>().prop_map(Value::from),
        "[-+=@,\"\r\n a0-9]{0,6}".prop_map(Value::from),
    ]
}

fn nested() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The cells of one column: often all of one kind, so that every type occurs.
fn cells(count: usize) -> impl Strategy<Value = Vec<Value>> {
    fn of<T>(count: usize, value: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<Value>>
    where
        Option<T>: Into<Value>,
        T: std::fmt::Debug,
    {
        prop::collection::vec(prop::option::of(value).prop_map(Into::into), count)
    }
    prop_oneof![
        of(count, any::<bool>()),
        of(count, any::<i64>()),
        of(count, any::<f64>().prop_filter("finite", |number| number.is_finite())),
        of(count, any::<String>()),
        of(count, nested()),
        prop::collection::vec(nested(), count),
    ]
}

/// Rows that all have the same members, so that reading them back adds none.
fn rows() -> impl Strategy<Value = Vec<Value>> {
    (prop::collection::btree_set(any::<String>(), 1..5), 1_usize..6).prop_flat_map(|(names, count)| {
        prop::collection::vec(cells(count), names.len()).prop_map(move |columns| {
            let row = |row: usize| {
                names
                    .iter()
                    .zip(&columns)
                    .map(move |(name, cells)| (name.clone(), cells[row].clone()))
            };
            (0..count).map(|index| Value::Object(row(index).collect())).collect()
        })
    })
}

/// Whether a column's numbers had to become text.
fn is_exact_text(rows: &[Value], name: &str, column_type: ColumnType) -> bool {
    column_type == ColumnType::Utf8 && rows.iter().any(|row| row[name].is_number())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_back_as_they_were(rows in rows()) {
        let text = Value::from(rows.clone()).to_string();
        let table = table(&text);
        prop_assert_eq!(&table, &super::rows_table(&rows));
        let pretty = serde_json::to_vec_pretty(&rows).expect("rows");
        prop_assert_eq!(&table, &Table::from_json(&pretty, &JsonPath::root()).expect("rows"));

        let written = table.to_json();
        prop_assert_eq!(&super::table(&written).to_json(), &written);

        // serde_json reads some doubles one unit off, so both sides go through it.
        let read: Vec<Value> = serde_json::from_str(&written).expect("JSON");
        let rows: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        prop_assert_eq!(read.len(), rows.len());
        for column in table.columns() {
            let (name, column_type) = (column.name(), column.column_type());
            let exact_text = is_exact_text(&rows, name, column_type);
            for (read, row) in read.iter().zip(&rows) {
                let (read, cell) = (&read[name], &row[name]);
                match cell {
                    Value::Number(_) if exact_text => prop_assert!(read.is_string()),
                    Value::Number(number) if column_type == ColumnType::Float64 => {
                        prop_assert_eq!(read.as_f64(), number.as_f64());
                    }
                    _ => prop_assert_eq!(read, cell),
                }
            }
        }
    }

    #[test]
    fn json_lines_are_the_rows_of_the_array(rows in rows()) {
        let table = super::rows_table(&rows);
        let lines = table.to_json_lines();
        let lines: Vec<&str> = lines.split_terminator('\n').collect();
        prop_assert_eq!(lines.len(), rows.len());
        prop_assert_eq!(format!("[{}]", lines.join(",")), table.to_json());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), path in any::<String>()) {
        let path = JsonPath::parse(&path).unwrap_or_default();
        let _ = Table::from_json(&bytes, &path);
        let _ = Table::from_text(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn paths_made_of_their_signs_never_panic(path in r#"[$.\[\]'"\\a0é ]{0,12}"#) {
        if let Ok(path) = JsonPath::parse(&path) {
            prop_assert_eq!(&JsonPath::parse(&path.to_string()).expect("a written path"), &path);
            let _ = Table::from_json(r#"{"a":[{"a":{"é":[0]}}],"":["0"]}"#.as_bytes(), &path);
        }
    }

    #[test]
    fn texts_made_of_json_signs_are_judged_as_serde_json_judges_them(
        text in r#"[\[\]{}",:\\ \n0-9.eE+\-truefalsnudc8é]{0,24}"#
    ) {
        assert_same_judgement(&text)?;
    }

    #[test]
    fn documents_with_one_change_are_judged_as_serde_json_judges_them(
        rows in rows(), place in any::<prop::sample::Index>(), sign in r#"[\[\]{}",:\\ \n0-9.eE+\-tfnu]"#
    ) {
        let text = Value::from(rows).to_string();
        let place = place.index(text.len());
        if text.is_char_boundary(place) && text.is_char_boundary(place + 1) {
            assert_same_judgement(&format!("{}{sign}{}", &text[..place], &text[place + 1..]))?;
        }
    }
}

/// Both readers accept the same texts, but for half pairs and numbers out of range, which only serde_json refuses.
fn assert_same_judgement(text: &str) -> Result<(), TestCaseError> {
    let ours = Table::from_json(text.as_bytes(), &JsonPath::root());
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let table = ours.expect("serde_json reads it");
            prop_assert!(serde_json::from_str::<Value>(&table.to_json()).is_ok());
            if let Value::Array(rows) = value {
                prop_assert_eq!(table.row_count(), rows.len());
            }
        }
        Err(error) => {
            let message = error.to_string();
            let tolerated = ["surrogate", "out of range", "hex escape"]
                .iter()
                .any(|reason| message.contains(reason));
            prop_assert!(ours.is_err() || tolerated, "{}: {}", text, message);
        }
    }
    Ok(())
}
