//! Texts one behind the other, while they are being read.

/// Room that is there beyond the bytes in use, so that a whole word can be put anywhere.
const SLACK: usize = 8;

/// Bytes to which words are appended. They need not be UTF-8 until somebody checks them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextBuffer {
    /// The first `length` are in use, the rest is room.
    bytes: Vec<u8>,
    length: usize,
}

impl TextBuffer {
    /// Puts eight bytes behind those in use; [`advance`](Self::advance) says how many of them count.
    #[inline(always)]
    pub(crate) fn put_word(&mut self, word: u64) {
        if let Some(room) = self.bytes.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
            *room = word.to_le_bytes();
        } else {
            self.grow();
            if let Some(room) = self.bytes.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
                *room = word.to_le_bytes();
            }
        }
    }

    /// Counts the next `count` bytes, at most the eight that were put.
    #[inline(always)]
    pub(crate) fn advance(&mut self, count: usize) {
        self.length += count;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        // Half as much again: what is given back when the memory is copied can't be used for the next growth.
        let room = self.bytes.len() + self.bytes.len() / 2 + 64;
        self.bytes.resize(room, 0);
    }

    pub(crate) fn push_char(&mut self, character: char) {
        self.push(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if self.bytes.len() < end + SLACK {
            self.bytes.resize((end + end / 2).max(end + SLACK), 0);
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
        String::from_utf8(self.into_bytes()).ok()
    }
}
