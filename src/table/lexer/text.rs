//! Texts and names.

use super::escape::simple_escape;
use super::{Lexer, Problem, Stopped};
use crate::block::{BLOCK, Block, chunk_at, chunk_at_mut};
use crate::texts::TextBuffer;

/// Copies a text as long as it is plain text or simple escapes, and there is room for it. Tells how much was read, and how
/// much written.
///
/// A loop of its own, whose variables are few.
#[inline(never)]
fn copy<const INNER: bool>(from: &[u8], room: &mut [u8]) -> (usize, usize) {
    let (mut at, mut to) = (0, 0);
    loop {
        let plain = copy_plain(
            from.get(at..).unwrap_or_default(),
            room.get_mut(to..).unwrap_or_default(),
        );
        at += plain;
        to += plain;
        let start = at;
        while let (Some(word), Some(space)) = (chunk_at(from, at), chunk_at_mut::<_, 4>(room, to))
            && let Some((length, character, count)) = simple_escape::<INNER>(u64::from_le_bytes(*word))
        {
            *space = character.to_le_bytes();
            at += length;
            to += count;
        }
        if at == start {
            return (at, to);
        }
    }
}

/// Copies plain text as long as there is any, and room for it; tells how much.
#[inline(always)]
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
    #[inline(never)]
    pub(crate) fn text(&mut self, out: &mut TextBuffer) -> Result<(), Stopped> {
        self.pass_quote();
        self.rest_of_text(out)
    }

    /// The same for where most of the time goes: most texts are short, and have no escapes.
    #[inline(always)]
    pub(crate) fn text_in_line(&mut self, out: &mut TextBuffer) -> Result<(), Stopped> {
        self.pass_quote();
        if (self.plain(out) < BLOCK || self.plain(out) < BLOCK) && self.is_at_quote() {
            self.pass_quote();
            return Ok(());
        }
        self.rest_of_text(out)
    }

    #[inline(never)]
    fn rest_of_text(&mut self, out: &mut TextBuffer) -> Result<(), Stopped> {
        while !self.is_at_quote() {
            self.piece(out)?;
        }
        self.pass_quote();
        Ok(())
    }

    /// Appends plain text and escapes: at least some, and no further than to a quote.
    #[inline]
    pub(crate) fn piece(&mut self, out: &mut TextBuffer) -> Result<(), Stopped> {
        let (read, written) = copy::<INNER>(self.bytes.get(self.at..).unwrap_or_default(), out.room());
        self.at += read;
        out.advance(written);
        if self.is_at_quote() || self.plain(out) > 0 {
            return Ok(());
        }
        let character = self.escape()?;
        out.push_char(character);
        Ok(())
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
            if self.is_at_quote() {
                self.pass_quote();
                break;
            }
            self.escape()?;
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
