//! The service's ids: full 64-bit integers, most of them too large for a double.

use crate::read::FromValue;
use serde::Serialize;

use crate::simulator::rng::Rng;

/// Hands out ids. The numbers a scenario names stay free for it.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct Ids {
    last: i64,
    rng: Rng,
    taken: Vec<i64>,
}

impl Ids {
    pub(super) const fn new(seed: u64, taken: Vec<i64>) -> Self {
        Self {
            last: 8_000_000_000_000_000_000,
            rng: Rng::new(seed ^ 0x5EED_0001),
            taken,
        }
    }

    pub(super) fn next(&mut self) -> i64 {
        loop {
            self.last += 1 + i64::try_from(self.rng.below(1_000_000_000)).unwrap_or_default();
            if !self.taken.contains(&self.last) {
                return self.last;
            }
        }
    }
}
