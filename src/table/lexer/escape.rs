//! Escapes: one character in several bytes.

use super::{Lexer, Problem, Stopped};
use crate::words::word_at;

/// The value of each byte that is a hexadecimal digit; 255 for the others.
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digits[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// What a sign behind a backslash stands for; 0 for `u`, and for what is no escape.
const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut at = 0;
    while at < 8 {
        signs[b"bfnrt/\"\\"[at] as usize] = b"\x08\x0c\n\r\t/\"\\"[at];
        at += 1;
    }
    signs
};

/// The number that four hexadecimal digits make, of which the first is the lowest byte, and whether they are such.
#[inline(always)]
fn hexadecimal(digits: u32) -> (u32, bool) {
    // Each by itself: a loop would stay one.
    let a = u32::from(DIGITS[digits as usize & 0xff]);
    let b = u32::from(DIGITS[(digits >> 8) as usize & 0xff]);
    let c = u32::from(DIGITS[(digits >> 16) as usize & 0xff]);
    let d = u32::from(DIGITS[(digits >> 24) as usize]);
    (a << 12 | b << 8 | c << 4 | d, (a | b | c | d) & 0xf0 == 0)
}

/// How long the escape is that begins with these bytes, the UTF-8 of its character, and how many bytes of that there are:
/// for most escapes, and for none that is wrong.
#[inline(always)]
pub(super) fn simple_escape<const INNER: bool>(word: u64) -> Option<(usize, u32, usize)> {
    let (is_escape, length) = if INNER {
        (word as u16 == u16::from_le_bytes(*b"\\\\"), 2)
    } else {
        (word as u8 == b'\\', 1)
    };
    if !is_escape {
        return None;
    }
    let word = word >> (8 * length);
    if word as u8 != b'u' {
        // Within an escaped document the quote and the backslash are themselves escaped.
        let is_escaped = INNER && word as u8 == b'\\';
        let sign = (word >> (8 * u32::from(is_escaped))) as u8;
        let character = SIGNS[usize::from(sign)];
        if character == 0 || (INNER && matches!(sign, b'"' | b'\\') != is_escaped) {
            return None;
        }
        return Some((length + 1 + usize::from(is_escaped), u32::from(character), 1));
    }
    let (unit, is_right) = hexadecimal((word >> 8) as u32);
    if !is_right | (unit < 0x80) | (unit & 0xf800 == 0xd800) {
        return None;
    }
    // Three bytes; those of a smaller number are two, without the first. Without a branch, which could not be foreseen.
    let three = 0x80_80e0 | unit >> 12 | (unit >> 6 & 0x3f) << 8 | (unit & 0x3f) << 16;
    let is_two = u32::from(unit < 0x800);
    Some((length + 5, three >> (8 * is_two) | is_two << 6, 3 - is_two as usize))
}

impl<const INNER: bool> Lexer<'_, INNER> {
    /// Reads an escape, or says what is wrong with the byte that is neither plain nor a quote.
    #[inline(never)]
    pub(super) fn escape(&mut self) -> Result<char, Stopped> {
        let start = self.at;
        if self.peek() != b'\\' {
            return if self.at >= self.bytes.len() || (INNER && self.peek() == b'"') {
                self.unexpected("`\"`")
            } else {
                self.unexpected("a control character written as an escape")
            };
        }
        self.at += 1;
        if INNER {
            // A backslash within the document is itself escaped; so are the quote and the backslash behind it.
            match self.peek() {
                b'\\' => self.at += 1,
                b'u' => return self.outer_unicode(start),
                b'/' => {
                    self.at += 1;
                    return Ok('/');
                }
                _ => return self.stop(Problem::OtherShape),
            }
            if self.peek() == b'\\' {
                self.at += 1;
                if !matches!(self.peek(), b'"' | b'\\') {
                    return self.stop(Problem::OtherShape);
                }
            } else if self.peek() == b'"' {
                return self.stop(Problem::OtherShape);
            }
        }
        let character = match self.peek() {
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            sign => match SIGNS[usize::from(sign)] {
                0 => return self.unexpected("an escape"),
                character => char::from(character),
            },
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads the digits of `\uXXXX`, and a second escape if both are the halves of one character. Half a character alone
    /// becomes U+FFFD, which UTF-8 can hold.
    fn unicode(&mut self) -> Result<char, Stopped> {
        let unit = self.code_unit()?;
        if (0xd800..0xdc00).contains(&unit) {
            let before = self.at;
            let introducer: &[u8] = if INNER { b"\\\\u" } else { b"\\u" };
            if self
                .bytes
                .get(self.at..)
                .is_some_and(|rest| rest.starts_with(introducer))
            {
                self.at += introducer.len();
                let low = self.code_unit()?;
                if (0xdc00..0xe000).contains(&low) {
                    let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                self.at = before;
            }
        }
        Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&mut self) -> Result<u32, Stopped> {
        let (unit, is_right) = hexadecimal(word_at(self.bytes, self.at) as u32);
        if is_right {
            self.at += 4;
            return Ok(unit);
        }
        while DIGITS[usize::from(self.peek())] < 16 {
            self.at += 1;
        }
        self.unexpected("a hexadecimal digit")
    }

    /// Reads an escape of the outer text, such as the `\u00e9` that stands for an é within the document. Those that stand
    /// for something with a meaning in JSON, or for half a character, are left to the reader of the unescaped text.
    fn outer_unicode(&mut self, start: usize) -> Result<char, Stopped> {
        let mut outer = Lexer::<false>::new(self.bytes, start);
        match outer.escape() {
            Ok(character) if character >= '\u{80}' && character != char::REPLACEMENT_CHARACTER => {
                self.at = outer.at;
                Ok(character)
            }
            _ => self.stop(Problem::OtherShape),
        }
    }
}
