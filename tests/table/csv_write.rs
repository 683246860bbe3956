//! Tables as CSV.

use pqrun::table::{CsvOptions, Format, ReadOptions, Table};
use serde_json::json;

use super::table;

const PLAIN: CsvOptions = CsvOptions::new().header(false);
const DEFUSED: CsvOptions = PLAIN.defuse_formulas(true);

#[test]
fn records_end_in_crlf_and_fields_are_quoted_where_needed() {
    let table = table(r#"[{"a,b":"x","c":"say \"hi\""},{"a,b":"1\n2","c":null},{"a,b":"","c":" y "}]"#);
    let records = "x,\"say \"\"hi\"\"\"\r\n\"1\n2\",\r\n\"\", y \r\n";
    assert_eq!(table.to_csv(&PLAIN), records);
    assert_eq!(table.to_csv(&CsvOptions::default()), format!("\"a,b\",c\r\n{records}"));
}

#[test]
fn every_type_is_written_plainly() {
    let table = table(
        r#"[{"b":true,"i":-9223372036854775808,"f":0.1,"t":"2024-01-01T00:00:00Z","u":"x","j":[1, 2]},
            {"b":false,"i":1,"f":2,"t":null,"u":"y","j":"p\nq"}]"#,
    );
    assert_eq!(
        table.to_csv(&PLAIN),
        "true,-9223372036854775808,0.1,2024-01-01T00:00:00.000Z,x,\"[1,2]\"\r\nfalse,1,2.0,,y,\"p\nq\"\r\n"
    );
}

#[test]
fn points_in_time_are_written_as_they_are_read() {
    let table = table(
        r#"[{"d":"2024-01-01","l":"2024-01-01 10:00:00","t":"2024-01-01T10:00:00.123456+01:00"},
            {"d":null,"l":"2024-01-01T10:00:00.5","t":"2024-01-01T10:00:00.1Z"}]"#,
    );
    assert_eq!(
        table.to_csv(&PLAIN),
        concat!(
            "2024-01-01,2024-01-01T10:00:00.000,2024-01-01T09:00:00.123456Z\r\n",
            ",2024-01-01T10:00:00.500,2024-01-01T10:00:00.100Z\r\n"
        )
    );
}

#[test]
fn a_text_that_would_be_read_as_something_else_is_quoted() {
    for text in [
        "",
        "0",
        "-1",
        "1.5",
        "1e5",
        "-0",
        "9223372036854775808",
        "true",
        "false",
        "True",
        "False",
        "2024-01-31",
        "2024-01-31 10:00:00",
        "2024-01-31T10:00:00.5+0100",
    ] {
        for value in [json!([text, "x"]), json!([text, [1]])] {
            let written = table(&value.to_string()).to_csv(&PLAIN);
            assert!(written.starts_with(&format!("\"{text}\"\r\n")), "{written:?}");
        }
    }
    for text in [
        "007",
        "+1",
        "1.",
        ".5",
        "-",
        "TRUE",
        "t",
        "null",
        "NaN",
        "2024-02-30",
        "2024-01-31T10:00",
        "[1]",
        " 1",
    ] {
        assert_eq!(table(&json!([text]).to_string()).to_csv(&PLAIN), format!("{text}\r\n"));
    }
    // Neither a value of a json column that is no text, nor a name.
    assert_eq!(
        table(r#"{"1":[[1],2]}"#).to_csv(&CsvOptions::new()),
        "1\r\n[1]\r\n2\r\n"
    );
}

#[test]
fn a_null_in_an_only_column_is_no_empty_line() {
    assert_eq!(table("[1,null]").to_csv(&CsvOptions::new()), "value\r\n1\r\n\"\"\r\n");
}

#[test]
fn a_table_without_columns_gives_no_text() {
    assert_eq!(table("[{},{}]").to_csv(&CsvOptions::new()), "");
}

#[test]
fn formulas_are_defused_only_if_asked_for() {
    for formula in ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1"] {
        let table = table(&json!([formula]).to_string());
        let record = |text: &str| {
            if text.contains(['\r', '\n']) {
                format!("\"{text}\"\r\n")
            } else {
                format!("{text}\r\n")
            }
        };
        assert_eq!(table.to_csv(&PLAIN), record(formula));
        assert_eq!(table.to_csv(&DEFUSED), record(&format!("'{formula}")));
    }
    assert_eq!(table(r#"{"=a":[1]}"#).to_csv(&DEFUSED.header(true)), "'=a\r\n1\r\n");
    assert_eq!(table(r#"[[1],"=a"]"#).to_csv(&DEFUSED), "[1]\r\n'=a\r\n");
}

#[test]
fn numbers_are_not_defused() {
    assert_eq!(table("[-1]").to_csv(&DEFUSED), "-1\r\n");
    assert_eq!(table("[-1.5]").to_csv(&DEFUSED), "-1.5\r\n");
    assert_eq!(
        table("[-123456789012345678901]").to_csv(&DEFUSED),
        "\"-123456789012345678901\"\r\n"
    );
    assert_eq!(table(r#"["-5","-5+A1"]"#).to_csv(&DEFUSED), "\"-5\"\r\n'-5+A1\r\n");
}

#[test]
fn what_begins_like_a_byte_order_mark_is_no_byte_order_mark() {
    let written = table("[{\"\u{feff}a\":\"\u{feff}x\",\"b\":1}]");
    let csv = written.to_csv(&CsvOptions::new());
    assert_eq!(csv, "\"\u{feff}a\",b\r\n\"\u{feff}x\",1\r\n");
    let read = Table::read(csv.as_bytes(), &ReadOptions::new().format(Format::Csv)).expect("it is CSV");
    assert_eq!(read, written);
}
