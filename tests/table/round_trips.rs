//! What is written is read back as the same table.

use pqrun::table::{CellRef, ColumnType, CsvOptions, Format, ReadOptions, Table};
use proptest::prelude::*;
use serde_json::Value;

use super::table;

const MICROSECONDS: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

/// The cells of one column, all of one type, as JSON.
fn cells(count: usize) -> impl Strategy<Value = Vec<Value>> {
    fn of<T>(count: usize, value: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<Value>>
    where
        Option<T>: Into<Value>,
        T: std::fmt::Debug,
    {
        prop::collection::vec(prop::option::weighted(0.8, value).prop_map(Into::into), count)
    }
    // Points in time are written by the table itself, from milliseconds.
    let time = |to: ColumnType| {
        MICROSECONDS.prop_map(move |time| {
            let text = format!("[{{\"a\":{}}}]", time.div_euclid(1000));
            let options = ReadOptions::new().schema([("a".to_owned(), to)]);
            let json = Table::read(text.as_bytes(), &options).expect("in range").to_json();
            json[6..json.len() - 3].to_owned()
        })
    };
    prop_oneof![
        of(count, any::<bool>()),
        of(count, any::<i64>()),
        of(count, any::<f64>().prop_filter("finite", |number| number.is_finite())),
        of(count, any::<String>()),
        of(count, "[-+=@,\"\r\n a0-9]{0,6}"),
        of(count, "true|false|True|-?[0-9]{1,3}|1e5|0\\.5|2024-01-[0-9]{2}|null|"),
        of(count, time(ColumnType::Timestamp)),
        of(count, time(ColumnType::Datetime)),
        of(count, time(ColumnType::Datetime).prop_map(|text| text[..10].to_owned())),
    ]
}

/// Columns of as many rows, under names that CSV keeps: not blank, and each once. One name at least is never quoted, so
/// that quotes mean something.
fn tables() -> impl Strategy<Value = Table> {
    (prop::collection::btree_set("[a-zé,\" ]{0,5}[a-z]", 1..5), 1_usize..20).prop_flat_map(|(names, count)| {
        prop::collection::vec(cells(count), names.len()).prop_map(move |columns| {
            let members: Vec<String> = names
                .iter()
                .zip(&columns)
                .map(|(name, cells)| format!("{}:{}", Value::from(name.as_str()), Value::from(cells.clone())))
                .collect();
            let numbers: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            table(&format!("{{\"plain\":[{}],{}}}", numbers.join(","), members.join(",")))
        })
    })
}

fn read(text: &str, format: Format) -> Table {
    Table::read(text.as_bytes(), &ReadOptions::new().format(format)).expect("what was written is read")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn through_csv(table in tables()) {
        let written = table.to_csv(&CsvOptions::new());
        let read = read(&written, Format::Csv);
        prop_assert_eq!(&read, &table, "{}", written);
        prop_assert_eq!(read.to_csv(&CsvOptions::new()), written);
    }

    #[test]
    fn through_json(table in tables()) {
        prop_assert_eq!(&read(&table.to_json(), Format::Json), &table);
    }

    #[test]
    fn through_json_lines(table in tables()) {
        let written = table.to_json_lines();
        prop_assert_eq!(written.lines().count(), table.row_count());
        prop_assert_eq!(&read(&written, Format::JsonLines), &table);
    }

    #[test]
    fn a_schema_of_the_types_that_were_found_changes_nothing(table in tables()) {
        let schema = table.columns().iter().map(|column| (column.name().to_owned(), column.column_type()));
        let options = ReadOptions::new().schema(schema);
        for (text, format) in [
            (table.to_json(), Format::Json),
            (table.to_csv(&CsvOptions::new()), Format::Csv),
        ] {
            let read = Table::read(text.as_bytes(), &options.clone().format(format)).expect("all fits");
            prop_assert_eq!(&read, &table);
        }
    }
}

#[test]
fn a_column_of_json_keeps_its_texts_in_csv() {
    let table = table(r#"[{"a":1,"j":"x,\"y\""},{"a":2,"j":[1, "z"]},{"a":3,"j":null},{"a":4,"j":"1"}]"#);
    let written = table.to_csv(&CsvOptions::new());
    assert_eq!(
        written,
        "a,j\r\n1,\"x,\"\"y\"\"\"\r\n2,\"[1,\"\"z\"\"]\"\r\n3,\r\n4,\"1\"\r\n"
    );
    let read = read(&written, Format::Csv);
    assert_eq!(read.value(1, 1), CellRef::Utf8("[1,\"z\"]"));
    assert_eq!(read.value(3, 1), CellRef::Utf8("1"));
}
