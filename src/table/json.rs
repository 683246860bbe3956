//! JSON as text: one pass that checks it, then readers that trust what was checked.
//!
//! Values stay slices of the text until a column wants them, so numbers keep every digit. (`serde_json::Value` reads
//! an integer beyond 64 bits as the nearest double.)

use std::borrow::Cow;

use super::error::{TableError, TableErrorCode, character_at};

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 128;

/// What a checked value is, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

/// The kinds among some checked values, nulls left out: one bit each, `1 << kind`.
pub(super) fn kinds<'a>(values: impl Iterator<Item = &'a str>) -> u8 {
    values.fold(0, |kinds, value| kinds | 1 << kind(value) as u8) & !(1 << Kind::Null as u8)
}

pub(super) fn kind(value: &str) -> Kind {
    match value.as_bytes().first() {
        Some(b'n') => Kind::Null,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'"') => Kind::Text,
        Some(b'[') => Kind::Array,
        Some(b'{') => Kind::Object,
        _ => Kind::Number,
    }
}

/// Checks that the bytes are one JSON value, in UTF-8, with or without a byte order mark. Returns its text, trimmed.
pub(super) fn check(bytes: &[u8]) -> Result<&str, TableError> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let code = match error.error_len() {
                Some(_) => TableErrorCode::NotUtf8,
                None => TableErrorCode::Truncated,
            };
            let offset = error.valid_up_to();
            let found = bytes
                .get(offset)
                .map_or(String::new(), |byte| format!("the byte {byte:#04x}"));
            return Err(TableError::new(code, Some(offset), "UTF-8", found));
        }
    };
    let mut checker = Checker { text, bytes, at: 0 };
    if bytes.starts_with("\u{feff}".as_bytes()) {
        checker.at = 3;
    }
    checker.skip_space();
    let start = checker.at;
    if start == bytes.len() {
        return Err(TableError::new(
            TableErrorCode::NotJson,
            Some(start),
            "a JSON value",
            "the end",
        ));
    }
    checker.value(0)?;
    let end = checker.at;
    checker.skip_space();
    if checker.at < bytes.len() {
        return Err(checker.unexpected("the end"));
    }
    Ok(text.get(start..end).unwrap_or_default())
}

/// Says whether a text is a JSON number and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    let mut checker = Checker {
        text,
        bytes: text.as_bytes(),
        at: 0,
    };
    checker.number().is_ok() && checker.at == text.len()
}

struct Checker<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Checker<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn unexpected(&self, expected: &str) -> TableError {
        let code = if self.at < self.bytes.len() {
            TableErrorCode::NotJson
        } else {
            TableErrorCode::Truncated
        };
        TableError::new(code, Some(self.at), expected, character_at(self.text, self.at))
    }

    /// Checks one value. `depth` bounds the recursion, so no text can exhaust the stack.
    fn value(&mut self, depth: usize) -> Result<(), TableError> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            Some(open @ (b'[' | b'{')) => {
                if depth == MAX_DEPTH {
                    let expected = "at most 128 nested arrays and objects";
                    return Err(TableError::new(
                        TableErrorCode::TooDeep,
                        Some(self.at),
                        expected,
                        "one more",
                    ));
                }
                self.at += 1;
                self.container(open == b'{', depth + 1)
            }
            _ => Err(self.unexpected("a JSON value")),
        }
    }

    /// Checks the rest of an array or an object, after its opening bracket.
    fn container(&mut self, object: bool, depth: usize) -> Result<(), TableError> {
        let close = if object { b'}' } else { b']' };
        self.skip_space();
        if self.take(close) {
            return Ok(());
        }
        loop {
            if object {
                if self.peek() != Some(b'"') {
                    return Err(self.unexpected("a member name"));
                }
                self.string()?;
                self.skip_space();
                if !self.take(b':') {
                    return Err(self.unexpected("`:`"));
                }
                self.skip_space();
            }
            self.value(depth)?;
            self.skip_space();
            if self.take(close) {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.unexpected(if object { "`,` or `}`" } else { "`,` or `]`" }));
            }
            self.skip_space();
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), TableError> {
        for byte in word.bytes() {
            if !self.take(byte) {
                return Err(self.unexpected(&format!("`{word}`")));
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), TableError> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), TableError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            Err(self.unexpected("a digit"))
        } else {
            Ok(())
        }
    }

    fn string(&mut self) -> Result<(), TableError> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                                    return Err(self.unexpected("a hexadecimal digit"));
                                }
                                self.at += 1;
                            }
                        }
                        _ => return Err(self.unexpected("an escape")),
                    }
                }
                Some(byte) if byte >= b' ' => self.at += 1,
                Some(_) => return Err(self.unexpected("a control character written as an escape")),
                None => return Err(self.unexpected("`\"`")),
            }
        }
    }
}

/// The values inside a checked array or object. In an object, names and values alternate.
pub(super) struct Parts<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parts<'a> {
    pub(super) fn new(container: &'a str) -> Self {
        Self { text: container, at: 1 }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = bytes.get(self.at) {
            self.at += 1;
        }
        if matches!(bytes.get(self.at), None | Some(b']' | b'}')) {
            return None;
        }
        let start = self.at;
        self.at = end_of_value(bytes, start);
        self.text.get(start..self.at)
    }
}

/// The members of a checked object, in order: name and value. A name may occur more than once.
pub(super) fn members(object: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut parts = Parts::new(object);
    std::iter::from_fn(move || Some((decode(parts.next()?), parts.next()?)))
}

/// Where the checked value that begins at `at` ends.
fn end_of_value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' => {
                depth -= 1;
                at += 1;
            }
            _ => {
                at += 1;
                // A number, a word, or what separates the values inside: only the first two can be the whole value.
                let more = bytes
                    .get(at)
                    .is_some_and(|next| matches!(next, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'+' | b'-' | b'E'));
                if depth > 0 || more {
                    continue;
                }
            }
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Where the checked string that begins at `at` ends, behind its closing quote.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => at += 1,
            _ => {}
        }
    }
    at
}

/// The text that a checked string stands for. Half of a surrogate pair becomes U+FFFD: UTF-8 cannot hold it.
pub(super) fn decode(string: &str) -> Cow<'_, str> {
    let inner = string.get(1..string.len().saturating_sub(1)).unwrap_or_default();
    if !inner.as_bytes().contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = inner.as_bytes().get(at) {
        if byte == b'\\' {
            text.push_str(inner.get(copied..at).unwrap_or_default());
            let (character, length) = decode_escape(inner.get(at..).unwrap_or_default());
            text.push(character);
            at += length;
            copied = at;
        } else {
            at += 1;
        }
    }
    text.push_str(inner.get(copied..).unwrap_or_default());
    Cow::Owned(text)
}

/// Reads the escape at the start of `text`: the character and how many bytes it took.
fn decode_escape(text: &str) -> (char, usize) {
    let character = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let unit = code_unit(text);
            if let 0xd800..=0xdbff = unit
                && let low @ 0xdc00..=0xdfff = text.get(6..).map_or(0, code_unit)
            {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
            }
            return (char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), 6);
        }
        Some(&byte) => char::from(byte),
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, 2)
}

/// The number in `\uXXXX`; 0 if the text does not begin like that.
fn code_unit(text: &str) -> u32 {
    let digits = text.strip_prefix("\\u").and_then(|digits| digits.get(..4));
    digits
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0)
}

/// Appends a checked value without the white space between its parts.
pub(super) fn push_compact(out: &mut String, value: &str) {
    let bytes = value.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b' ' | b'\t' | b'\n' | b'\r' => {
                out.push_str(value.get(copied..at).unwrap_or_default());
                at += 1;
                copied = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(value.get(copied..).unwrap_or_default());
}

/// Appends a text as a JSON string.
pub(super) fn push_string(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..b' ' => b'u',
            _ => continue,
        };
        out.push_str(text.get(copied..at).unwrap_or_default());
        copied = at + 1;
        out.push('\\');
        out.push(char::from(short));
        if short == b'u' {
            out.push_str("00");
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.push('"');
}
