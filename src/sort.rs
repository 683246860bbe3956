//! Sorting a few things. The standard library's sort is fast on many, and costs several KB of compressed wasm for each
//! type of thing.

use std::cmp::Ordering;

/// Sorts by a key; equals stay in their order.
pub(crate) fn sort_few<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_few_by(items, |one, other| key(one).cmp(&key(other)));
}

/// Sorts by comparing; equals stay in their order. Fastest if they come in order.
pub(crate) fn sort_few_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    for at in 1..items.len() {
        let (before, rest) = items.split_at(at);
        let to = before.partition_point(|item| compare(item, &rest[0]).is_le());
        items[to..=at].rotate_right(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        let mut seed = 7_u32;
        for length in 0..40 {
            let mut items: Vec<(u32, usize)> = Vec::new();
            for at in 0..length {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                items.push((seed >> 29, at));
            }
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_few(&mut items, |item| item.0);
            assert_eq!(items, expected);
        }
    }
}
