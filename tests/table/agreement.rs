//! The same texts are accepted and refused as by `serde_json`, with the same values; `tests/node/agreement.test.mjs` says
//! the same of `JSON.parse`, and of many more texts.

// The fuzz targets, which run here on less.
#[expect(unreachable_pub, reason = "public in the package of the fuzz targets")]
#[path = "../../fuzz/src/properties.rs"]
mod properties;

use pqrun::table::{CellRef, Format, JsonPath, ReadOptions, Table, TableErrorCode};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// How deep a document may be.
const MAX_DEPTH: usize = 128;

/// Texts that mutants are bred from: every shape, every kind of value, and some that are no JSON.
const CORPUS: [&str; 24] = [
    r#"[{"a":1,"b":"x"},{"a":2,"b":null},{"a":3,"c":[1,{"d":2}]}]"#,
    r#"[{"a":1,"a":2},{"b":9007199254740993},{"a":-0,"b":1.5e3}]"#,
    r#"[{"t":"2026-01-31T12:00:00Z"},{"t":"2026-01-31 12:00:00.5+01:00"},{"d":"2026-02-28"}]"#,
    r#"[{"s":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t é😀"},{"s":"\ud83d"},{"\u0073":"\ude00\ud83d"}]"#,
    r#"[["id","name"],[1,"a"],[2,null]]"#,
    "[[1,\"a\"],[2],null,[]]",
    "[1,null,2.5,18446744073709551616]",
    r#"["{\"a\":1}"," {\"a\":\"\\u00e9\\n\"}",null]"#,
    r#"{"id":[1,2],"name":["a",null]}"#,
    r#"{"a":{"0":1,"1":2},"b":{"0":"x","1":null}}"#,
    r#"{"0":{"a":1},"1":{"a":2,"b":true}}"#,
    r#"{"columns":["a","b"],"index":[0,1],"data":[[1,"x"],[2,null]]}"#,
    r#"{"schema":{"fields":[{"name":"index"},{"name":"a"}],"primaryKey":["index"]},"data":[{"index":0,"a":1}]}"#,
    "{\"a\":1}\n{\"a\":2}\n\n[3]",
    "a,b\n1,\"x\"\"y\"\n2,",
    "a;b\r\n\"1\";2026-01-31\r\n",
    r#"{"a":{"b":"[{\"x\":1},{\"x\":\"\\u00e9\"}]"}}"#,
    r#" [ { "a" : true , "b" : [ ] } , { } ] "#,
    "[[[[[[[[[[]]]]]]]]]]",
    "[01,1.,.5,1e,+1,NaN]",
    r#"{"a":1,}"#,
    "\"\\u12g4\\x\"",
    "\u{feff}[1]",
    "[truefalse,nul]",
];

/// What a mutation puts in.
const PIECES: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud83d",
    "\\ude00",
    "0",
    "-",
    "+",
    ".",
    "e",
    "null",
    "true",
    " ",
    "\n",
    "\r",
    "\u{0}",
    "\u{1f}",
    "é",
    "😀",
    "\u{feff}",
    "\"a\":1,",
    "[]",
    "{}",
    "2026-01-31",
];

fn mutant() -> impl Strategy<Value = Vec<u8>> {
    let change = (0..6_u8, any::<Index>(), 0..5_usize, any::<u8>(), select(&PIECES[..]));
    let base = prop_oneof![
        4 => select(&CORPUS[..]).prop_map(str::to_owned),
        1 => rows().prop_map(|rows| Value::from_iter(rows).to_string()),
    ];
    (base, prop::collection::vec(change, 0..4)).prop_map(|(base, changes)| {
        let mut text = base.into_bytes();
        for (change, at, length, byte, piece) in changes {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + length);
            match change {
                0 if at < text.len() => text[at] ^= 1 << (byte % 8),
                1 => drop(text.drain(at..end)),
                2 => text.insert(at, byte),
                3 => drop(text.splice(at..end, piece.bytes())),
                4 => drop(text.splice(at..at, piece.bytes())),
                _ => text.truncate(at),
            }
        }
        text
    })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000_i64..1000).prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        (-100_000_i32..100_000).prop_map(|number| Value::from(f64::from(number) / 100.0)),
        any::<String>().prop_map(Value::from),
        "[a-zé😀\"\\\\/\n ]{0,12}".prop_map(Value::from),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Map<String, Value>>> {
    let row = prop::collection::vec(("[a-cé\"]{0,2}", scalar()), 0..5);
    prop::collection::vec(row.prop_map(Map::from_iter), 1..6)
}

/// Whether `serde_json` takes it for JSON. It looks neither at the encoding nor at what it skips of texts, so these are
/// looked at here.
fn is_json(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    str::from_utf8(text).is_ok() && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// How deep a document is that is JSON.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn read_json(text: &[u8]) -> Result<Table, TableErrorCode> {
    Table::read(text, &ReadOptions::new().format(Format::Json)).map_err(|error| error.code())
}

#[track_caller]
fn check_verdict(text: &[u8]) {
    let read = read_json(text);
    let shown = String::from_utf8_lossy(text);
    if !is_json(text) {
        assert!(read.is_err(), "read, though it is no JSON: {shown}");
    } else if depth(text) > MAX_DEPTH {
        assert_eq!(read, Err(TableErrorCode::TooDeep), "{shown}");
    } else {
        assert!(
            read.is_ok(),
            "refused with {:?}, though it is JSON: {shown}",
            read.map(|_| ())
        );
    }
}

/// Whether a cell holds a value of the data, none of which is a point in time.
fn is_same(cell: CellRef<'_>, value: &Value) -> bool {
    match (cell, value) {
        (CellRef::Null, Value::Null) => true,
        (CellRef::Bool(cell), Value::Bool(value)) => cell == *value,
        (CellRef::Int64(cell), Value::Number(value)) => value.as_i64() == Some(cell),
        (CellRef::Float64(cell), Value::Number(value)) => value.as_f64().map(f64::to_bits) == Some(cell.to_bits()),
        (CellRef::Utf8(cell), Value::String(value)) => cell == value,
        // Numbers that no type holds together are text, as they are written.
        (CellRef::Utf8(cell), Value::Number(value)) => cell == value.to_string(),
        (CellRef::Json(cell), value) => {
            let written = value.to_string();
            cell == written
        }
        _ => false,
    }
}

#[test]
fn the_corpus_cut_off_anywhere_is_accepted_and_refused_as_by_serde_json() {
    for text in CORPUS {
        for end in 0..=text.len() {
            check_verdict(&text.as_bytes()[..end]);
        }
    }
    for depth in [127, 128, 129, 5000] {
        check_verdict(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
        check_verdict(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn mutants_are_accepted_and_refused_as_by_serde_json(text in mutant()) {
        check_verdict(&text);
    }

    #[test]
    fn any_bytes_and_any_options_give_a_table_or_an_error_that_says_where(
        options in any::<[u8; 4]>(), text in mutant(),
    ) {
        properties::read_anything(&[&options[..], &text].concat());
    }

    #[test]
    fn a_text_within_a_text_is_read_as_the_text_alone(text in mutant()) {
        properties::envelope_is_plain(&text);
    }

    #[test]
    fn what_is_written_is_read_as_the_same_table(text in mutant()) {
        properties::round_trip(&text);
    }
}

proptest! {
    #[test]
    fn every_cell_is_what_was_written(rows in rows()) {
        let text = Value::from_iter(rows.iter().cloned()).to_string();
        let table = read_json(text.as_bytes()).expect("it is JSON");
        prop_assert_eq!(table.row_count(), rows.len());
        for (at, column) in table.columns().iter().enumerate() {
            for (index, row) in rows.iter().enumerate() {
                let value = row.get(column.name()).unwrap_or(&Value::Null);
                prop_assert!(is_same(table.value(index, at), value), "{}, row {}: {}", column.name(), index, text);
            }
        }
        let names = rows.iter().flat_map(Map::keys);
        prop_assert!(names.into_iter().all(|name| table.column(name).is_some()), "{}", text);
    }

    #[test]
    fn a_path_through_two_texts_leads_to_the_same_table(rows in rows()) {
        let text = Value::from_iter(rows).to_string();
        let path = JsonPath::parse("$.a.b").expect("a path");
        let twice = serde_json::json!({ "a": serde_json::json!({ "b": text }).to_string() }).to_string();
        let read = Table::read(twice.as_bytes(), &ReadOptions::new().path(path)).map_err(|error| error.code());
        prop_assert_eq!(read, read_json(text.as_bytes()));
    }
}
