//! Input that is wrong, cut off, or made to harm.

use pqrun::table::{CellRef, ColumnType, Format, ReadOptions, Table, TableErrorCode, TableReader};
use serde_json::json;

use super::{error, table, texts_of};

#[test]
fn errors_say_what_was_expected_and_found_and_where() {
    use TableErrorCode::{NotJson, Truncated};
    for (text, code, message) in [
        ("", NotJson, "expected a JSON value, found the end at byte 0"),
        (" \n", NotJson, "expected a JSON value, found the end at byte 2"),
        ("hello", NotJson, "expected a JSON value, found `h` at byte 0"),
        ("[1 2]", NotJson, "expected `,` or `]`, found `2` at byte 3"),
        ("[1,]", NotJson, "expected a JSON value, found `]` at byte 3"),
        ("{\"a\":1,}", NotJson, "expected a member name, found `}` at byte 7"),
        ("{\"a\" 1}", NotJson, "expected `:`, found `1` at byte 5"),
        ("{\"a\":1]", NotJson, "expected `,` or `}`, found `]` at byte 6"),
        ("[1]]", NotJson, "expected the end, found `]` at byte 3"),
        ("[01]", NotJson, "expected `,` or `]`, found `1` at byte 2"),
        ("[.5]", NotJson, "expected a JSON value, found `.` at byte 1"),
        ("[1.]", NotJson, "expected a digit, found `]` at byte 3"),
        ("[NaN]", NotJson, "expected a JSON value, found `N` at byte 1"),
        ("[nul]", NotJson, "expected `null`, found `]` at byte 4"),
        ("[\"\\x\"]", NotJson, "expected an escape, found `x` at byte 3"),
        (
            "[\"\\u00g0\"]",
            NotJson,
            "expected a hexadecimal digit, found `g` at byte 6",
        ),
        (
            "[\"\n\"]",
            NotJson,
            "expected a control character written as an escape, found the control character 10 at byte 2",
        ),
        ("[1", Truncated, "expected `,` or `]`, found the end at byte 2"),
        ("[\"a", Truncated, "expected `\"`, found the end at byte 3"),
        ("tru", Truncated, "expected `true`, found the end at byte 3"),
        ("-", Truncated, "expected a digit, found the end at byte 1"),
    ] {
        let error = error(text.as_bytes());
        assert_eq!((error.code(), error.to_string().as_str()), (code, message), "{text}");
    }
}

#[test]
fn every_beginning_of_a_document_is_truncated() {
    let text = "[{\"a\\n\\u00e9é\": [1.5e-7, -20, true, null], \"b\": {}}, false]".as_bytes();
    for end in 1..text.len() {
        assert_eq!(error(&text[..end]).code(), TableErrorCode::Truncated, "{end}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    let error = error(b"[\"\xff\"]");
    assert_eq!((error.code(), error.offset()), (TableErrorCode::NotUtf8, Some(2)));
    assert_eq!(error.to_string(), "expected UTF-8, found the byte 0xff at byte 2");
}

#[test]
fn of_json_lines_the_row_on_two_lines_is_told_and_not_one_before_it() {
    for before in [0, 1, 2, 7, 100] {
        for wrong in ["{\"a\":\n5}", "{\n\"a\":5}", "{\"a\":5\n}"] {
            let rows = "{\"a\":1}\n".repeat(before);
            let text = format!("{rows}{wrong}\n{{\"a\":2}}\n");
            let options = ReadOptions::new().format(Format::JsonLines);
            let error = Table::read(text.as_bytes(), &options).expect_err("it is on two lines");
            assert_eq!(
                (error.code(), error.offset()),
                (TableErrorCode::NotJson, Some(rows.len())),
                "{before} {wrong}"
            );
        }
    }
}

#[test]
fn utf16_and_gzip_are_told_by_their_names_whatever_they_are_read_as() {
    for (bytes, message) in [
        (
            &b"\xff\xfe[\0]\0"[..],
            "expected text in UTF-8, found UTF-16 at byte 0; write it in UTF-8, or convert it: iconv -f UTF-16 -t UTF-8",
        ),
        (
            b"\xfe\xff\0a\0,",
            "expected text in UTF-8, found UTF-16 at byte 0; write it in UTF-8, or convert it: iconv -f UTF-16 -t UTF-8",
        ),
        (
            b"\x1f\x8b\x08\0",
            "expected text in UTF-8, found gzip at byte 0; unpack it first: gunzip",
        ),
    ] {
        for format in Format::ALL {
            let error = Table::read(bytes, &ReadOptions::new().format(*format)).expect_err("it is no text");
            assert_eq!(
                (error.code(), error.to_string().as_str()),
                (TableErrorCode::NotUtf8, message)
            );
        }
    }
    assert!(Table::read(b"\x1f", &ReadOptions::new().format(Format::Text)).is_ok());
}

#[test]
fn nesting_is_limited_to_128() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(table(&nested(128)).row_count(), 1);
    for text in [
        nested(129),
        nested(100_000),
        "[".repeat(10_000_000),
        "{\"a\":".repeat(100_000),
    ] {
        assert_eq!(error(text.as_bytes()).code(), TableErrorCode::TooDeep);
    }
}

#[test]
fn ten_megabytes_of_nonsense_are_refused() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(10_000_000).collect();
    assert_eq!(error(&bytes).code(), TableErrorCode::NotJson);
    let utf16 = [b"\xff\xfe".as_slice(), &bytes].concat();
    assert_eq!(error(&utf16).code(), TableErrorCode::NotUtf8);
    let printable: Vec<u8> = bytes.iter().map(|byte| b' ' + byte % 95).collect();
    assert_eq!(error(&printable).code(), TableErrorCode::NotJson);
    let backslashes = format!("[\"{}", "\\\\".repeat(5_000_000));
    assert_eq!(error(backslashes.as_bytes()).code(), TableErrorCode::Truncated);
    assert_eq!(error(&b" ".repeat(10_000_000)).code(), TableErrorCode::NotJson);
}

#[test]
fn numbers_of_a_million_digits_are_read() {
    let digits = "7".repeat(1_000_000);
    assert_eq!(texts_of(&format!("[{digits}]")), [digits.as_str()]);
    for fraction in [format!("0.{digits}"), format!("{digits}e-1000000")] {
        assert_eq!(texts_of(&format!("[{fraction}]")), [fraction.as_str()]);
        let options = ReadOptions::new().schema([("value".to_owned(), ColumnType::Float64)]);
        let doubles = Table::read(format!("[{fraction}]").as_bytes(), &options).expect("a number");
        assert_eq!(doubles.value(0, 0), CellRef::Float64(0.777_777_777_777_777_8));
    }
    assert_eq!(
        texts_of(&format!("[0.{}1e1000000]", "0".repeat(999_999))),
        ["Float64(1.0)"]
    );
    assert_eq!(
        texts_of("[1e99999999999999999999999,0.5]")[0],
        "1e99999999999999999999999"
    );
    assert_eq!(
        texts_of("[0,1e-99999999999999999999999]"),
        ["0", "1e-99999999999999999999999"]
    );
    assert_eq!(
        texts_of("[0e99999999999999999999999,0e-99999999999999999999999]"),
        ["Float64(0.0)"; 2]
    );
}

#[test]
fn a_table_out_of_proportion_to_its_text_is_refused() {
    let rows = |columns: usize| {
        let rows: Vec<String> = (0..100_000)
            .map(|row| format!("{{\"c{}\":1}}", row % columns))
            .collect();
        format!("[{}]", rows.join(","))
    };
    let wide = format!("[[{}1]]", "1,".repeat(16_384));
    for text in [rows(100_000), rows(1000), wide] {
        assert_eq!(error(text.as_bytes()).code(), TableErrorCode::TooLarge);
    }
    assert_eq!(table(&rows(100)).columns().len(), 100);
}

#[test]
fn codes_are_serialized_in_camel_case() {
    use TableErrorCode::{InvalidPath, NotJson, NotUtf8, PathNotFound, TooDeep, TooLarge, Truncated};
    for code in [
        InvalidPath,
        NotJson,
        NotUtf8,
        PathNotFound,
        TooDeep,
        TooLarge,
        Truncated,
    ] {
        assert_eq!(serde_json::to_value(code).expect("a name"), json!(code.as_str()));
    }
}

#[test]
fn a_reader_refuses_chunks_beyond_the_limit_and_keeps_what_it_has() {
    let mut reader = TableReader::new(ReadOptions::new());
    reader.push(b"[1,2]").expect("little");
    for bytes in [(1 << 31) - 5, 1 << 31, usize::MAX] {
        assert_eq!(
            reader.reserve(bytes).expect_err("much").code(),
            TableErrorCode::TooLarge
        );
    }
    // Nobody touches it, so the system gives no memory for it.
    let large = vec![0; 1 << 31];
    assert_eq!(reader.push(&large).expect_err("much").code(), TableErrorCode::TooLarge);
    assert_eq!(reader.finish().expect("what came before").row_count(), 2);
}
