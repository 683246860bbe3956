//! Eight bytes at a time.

use super::block::chunk_at;

/// The lowest bit of each byte.
pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte.
pub(crate) const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Eight bytes from `at` on; zeros past the end.
#[inline(always)]
pub(crate) fn word_at(bytes: &[u8], at: usize) -> u64 {
    match chunk_at(bytes, at) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => last_word(bytes, at),
    }
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

/// The number that the decimal digits make with which a text goes on at `at`, and where they end; `before` is the number
/// of those in front of them. Right as long as there are at most 19 in all.
#[inline(always)]
pub(crate) fn digits_at(bytes: &[u8], mut at: usize, before: u64) -> (u64, usize) {
    let mut number = before;
    loop {
        let word = word_at(bytes, at) ^ (ONES * b'0' as u64);
        // A digit is at most 9 now. The lowest byte that is marked is none; above it there may be more marks.
        let marks = (word.wrapping_add(ONES * 0x76) | word) & HIGHS;
        let count = (marks.trailing_zeros() / 8) as usize;
        // Zeros in front of the digits, which lie at the lowest bytes first.
        let eight = if count == 0 { 0 } else { word << (64 - 8 * count) };
        number = number.wrapping_mul(POWERS[count]).wrapping_add(eight_digits(eight));
        at += count;
        if count < 8 {
            return (number, at);
        }
    }
}

/// The powers of ten by which eight digits or fewer move those in front of them.
const POWERS: [u64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that eight digits make, of which the first is the lowest byte: pairs of them, then fours, then all.
#[inline(always)]
const fn eight_digits(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = (pairs >> 16 & PAIRS).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}
