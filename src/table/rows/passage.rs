//! Ways from one value to the next.

use crate::words::word_at;

/// What stood between a column's value and the next one, which will mostly stand there again.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// The bytes, in words.
    words: Vec<u64>,
    /// Which bits of the last word count.
    mask: u64,
    pub(super) length: usize,
    /// The column to which it leads.
    pub(super) column: usize,
    /// 1 if it leads into the next row.
    pub(super) rows: usize,
}

impl Passage {
    #[inline(always)]
    pub(super) fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some((last, words)) = self.words.split_last() else {
            return false;
        };
        let mut at = at;
        for word in words {
            if word_at(bytes, at) != *word {
                return false;
            }
            at += 8;
        }
        (word_at(bytes, at) ^ last) & self.mask == 0
    }

    pub(super) fn learned(bytes: &[u8], column: usize, rows: usize) -> Self {
        let words: Vec<u64> = (0..bytes.len()).step_by(8).map(|at| word_at(bytes, at)).collect();
        Self {
            mask: u64::MAX >> (8 * (words.len() * 8 - bytes.len())),
            words,
            length: bytes.len(),
            column,
            rows,
        }
    }
}
