//! Ways from one value to the next.

use crate::block::{BLOCK, Block};

/// What stood between a column's value and the next one, which will mostly stand there again.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// The first bytes, and which bits of them count.
    head: (Block, Block),
    /// The others in the same way; mostly there are none.
    rest: Vec<(Block, Block)>,
    pub(super) length: usize,
    /// The column to which it leads.
    pub(super) column: usize,
    /// 1 if it leads into the next row.
    pub(super) rows: usize,
}

impl Passage {
    #[inline(always)]
    pub(super) fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let (head, mask) = self.head;
        head.is_same(Block::at(bytes, at), mask) && (self.rest.is_empty() || self.goes_on_at(bytes, at + BLOCK))
    }

    #[inline(never)]
    fn goes_on_at(&self, bytes: &[u8], mut at: usize) -> bool {
        self.rest.iter().all(|(block, mask)| {
            let is_same = block.is_same(Block::at(bytes, at), *mask);
            at += BLOCK;
            is_same
        })
    }

    pub(super) fn learned(bytes: &[u8], column: usize, rows: usize) -> Self {
        let mask = |at| std::array::from_fn(|place| if at + place < bytes.len() { u8::MAX } else { 0 });
        let block = |at| (Block::at(bytes, at), Block::of(mask(at)));
        Self {
            head: block(0),
            rest: (BLOCK..bytes.len()).step_by(BLOCK).map(block).collect(),
            length: bytes.len(),
            column,
            rows,
        }
    }
}
