//! Texts and names.

use super::{Lexer, Problem, Stopped};
use crate::block::{BLOCK, Block};
use crate::texts::TextBuffer;
use crate::words::word_at;

/// Copies plain text as long as there is any, and room for it; tells how much.
#[inline(never)]
fn copy_plain(from: &[u8], room: &mut [u8]) -> usize {
    let mut length = 0;
    for (from, room) in from.as_chunks().0.iter().zip(room.as_chunks_mut().0) {
        let block = Block::of(*from);
        *room = block.bytes();
        let plain = block.plain_length();
        length += plain;
        if plain < BLOCK {
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

impl<const INNER: bool> Lexer<'_, INNER> {
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
            let mut plain = self.plain(out);
            if plain == BLOCK {
                plain = self.plain(out);
            }
            if plain == BLOCK {
                let run = copy_plain(self.bytes.get(self.at..).unwrap_or_default(), out.room());
                self.at += run;
                out.advance(run);
                if run.is_multiple_of(BLOCK) {
                    continue;
                }
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

    /// Appends plain text, no more than a block of it; tells how much.
    #[inline(always)]
    fn plain(&mut self, out: &mut TextBuffer) -> usize {
        let block = Block::at(self.bytes, self.at);
        let plain = block.plain_length();
        out.put(block, plain, self.at, self.bytes.len());
        self.at += plain;
        plain
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
        let mut union = Block::of([0; BLOCK]);
        loop {
            let block = Block::at(self.bytes, self.at);
            union = union.or(block);
            let plain = block.plain_length();
            self.at += plain;
            if plain == BLOCK {
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
        if !union.is_ascii() {
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

    /// Where the name that begins here starts and ends, if it is one without escapes. Goes no further.
    #[inline(always)]
    pub(crate) fn plain_name(&self) -> Option<(usize, usize)> {
        if !self.is_at_quote() {
            return None;
        }
        let start = self.at + if INNER { 2 } else { 1 };
        let mut end = start;
        loop {
            let plain = Block::at(self.bytes, end).plain_length();
            end += plain;
            if plain < BLOCK {
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
}
