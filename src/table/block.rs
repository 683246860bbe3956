//! Sixteen bytes at a time.

#[cfg(target_feature = "simd128")]
use std::arch::wasm32::{
    u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128, v128_and, v128_any_true, v128_or, v128_xor,
};

#[cfg(not(target_feature = "simd128"))]
use super::words::{HIGHS, ONES};

/// How many bytes a [`Block`] has.
pub(crate) const BLOCK: usize = 16;

/// As many items from `at` on as are asked for, if there are so many.
#[inline(always)]
pub(crate) fn chunk_at<T, const LENGTH: usize>(items: &[T], at: usize) -> Option<&[T; LENGTH]> {
    items.get(at..).and_then(<[T]>::first_chunk)
}

/// The same, to write over them.
#[inline(always)]
pub(crate) fn chunk_at_mut<T, const LENGTH: usize>(items: &mut [T], at: usize) -> Option<&mut [T; LENGTH]> {
    items.get_mut(at..).and_then(<[T]>::first_chunk_mut)
}

/// Sixteen bytes, in one word if the machine has words as long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block(
    #[cfg(target_feature = "simd128")] v128,
    #[cfg(not(target_feature = "simd128"))] [u64; 2],
);

impl Block {
    /// The bytes from `at` on; zeros past the end.
    #[inline(always)]
    pub(crate) fn at(bytes: &[u8], at: usize) -> Self {
        match chunk_at(bytes, at) {
            Some(chunk) => Self::of(*chunk),
            None => Self::last(bytes, at),
        }
    }

    #[cold]
    #[inline(never)]
    fn last(bytes: &[u8], at: usize) -> Self {
        let rest = bytes.get(at..).unwrap_or_default();
        Self::of(std::array::from_fn(|place| rest.get(place).copied().unwrap_or(0)))
    }
}

#[cfg(target_feature = "simd128")]
impl Block {
    #[inline(always)]
    pub(crate) fn of(bytes: [u8; BLOCK]) -> Self {
        Self(bytemuck::cast(bytes))
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> [u8; BLOCK] {
        bytemuck::cast(self.0)
    }

    /// How many of the bytes are plain text: before the first quote, backslash or control character.
    #[inline(always)]
    pub(crate) fn plain_length(self) -> usize {
        let quote = u8x16_eq(self.0, u8x16_splat(b'"'));
        let backslash = u8x16_eq(self.0, u8x16_splat(b'\\'));
        let control = u8x16_lt(self.0, u8x16_splat(b' '));
        let marks = u8x16_bitmask(v128_or(v128_or(quote, backslash), control));
        (u32::from(marks) | 1 << BLOCK).trailing_zeros() as usize
    }

    /// Whether the two have the same bits where the mask has ones.
    #[inline(always)]
    pub(crate) fn is_same(self, other: Self, mask: Self) -> bool {
        !v128_any_true(v128_and(v128_xor(self.0, other.0), mask.0))
    }

    /// The bits that either has.
    #[inline(always)]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn is_ascii(self) -> bool {
        u8x16_bitmask(self.0) == 0
    }
}

#[cfg(not(target_feature = "simd128"))]
impl Block {
    #[inline(always)]
    pub(crate) fn of(bytes: [u8; BLOCK]) -> Self {
        let both = u128::from_le_bytes(bytes);
        Self([both as u64, (both >> 64) as u64])
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> [u8; BLOCK] {
        (u128::from(self.0[1]) << 64 | u128::from(self.0[0])).to_le_bytes()
    }

    /// How many of the bytes are plain text: before the first quote, backslash or control character.
    #[inline(always)]
    pub(crate) const fn plain_length(self) -> usize {
        let first = marks(self.0[0]);
        if first != 0 {
            return (first.trailing_zeros() / 8) as usize;
        }
        let second = marks(self.0[1]);
        if second != 0 {
            return 8 + (second.trailing_zeros() / 8) as usize;
        }
        BLOCK
    }

    /// Whether the two have the same bits where the mask has ones.
    #[inline(always)]
    pub(crate) const fn is_same(self, other: Self, mask: Self) -> bool {
        (self.0[0] ^ other.0[0]) & mask.0[0] | (self.0[1] ^ other.0[1]) & mask.0[1] == 0
    }

    /// The bits that either has.
    #[inline(always)]
    pub(crate) const fn or(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }

    #[inline(always)]
    pub(crate) const fn is_ascii(self) -> bool {
        (self.0[0] | self.0[1]) & HIGHS == 0
    }
}

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
