//! One token for many callers: who uses it, who asks for the next one, who waits.

use std::time::Duration;

use crate::auth::acquisition::LIMIT;
use crate::auth::token::AccessToken;
use crate::time::Timestamp;

/// Names one token of a cache, so that a refusal finds the token that was refused. Later tokens are greater.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Generation(u32);

/// What a caller does now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every host has to do each of them")]
pub enum Decision {
    /// Uses [`TokenCache::current`].
    Use,
    /// Uses it, and starts a refresh beside that, for which nobody waits.
    UseAndRefresh,
    /// Starts a refresh and waits for it.
    Refresh,
    /// Waits for the refresh that is under way.
    Join,
}

/// The tokens of one credential for one resource. At most one refresh is under way.
///
/// Whoever is told to refresh ends it by [`refreshed`](Self::refreshed) or [`failed`](Self::failed), and lets those who
/// joined go on with [`current`](Self::current) or with the error: they use what the refresh brought, and do not ask the
/// cache again for the same request. So a source whose tokens are refused is asked once for each refusal, never in a loop.
///
/// A refresh of which nothing is heard for longer than [`LIMIT`] is taken for lost, and the next caller starts another.
#[derive(Clone, Debug, Default)]
pub struct TokenCache {
    kept: Option<Kept>,
    /// The generations given so far.
    count: u32,
    /// When the refresh that is under way began.
    flight: Option<Timestamp>,
    /// No refresh in the background before this: the last one failed.
    not_before: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Kept {
    token: AccessToken,
    generation: Generation,
    /// From when on it is replaced while it is still used.
    stale_at: Option<Timestamp>,
    /// From when on it is not used.
    ends_at: Option<Timestamp>,
    refused: bool,
}

impl Kept {
    fn is_usable(&self, now: Timestamp) -> bool {
        !self.refused && self.ends_at.is_none_or(|end| now < end)
    }
}

/// A token is replaced when less than this of its life is left, or less than half of it.
const STALE: Duration = Duration::from_secs(5 * 60);

/// How long before its end a token is not used any more: Azure Databricks refuses tokens with 30 s left. Of a short life
/// it is a quarter.
const MARGIN: Duration = Duration::from_secs(40);

/// How long the token in hand is used on after a refresh has failed.
const PAUSE: Duration = Duration::from_secs(60);

impl TokenCache {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a caller does now. `refused` is the generation of the token that the service refused it: if a later one is
    /// kept, that is used and nobody is asked. [`Decision::Refresh`] and [`Decision::UseAndRefresh`] mark the refresh as
    /// under way.
    pub fn decide(&mut self, now: Timestamp, refused: Option<Generation>) -> Decision {
        if let Some(kept) = &mut self.kept
            && refused.is_some_and(|refused| refused >= kept.generation)
        {
            kept.refused = true;
        }
        let in_flight = self
            .flight
            .is_some_and(|began| now.since(began) <= LIMIT + Duration::from_secs(1));
        let usable = self.kept.as_ref().filter(|kept| kept.is_usable(now));
        let Some(kept) = usable else {
            if in_flight {
                return Decision::Join;
            }
            self.flight = Some(now);
            return Decision::Refresh;
        };
        let is_stale = kept.stale_at.is_some_and(|stale| now >= stale);
        let may_ask = !in_flight && self.not_before.is_none_or(|until| now >= until);
        if is_stale && may_ask {
            self.flight = Some(now);
            return Decision::UseAndRefresh;
        }
        Decision::Use
    }

    /// Keeps the token that a refresh brought, and ends the refresh. `now` is when it came.
    pub fn refreshed(&mut self, now: Timestamp, token: AccessToken) -> Generation {
        let life = token.expires_at.map(|end| end.since(now));
        let before_end = |length: Duration| token.expires_at.map(|end| end.minus(length));
        let (stale_at, ends_at) = match life {
            Some(life) => (before_end(STALE.min(life / 2)), before_end(MARGIN.min(life / 4))),
            None => (None, None),
        };
        self.count += 1;
        let generation = Generation(self.count);
        self.kept = Some(Kept {
            token,
            generation,
            stale_at,
            ends_at,
            refused: false,
        });
        self.flight = None;
        self.not_before = None;
        generation
    }

    /// Ends a refresh that brought nothing. A token that is still good is used on, and asked for again after a minute.
    pub fn failed(&mut self, now: Timestamp) {
        self.flight = None;
        self.not_before = Some(now.plus(PAUSE));
    }

    /// The latest token, whether it is still good or not.
    #[must_use]
    pub fn current(&self) -> Option<(&AccessToken, Generation)> {
        self.kept.as_ref().map(|kept| (&kept.token, kept.generation))
    }
}
