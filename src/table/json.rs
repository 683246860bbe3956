//! JSON texts that were checked before, and JSON texts to be written.

use std::borrow::Cow;

use super::block::{BLOCK, Block};
use super::lexer::Lexer;
use super::out::Out;
use super::texts::TextBuffer;

/// Appends a checked value without the white space between its parts.
pub(crate) fn push_compact(out: &mut TextBuffer, value: &[u8]) {
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = value.get(at) {
        match byte {
            b'"' => at = end_of_string(value, at),
            b' ' | b'\t' | b'\n' | b'\r' => {
                out.push(value.get(copied..at).unwrap_or_default());
                at += 1;
                copied = at;
            }
            _ => at += 1,
        }
    }
    out.push(value.get(copied..).unwrap_or_default());
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

/// Appends what the content of a checked string stands for. False if that content ends within an escape.
pub(crate) fn unescape(content: &[u8], out: &mut TextBuffer) -> bool {
    let mut lexer = Lexer::<false>::new(content, 0);
    while !lexer.is_at_end() {
        if lexer.is_at_quote() || lexer.piece(out).is_err() {
            return false;
        }
    }
    true
}

/// The text that a checked string stands for. Half of a surrogate pair becomes U+FFFD: UTF-8 cannot hold it.
pub(crate) fn decode(string: &str) -> Cow<'_, str> {
    let inner = string.get(1..string.len().saturating_sub(1)).unwrap_or_default();
    if !inner.as_bytes().contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = TextBuffer::default();
    unescape(inner.as_bytes(), &mut text);
    Cow::Owned(text.into_string().unwrap_or_default())
}

/// Appends a text as a JSON string.
pub(crate) fn push_string(out: &mut String, text: &str) {
    Out::append(out, |out| write_string(out, text));
}

/// Writes a text as a JSON string.
pub(crate) fn write_string(out: &mut Out, text: &str) {
    const HEX: &str = "0123456789abcdef";
    let bytes = text.as_bytes();
    out.push_str("\"");
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        if at + BLOCK <= bytes.len() {
            let plain = Block::at(bytes, at).plain_length();
            at += plain;
            if plain == BLOCK {
                continue;
            }
        }
        let byte = bytes[at];
        at += 1;
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..b' ' => "\\u00",
            _ => continue,
        };
        out.push_str(text.get(copied..at - 1).unwrap_or_default());
        out.push_str(escape);
        if escape.len() > 2 {
            for digit in [byte >> 4, byte & 15].map(usize::from) {
                out.push_str(HEX.get(digit..=digit).unwrap_or_default());
            }
        }
        copied = at;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.push_str("\"");
}
