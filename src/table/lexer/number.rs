//! Numbers.

use super::{Lexer, Number, Stopped};
use crate::number;

impl<const INNER: bool> Lexer<'_, INNER> {
    /// Reads the number of which the first byte, a digit or `-`, is next.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Result<Number, Stopped> {
        let start = self.at;
        let negative = self.take(b'-');
        let first = self.at;
        let mut mantissa = 0_u64;
        if !self.take(b'0') {
            self.digits(&mut mantissa)?;
        }
        let mut digits = self.at - first;
        let mut exponent = 0_i32;
        if !matches!(self.peek(), b'.' | b'e' | b'E') {
            // 18 digits fit in any case.
            if digits <= 18 && (mantissa > 0 || !negative) {
                let value = mantissa as i64;
                return Ok(Number::Int64(if negative { -value } else { value }));
            }
            return Ok(self.long_integer(start));
        }
        if self.take(b'.') {
            let point = self.at;
            self.digits(&mut mantissa)?;
            let fraction = self.at - point;
            digits += fraction;
            exponent = -i32::try_from(fraction).unwrap_or(i32::MAX);
        }
        if matches!(self.peek(), b'e' | b'E') {
            exponent = exponent.saturating_add(self.exponent()?);
        }
        if digits <= 19
            && let Some(value) = number::scaled(mantissa, exponent)
        {
            return Ok(Number::Float64(if negative { -value } else { value }));
        }
        Ok(self.long_double(start))
    }

    /// Reads one digit or more; the value is right as long as there are at most 19.
    #[inline(always)]
    fn digits(&mut self, value: &mut u64) -> Result<(), Stopped> {
        let mut digit = self.peek().wrapping_sub(b'0');
        if digit > 9 {
            return self.unexpected("a digit");
        }
        while digit <= 9 {
            *value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.at += 1;
            digit = self.peek().wrapping_sub(b'0');
        }
        Ok(())
    }

    #[inline(never)]
    fn exponent(&mut self) -> Result<i32, Stopped> {
        self.at += 1;
        let negative = self.peek() == b'-';
        if negative || self.peek() == b'+' {
            self.at += 1;
        }
        let start = self.at;
        let mut value = 0;
        self.digits(&mut value)?;
        let value = if self.at - start > 9 { i32::MAX } else { value as i32 };
        Ok(if negative { -value } else { value })
    }

    #[cold]
    #[inline(never)]
    fn long_integer(&self, start: usize) -> Number {
        let literal = self.bytes.get(start..self.at).unwrap_or_default();
        if literal == b"-0" {
            return Number::Float64(-0.0);
        }
        let value = str::from_utf8(literal).ok().and_then(|literal| literal.parse().ok());
        value.map_or(Number::Large, Number::Int64)
    }

    #[cold]
    #[inline(never)]
    fn long_double(&self, start: usize) -> Number {
        let literal = self.bytes.get(start..self.at).unwrap_or_default();
        number::parse_f64(literal).map_or(Number::Large, Number::Float64)
    }
}
