//! The words of JSON, read straight from bytes.
//!
//! A [`Lexer`] reads either a document as it stands, or one that is still escaped because it is the content of a JSON
//! string (`INNER`): there `\"` is a quote, `\n` a line break, and `\\n` a line break within a text. So a notebook's
//! result is read from the service's answer in one go, without a copy.

use super::error::{TableError, TableErrorCode, character_at};
use super::number;
use super::texts::TextBuffer;

/// How deep arrays and objects may be nested.
pub(crate) const MAX_DEPTH: usize = 128;

/// The document can't be read on. Why is in [`Lexer::problem`]: a result without content costs nothing where all is well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopped;

/// Why a document can't be read on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Problem {
    /// None so far.
    #[default]
    None,
    /// Something else was expected here.
    Expected(&'static str),
    /// The first array was to hold names, and holds another array or an object.
    NoNames,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// The rows are not of the shape as which they were read.
    OtherShape,
    /// One more array or object than may be nested.
    TooDeep,
    /// More than the limit that this names.
    TooLarge(&'static str),
}

/// A number, as far as a column can hold it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// Written as an integer, and fits.
    Int64(i64),
    /// Written with a fraction or an exponent, or `-0`.
    Float64(f64),
    /// Beyond both.
    Large,
}

/// A place in the bytes of a document.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'a, const INNER: bool> {
    /// All bytes; those of an escaped document go on past its end.
    pub(crate) bytes: &'a [u8],
    /// The next byte.
    pub(crate) at: usize,
    /// Why it stopped.
    pub(crate) problem: Problem,
    /// How many line breaks were passed between words.
    pub(crate) line_breaks: usize,
}

#[cfg(not(target_feature = "simd128"))]
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of a word that end a run of plain text, by their highest bit: quotes, backslashes and control
/// characters. The lowest mark is right; above it there may be more marks than there should.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
const fn marks(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let marks = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * b' ' as u64) & !word);
    marks & HIGHS
}

/// How many of the 16 bytes in two words are plain text: before the first quote, backslash or control character.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
pub(crate) const fn plain_length(low: u64, high: u64) -> usize {
    let first = marks(low);
    if first != 0 {
        return (first.trailing_zeros() / 8) as usize;
    }
    let second = marks(high);
    if second != 0 {
        return 8 + (second.trailing_zeros() / 8) as usize;
    }
    16
}

/// How many of the 16 bytes in two words are plain text: before the first quote, backslash or control character.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub(crate) fn plain_length(low: u64, high: u64) -> usize {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
    let bytes = u64x2(low, high);
    let quote = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let control = u8x16_lt(bytes, u8x16_splat(b' '));
    let marks = u8x16_bitmask(v128_or(v128_or(quote, backslash), control));
    (u32::from(marks) | 1 << 16).trailing_zeros() as usize
}

/// Copies plain text as long as there is any, and room for it.
#[inline(never)]
fn copy_plain(from: &[u8], room: &mut [u8]) -> usize {
    let mut length = 0;
    for (from, room) in from.as_chunks::<16>().0.iter().zip(room.as_chunks_mut::<16>().0) {
        *room = *from;
        let (low, high) = halves(from);
        let plain = plain_length(low, high);
        length += plain;
        if plain < 16 {
            break;
        }
    }
    length
}

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

/// Eight bytes from `at` on; zeros past the end.
#[inline(always)]
pub(crate) fn word_at(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => last_word(bytes, at),
    }
}

/// Sixteen bytes from `at` on, in two words; zeros past the end.
#[inline(always)]
pub(crate) fn two_words_at(bytes: &[u8], at: usize) -> (u64, u64) {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(chunk) => halves(chunk),
        None => (last_word(bytes, at), last_word(bytes, at + 8)),
    }
}

#[inline(always)]
const fn halves(chunk: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*chunk);
    (both as u64, (both >> 64) as u64)
}

#[cold]
#[inline(never)]
fn last_word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .take(8)
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

impl<'a, const INNER: bool> Lexer<'a, INNER> {
    pub(crate) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            problem: Problem::None,
            line_breaks: 0,
        }
    }

    /// The next byte; 0, which JSON never holds between its words, at the end.
    #[inline(always)]
    pub(crate) fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn stop<T>(&mut self, problem: Problem) -> Result<T, Stopped> {
        self.problem = problem;
        Err(Stopped)
    }

    /// Stops because something else was expected.
    #[cold]
    #[inline(never)]
    pub(crate) fn unexpected<T>(&mut self, expected: &'static str) -> Result<T, Stopped> {
        self.stop(Problem::Expected(expected))
    }

    /// Steps over `byte` if it is next.
    #[inline(always)]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    /// Steps over white space.
    #[inline(always)]
    pub(crate) fn skip_space(&mut self) {
        let byte = self.peek();
        if byte <= b' ' || (INNER && byte == b'\\') {
            self.skip_more_space();
        }
    }

    #[inline(never)]
    fn skip_more_space(&mut self) {
        loop {
            match self.peek() {
                b' ' => self.at += 1,
                b'\n' | b'\r' if !INNER => {
                    self.line_breaks += 1;
                    self.at += 1;
                }
                b'\t' if !INNER => self.at += 1,
                b'\\' if INNER => match self.byte(self.at + 1) {
                    b'n' | b'r' => {
                        self.line_breaks += 1;
                        self.at += 2;
                    }
                    b't' => self.at += 2,
                    _ => return,
                },
                _ => return,
            }
        }
    }

    /// Whether a text begins here.
    #[inline(always)]
    pub(crate) fn is_at_quote(&self) -> bool {
        if INNER {
            self.peek() == b'\\' && self.byte(self.at + 1) == b'"'
        } else {
            self.peek() == b'"'
        }
    }

    /// Steps over a quote, which is there.
    #[inline(always)]
    pub(crate) fn pass_quote(&mut self) {
        self.at += if INNER { 2 } else { 1 };
    }

    /// Appends the text that begins here, its opening quote next.
    #[inline(always)]
    pub(crate) fn text(&mut self, out: &mut TextBuffer) -> Result<(), Stopped> {
        self.pass_quote();
        loop {
            let (low, high) = two_words_at(self.bytes, self.at);
            out.make_room(self.at, self.bytes.len());
            out.put_words(low, high);
            let plain = plain_length(low, high);
            self.at += plain;
            out.advance(plain);
            if plain == 16 {
                let run = copy_plain(self.bytes.get(self.at..).unwrap_or_default(), out.room());
                self.at += run;
                out.advance(run);
                continue;
            }
            if !INNER && self.peek() == b'"' {
                self.at += 1;
                return Ok(());
            }
            if INNER && self.is_at_quote() {
                self.at += 2;
                return Ok(());
            }
            self.escapes(out)?;
        }
    }

    /// Appends the characters of one escape or more.
    #[inline(never)]
    fn escapes(&mut self, out: &mut TextBuffer) -> Result<(), Stopped> {
        loop {
            let character = self.escape()?;
            out.push_char(character);
            if self.peek() != b'\\' || (INNER && self.is_at_quote()) {
                return Ok(());
            }
        }
    }

    /// Reads an escape, or says what is wrong with the byte that is neither plain nor a quote.
    #[inline(always)]
    fn escape(&mut self) -> Result<char, Stopped> {
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
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return self.unexpected("an escape"),
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

    #[inline(always)]
    fn code_unit(&mut self) -> Result<u32, Stopped> {
        let digits = word_at(self.bytes, self.at);
        let a = DIGITS[digits as usize & 0xff];
        let b = DIGITS[(digits >> 8) as usize & 0xff];
        let c = DIGITS[(digits >> 16) as usize & 0xff];
        let d = DIGITS[(digits >> 24) as usize & 0xff];
        if (a | b | c | d) & 0xf0 != 0 {
            while DIGITS[usize::from(self.peek())] < 16 {
                self.at += 1;
            }
            return self.unexpected("a hexadecimal digit");
        }
        self.at += 4;
        Ok(u32::from(a) << 12 | u32::from(b) << 8 | u32::from(c) << 4 | u32::from(d))
    }

    /// Reads an escape of the outer text, such as the `\u00e9` that stands for an é within the document. Those that stand
    /// for something with a meaning in JSON, or for half a character, are left to the reader of the unescaped text.
    fn outer_unicode(&mut self, start: usize) -> Result<char, Stopped> {
        match Lexer::<false>::new(self.bytes, start).escaped_character() {
            Some((character, end)) if character >= '\u{80}' && character != char::REPLACEMENT_CHARACTER => {
                self.at = end;
                Ok(character)
            }
            _ => self.stop(Problem::OtherShape),
        }
    }

    /// The character of the escape that begins here, and where it ends.
    pub(crate) fn escaped_character(mut self) -> Option<(char, usize)> {
        let character = self.escape().ok()?;
        Some((character, self.at))
    }

    #[inline(never)]
    fn skip_escape(&mut self) -> Result<(), Stopped> {
        self.escape().map(|_| ())
    }

    /// Steps over the text that begins here, its opening quote next, and checks it.
    pub(crate) fn skip_text(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        self.pass_quote();
        let mut union = 0;
        loop {
            let (low, high) = two_words_at(self.bytes, self.at);
            union |= low | high;
            let plain = plain_length(low, high);
            self.at += plain;
            if plain == 16 {
                continue;
            }
            if !INNER && self.peek() == b'"' {
                self.at += 1;
                break;
            }
            if INNER && self.is_at_quote() {
                self.at += 2;
                break;
            }
            self.skip_escape()?;
        }
        // Bytes behind the text may have set the bits too: then it is looked at for nothing.
        if union & HIGHS != 0 {
            self.check_utf8(start)?;
        }
        Ok(())
    }

    /// Checks the bytes from `start` up to here.
    pub(crate) fn check_utf8(&mut self, start: usize) -> Result<(), Stopped> {
        let Err(error) = str::from_utf8(self.bytes.get(start..self.at).unwrap_or_default()) else {
            return Ok(());
        };
        self.at = start + error.valid_up_to();
        self.stop(Problem::NotUtf8)
    }

    /// Steps over `word`, whose first byte is next.
    #[inline(always)]
    pub(crate) fn word(&mut self, word: &'static str, expected: &'static str) -> Result<(), Stopped> {
        for byte in word.bytes() {
            if !self.take(byte) {
                return self.unexpected(expected);
            }
        }
        Ok(())
    }

    /// Steps over `true` or `false`, of which the first byte is next; says which.
    #[inline(always)]
    pub(crate) fn boolean(&mut self) -> Result<bool, Stopped> {
        if self.peek() == b't' {
            self.word("true", "`true`").map(|()| true)
        } else {
            self.word("false", "`false`").map(|()| false)
        }
    }

    /// Steps over `null`, of which the first byte is next.
    #[inline(always)]
    pub(crate) fn null(&mut self) -> Result<(), Stopped> {
        if word_at(self.bytes, self.at) as u32 == u32::from_le_bytes(*b"null") {
            self.at += 4;
            return Ok(());
        }
        self.word("null", "`null`")
    }

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

    /// Steps over the value that begins here, and checks it. `depth` says how many arrays and objects it stands in: it
    /// bounds the recursion, so no text can exhaust the stack.
    pub(crate) fn skip_value(&mut self, depth: usize) -> Result<(), Stopped> {
        match self.peek() {
            b'"' if !INNER => self.skip_text(),
            b'\\' if self.is_at_quote() => self.skip_text(),
            b'-' | b'0'..=b'9' => self.number().map(|_| ()),
            b't' | b'f' => self.boolean().map(|_| ()),
            b'n' => self.null(),
            b'[' => self.skip_items(depth),
            b'{' => self.skip_members(depth),
            _ => self.unexpected("a JSON value"),
        }
    }

    /// Steps over the opening bracket of an array or object, and the space behind it. False if it is empty, and passed.
    pub(crate) fn open(&mut self, close: u8, depth: usize) -> Result<bool, Stopped> {
        if depth >= MAX_DEPTH {
            return self.stop(Problem::TooDeep);
        }
        self.at += 1;
        self.skip_space();
        Ok(!self.take(close))
    }

    /// Steps over the comma behind an item, and the space around it. False if the array has ended instead.
    #[inline(always)]
    pub(crate) fn next_item(&mut self) -> Result<bool, Stopped> {
        self.skip_space();
        if self.take(b']') {
            return Ok(false);
        }
        if !self.take(b',') {
            return self.unexpected("`,` or `]`");
        }
        self.skip_space();
        Ok(true)
    }

    /// Steps over the comma behind a member, and the space around it. False if the object has ended instead.
    #[inline(always)]
    pub(crate) fn next_member(&mut self) -> Result<bool, Stopped> {
        self.skip_space();
        if self.take(b'}') {
            return Ok(false);
        }
        if !self.take(b',') {
            return self.unexpected("`,` or `}`");
        }
        self.skip_space();
        Ok(true)
    }

    /// Steps over the colon behind a name, and the space around it.
    #[inline(always)]
    pub(crate) fn colon(&mut self) -> Result<(), Stopped> {
        self.skip_space();
        if !self.take(b':') {
            return self.unexpected("`:`");
        }
        self.skip_space();
        Ok(())
    }

    fn skip_items(&mut self, depth: usize) -> Result<(), Stopped> {
        let mut more = self.open(b']', depth)?;
        while more {
            self.skip_value(depth + 1)?;
            more = self.next_item()?;
        }
        Ok(())
    }

    fn skip_members(&mut self, depth: usize) -> Result<(), Stopped> {
        let mut more = self.open(b'}', depth)?;
        while more {
            if !self.is_at_quote() {
                return self.unexpected("a member name");
            }
            self.skip_text()?;
            self.colon()?;
            self.skip_value(depth + 1)?;
            more = self.next_member()?;
        }
        Ok(())
    }

    /// Where the name that begins here starts and ends, if it is one without escapes. Goes no further.
    #[inline(always)]
    pub(crate) fn plain_name(&self) -> Option<(usize, usize)> {
        if !self.is_at_quote() {
            return None;
        }
        let start = self.at + if INNER { 2 } else { 1 };
        let mut end = start;
        loop {
            let (low, high) = two_words_at(self.bytes, end);
            let plain = plain_length(low, high);
            end += plain;
            if plain < 16 {
                break;
            }
        }
        let is_end = if INNER {
            self.byte(end) == b'\\' && self.byte(end + 1) == b'"'
        } else {
            self.byte(end) == b'"'
        };
        is_end.then_some((start, end))
    }

    /// Steps over a name of that length, and its quotes.
    #[inline(always)]
    pub(crate) fn pass_name(&mut self, length: usize) {
        self.at += length + if INNER { 4 } else { 2 };
    }

    /// Reads the name of a member, its opening quote next, and goes on to its value.
    pub(crate) fn member_name(&mut self, name: &mut TextBuffer) -> Result<(), Stopped> {
        if !self.is_at_quote() {
            return self.unexpected("a member name");
        }
        let start = self.at;
        name.clear();
        self.text(name)?;
        if !name.bytes().is_ascii() {
            self.check_utf8(start)?;
        }
        self.colon()
    }

    /// Reads a scalar as a name, with whether it is a text. `None`, and no further, for an array or object.
    pub(crate) fn label(&mut self, depth: usize) -> Result<Option<(String, bool)>, Stopped> {
        let is_text = self.is_at_quote();
        let mut label = TextBuffer::default();
        let start = self.at;
        match self.peek() {
            _ if is_text => self.text(&mut label)?,
            b'[' | b'{' => return Ok(None),
            first => {
                self.skip_value(depth)?;
                // A null is no name.
                if first != b'n' {
                    label.push(self.bytes.get(start..self.at).unwrap_or_default());
                }
            }
        }
        match label.into_string() {
            Some(label) => Ok(Some((label, is_text))),
            None => {
                self.at = start;
                self.skip_text()?;
                self.stop(Problem::NotUtf8)
            }
        }
    }

    /// Reads an array of scalars as names. `None`, and no further, if one is an array or object.
    pub(crate) fn labels(&mut self, depth: usize) -> Result<Option<Vec<(String, bool)>>, Stopped> {
        let mut labels = Vec::new();
        let mut more = self.open(b']', depth)?;
        while more {
            match self.label(depth + 1)? {
                Some(label) => labels.push(label),
                None => return Ok(None),
            }
            more = self.next_item()?;
        }
        Ok(Some(labels))
    }

    /// Whether the document is over: for one that is escaped, at the quote that ends the text around it.
    pub(crate) fn is_at_end(&self) -> bool {
        if INNER {
            self.peek() == b'"'
        } else {
            self.at >= self.bytes.len()
        }
    }

    /// The same, once white space is passed.
    pub(crate) fn is_at_end_behind_space(&mut self) -> bool {
        self.skip_space();
        self.is_at_end()
    }

    /// Expects no more than white space.
    pub(crate) fn end(&mut self) -> Result<(), Stopped> {
        if self.is_at_end_behind_space() {
            Ok(())
        } else {
            self.unexpected("the end")
        }
    }

    /// Whether a byte is next with which no character begins, as in a text in UTF-16.
    fn is_at_no_character(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        !rest.is_empty() && rest.utf8_chunks().next().is_none_or(|chunk| chunk.valid().is_empty())
    }

    /// What stopped it, for people.
    pub(crate) fn error(&self) -> TableError {
        let at = Some(self.at);
        match self.problem {
            Problem::None | Problem::OtherShape => TableError::new(
                TableErrorCode::DoesNotFit,
                at,
                "rows of the shape named",
                "another shape",
            ),
            Problem::Expected(_) if self.is_at_no_character() => super::error::not_utf8(self.bytes, self.at),
            Problem::Expected(expected) => {
                let code = if self.at < self.bytes.len() {
                    TableErrorCode::NotJson
                } else if self.bytes.iter().all(u8::is_ascii_whitespace) {
                    // A blank text is not the beginning of a document.
                    TableErrorCode::NotJson
                } else {
                    TableErrorCode::Truncated
                };
                TableError::new(code, at, expected, character_at(self.bytes, self.at))
            }
            Problem::NoNames => TableError::new(TableErrorCode::DoesNotFit, at, "names of columns", "a nested value"),
            Problem::NotUtf8 => super::error::not_utf8(self.bytes, self.at),
            Problem::TooDeep => TableError::new(
                TableErrorCode::TooDeep,
                at,
                "at most 128 nested arrays and objects",
                "one more",
            ),
            Problem::TooLarge(limit) => TableError::new(TableErrorCode::TooLarge, None, limit, "more"),
        }
    }
}
