//! Numbers of no more digits than a double has are read as the nearest double, ties to even, as the standard library reads
//! them; those of more digits where a schema asks for doubles. Otherwise they stay as they are written.

use std::fmt::Write;

use pqrun::table::{CellRef, ColumnType, ColumnValues, CsvOptions, Format, ReadOptions, Table};
use proptest::prelude::*;

use super::table;

/// How many random literals each of the tests below reads.
const COUNT: usize = 200_000;

/// Whether a literal with a fraction or an exponent has at most 17 digits that count, and a double near it.
fn fits(literal: &str) -> bool {
    let mantissa = literal.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_matches('0');
    let nearest: f64 = literal.parse().expect("a number");
    digits.len() <= 17 && nearest.is_finite() && (nearest != 0.0 || digits.is_empty())
}

/// Reads `[…]` with numbers as doubles, whatever digits they have.
fn doubles(text: &str) -> Table {
    let options = ReadOptions::new()
        .format(Format::Json)
        .schema([("value".to_owned(), ColumnType::Float64)]);
    Table::read(text.as_bytes(), &options).expect("numbers")
}

fn csv(text: &str) -> Table {
    Table::read(text.as_bytes(), &ReadOptions::new().format(Format::Csv)).expect("the text is CSV")
}

/// Asserts that a literal is read as the standard library reads it, which is exact, or stays as it is written.
#[track_caller]
fn assert_nearest(literal: &str) {
    let expected = literal.parse::<f64>().expect("a number");
    let text = format!("[{literal}]");
    match table(&text).value(0, 0) {
        CellRef::Float64(number) => assert!(number.to_bits() == expected.to_bits() && fits(literal), "{literal}"),
        CellRef::Utf8(text) => assert!(text == literal && !fits(literal), "{literal}"),
        cell => panic!("{literal} became {cell:?}"),
    }
    if expected.is_finite() {
        match doubles(&text).value(0, 0) {
            CellRef::Float64(number) => assert_eq!(number.to_bits(), expected.to_bits(), "{literal}"),
            cell => panic!("{literal} became {cell:?}"),
        }
    }
}

/// Asserts the same of many literals at once. Each is written into the text by `write`, from random bits, and has to be in
/// a double's range.
#[track_caller]
fn assert_all_nearest(write: impl Fn(&mut String, u64, u64)) {
    let mut state = 1_u64;
    let mut random = || {
        // SplitMix64: https://prng.di.unimi.it/splitmix64.c
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    };
    let mut text = String::from("[");
    for at in 0..COUNT {
        text.push_str(if at == 0 { "" } else { "," });
        write(&mut text, random(), random());
    }
    text.push(']');
    let literals: Vec<&str> = text[1..text.len() - 1].split(',').collect();
    let fitting: Vec<&str> = literals.iter().copied().filter(|literal| fits(literal)).collect();
    if fitting.len() < literals.len() {
        assert_read_as_nearest(&doubles(&text), &literals);
    }
    if !fitting.is_empty() {
        assert_read_as_nearest(&table(&format!("[{}]", fitting.join(","))), &fitting);
    }
}

#[track_caller]
fn assert_read_as_nearest(table: &Table, literals: &[&str]) {
    let ColumnValues::Float64(numbers) = table.columns()[0].values() else {
        panic!("no doubles: {:?}", table.columns()[0].column_type());
    };
    assert_eq!(numbers.len(), literals.len());
    for (literal, number) in literals.iter().zip(numbers) {
        let expected: f64 = literal.parse().expect("a number");
        assert_eq!(number.to_bits(), expected.to_bits(), "{literal}");
    }
}

/// Asserts that a column of these numbers has that type, in JSON as in CSV, and keeps them as they are written if it is
/// text.
#[track_caller]
fn assert_type(numbers: &[&str], expected: ColumnType) {
    let json = table(&format!("[{}]", numbers.join(",")));
    let records: String = numbers.iter().map(|number| format!("{number},x\n")).collect();
    for table in [json, csv(&format!("value,other\n{records}"))] {
        let column = &table.columns()[0];
        assert_eq!(column.column_type(), expected, "{numbers:?}");
        for (row, number) in numbers.iter().enumerate().filter(|_| expected == ColumnType::Utf8) {
            assert_eq!(column.value(row), CellRef::Utf8(number));
        }
    }
}

#[test]
fn a_decimal_of_more_digits_than_a_double_has_makes_its_column_exact_text() {
    for long in [
        "12345678901234567890.123456789012345678",
        "-12345678901234567890.123456789012345678",
        "0.123456789012345678",
        "1.23456789012345678",
        "123456789012345678.0",
        "123456789012345678e0",
        "1234567890123456789e-19",
        "100000000000000000000000.000000000000000000000001",
    ] {
        assert_type(&[long], ColumnType::Utf8);
        // Whatever stands beside it, and on either side of it.
        for other in ["1", "0.5", "9007199254740993", "12345678901234567890", "-0", "1.500"] {
            assert_type(&[long, other], ColumnType::Utf8);
            assert_type(&[other, long], ColumnType::Utf8);
        }
    }
}

#[test]
fn zeros_at_the_ends_and_the_exponent_are_no_digits_that_count() {
    for short in [
        "0.30000000000000004",
        "1234567890123456.7",
        "12345678901234567.0",
        "12345678901234567.000000000000000000",
        "1.500000000000000000",
        "12345678901234567.0e10",
        "1234567890123456700e-4",
        "123456789012345670e100",
        "123456789012345670.0",
        "0.000000000000000000",
        "-0.000000000000000000000000012345678901234567",
        "100000000000000000000000000.0",
        "0.0000000000000000000000000e99999999999999999999",
        "-0.0000000000000000000000000e-99999999999999999999",
        "1e22",
        "1.0000000000000000e-30",
    ] {
        assert_type(&[short], ColumnType::Float64);
        assert_type(&["7", short], ColumnType::Float64);
        assert_nearest(short);
    }
}

#[test]
fn integers_without_fraction_and_exponent_are_not_counted_in_digits() {
    assert_type(&["9223372036854775807", "-9223372036854775808"], ColumnType::Int64);
    // This one is a double, of 19 digits.
    assert_type(&["-9223372036854775808", "0.5"], ColumnType::Float64);
    assert_type(&["123456789012345678901", "1"], ColumnType::Utf8);
}

#[test]
fn a_number_with_no_double_near_it_makes_its_column_text() {
    for far in ["1e400", "-1e400", "1e-400", "-0.1e-400", "2.4703282292062327e-324"] {
        assert_type(&[far], ColumnType::Utf8);
        assert_type(&["0.5", far], ColumnType::Utf8);
    }
    assert_type(&["0e-400", "4.9e-324", "2.4703282292062328e-324"], ColumnType::Float64);
}

#[test]
fn a_schema_takes_the_double_or_the_integer_that_is_nearest() {
    let doubles = doubles("[12345678901234567890.123456789012345678,1e-400,\"0.1234567890123456789\"]");
    assert_eq!(
        doubles.columns()[0].values(),
        ColumnValues::Float64(&[12_345_678_901_234_567_000.0, 0.0, 0.123_456_789_012_345_68])
    );
    let options = ReadOptions::new().schema([("value".to_owned(), ColumnType::Int64)]);
    let integers = Table::read(b"[1234567890123456789.0,123456789012345678900e-2]", &options).expect("integers");
    assert_eq!(
        integers.columns()[0].values(),
        ColumnValues::Int64(&[1_234_567_890_123_456_789, 1_234_567_890_123_456_789])
    );
    for other in ["12345678901234567890.0", "0.1234567890123456789", "1e-400"] {
        assert!(
            Table::read(format!("[{other}]").as_bytes(), &options).is_err(),
            "{other}"
        );
    }
}

#[test]
fn decimals_that_are_text_are_the_same_text_when_written_and_read_again() {
    let table = table("[{\"d\":12345678901234567890.5,\"n\":1},{\"d\":1.50,\"n\":2}]");
    let json = table.to_json();
    assert_eq!(json, r#"[{"d":"12345678901234567890.5","n":1},{"d":"1.50","n":2}]"#);
    assert_eq!(super::table(&json), table);
    let text = table.to_csv(&CsvOptions::new());
    assert_eq!(text, "d,n\r\n\"12345678901234567890.5\",1\r\n\"1.50\",2\r\n");
    assert_eq!(csv(&text), table);
}

#[test]
fn doubles_written_with_as_few_digits_as_tell_them_apart() {
    assert_all_nearest(|out, bits, _| {
        // Any sign and mantissa, and each exponent but that of infinity.
        let number = f64::from_bits((bits % (0x7ff << 52)) | (bits >> 63 << 63));
        let _ = write!(out, "{number:e}");
    });
    assert_all_nearest(|out, bits, exponent| {
        let number = f64::from_bits(bits >> 12 | (1023 - 30 + exponent % 60) << 52);
        let _ = write!(out, "{number:?}");
    });
}

#[test]
fn whole_numbers_times_powers_of_ten() {
    assert_all_nearest(|out, bits, other| {
        let (mantissa, exponent) = (bits >> (other % 64), (other >> 8) % 70);
        let _ = write!(out, "{mantissa}e{}", i64::try_from(exponent).expect("small") - 35);
    });
    assert_all_nearest(|out, bits, other| {
        let _ = write!(out, "{}.{:019}", bits >> (other % 64), other >> 1);
    });
}

/// The decimals right between two doubles, which only the rule of the even one decides, and their neighbours.
#[test]
fn halves_between_two_doubles() {
    for change in [-1, 0, 1_i64] {
        assert_all_nearest(|out, bits, other| {
            // A double of few bits and a half of its last place, as a whole number over a power of five and of two:
            // m / 2^n = m * 5^n / 10^n.
            let power = (other % 5) as u32;
            let halfway = (bits >> 11 | 1 << 52) * 2 + 1;
            let scaled = (i128::from(halfway) * 5_i128.pow(power) + i128::from(change)).unsigned_abs();
            let _ = write!(out, "{scaled}e-{power}");
            let _ = write!(out, ",{scaled}.0");
        });
    }
}

#[test]
fn doubles_on_the_edges() {
    let smallest_half = format!("{:.1100}", f64::from_bits(3) / 2.0 * 0.5);
    for literal in [
        "0.30000000000000004",
        "9007199254740993.0",
        "9007199254740992.99999999999999999999999999999999999999",
        "9007199254740993.00000000000000000000000000000000000001",
        "18446744073709551615.0",
        "18446744073709551615e27",
        "18446744073709551615e-27",
        "18446744073709551616e-27",
        "9007199254740993e-27",
        "9007199254740993e27",
        "9007199254740993e28",
        "9007199254740993e-28",
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
        "0e0",
        "0e999999999999",
        "-0.0e5",
        "-0.0e-50",
        smallest_half.as_str(),
    ] {
        assert_nearest(literal);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn literals_of_any_length(digits in "[0-9]{1,40}", exponent in -360_i32..330, bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        if number.is_finite() {
            assert_nearest(&format!("{number:.30e}"));
        }
        assert_nearest(&format!("1{digits}.{digits}"));
        assert_nearest(&format!("0.{digits}"));
        assert_nearest(&format!("1{digits}e{exponent}"));
        assert_nearest(&format!("-0.{digits}E{exponent:+}"));
    }

    #[test]
    fn halves_of_large_numbers(mantissa in (1_u64 << 52)..(1 << 53), shift in 1_u32..60) {
        let halfway = (u128::from(mantissa) * 2 + 1) << shift;
        assert_nearest(&format!("{halfway}.0"));
        assert_nearest(&format!("{halfway}.000000000000000000001"));
        assert_nearest(&format!("{}.9999999999999999999999", halfway - 1));
    }
}
