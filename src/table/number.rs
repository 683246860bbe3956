//! Decimal text to the nearest double.
//!
//! `str::parse::<f64>` would do, but its table of powers costs 13 KB of compressed wasm; `serde_json` reads some
//! numbers of 16 digits and more one unit off. Here numbers of up to 19 digits whose power of ten is not far off are read
//! in machine words, with a table of half a kilobyte; for the others there is exact arithmetic in lists of words.

use std::cmp::Ordering;

use super::lexer::{Lexer, Number};

/// The most digits that a double is written with by those who write no more than tell it from its neighbours, without
/// zeros at the ends. A decimal with more of them says what no double holds.
const DIGITS_OF_DOUBLE: usize = 17;

/// The first whole number that has more digits than that.
const TOO_LONG: u64 = 10_u64.pow(DIGITS_OF_DOUBLE as u32);

/// Digits that can matter: a double is decided by fewer than 770, whatever follows only has to be known as not zero.
const MAX_DIGITS: usize = 800;

/// The powers of ten that are doubles.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The farthest power of ten that [`scaled`] takes on: 5^27 is the last power of five in 64 bits.
const MAX_POWER: i32 = 27;

/// The farthest power of ten in the other direction: with 17 digits, numbers down to a millionth of a millionth have it.
const MIN_POWER: i32 = -40;

/// 5^-n for n from 0 to that of [`MIN_POWER`], as 128 bits from the highest one that is set. What follows them is rounded up
/// as far as 5^n has 64 bits, and left out beyond, as in the tables for which the algorithm was proven right.
const RECIPROCALS: [u128; MIN_POWER.unsigned_abs() as usize + 1] = {
    let mut reciprocals = [1 << 127; MIN_POWER.unsigned_abs() as usize + 1];
    let mut power = 1;
    while power <= MIN_POWER.unsigned_abs() {
        let is_rounded = power <= MAX_POWER.unsigned_abs();
        reciprocals[power as usize] = reciprocal(5_u128.pow(power)) + is_rounded as u128;
        power += 1;
    }
    reciprocals
};

/// The first 128 bits of `1 / divisor`, for a divisor that is no power of two.
const fn reciprocal(divisor: u128) -> u128 {
    let (mut quotient, mut rest) = (0_u128, 1);
    while quotient >> 127 == 0 {
        rest *= 2;
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
    }
    quotient
}

/// The double nearest to `mantissa * 10^exponent`, ties to even. `None` for powers beyond 27 or below -40, unless all is
/// zero, and for more digits than a double has.
///
/// A whole number below 2^53 and a power of ten up to 10^22 are doubles, whose product and quotient the machine rounds
/// once (Clinger 1990). Beyond that, this is [Lemire's algorithm](https://arxiv.org/abs/2101.11408).
#[inline(always)]
pub(crate) fn scaled(mantissa: u64, exponent: i32) -> Option<f64> {
    let power = exponent.unsigned_abs();
    if mantissa >> 53 == 0
        && let Some(exact) = EXACT_POWERS.get(power as usize)
    {
        let mantissa = mantissa as f64;
        return Some(if exponent < 0 {
            mantissa / exact
        } else {
            mantissa * exact
        });
    }
    if mantissa < TOO_LONG {
        return scaled_in_words(mantissa, exponent);
    }
    // Decimals of a fixed scale have zeros at their ends.
    let (mantissa, zeros) = without_zeros(mantissa);
    if mantissa < TOO_LONG {
        return scaled_in_words(mantissa, exponent.saturating_add(zeros));
    }
    None
}

/// A number without up to two zeros at its end, and how many those were: more can't make it too long.
#[inline(never)]
const fn without_zeros(number: u64) -> (u64, i32) {
    match (number.is_multiple_of(100), number.is_multiple_of(10)) {
        (true, _) => (number / 100, 2),
        (_, true) => (number / 10, 1),
        _ => (number, 0),
    }
}

/// The same for any mantissa, all of whose digits count.
#[inline(never)]
fn scaled_in_words(mantissa: u64, exponent: i32) -> Option<f64> {
    let power = exponent.unsigned_abs();
    if mantissa == 0 {
        return Some(0.0);
    }
    if !(MIN_POWER..=MAX_POWER).contains(&exponent) {
        return None;
    }
    let zeros = mantissa.leading_zeros();
    let mantissa = mantissa << zeros;
    let (high, low) = if exponent < 0 {
        let reciprocal = RECIPROCALS[power as usize];
        let (high, low) = multiply(mantissa, (reciprocal >> 64) as u64);
        // Unless the bits below the rounded ones are all set, the rest cannot carry into them.
        if high & 0x1ff == 0x1ff {
            let (carry, _) = multiply(mantissa, reciprocal as u64);
            let (low, overflow) = low.overflowing_add(carry);
            if low == u64::MAX {
                // One more bit could carry.
                return None;
            }
            (high + u64::from(overflow), low)
        } else {
            (high, low)
        }
    } else {
        let five = 5_u64.pow(power);
        multiply(mantissa, five << five.leading_zeros())
    };
    // The product of two numbers of 64 bits has 127 or 128; 54 of them are kept, the last to round by.
    let top = (high >> 63) as u32;
    let shift = 9 + top;
    let mut kept = high >> shift;
    // Halfway between two doubles, the even one is next below. Only then is nothing left behind the kept bits; what a
    // reciprocal that was rounded up adds to the product is at most 1.
    if low <= 1 && kept << shift == high && kept & 3 == 1 && (exponent >= 0 || power <= 4) {
        kept &= !1;
    }
    kept = (kept + (kept & 1)) >> 1;
    // The binary exponent of 10^n is floor(n * log2(10)).
    let binary = ((exponent * 217_706) >> 16) + 63 + top as i32 - zeros as i32;
    // The highest of the kept bits adds one to the exponent's field; so does a carry out of the rounding.
    let field = u64::try_from(binary + 1022).ok()?;
    Some(f64::from_bits((field << 52) + kept))
}

/// The product of two numbers of 64 bits, as its upper and its lower half.
const fn multiply(a: u64, b: u64) -> (u64, u64) {
    if cfg!(target_family = "wasm") {
        // It has no such multiplication, and what the compiler calls instead is one of 128 bits.
        const LOW: u64 = u32::MAX as u64;
        let (high, low) = ((a >> 32) * (b >> 32), (a & LOW) * (b & LOW));
        let (left, right) = ((a >> 32) * (b & LOW), (a & LOW) * (b >> 32));
        let middle = (low >> 32) + (left & LOW) + (right & LOW);
        let high = high + (left >> 32) + (right >> 32) + (middle >> 32);
        return (high, middle << 32 | low & LOW);
    }
    let product = a as u128 * b as u128;
    ((product >> 64) as u64, product as u64)
}

/// A whole text that is a JSON number.
#[inline(never)]
pub(crate) fn read(text: &[u8]) -> Option<Number> {
    let mut lexer = Lexer::<false>::new(text, 0);
    let number = lexer.number().ok()?;
    (lexer.at == text.len()).then_some(number)
}

/// Says whether a text is a JSON number and nothing else.
pub(crate) fn is_number(text: &[u8]) -> bool {
    read(text).is_some()
}

/// Whether a double holds an integer exactly.
#[inline(always)]
pub(crate) const fn is_double(integer: i64) -> bool {
    integer.unsigned_abs() <= 1 << 53 || is_long_double(integer)
}

/// The same beyond 2^53, where some integers are doubles too. A call: or else it is computed for all.
#[cold]
#[inline(never)]
const fn is_long_double(integer: i64) -> bool {
    // 2^63-1 is rounded up to 2^63, and cut down to itself on the way back.
    integer as f64 as i64 == integer && integer != i64::MAX
}

/// Reads a text that is a JSON number as the nearest double.
pub(crate) fn read_nearest(text: &[u8]) -> Option<f64> {
    match read(text)? {
        Number::Int64(integer) => Some(integer as f64),
        Number::Float64(double) => Some(double),
        Number::Large => Decimal::read(text).nearest(),
    }
}

/// Reads a text that is a JSON number of 64 bits without a fraction, however it is written: `5.0` and `5e0` are 5.
pub(crate) fn read_whole(text: &[u8]) -> Option<i64> {
    match read(text)? {
        Number::Int64(integer) => Some(integer),
        Number::Float64(_) | Number::Large => Decimal::read(text).whole(),
    }
}

/// Reads a checked JSON number as the nearest double, ties to even. `None` if no double is near, because it is too large or
/// too small, or if it has more digits than a double.
pub(crate) fn parse_f64(literal: &[u8]) -> Option<f64> {
    let (mantissa, exponent) = read_short(literal)?;
    let exponent = exponent.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    match scaled(mantissa, exponent) {
        Some(double) if literal.first() == Some(&b'-') => Some(-double),
        Some(double) => Some(double),
        None => Decimal::read(literal).nearest().filter(|double| *double != 0.0),
    }
}

/// A checked JSON number as a whole number without zeros at its end, times a power of ten. `None` if it has more digits than
/// a double.
fn read_short(literal: &[u8]) -> Option<(u64, i64)> {
    let (mut mantissa, mut digits) = (0_u64, 0);
    // Zeros count once another digit follows.
    let mut zeros = 0;
    let (mut fraction, mut in_fraction) = (0_i64, false);
    let mut bytes = literal.iter().copied();
    for byte in bytes.by_ref() {
        match byte {
            b'0'..=b'9' => {
                fraction += i64::from(in_fraction);
                if byte == b'0' {
                    zeros += usize::from(mantissa > 0);
                    continue;
                }
                digits += zeros + 1;
                if digits > DIGITS_OF_DOUBLE {
                    return None;
                }
                mantissa = mantissa * 10_u64.pow(zeros as u32 + 1) + u64::from(byte - b'0');
                zeros = 0;
            }
            b'.' => in_fraction = true,
            b'e' | b'E' => break,
            _ => {}
        }
    }
    let zeros = i64::try_from(zeros).unwrap_or(i64::MAX);
    Some((mantissa, read_exponent(bytes).saturating_add(zeros - fraction)))
}

/// The number behind the `e` of a checked JSON number; 0 without one.
fn read_exponent(bytes: impl Iterator<Item = u8>) -> i64 {
    let (mut exponent, mut sign) = (0_i64, 1);
    for byte in bytes {
        match byte {
            b'-' => sign = -1,
            b'0'..=b'9' => exponent = exponent.saturating_mul(10).saturating_add(i64::from(byte - b'0')),
            _ => {}
        }
    }
    sign * exponent
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
    fn read(literal: &[u8]) -> Self {
        let mut number = Self {
            negative: literal.first() == Some(&b'-'),
            digits: Vec::new(),
            exponent: 0,
            inexact: false,
        };
        let mut bytes = literal.iter().copied();
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
        number.exponent = number.exponent.saturating_add(read_exponent(bytes));
        while !number.inexact && number.digits.pop_if(|digit| *digit == 0).is_some() {
            number.exponent = number.exponent.saturating_add(1);
        }
        number
    }

    /// The number, if it is an integer of 64 bits. Minus nothing is nothing here.
    fn whole(&self) -> Option<i64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        // The digits end with one that is no zero, so a negative power leaves a fraction.
        let zeros = usize::try_from(self.exponent).ok().filter(|zeros| *zeros < 20)?;
        let digits = self.digits.iter().copied().chain(std::iter::repeat_n(0, zeros));
        if self.inexact {
            return None;
        }
        let mut digits = digits;
        let magnitude = digits.try_fold(0_u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit))
        })?;
        if self.negative {
            0_i64.checked_sub_unsigned(magnitude)
        } else {
            i64::try_from(magnitude).ok()
        }
    }

    /// The nearest double, ties to even, however many digits there are. `None` if it is too large for one.
    fn nearest(&self) -> Option<f64> {
        match self.to_bits() {
            bits @ 0..INFINITY => Some(f64::from_bits(bits | u64::from(self.negative) << 63)),
            _ => None,
        }
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
        if self.digits.len() <= 19
            && let Ok(exponent) = i32::try_from(self.exponent)
        {
            let mantissa = self
                .digits
                .iter()
                .fold(0, |number, digit| number * 10 + u64::from(*digit));
            if let Some(number) = scaled_in_words(mantissa, exponent) {
                return number.to_bits();
            }
        }
        let mut number = Natural(Vec::new());
        for digit in &self.digits {
            number.multiply_add(10, u64::from(*digit));
        }
        let mut divisor = Natural(vec![1]);
        let scaled = if self.exponent < 0 { &mut divisor } else { &mut number };
        for _ in 0..self.exponent.unsigned_abs() {
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
