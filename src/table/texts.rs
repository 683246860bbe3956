//! Texts one behind the other, while they are being read.

use super::block::{BLOCK, Block, chunk_at_mut};

/// Texts of up to this length are copied once more.
const MAX_COPIED: usize = 16 << 20;

/// Bytes to which words are appended. They need not be UTF-8 until somebody checks them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextBuffer {
    /// The first `length` are in use, the rest is room.
    bytes: Vec<u8>,
    length: usize,
}

/// Appends zeros until there are so many bytes: `Vec::resize` writes one at a time where code is made small.
pub(crate) fn push_zeros(bytes: &mut Vec<u8>, length: usize) {
    static ZEROS: [u8; 4096] = [0; 4096];
    bytes.reserve(length.saturating_sub(bytes.len()));
    while let Some(missing) = length.checked_sub(bytes.len()).filter(|missing| *missing > 0) {
        bytes.extend_from_slice(&ZEROS[..missing.min(ZEROS.len())]);
    }
}

impl TextBuffer {
    /// Appends the first `count` bytes of a block. `done` bytes of `all` were read so far.
    #[inline(always)]
    pub(crate) fn put(&mut self, block: Block, count: usize, done: usize, all: usize) {
        let length = self.length;
        match chunk_at_mut(&mut self.bytes, length) {
            Some(room) => *room = block.bytes(),
            None => self.put_in_more(block, done, all),
        }
        self.length = length + count;
    }

    #[cold]
    #[inline(never)]
    fn put_in_more(&mut self, block: Block, done: usize, all: usize) {
        self.grow(done, all);
        if let Some(room) = chunk_at_mut(&mut self.bytes, self.length) {
            *room = block.bytes();
        }
    }

    /// Counts the next `count` bytes of the room, which were written.
    #[inline(always)]
    pub(crate) fn advance(&mut self, count: usize) {
        self.length += count;
    }

    /// The room behind the bytes in use.
    #[inline(always)]
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.length..).unwrap_or_default()
    }

    /// Makes room for a block, and takes what it will need in the end if it goes on as it did in the `done` bytes read of
    /// `all`: moving memory is slow.
    fn grow(&mut self, done: usize, all: usize) {
        let expected = self.length as u64 * all as u64 / done.max(1) as u64;
        let expected = usize::try_from(expected + expected / 32).unwrap_or(usize::MAX);
        // What was read first may say little of the rest; and a text is never longer than what is left of the input.
        let least = self.length + self.length / 4;
        let most = self
            .length
            .saturating_mul(8)
            .min(self.length + all.saturating_sub(done));
        push_zeros(
            &mut self.bytes,
            expected.clamp(least.min(most), most.max(least)) + 4 * BLOCK,
        );
    }

    /// Appends a character.
    pub(crate) fn push_char(&mut self, character: char) {
        self.push(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if self.bytes.len() < end + BLOCK {
            push_zeros(&mut self.bytes, (end + end / 2).max(end + BLOCK));
        }
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(bytes);
        }
        self.length = end;
    }

    /// Puts bytes in front of all others.
    pub(crate) fn push_front(&mut self, bytes: &[u8]) {
        self.bytes.truncate(self.length);
        self.bytes.splice(..0, bytes.iter().copied());
        self.length += bytes.len();
    }

    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// How many bytes are in use.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The bytes in use.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.length);
        self.bytes
    }

    /// The bytes as a text, if they are UTF-8.
    pub(crate) fn into_string(self) -> Option<String> {
        // A copy of what was checked quickly takes less time than the slow check of what is there. But it takes memory.
        if self.length <= MAX_COPIED {
            return simdutf8::basic::from_utf8(self.bytes()).ok().map(str::to_owned);
        }
        String::from_utf8(self.into_bytes()).ok()
    }
}
