//! CSV as a table.

use pqrun::table::{CellRef, ColumnType, CsvOptions, Format, ReadOptions, Table, TableError, TableErrorCode};
use proptest::prelude::*;

use super::{names, show};

const CSV: ReadOptions = ReadOptions::new();

fn read(text: &str, options: ReadOptions) -> Result<Table, TableError> {
    Table::read(text.as_bytes(), &options.format(Format::Csv))
}

#[track_caller]
fn csv(text: &str) -> Table {
    read(text, CSV).expect("the text is CSV")
}

/// The records below the header, each value as `Debug` shows it, texts without quotes.
fn rows(table: &Table) -> Vec<Vec<String>> {
    table
        .rows()
        .map(|row| row.cells().map(|(_, cell)| show(cell)).collect())
        .collect()
}

/// The type of a column with these fields, one per line, beside another one.
#[track_caller]
fn type_of(fields: &[&str]) -> ColumnType {
    let records: String = fields.iter().map(|field| format!("{field},x\n")).collect();
    csv(&format!("a,b\n{records}")).columns()[0].column_type()
}

#[test]
fn the_grammar() {
    for (text, expected) in [
        // Records end in LF, CRLF or CR; the last one in any of these, or in nothing.
        ("a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
        ("a,b\r\n1,2\r\n3,4\r\n", [["1", "2"], ["3", "4"]]),
        ("a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
        ("a,b\n1,2\r3,4", [["1", "2"], ["3", "4"]]),
        // Blank lines are no records, wherever they are.
        ("\n\na,b\n\n1,2\r\n\r\n3,4\n\n", [["1", "2"], ["3", "4"]]),
        // Quotes hold delimiters, line breaks, and quotes written twice.
        (
            "a,b\n\"x,y\",\"1\r\n2\"\n\"\"\"\",\"a\"\"b\"\"\"",
            [["x,y", "1\r\n2"], ["\"", "a\"b\""]],
        ),
        // Quotes inside an unquoted field are plain characters.
        (
            "a,b\nx\"y\",5\" 6\"\n z , \"q\"\n",
            [["x\"y\"", "5\" 6\""], [" z ", " \"q\""]],
        ),
        // An empty field is null, empty quotes are an empty text.
        ("a,b\n,\"\"\nx,y", [["Null", ""], ["x", "y"]]),
        ("a,b\nx,\ny,", [["x", "Null"], ["y", "Null"]]),
        ("a,b\n,\n,", [["Null", "Null"], ["Null", "Null"]]),
        // A byte order mark is no part of the first name.
        ("\u{feff}a,b\né,ü\n😀,€", [["é", "ü"], ["😀", "€"]]),
        ("\u{feff}\"a\",b\nx,y\nz,w", [["x", "y"], ["z", "w"]]),
    ] {
        let table = csv(text);
        assert_eq!(names(&table), ["a", "b"], "{text:?}");
        let expected = expected.map(|row| {
            row.map(|cell| {
                if cell.len() == 1 && cell.as_bytes()[0].is_ascii_digit() {
                    format!("Int64({cell})")
                } else {
                    cell.to_owned()
                }
            })
        });
        assert_eq!(rows(&table), expected, "{text:?}");
    }
}

#[test]
fn every_place_in_a_word_ends_a_field() {
    // The signs are sought eight bytes at a time.
    for length in 0..40 {
        let long = "x".repeat(length);
        let table = csv(&format!(
            "a,b,c\n{long},\"{long}\",y\n-{long},\"\"\"{long}\"\"\",z{long}"
        ));
        let first = if length == 0 { "Null".to_owned() } else { long.clone() };
        assert_eq!(
            rows(&table),
            [
                [first, long.clone(), "y".to_owned()],
                [format!("-{long}"), format!("\"{long}\""), format!("z{long}")]
            ]
        );
    }
}

#[test]
fn the_header_names_the_columns() {
    for (header, expected) in [
        ("a,b,c", ["a", "b", "c"]),
        ("a,a,a", ["a", "a_2", "a_3"]),
        ("a,a_2,a", ["a", "a_2", "a_3"]),
        ("a,a,a_2", ["a", "a_2", "a_2_2"]),
        (",b,", ["column1", "b", "column3"]),
        (" ,\"\",\"\t\"", ["column1", "column2", "column3"]),
        ("column2,,x", ["column2", "column2_2", "x"]),
        ("1,true,2024-01-01", ["1", "true", "2024-01-01"]),
        ("\"x,y\",\" p \",\"a\nb\"", ["x,y", " p ", "a\nb"]),
        ("A,a,á", ["A", "a", "á"]),
    ] {
        assert_eq!(names(&csv(&format!("{header}\n1,2,3"))), expected);
        let empty = csv(header);
        assert_eq!((names(&empty), empty.row_count()), (expected.to_vec(), 0));
        assert!(
            empty
                .columns()
                .iter()
                .all(|column| column.column_type() == ColumnType::Utf8)
        );
    }
}

#[test]
fn without_a_header_columns_are_numbered() {
    let table = read("1,x\n2,y\n", CSV.header(false)).expect("CSV");
    assert_eq!((names(&table), table.row_count()), (vec!["column1", "column2"], 2));
    assert_eq!(table.value(0, 0), CellRef::Int64(1));
}

#[test]
fn other_delimiters_are_taken_as_they_are_given() {
    for delimiter in [b';', b'\t', b'|', b' ', b'a', b'\0', 0x7f] {
        let text = "x;y\n1;\"2;3\"\n".replace(';', &char::from(delimiter).to_string());
        let table = read(&text, CSV.delimiter(delimiter)).expect("CSV");
        assert_eq!(names(&table), ["x", "y"]);
        assert_eq!(
            table.value(0, 1),
            CellRef::Utf8(&format!("2{}3", char::from(delimiter)))
        );
    }
    assert_eq!(
        rows(&read("a;b\n1,5;2", CSV.delimiter(b';')).expect("CSV")),
        [["1,5", "Int64(2)"]]
    );
}

#[test]
fn a_short_record_has_nulls_and_a_long_one_more_columns() {
    let table = csv("a,b\n1\n2,3,4,5\n6,7\n");
    assert_eq!(names(&table), ["a", "b", "column3", "column4"]);
    assert_eq!(
        table.to_json_lines(),
        concat!(
            "{\"a\":1,\"b\":null,\"column3\":null,\"column4\":null}\n",
            "{\"a\":2,\"b\":3,\"column3\":4,\"column4\":5}\n",
            "{\"a\":6,\"b\":7,\"column3\":null,\"column4\":null}\n"
        )
    );
    assert_eq!(names(&csv("column3,b\n1,2,3")), ["column3", "b", "column3_2"]);
}

#[test]
fn a_text_without_records_is_an_empty_table() {
    for text in ["", "\u{feff}", "\n\r\n\r"] {
        assert_eq!(csv(text), Table::default());
    }
    let table = csv("a\n\"\"\n\n");
    assert_eq!((table.row_count(), table.value(0, 0)), (1, CellRef::Utf8("")));
}

#[test]
fn a_column_finds_its_type_as_in_json() {
    for (fields, column_type) in [
        (["true", "false"], ColumnType::Bool),
        (["True", "False"], ColumnType::Bool),
        (["1", "-9223372036854775808"], ColumnType::Int64),
        (["1", "0.5"], ColumnType::Float64),
        (["1e3", "-0"], ColumnType::Float64),
        (["0.5", "9007199254740992"], ColumnType::Float64),
        (["2024-01-31", "0001-01-01"], ColumnType::Date),
        (["2024-01-31 10:00:00", "2024-01-31T10:00:00.5"], ColumnType::Datetime),
        (
            ["2024-01-31T10:00:00Z", "2024-01-31 10:00:00+01:00"],
            ColumnType::Timestamp,
        ),
        (["", ""], ColumnType::Utf8),
        (["", "7"], ColumnType::Int64),
    ] {
        assert_eq!(type_of(&fields), column_type, "{fields:?}");
        let [first, second] = fields;
        assert_eq!(type_of(&[second, "", first]), column_type, "{fields:?}");
    }
}

#[test]
fn what_is_no_value_of_one_type_stays_text() {
    for fields in [
        ["true", "TRUE"],
        ["true", "1"],
        ["1", "true"],
        ["1", "x"],
        ["1", "01"],
        ["1", "+1"],
        ["1", "1."],
        ["1", ".5"],
        ["1", " 1"],
        ["1", "1,5"],
        ["1", "0x1"],
        ["1", "NaN"],
        ["1", "1e"],
        ["1", "-"],
        ["1", "null"],
        ["1", "١"],
        ["1", "9223372036854775808"],
        ["0.5", "9007199254740993"],
        ["0.5", "1e400"],
        ["2024-01-31", "2024-01-31T00:00:00"],
        ["2024-01-31T00:00:00", "2024-01-31T00:00:00Z"],
        ["2024-01-31", "2024-02-30"],
        ["007", "1"],
        ["[1]", "[2]"],
        ["{}", "{}"],
    ] {
        let [first, second] = fields.map(|field| if field.contains(',') { "x" } else { field });
        for fields in [[first, second], [second, first]] {
            let records: String = fields.iter().map(|field| format!("{field},x\n")).collect();
            let table = csv(&format!("a,b\n{records}"));
            assert_eq!(table.columns()[0].column_type(), ColumnType::Utf8, "{fields:?}");
            assert_eq!([0, 1].map(|row| show(table.value(row, 0))), fields);
        }
    }
}

#[test]
fn a_field_in_quotes_is_text() {
    assert_eq!(type_of(&["\"1\"", "2"]), ColumnType::Utf8);
    assert_eq!(type_of(&["1", "\"2\""]), ColumnType::Utf8);
    assert_eq!(type_of(&["\"true\"", ""]), ColumnType::Utf8);
    assert_eq!(type_of(&["\"2024-01-01\""]), ColumnType::Utf8);
    assert_eq!(type_of(&["1", "\"\""]), ColumnType::Utf8);
}

#[test]
fn quotes_say_nothing_if_every_field_has_them() {
    let table = csv("\"a\",\"b\",\"c\"\n\"1\",\"x\",\"2024-01-01\"\n\"2\",\"\",\n");
    let types: Vec<_> = table.columns().iter().map(|column| column.column_type()).collect();
    assert_eq!(types, [ColumnType::Int64, ColumnType::Utf8, ColumnType::Date]);
    assert_eq!(
        (table.value(1, 1), table.value(1, 2)),
        (CellRef::Utf8(""), CellRef::Null)
    );
    // Who quotes everything quotes the names too.
    assert_eq!(csv("a,b\n\"1\",\"2\"").columns()[1].column_type(), ColumnType::Utf8);
    assert_eq!(csv("\"a\",b\n\"1\",2").columns()[0].column_type(), ColumnType::Utf8);
    let table = read("\"1\",\"x\"", CSV.header(false)).expect("CSV");
    assert_eq!(table.columns()[0].column_type(), ColumnType::Int64);
}

#[test]
fn errors_say_where_they_are() {
    use TableErrorCode::{NotCsv, NotUtf8, Truncated};
    let behind = "expected a delimiter or a line break behind the closing quote, found";
    for (text, code, message) in [
        ("a,b\n1,2\n\"x\"y,1", NotCsv, format!("{behind} `y` at byte 11 (row 1)")),
        ("a,b\n1,\"x\" \n", NotCsv, format!("{behind} ` ` at byte 9 (row 0)")),
        ("\"a\"b\n1", NotCsv, format!("{behind} `b` at byte 3")),
        ("a\n\"\"x\"\"", NotCsv, format!("{behind} `x` at byte 4 (row 0)")),
        (
            "a,b\n1,\"x\n2,3\n",
            Truncated,
            "expected a closing quote, found the end at byte 6 (row 0)".to_owned(),
        ),
        (
            "\"a",
            Truncated,
            "expected a closing quote, found the end at byte 0".to_owned(),
        ),
        (
            "a\n\"x\"\"",
            Truncated,
            "expected a closing quote, found the end at byte 2 (row 0)".to_owned(),
        ),
    ] {
        let error = read(text, CSV).expect_err("it is wrong");
        assert_eq!((error.code(), error.to_string()), (code, message), "{text:?}");
    }
    for bytes in [
        &b"a,b\n1,x\xffy\n"[..],
        b"a,\xff\n",
        b"a,b\nx\xc3,y\n\xa9,z\n",
        b"a\n\"\xc3\",\xa9\n",
    ] {
        let error = Table::read(bytes, &CSV.format(Format::Csv)).expect_err("no UTF-8");
        let offset = str::from_utf8(bytes).expect_err("no UTF-8").valid_up_to();
        assert_eq!((error.code(), error.offset()), (NotUtf8, Some(offset)), "{bytes:?}");
    }
}

#[test]
fn a_table_out_of_proportion_to_its_text_is_refused() {
    let wide = ",".repeat(16_384);
    assert_eq!(csv(&wide[1..]).columns().len(), 16_384);
    let ragged = format!("{}\n{}", &wide[1..], "1\n".repeat(2000));
    let late = format!("{}{}", "1\n".repeat(20_000), &wide[1..]);
    for text in [&wide, &ragged, &late] {
        assert_eq!(read(text, CSV).expect_err("too large").code(), TableErrorCode::TooLarge);
    }
}

#[test]
fn a_text_is_csv_only_if_it_looks_like_it() {
    for text in [
        "a,b\n1,2",
        "a,b\r\n1,2\r\n",
        "\u{feff}a,b\r1,2\r",
        ",a\n0,x\n",
        ",column1\n0,x\n",
        "a,b\n,\n",
        "\"a\",\"b, c\"\n1,\" x \"\n",
        "a,b\n\"1\n\n2\",3\n",
    ] {
        assert_eq!(Table::from_text(text).expect("CSV").columns().len(), 2, "{text:?}");
    }
    for text in [
        "",
        "a,b",
        "a,b\n",
        "a\n1\n2\n",
        "a;b\n1;2\n",
        "a\tb\n1\t2\n",
        "Hello, world\nGood, bye",
        "Hello,world \nGood,bye",
        "a,b\n1,2\t\n",
        "a,b\n1,2\n\n",
        "a,b\n\n1,2\n",
        "\na,b\n1,2",
        "a,b\n1,2,3",
        "a,b\n1",
        "a,b\n1,2\n3",
        "a,a\n1,2",
        "column1,column1\n1,2",
        "column1,\n1,2",
        "a,\n1,2",
        ",\n1,2",
        "1,2\n3,4",
        "a,1.5\n3,4",
        "a,-0\n3,4",
        "a,b\n\"x\"y,1",
        "a,b\n\"x,1",
        "a,b\n1,\"2",
    ] {
        let table = Table::from_text(text).expect("a text");
        assert_eq!((names(&table), table.value(0, 0)), (vec!["value"], CellRef::Utf8(text)));
    }
}

/// What `csv` reads, records of fields.
fn peer(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.expect("UTF-8").iter().map(str::to_owned).collect())
        .collect()
}

/// The same by our reader; all columns are said to be texts, so that none is changed. Short records are filled up.
fn ours(text: &str, width: usize) -> Result<Vec<Vec<String>>, TableError> {
    let schema = (1..=width).map(|column| (format!("column{column}"), ColumnType::Utf8));
    let table = read(text, CSV.header(false).schema(schema))?;
    let field = |cell| match cell {
        CellRef::Utf8(text) => text.to_owned(),
        cell => {
            assert_eq!(cell, CellRef::Null);
            String::new()
        }
    };
    Ok(table
        .rows()
        .map(|row| row.cells().map(|(_, cell)| field(cell)).collect())
        .collect())
}

fn assert_agreement(text: &str) -> Result<(), TestCaseError> {
    let mut theirs = peer(text);
    let width = theirs.iter().map(Vec::len).max().unwrap_or(0);
    theirs.iter_mut().for_each(|record| record.resize(width, String::new()));
    match ours(text, width) {
        Ok(ours) => prop_assert_eq!(ours, theirs, "{:?}", text),
        // `csv` puts up with these.
        Err(error) => prop_assert!(matches!(
            error.code(),
            TableErrorCode::NotCsv | TableErrorCode::Truncated
        )),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_made_of_the_signs_of_csv_are_read_as_the_csv_crate_reads_them(text in "[,,\n\n\r\"\"a0é-]{0,40}") {
        assert_agreement(&text)?;
    }

    #[test]
    fn written_records_are_read_as_the_csv_crate_reads_them(
        records in prop::collection::vec(prop::collection::vec("[a-z0-9,\"\r\n é]{0,20}", 1..5), 0..6), quote in 0_usize..3
    ) {
        let style = [csv::QuoteStyle::Always, csv::QuoteStyle::Necessary, csv::QuoteStyle::NonNumeric][quote];
        let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(style).from_writer(Vec::new());
        for record in &records {
            writer.write_record(record).expect("memory");
        }
        let text = String::from_utf8(writer.into_inner().expect("memory")).expect("UTF-8");
        let width = records.iter().map(Vec::len).max().unwrap_or(0);
        prop_assert!(ours(&text, width).is_ok());
        assert_agreement(&text)?;
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..100), delimiter in 0_u8..128, header in any::<bool>()
    ) {
        let options = CSV.format(Format::Csv).header(header).delimiter(delimiter);
        if let Ok(table) = Table::read(&bytes, &options) {
            let _ = table.to_csv(&CsvOptions::new());
        }
    }
}
