//! Numbers are read as the nearest double, ties to even, as the standard library reads them.

use std::fmt::Write;

use pqrun::table::{CellRef, ColumnValues};
use proptest::prelude::*;

use super::table;

/// How many random literals each of the tests below reads.
const COUNT: usize = 200_000;

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

/// Asserts the same of many literals at once. Each is written into the text by `write`, from random bits, and has to be a
/// double, in range.
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
    let table = table(&text);
    let ColumnValues::Float64(numbers) = table.columns()[0].values() else {
        panic!("no doubles: {:?}", table.columns()[0].column_type());
    };
    let literals = text[1..text.len() - 1].split(',');
    for (literal, number) in literals.zip(numbers) {
        let expected: f64 = literal.parse().expect("a number");
        assert_eq!(number.to_bits(), expected.to_bits(), "{literal}");
    }
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
