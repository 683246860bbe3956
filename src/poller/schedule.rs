//! When to ask again: pure functions of what is known, with seeded jitter.

use std::time::Duration;

use crate::http::HttpResponse;
use crate::run::Phase;
use crate::time::{Timestamp, parse_seconds};

/// A small seeded generator (xorshift64*), for jitter only; tokens come from the host's randomness.
#[derive(Clone, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: [u8; 8]) -> Self {
        Self(u64::from_le_bytes(seed) | 1)
    }

    /// A number in 0..1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        f64::from(u32::try_from(bits).unwrap_or(0)) / f64::from(u32::MAX)
    }

    /// `length`, shorter or longer by at most `share` of it.
    fn around(&mut self, length: Duration, share: f64) -> Duration {
        length.mul_f64(1.0 - share + 2.0 * share * self.next())
    }

    /// `length`, longer by at most `share` of it: for waits that a service asked for.
    fn beyond(&mut self, length: Duration, share: f64) -> Duration {
        length.mul_f64(1.0 + share * self.next())
    }

    /// Anything from zero to `length`.
    fn below(&mut self, length: Duration) -> Duration {
        length.mul_f64(self.next())
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// The time to the next poll of a Databricks run. The service gives no hint in a good answer, so: a tenth of the time
/// waited so far, 1 to 10 s, after 10 min a fortieth up to 30 s; a queued run half as often; before an expected end not
/// more often than needed.
pub(crate) fn databricks_poll(
    phase: Phase,
    waited: Duration,
    expected: Option<Duration>,
    interval: Option<Duration>,
    jitter: &mut Jitter,
) -> Duration {
    if let Some(interval) = interval {
        return interval.max(SECOND / 2);
    }
    let mut delay = (waited / 10)
        .clamp(SECOND, 10 * SECOND)
        .max((waited / 40).min(30 * SECOND));
    if phase == Phase::Queued {
        delay = (delay * 2).min(30 * SECOND);
    }
    if let Some(remaining) = expected.and_then(|expected| (expected * 9 / 10).checked_sub(waited)) {
        delay = delay.max(remaining.min(60 * SECOND));
    }
    jitter.around(delay, 0.2)
}

/// The time to the next poll of a Fabric instance: the service's countdown to its own refresh, else 10 s; 1 to 60 s.
pub(crate) fn fabric_poll(retry_after: Option<Duration>, interval: Option<Duration>, jitter: &mut Jitter) -> Duration {
    let countdown = retry_after.filter(|wait| !wait.is_zero());
    if let Some(interval) = interval {
        let floor = countdown.map_or(Duration::ZERO, |wait| wait.min(60 * SECOND) + SECOND / 2);
        return interval.max(SECOND / 2).max(floor);
    }
    match countdown {
        // Not before the refresh: an earlier read shows the old row.
        Some(wait) => jitter.beyond(wait.clamp(SECOND, 60 * SECOND) + SECOND / 2, 0.02),
        None => jitter.around(10 * SECOND, 0.1),
    }
}

/// The wait before a failed request is sent again: what the service asks for, and at least a full-jitter exponential of
/// 0.5 to 30 s.
pub(crate) fn retry(attempt: u32, asked: Option<Duration>, jitter: &mut Jitter) -> Duration {
    let ceiling = (SECOND / 2 * 2_u32.saturating_pow(attempt.min(6))).min(30 * SECOND);
    let backoff = SECOND / 4 + jitter.below(ceiling);
    match asked {
        Some(asked) => jitter.beyond(asked, ASKED_JITTER).max(backoff),
        None => backoff,
    }
}

/// The wait before a failed request for a token is sent again: full jitter below 1, 2, 4 … 60 s, and what the service
/// asks for at least. As Databricks' own tools do it.
pub(crate) fn token_retry(attempt: u32, asked: Option<Duration>, jitter: &mut Jitter) -> Duration {
    let ceiling = (SECOND * 2_u32.saturating_pow(attempt.saturating_sub(1).min(6))).min(60 * SECOND);
    jitter.below(ceiling).max(asked.unwrap_or_default())
}

/// By which share a wait that a service asked for may get longer.
const ASKED_JITTER: f64 = 0.05;

/// The longest wait that may come of what a service asked for.
pub(crate) fn longest_obeyed(asked: Option<Duration>) -> Duration {
    asked.unwrap_or_default().mul_f64(1.0 + ASKED_JITTER)
}

/// `Retry-After` as seconds or as an HTTP date, which counts from the answer's own `Date`, else from `now`.
pub(crate) fn retry_after(response: &HttpResponse, now: Timestamp) -> Option<Duration> {
    let value = response.header("Retry-After")?;
    if let Some(wait) = parse_seconds(value) {
        // A service may ask for anything; a year is as good as never.
        return Some(wait).filter(|wait| wait.as_secs() < 31_622_400);
    }
    let base = service_now(response).unwrap_or(now);
    Timestamp::parse_http(value).map(|at| at.since(base))
}

/// The wait that stands in the text of Fabric's 429, where a page can't read the header; 1 to 60 s.
pub(crate) fn until_in_text(message: &str, response: &HttpResponse, now: Timestamp) -> Option<Duration> {
    let base = service_now(response).unwrap_or(now);
    Timestamp::parse_until(message).map(|at| at.since(base).clamp(SECOND, 60 * SECOND))
}

/// The service's clock at the time of its answer, to the second.
pub(crate) fn service_now(response: &HttpResponse) -> Option<Timestamp> {
    response.header("Date").and_then(Timestamp::parse_http)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&str, &str)]) -> HttpResponse {
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        HttpResponse {
            status: 429,
            headers,
            body: Vec::new(),
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = Timestamp(1_000_000_000_000);
        assert_eq!(
            retry_after(&response(&[("retry-after", "7")]), now),
            Some(Duration::from_secs(7))
        );
        let date = [
            ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"),
            ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ];
        assert_eq!(retry_after(&response(&date), now), Some(Duration::from_secs(10)));
        for bad in ["", "soon", "-5", "1e300", "NaN"] {
            assert_eq!(retry_after(&response(&[("Retry-After", bad)]), now), None, "{bad}");
        }
    }

    #[test]
    fn databricks_polls_fast_at_first_and_grow_slower() {
        let mut jitter = Jitter::new([7; 8]);
        let mut at = |waited: u64, phase| databricks_poll(phase, Duration::from_secs(waited), None, None, &mut jitter);
        assert!(at(0, Phase::Running) <= Duration::from_millis(1200));
        assert!(at(50, Phase::Running) >= Duration::from_secs(4));
        assert!(at(300, Phase::Running) <= Duration::from_secs(12));
        assert!(at(36_000, Phase::Running) <= Duration::from_secs(36));
        assert!(at(50, Phase::Queued) >= Duration::from_secs(8));
    }

    #[test]
    fn an_expected_duration_saves_polls_before_the_end() {
        let mut jitter = Jitter::new([7; 8]);
        let expected = Some(Duration::from_secs(600));
        let early = databricks_poll(Phase::Running, Duration::from_secs(20), expected, None, &mut jitter);
        let late = databricks_poll(Phase::Running, Duration::from_secs(595), expected, None, &mut jitter);
        assert!(
            early >= Duration::from_secs(48) && late <= Duration::from_secs(18),
            "{early:?} {late:?}"
        );
    }

    #[test]
    fn fabric_polls_wait_for_the_refresh_and_never_less() {
        let mut jitter = Jitter::new([7; 8]);
        for seconds in [1, 20, 59] {
            let wait = fabric_poll(Some(Duration::from_secs(seconds)), None, &mut jitter);
            assert!(
                wait >= Duration::from_secs(seconds) && wait <= Duration::from_secs(seconds + 2),
                "{wait:?}"
            );
        }
        for none in [None, Some(Duration::ZERO)] {
            let wait = fabric_poll(none, None, &mut jitter);
            assert!(
                wait >= Duration::from_secs(9) && wait <= Duration::from_secs(11),
                "{wait:?}"
            );
        }
        let interval = Some(Duration::from_secs(2));
        assert!(fabric_poll(Some(Duration::from_secs(30)), interval, &mut jitter) > Duration::from_secs(30));
        assert_eq!(fabric_poll(None, interval, &mut jitter), Duration::from_secs(2));
    }

    #[test]
    fn a_retry_never_comes_before_the_service_wants_it() {
        let mut jitter = Jitter::new([9; 8]);
        for attempt in 0..20 {
            assert!(retry(attempt, None, &mut jitter) <= Duration::from_secs(31));
            assert!(retry(attempt, Some(Duration::from_secs(90)), &mut jitter) >= Duration::from_secs(90));
        }
    }
}
