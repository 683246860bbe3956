//! Numbers.

use super::{Lexer, Number, Stopped};
use crate::number;
use crate::words::digits_at;

impl<const INNER: bool> Lexer<'_, INNER> {
    /// Reads the number of which the first byte, a digit or `-`, is next.
    pub(crate) fn number(&mut self) -> Result<Number, Stopped> {
        // Nothing in a number is ever escaped, so that this code is there once.
        let mut plain = Lexer::<false>::new(self.bytes, self.at);
        let number = plain.plain_number();
        (self.at, self.problem) = (plain.at, plain.problem);
        number
    }

    /// The same for where most of the time goes.
    #[inline(always)]
    pub(crate) fn number_in_line(&mut self) -> Result<Number, Stopped> {
        let start = self.at;
        let negative = self.peek() == b'-';
        let first = start + usize::from(negative);
        let (mut mantissa, mut at) = digits_at(self.bytes, first, 0);
        if at > first + 1 && self.byte(first) == b'0' {
            // Nothing but a fraction or an exponent may follow a zero.
            (mantissa, at) = (0, first + 1);
        }
        self.at = at;
        if at == first {
            return self.unexpected("a digit");
        }
        let mut digits = at - first;
        if !matches!(self.peek(), b'.' | b'e' | b'E') {
            // 18 digits fit in any case.
            if digits <= 18 && (mantissa > 0 || !negative) {
                let value = mantissa as i64;
                return Ok(Number::Int64(if negative { -value } else { value }));
            }
            return Ok(self.long_integer(start));
        }
        let mut exponent = 0_i32;
        if self.take(b'.') {
            let point = at + 1;
            (mantissa, at) = digits_at(self.bytes, point, mantissa);
            self.at = at;
            if at == point {
                return self.unexpected("a digit");
            }
            digits += at - point;
            exponent = -i32::try_from(at - point).unwrap_or(i32::MAX);
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

    #[inline(never)]
    fn exponent(&mut self) -> Result<i32, Stopped> {
        self.at += 1;
        let negative = self.peek() == b'-';
        if negative || self.peek() == b'+' {
            self.at += 1;
        }
        let start = self.at;
        let (value, end) = digits_at(self.bytes, start, 0);
        self.at = end;
        if end == start {
            return self.unexpected("a digit");
        }
        let value = if end - start > 9 { i32::MAX } else { value as i32 };
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

impl Lexer<'_, false> {
    #[inline(never)]
    fn plain_number(&mut self) -> Result<Number, Stopped> {
        self.number_in_line()
    }
}
