//! How a column finds its type.

use pqrun::table::{CellRef, ColumnType, ColumnValues};
use serde_json::json;

use super::{table, texts_of, type_of};

#[test]
fn a_column_of_integers_and_nulls_stays_int64() {
    assert_eq!(
        type_of("[1,null,-9223372036854775808,9223372036854775807]"),
        ColumnType::Int64
    );
    let table = table("[1,null,3]");
    let column = table.column("value").expect("the column");
    assert_eq!((column.null_count(), column.validity()), (1, Some([0b101].as_slice())));
    assert_eq!(column.values(), ColumnValues::Int64(&[1, 0, 3]));
}

#[test]
fn integers_and_doubles_are_float64_if_the_integers_are_exact() {
    assert_eq!(
        type_of("[1,0.5,null,9007199254740992,-1152921504606846976]"),
        ColumnType::Float64
    );
    assert_eq!(type_of("[-9223372036854775808,0.5]"), ColumnType::Float64);
    assert_eq!(
        texts_of("[9007199254740993,0.5,1e2]"),
        ["9007199254740993", "0.5", "1e2"]
    );
    assert_eq!(type_of("[9223372036854775807,0.5]"), ColumnType::Utf8);
}

#[test]
fn integers_beyond_int64_keep_every_digit_as_text() {
    let values = "[1,9223372036854775808,-123456789012345678901234567890]";
    assert_eq!(type_of(values), ColumnType::Utf8);
    assert_eq!(
        texts_of(values),
        ["1", "9223372036854775808", "-123456789012345678901234567890"]
    );
    assert_eq!(type_of("[100000000000000000000,0.5]"), ColumnType::Utf8);
}

#[test]
fn a_double_out_of_range_makes_the_column_text() {
    assert_eq!(texts_of("[1.5,1e400]"), ["1.5", "1e400"]);
    assert_eq!(texts_of("[0,-1e-400]"), ["0", "-1e-400"]);
}

#[test]
fn a_negative_zero_keeps_its_sign() {
    assert_eq!(texts_of("[-0,1]"), ["Float64(-0.0)", "Float64(1.0)"]);
}

#[test]
fn booleans_are_bool() {
    let table = table("[true,null,false,true,true,true,true,true,true]");
    assert_eq!(table.columns()[0].values(), ColumnValues::Bool(&[0b1111_1001, 1]));
    assert_eq!(
        (table.value(0, 0), table.value(1, 0)),
        (CellRef::Bool(true), CellRef::Null)
    );
}

#[test]
fn values_of_more_than_one_kind_are_json_and_keep_their_kind() {
    assert_eq!(texts_of(r#"[true,1,"1",null]"#), ["true", "1", "\"1\"", "Null"]);
    for values in ["[true,1]", r#"[1,"x"]"#, r#"["x",{}]"#, "[[],{}]", "[null,[]]"] {
        assert_eq!(type_of(values), ColumnType::Json, "{values}");
    }
    assert_eq!(
        texts_of(r#"["a",123456789012345678901234567890]"#)[1],
        "123456789012345678901234567890"
    );
}

#[test]
fn nested_values_are_json_without_white_space() {
    let table = table("[{\"a\": [1 ,\n 2], \"b\":0}, {\"a\": { \"x y\" : \"p \\\" q\" }, \"b\":0}]");
    assert_eq!(table.value(0, 0), CellRef::Json("[1,2]"));
    assert_eq!(table.value(1, 0), CellRef::Json("{\"x y\":\"p \\\" q\"}"));
    assert_eq!(table.to_json_lines().lines().count(), 2);
}

#[test]
fn digits_inside_nested_values_are_kept() {
    assert_eq!(texts_of("[[123456789012345678901.50]]"), ["[123456789012345678901.50]"]);
}

#[test]
fn texts_of_digits_stay_texts() {
    assert_eq!(type_of(r#"["007","8",null]"#), ColumnType::Utf8);
    assert_eq!(type_of(r#"["true","false"]"#), ColumnType::Utf8);
}

#[test]
fn a_column_without_values_is_utf8() {
    assert_eq!(
        (type_of("[null,null]"), type_of("[]")),
        (ColumnType::Utf8, ColumnType::Utf8)
    );
}

#[test]
fn an_empty_text_is_not_null() {
    let table = table(r#"["",null]"#);
    assert_eq!(
        (table.value(0, 0), table.value(1, 0)),
        (CellRef::Utf8(""), CellRef::Null)
    );
    assert_eq!(
        table.columns()[0].values(),
        ColumnValues::Utf8 {
            offsets: &[0, 0, 0],
            text: ""
        }
    );
}

#[test]
fn escapes_are_decoded_and_half_pairs_replaced() {
    assert_eq!(
        texts_of(r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","\ud83d","\ud83dx\ude00","\ud83d\ud83d\ude00","\ud83dé"]"#),
        [
            "\"\\/\u{8}\u{c}\n\r\té😀",
            "\u{fffd}",
            "\u{fffd}x\u{fffd}",
            "\u{fffd}😀",
            "\u{fffd}é"
        ]
    );
}

#[test]
fn types_are_serialized_by_their_names() {
    use ColumnType::{Bool, Date, Datetime, Float64, Int64, Json, Timestamp, Utf8};
    for (column_type, name) in [
        (Bool, "bool"),
        (Int64, "int64"),
        (Float64, "float64"),
        (Timestamp, "timestamp"),
        (Datetime, "datetime"),
        (Date, "date"),
        (Utf8, "utf8"),
        (Json, "json"),
    ] {
        assert_eq!(column_type.as_str(), name);
        assert_eq!(serde_json::to_value(column_type).expect("a name"), json!(name));
    }
}
