//! What holds for every input.

use pqrun::table::{CellRef, ColumnType, CsvOptions, JsonPath, Table};
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

/// Reads CSV back: records of fields, each with whether it was quoted.
fn read_csv(text: &str) -> Vec<Vec<(String, bool)>> {
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                quoted = true;
                while let Some(inner) = characters.next() {
                    if inner == '"' && characters.next_if_eq(&'"').is_none() {
                        break;
                    }
                    field.push(inner);
                }
            }
            ',' => record.push((std::mem::take(&mut field), std::mem::take(&mut quoted))),
            '\r' => {
                assert_eq!(characters.next(), Some('\n'));
                record.push((std::mem::take(&mut field), std::mem::take(&mut quoted)));
                records.push(std::mem::take(&mut record));
            }
            _ => field.push(character),
        }
    }
    assert!(record.is_empty() && field.is_empty(), "the last record ends in CRLF");
    records
}

/// Asserts that a literal is read as the standard library reads it, which is exact.
#[track_caller]
fn assert_nearest(literal: &str) {
    let expected = literal.parse::<f64>().expect("a number");
    let table = table(&format!("[{literal}]"));
    match table.value(0, 0) {
        CellRef::Float64(number) => assert_eq!(number.to_bits(), expected.to_bits(), "{literal}"),
        CellRef::Utf8(text) => assert!(text == literal && expected.is_infinite(), "{literal}"),
        cell => panic!("{literal} became {cell:?}"),
    }
}

#[test]
fn doubles_on_the_edges_are_read_as_the_nearest() {
    let smallest_half = format!("{:.1100}", f64::from_bits(3) / 2.0 * 0.5);
    for literal in [
        "0.30000000000000004",
        "9007199254740993.0",
        "9007199254740992.99999999999999999999999999999999999999",
        "9007199254740993.00000000000000000000000000000000000001",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "7.4109846876186981e-324",
        "7.4109846876186982e-324",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1234567890123456789e-22",
        "123456789012345678901e-22",
        "1e22",
        "1e23",
        "8.5e22",
        "0.000",
        "-0.0e5",
        smallest_half.as_str(),
    ] {
        assert_nearest(literal);
    }
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
    fn csv_reads_back(rows in rows()) {
        let table = super::rows_table(&rows);
        let records = read_csv(&table.to_csv(&CsvOptions::new()));
        prop_assert_eq!(records.len(), rows.len() + 1);
        for (column, (name, _)) in table.columns().iter().zip(&records[0]) {
            prop_assert_eq!(column.name(), name);
        }
        for (row, record) in table.rows().zip(&records[1..]) {
            prop_assert_eq!(record.len(), table.columns().len());
            for ((_, cell), (field, quoted)) in row.cells().zip(record) {
                match cell {
                    CellRef::Null => prop_assert!(field.is_empty() && (!quoted || record.len() == 1)),
                    CellRef::Utf8(text) => prop_assert!(field == text && (*quoted || !text.is_empty())),
                    CellRef::Json(json) => {
                        let value: Value = serde_json::from_str(json).expect("a value");
                        prop_assert_eq!(field, value.as_str().unwrap_or(json));
                    }
                    CellRef::Int64(number) => prop_assert_eq!(field.parse::<i64>().ok(), Some(number)),
                    CellRef::Float64(number) => prop_assert_eq!(field.parse::<f64>().ok(), Some(number)),
                    CellRef::Bool(value) => prop_assert_eq!(field.parse::<bool>().ok(), Some(value)),
                    cell => prop_assert!(false, "no row holds {:?}", cell),
                }
            }
        }
    }

    #[test]
    fn doubles_are_read_as_the_nearest(bits in any::<u64>(), digits in "[0-9]{1,40}", exponent in -360_i32..330) {
        let number = f64::from_bits(bits);
        if number.is_finite() {
            assert_nearest(&format!("{number:e}"));
            assert_nearest(&format!("{number:.30e}"));
        }
        assert_nearest(&format!("1{digits}.{digits}"));
        assert_nearest(&format!("0.{digits}"));
        assert_nearest(&format!("1{digits}e{exponent}"));
        assert_nearest(&format!("-0.{digits}E{exponent:+}"));
    }

    #[test]
    fn halfway_between_two_doubles_is_read_as_the_even(mantissa in (1_u64 << 52)..(1 << 53), shift in 1_u32..60) {
        let halfway = (u128::from(mantissa) * 2 + 1) << shift;
        assert_nearest(&format!("{halfway}.0"));
        assert_nearest(&format!("{halfway}.000000000000000000001"));
        assert_nearest(&format!("{}.9999999999999999999999", halfway - 1));
    }

    #[test]
    fn instants_are_read_as_they_are_written(instant in -62_135_596_800_000_i64..253_402_300_800_000) {
        let (days, rest) = (instant.div_euclid(86_400_000), instant.rem_euclid(86_400_000));
        // Counts days year by year, unlike the code under test.
        let leap = |year: i64| i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
        let (mut year, mut left) = (1, days + 719_162);
        while left >= 365 + leap(year) {
            left -= 365 + leap(year);
            year += 1;
        }
        let mut month = 1;
        for length in [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if left < length {
                break;
            }
            left -= length;
            month += 1;
        }
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
        let text = format!(
            "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", left + 1, rest % 1000
        );
        let table = table(&format!("[\"{text}\"]"));
        prop_assert_eq!(table.value(0, 0), CellRef::Timestamp(instant));
        prop_assert_eq!(table.to_json(), format!("[{{\"value\":\"{text}\"}}]"));
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
