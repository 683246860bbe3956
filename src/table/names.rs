//! The names of columns, and where each is.

use super::lexer::Problem;
use super::words::word_at;

/// As many columns as Excel and Power Query take.
pub(crate) const MAX_COLUMNS: usize = 16_384;

/// How long all names together may be. The names of nested members repeat those around them, so that a text of half a
/// megabyte could ask for gigabytes.
pub(crate) const MAX_BYTES: usize = 1 << 24;

/// How many places are tried for a new name before all hashes are made anew, from another seed: names that were made to
/// want one place will then want several.
const MAX_TRIES: usize = 16;

/// How often that is done.
const MAX_SEEDS: u64 = 16;

/// Names in the order in which they came, each once, and found by a hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    texts: Vec<String>,
    /// All names one behind the other, and room for a word.
    bytes: Vec<u8>,
    /// Where each name begins in those.
    starts: Vec<u32>,
    /// A name's index plus one, at the place that its hash gives or the next free one; 0 where there is none. Twice as
    /// many as there are names, and a power of two.
    places: Vec<u32>,
    /// With what the hashes begin; another one where names crowd one place.
    seed: u64,
    /// For each name, the last number that was put behind it to make another one; 0 if none was.
    numbers: Vec<u32>,
}

impl Names {
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", String::as_str)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// The index of a name.
    #[inline]
    pub(crate) fn find(&self, name: &[u8]) -> Option<usize> {
        self.find_in(name, 0, name.len())
    }

    /// The index of the name that stands in a text from `start` to `end`.
    #[inline(always)]
    pub(crate) fn find_in(&self, text: &[u8], start: usize, end: usize) -> Option<usize> {
        let mask = self.places.len().checked_sub(1)?;
        let mut place = hash(text, start, end, self.seed);
        // Half of the places are free.
        loop {
            let index = (self.places.as_slice()[place & mask] as usize).checked_sub(1)?;
            if self.is_same(index, text, start, end) {
                return Some(index);
            }
            place = place.wrapping_add(1);
        }
    }

    /// Compares by words: the usual comparison is a call that goes byte by byte.
    #[inline(always)]
    fn is_same(&self, index: usize, text: &[u8], start: usize, end: usize) -> bool {
        if self.texts.as_slice()[index].len() != end - start {
            return false;
        }
        let (mut at, mut place) = (start, self.starts.as_slice()[index] as usize);
        while at < end {
            if (word_at(text, at) ^ word_at(&self.bytes, place)) & mask_of(end - at) != 0 {
                return false;
            }
            at += 8;
            place += 8;
        }
        true
    }

    /// Appends a name that is not there yet.
    ///
    /// # Errors
    /// There are too many.
    pub(crate) fn push(&mut self, name: &str) -> Result<usize, Problem> {
        let index = self.texts.len();
        if index == MAX_COLUMNS {
            return Err(Problem::TooLarge("at most 16384 columns"));
        }
        if self.bytes.len() + name.len() > MAX_BYTES {
            return Err(Problem::TooLarge("names of columns of at most 16777216 bytes together"));
        }
        self.push_any(name);
        Ok(index)
    }

    /// The index of a name that may be there, in a list that may be longer than a table is wide.
    pub(crate) fn find_or_push(&mut self, name: &str) -> usize {
        self.find(name.as_bytes()).unwrap_or_else(|| self.push_any(name))
    }

    fn push_any(&mut self, name: &str) -> usize {
        let index = self.texts.len();
        self.starts.push(self.bytes.len().saturating_sub(8) as u32);
        self.bytes.truncate(self.bytes.len().saturating_sub(8));
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(&[0; 8]);
        self.texts.push(name.to_owned());
        self.numbers.push(0);
        let is_crowded = self.texts.len() * 2 > self.places.len() || !self.settle(index);
        while is_crowded && !self.settle_all() {}
        index
    }

    /// Gives all names their places anew, and room for as many again. False if some crowd one place, and another seed
    /// is worth a try.
    #[inline(never)]
    fn settle_all(&mut self) -> bool {
        self.places = vec![0; (self.texts.len() * 4).next_power_of_two()];
        let are_settled = (0..self.texts.len()).all(|index| self.settle(index));
        self.seed += u64::from(!are_settled);
        are_settled
    }

    /// Gives a name its place. False if it would be far from where it is sought.
    fn settle(&mut self, index: usize) -> bool {
        let mask = self.places.len() - 1;
        let name = self.texts[index].as_bytes();
        let mut place = hash(name, 0, name.len(), self.seed);
        let mut tries = 0;
        while self.places[place & mask] != 0 {
            place = place.wrapping_add(1);
            tries += 1;
            if tries > MAX_TRIES && self.seed < MAX_SEEDS {
                return false;
            }
        }
        self.places[place & mask] = index as u32 + 1;
        true
    }

    /// The name that the next column gets: the one wanted, or a numbered one if that is blank; with a number behind it if
    /// it is taken.
    pub(crate) fn wanted(&mut self, name: &str) -> String {
        if name.trim().is_empty() {
            self.free(&format!("column{}", self.texts.len() + 1))
        } else {
            self.free(name)
        }
    }

    /// Appends the name that the next column gets, and tells it.
    pub(crate) fn give(&mut self, wanted: &str) -> String {
        let name = self.wanted(wanted);
        self.push_any(&name);
        name
    }

    /// A name that is free: this one, or with the first number behind it that makes it so.
    pub(crate) fn free(&mut self, name: &str) -> String {
        let Some(taken) = self.find(name.as_bytes()) else {
            return name.to_owned();
        };
        let mut number = self.numbers[taken].max(1);
        loop {
            number += 1;
            let free = format!("{name}_{number}");
            if self.find(free.as_bytes()).is_none() {
                // The numbers up to this one will not be free again.
                self.numbers[taken] = number - 1;
                return free;
            }
        }
    }

    /// How many bytes all names have together.
    pub(crate) fn byte_count(&self) -> usize {
        self.bytes.len()
    }
}

#[inline(always)]
fn hash(text: &[u8], start: usize, end: usize, seed: u64) -> usize {
    let mut hash = (end - start) as u64 ^ seed.wrapping_mul(0xd6e8_feb8_6659_fd93);
    let mut at = start;
    while at < end {
        let word = word_at(text, at) & mask_of(end - at);
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        at += 8;
    }
    (hash >> 32) as usize
}

/// The bits of a word that belong to a name of which `left` bytes are left.
#[inline(always)]
const fn mask_of(left: usize) -> u64 {
    if left >= 8 { u64::MAX } else { (1 << (8 * left)) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_crowd_one_place_are_all_found() {
        let numbers = (0..3_000_000).map(|number| format!("{number:07}"));
        let crowd: Vec<String> = numbers
            .filter(|name| hash(name.as_bytes(), 0, 7, 0).is_multiple_of(1 << 16))
            .collect();
        assert!(crowd.len() > 2 * MAX_TRIES, "{}", crowd.len());
        let mut names = Names::default();
        for (index, name) in crowd.iter().enumerate() {
            assert_eq!(names.find(name.as_bytes()), None);
            assert_eq!(names.push(name), Ok(index));
        }
        assert!((1..MAX_SEEDS).contains(&names.seed), "{}", names.seed);
        for (index, name) in crowd.iter().enumerate() {
            assert_eq!(names.find(name.as_bytes()), Some(index));
        }
        assert_eq!(names.find(b"another"), None);
    }

    #[test]
    fn one_name_for_all_columns_takes_no_time() {
        let mut names = Names::default();
        let mut last = String::new();
        for _ in 0..MAX_COLUMNS {
            last = names.give("a");
        }
        assert_eq!(last, "a_16384");
    }

    #[test]
    fn names_have_a_limit_together() {
        let mut names = Names::default();
        let long = |number: usize| format!("{number}{}", "x".repeat(1 << 20));
        assert!((0..15).all(|number| names.push(&long(number)).is_ok()));
        assert!(matches!(names.push(&long(15)), Err(Problem::TooLarge(_))));
    }

    #[test]
    fn a_free_name_has_the_first_free_number() {
        let mut names = Names::default();
        for name in ["a", "a_2"] {
            names.push(name).expect("there is room");
        }
        assert_eq!((names.free("a"), names.free("b")), ("a_3".to_owned(), "b".to_owned()));
    }
}
