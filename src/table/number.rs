//! Decimal text to the nearest double.
//!
//! `str::parse::<f64>` would do, but its table of powers costs 13 KB of compressed wasm; `serde_json` reads some
//! numbers of 16 digits and more one unit off. This is exact arithmetic instead: in machine words for the numbers that
//! occur, in lists of words for the rest.

use std::cmp::Ordering;

/// Digits that can matter: a double is decided by fewer than 770, whatever follows only has to be known as not zero.
const MAX_DIGITS: usize = 800;

/// Reads a JSON number as the nearest double, ties to even. `None` if it is too large for a double.
pub(super) fn parse_f64(literal: &str) -> Option<f64> {
    let decimal = Decimal::read(literal);
    let bits = match decimal.to_bits() {
        bits @ 0..INFINITY => bits,
        _ => return None,
    };
    Some(f64::from_bits(bits | u64::from(decimal.negative) << 63))
}

/// The bits of positive infinity.
const INFINITY: u64 = 0x7ff << 52;

/// A decimal number: the digits, without zeros in front, times a power of ten.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
    /// Whether digits other than zero were left out behind `digits`.
    inexact: bool,
}

impl Decimal {
    fn read(literal: &str) -> Self {
        let mut number = Self {
            negative: literal.starts_with('-'),
            digits: Vec::new(),
            exponent: 0,
            inexact: false,
        };
        let mut bytes = literal.bytes();
        let mut fraction = false;
        for byte in bytes.by_ref() {
            match byte {
                b'0'..=b'9' => {
                    number.exponent -= i64::from(fraction);
                    if number.digits.len() == MAX_DIGITS {
                        number.exponent += 1;
                        number.inexact |= byte != b'0';
                    } else if byte != b'0' || !number.digits.is_empty() {
                        number.digits.push(byte - b'0');
                    }
                }
                b'.' => fraction = true,
                b'e' | b'E' => break,
                _ => {}
            }
        }
        let (mut exponent, mut sign) = (0_i64, 1);
        for byte in bytes {
            match byte {
                b'-' => sign = -1,
                b'0'..=b'9' => exponent = exponent.saturating_mul(10).saturating_add(i64::from(byte - b'0')),
                _ => {}
            }
        }
        number.exponent = number.exponent.saturating_add(sign * exponent);
        while !number.inexact && number.digits.pop_if(|digit| *digit == 0).is_some() {
            number.exponent = number.exponent.saturating_add(1);
        }
        number
    }

    /// The bits of the nearest double, without the sign; infinity if it is too large.
    fn to_bits(&self) -> u64 {
        let magnitude = self
            .exponent
            .saturating_add(i64::try_from(self.digits.len()).unwrap_or(i64::MAX));
        if self.digits.is_empty() || magnitude < -330 {
            return 0;
        }
        if magnitude > 310 {
            return INFINITY;
        }
        let (negative_power, power) = (
            self.exponent < 0,
            u32::try_from(self.exponent.unsigned_abs()).unwrap_or(0),
        );
        if self.digits.len() <= 19 && power <= 22 {
            let number = self
                .digits
                .iter()
                .fold(0_u64, |number, digit| number * 10 + u64::from(*digit));
            // 5^22 has 52 bits; the twos of ten only move the point.
            let fives = 5_u64.pow(power);
            if !negative_power {
                return round(u128::from(number) * u128::from(fives), false, self.exponent);
            }
            // Long division by 12 bits at a time, to 73 bits or more.
            let shift = number.leading_zeros();
            let number = number << shift;
            let (mut quotient, mut rest) = (u128::from(number / fives), number % fives);
            for _ in 0..5 {
                rest <<= 12;
                quotient = quotient << 12 | u128::from(rest / fives);
                rest %= fives;
            }
            return round(quotient, rest != 0, self.exponent - i64::from(shift) - 60);
        }
        let mut number = Natural(Vec::new());
        for digit in &self.digits {
            number.multiply_add(10, u64::from(*digit));
        }
        let mut divisor = Natural(vec![1]);
        let scaled = if negative_power { &mut divisor } else { &mut number };
        for _ in 0..power {
            scaled.multiply_add(10, 0);
        }
        let (quotient, inexact, exponent) = divide(number, divisor);
        round(quotient, inexact || self.inexact, exponent)
    }
}

/// The bits of the double nearest to `number * 2^exponent`, or to a little more if `inexact`.
///
/// `number` has 54 bits at least, unless the product is exact.
fn round(number: u128, inexact: bool, exponent: i64) -> u64 {
    let length = i64::from(128 - number.leading_zeros());
    let top = exponent + length - 1;
    if top > 1023 {
        return INFINITY;
    }
    // Below 2^-1022 a double has fewer bits; below 2^-1075 none.
    let precision = 53 + (top + 1022).min(0);
    if precision < 0 {
        return 0;
    }
    let mantissa = match u32::try_from(length - precision) {
        Ok(dropped @ 1..128) => {
            let half = 1_u128 << (dropped - 1);
            let (kept, rest) = (number >> dropped, number & ((half << 1) - 1));
            let up = match rest.cmp(&half) {
                Ordering::Less => false,
                Ordering::Equal => inexact || kept & 1 == 1,
                Ordering::Greater => true,
            };
            kept + u128::from(up)
        }
        _ => number << (precision - length).max(0),
    };
    let mantissa = u64::try_from(mantissa).unwrap_or(0);
    // The topmost bit of the mantissa adds one to the exponent's field; so does a carry out of the rounding.
    mantissa + (u64::try_from(top + 1022).unwrap_or(0) << 52)
}

/// A natural number, in words from the lowest to the highest; the highest is not zero.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn multiply_add(&mut self, factor: u64, mut carry: u64) {
        for word in &mut self.0 {
            carry += u64::from(*word) * factor;
            *word = (carry & 0xffff_ffff) as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push((carry & 0xffff_ffff) as u32);
        }
    }

    fn shift_left(&mut self, bits: usize) {
        self.multiply_add(1 << (bits % 32), 0);
        self.0.splice(0..0, std::iter::repeat_n(0, bits / 32));
    }

    fn bit_length(&self) -> usize {
        self.0.len() * 32 - self.0.last().map_or(0, |word| word.leading_zeros() as usize)
    }

    /// Takes `other` away if it is not larger. Says whether it was.
    fn subtract(&mut self, other: &Self) -> bool {
        let order = self
            .0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()));
        if order == Ordering::Less {
            return false;
        }
        let mut borrow = 0_i64;
        for (at, word) in self.0.iter_mut().enumerate() {
            borrow += i64::from(*word) - i64::from(other.0.get(at).copied().unwrap_or(0));
            *word = (borrow & 0xffff_ffff) as u32;
            borrow >>= 32;
        }
        while self.0.pop_if(|word| *word == 0).is_some() {}
        true
    }
}

/// Divides: a quotient of 64 or 65 bits, whether something remained, and the power of two that scales the quotient.
fn divide(mut number: Natural, mut divisor: Natural) -> (u128, bool, i64) {
    let (number_length, divisor_length) = (number.bit_length(), divisor.bit_length() + 64);
    number.shift_left(divisor_length.saturating_sub(number_length));
    divisor.shift_left(64 + number_length.saturating_sub(divisor_length));
    let mut quotient = 0_u128;
    for _ in 0..=64 {
        quotient = quotient << 1 | u128::from(number.subtract(&divisor));
        number.multiply_add(2, 0);
    }
    let exponent = i64::try_from(number_length).unwrap_or(0) - i64::try_from(divisor_length).unwrap_or(0);
    (quotient, !number.0.is_empty(), exponent)
}
