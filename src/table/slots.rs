//! Values that come one by one.

/// Values of one size, and room for more of them.
///
/// `Vec::push` is a call where code is made small, which takes longer than reading a value.
#[derive(Clone, Debug)]
pub(crate) struct Slots<T> {
    /// The first `length` are in use, the rest is room.
    room: Vec<T>,
    length: usize,
}

impl<T: Copy + Default> Slots<T> {
    /// That many values, all alike: 0 or false.
    pub(crate) fn new(length: usize) -> Self {
        Self {
            room: vec![T::default(); length],
            length,
        }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        match self.room.as_mut_slice().get_mut(self.length) {
            Some(slot) => *slot = value,
            None => self.push_in_more(value),
        }
        self.length += 1;
    }

    #[cold]
    #[inline(never)]
    fn push_in_more(&mut self, value: T) {
        self.room.push(value);
        // What is in the room does not matter, and this is the fastest way to have twice as much.
        self.room.extend_from_within(..);
    }

    /// Appends a value that many times.
    pub(crate) fn extend(&mut self, count: usize, value: T) {
        for _ in 0..count {
            self.push(value);
        }
    }

    /// Puts a value before all others.
    pub(crate) fn push_front(&mut self, value: T) {
        self.room.insert(0, value);
        self.length += 1;
    }

    /// The values in use.
    pub(crate) fn as_slice(&self) -> &[T] {
        self.room.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        self.room.get_mut(..self.length).unwrap_or_default()
    }

    pub(crate) fn into_vec(mut self) -> Vec<T> {
        self.room.truncate(self.length);
        self.room
    }
}
