//! Bytes, a word at a time.

/// The lowest bit of each byte.
pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte.
pub(crate) const HIGHS: u64 = 0x8080_8080_8080_8080;

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

/// How many of the 16 bytes in two words are plain text: before the first quote, backslash or control character.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
pub(crate) const fn plain_length(low: u64, high: u64) -> usize {
    let first = marks(low);
    if first != 0 {
        return (first.trailing_zeros() / 8) as usize;
    }
    let second = marks(high);
    if second != 0 {
        return 8 + (second.trailing_zeros() / 8) as usize;
    }
    16
}

/// How many of the 16 bytes in two words are plain text: before the first quote, backslash or control character.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub(crate) fn plain_length(low: u64, high: u64) -> usize {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
    let bytes = u64x2(low, high);
    let quote = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let control = u8x16_lt(bytes, u8x16_splat(b' '));
    let marks = u8x16_bitmask(v128_or(v128_or(quote, backslash), control));
    (u32::from(marks) | 1 << 16).trailing_zeros() as usize
}

/// Eight bytes from `at` on; zeros past the end.
#[inline(always)]
pub(crate) fn word_at(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => last_word(bytes, at),
    }
}

/// Sixteen bytes from `at` on, in two words; zeros past the end.
#[inline(always)]
pub(crate) fn two_words_at(bytes: &[u8], at: usize) -> (u64, u64) {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(chunk) => halves(chunk),
        None => (last_word(bytes, at), last_word(bytes, at + 8)),
    }
}

#[inline(always)]
pub(crate) const fn halves(chunk: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*chunk);
    (both as u64, (both >> 64) as u64)
}

#[cold]
#[inline(never)]
fn last_word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .take(8)
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}
