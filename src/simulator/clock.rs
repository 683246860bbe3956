//! How lengths of time shrink, and how HTTP writes an instant.

use std::time::Duration;

use crate::read::FromValue;
use serde::Serialize;

use crate::time::Timestamp;

/// Divides every length of time: task runs, caches, waits, the life of tokens. The clock and all time stamps stay real.
#[derive(Clone, Copy, Debug, FromValue, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Speed(f64);

impl Speed {
    /// A speed above zero; anything else counts as 1.
    #[must_use]
    pub fn new(factor: f64) -> Self {
        Self(if factor.is_finite() && factor > 0.0 {
            factor
        } else {
            1.0
        })
    }

    /// The length as it passes at this speed.
    #[must_use]
    pub fn shorten(self, length: Duration) -> Duration {
        Duration::try_from_secs_f64(length.as_secs_f64() / self.0).unwrap_or(Duration::MAX)
    }

    /// The length that passes as this one at this speed.
    #[must_use]
    pub fn lengthen(self, short: Duration) -> Duration {
        Duration::try_from_secs_f64(short.as_secs_f64() * self.0).unwrap_or(Duration::MAX)
    }

    /// The value of a `Retry-After` header: shortened, rounded up, at least one second.
    #[must_use]
    pub fn retry_after_seconds(self, length: Duration) -> u64 {
        let short = self.shorten(length);
        (short.as_secs() + u64::from(short.subsec_nanos() > 0)).max(1)
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self(1.0)
    }
}

/// The instant as `Date` and `Retry-After` write it: `Sun, 06 Nov 1994 08:49:37 GMT`.
#[must_use]
pub(crate) fn http_date(instant: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let iso = instant.to_iso();
    let day = usize::try_from(instant.0 / 86_400_000 % 7).unwrap_or_default();
    let month = iso[5..7].parse::<usize>().unwrap_or(1) - 1;
    format!(
        "{}, {} {} {} {} GMT",
        DAYS[day],
        &iso[8..10],
        MONTHS[month],
        &iso[..4],
        &iso[11..19]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_date_reads_back() {
        let instant = Timestamp(784_111_777_000);
        assert_eq!(http_date(instant), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(Timestamp::parse_http(&http_date(instant)), Some(instant));
    }

    #[test]
    fn a_retry_after_is_rounded_up_and_never_zero() {
        let wait = Duration::from_secs(30);
        assert_eq!(Speed::new(1.0).retry_after_seconds(wait), 30);
        assert_eq!(Speed::new(20.0).retry_after_seconds(wait), 2);
        assert_eq!(Speed::new(1e9).retry_after_seconds(wait), 1);
        assert_eq!(Speed::new(0.0).shorten(wait), wait);
    }
}
