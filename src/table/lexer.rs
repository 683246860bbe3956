//! The words of JSON, read straight from bytes.
//!
//! A [`Lexer`] reads either a document as it stands, or one that is still escaped because it is the content of a JSON
//! string (`INNER`): there `\"` is a quote, `\n` a line break, and `\\n` a line break within a text. So a notebook's
//! result is read from the service's answer in one go, without a copy.

mod escape;
mod number;
mod text;

use super::error::{TableError, TableErrorCode, character_at, not_utf8};
use super::words::word_at;

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
    /// Written with a fraction or an exponent, or `-0`; of no more digits than a double has.
    Float64(f64),
    /// Beyond both: too large, too small, or of more digits.
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
        if byte <= b' ' || (INNER && byte == b'\\' && !self.is_at_quote()) {
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
        let word = word_at(self.bytes, self.at);
        let is_true = word as u32 == u32::from_le_bytes(*b"true");
        let is_false = word << 24 == u64::from_le_bytes(*b"\0\0\0false");
        if is_true || is_false {
            self.at += 4 + usize::from(is_false);
            return Ok(is_true);
        }
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
            Problem::Expected(_) if self.is_at_no_character() => not_utf8(self.bytes, self.at),
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
            Problem::NotUtf8 => not_utf8(self.bytes, self.at),
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
