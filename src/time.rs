//! Instants as milliseconds, and the date formats that the two services and HTTP write. The crate has no clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::read::{FromValue, Wrong};
use crate::search::split_once;

/// Milliseconds since the Unix epoch, UTC, as the host or a service read them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Timestamp(#[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(type = "number"))] pub u64);

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        u64::from_value(value).map(Self)
    }
}

impl Timestamp {
    /// Later by `length`; stops at the end of time.
    #[must_use]
    pub fn plus(self, length: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
        )
    }

    /// Earlier by `length`; stops at the epoch.
    #[must_use]
    pub fn minus(self, length: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
        )
    }

    /// How much later this is than `earlier`; zero if it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// `2026-08-31T16:03:20.643Z`.
    #[must_use]
    pub fn to_iso(self) -> String {
        let (year, month, day) = civil_from_days(self.0 / DAY_MS);
        let in_day = self.0 % DAY_MS;
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            in_day / 3_600_000,
            in_day / 60_000 % 60,
            in_day / 1000 % 60,
            in_day % 1000
        )
    }

    /// `20260831`: the UTC day, as it stands in a first token of the day.
    #[must_use]
    pub fn to_compact_date(self) -> String {
        let (year, month, day) = civil_from_days(self.0 / DAY_MS);
        format!("{year:04}{month:02}{day:02}")
    }

    /// Reads ISO 8601 as Fabric writes it: 0 to 9 fractional digits, `Z`, an offset, or no zone, which means UTC.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let mut reader = Reader(text.trim().as_bytes());
        let year = reader.digits(4, 4)?;
        reader.expect(b'-')?;
        let month = reader.digits(2, 2)?;
        reader.expect(b'-')?;
        let day = reader.digits(2, 2)?;
        if !reader.take(b'T') && !reader.take(b't') {
            reader.expect(b' ')?;
        }
        let hour = reader.digits(2, 2)?;
        reader.expect(b':')?;
        let minute = reader.digits(2, 2)?;
        let second = if reader.take(b':') { reader.digits(2, 2)? } else { 0 };
        let millis = if reader.take(b'.') { reader.fraction()? } else { 0 };
        let at = epoch_ms(year, month, day, hour, minute, second)? + millis;
        let offset_minutes = match reader.next() {
            None | Some(b'Z' | b'z') => 0,
            Some(sign @ (b'+' | b'-')) => {
                let hours = reader.digits(2, 2)?;
                let _ = reader.take(b':');
                let minutes = reader.digits(2, 2)?;
                let minutes = i64::try_from(hours * 60 + minutes).ok()?;
                if sign == b'+' { minutes } else { -minutes }
            }
            Some(_) => return None,
        };
        if !reader.0.is_empty() {
            return None;
        }
        u64::try_from(i64::try_from(at).ok()? - offset_minutes * 60_000)
            .ok()
            .map(Self)
    }

    /// Reads HTTP's dates: `Sun, 06 Nov 1994 08:49:37 GMT` (and the older `Sunday, 06-Nov-94 08:49:37 GMT`).
    #[must_use]
    pub fn parse_http(text: &str) -> Option<Self> {
        let (_, rest) = text.trim().split_once(',')?;
        let mut reader = Reader(rest.trim().as_bytes());
        let day = reader.digits(1, 2)?;
        let dashed = reader.take(b'-') || !reader.take(b' ');
        let name: [u8; 3] = [reader.next()?, reader.next()?, reader.next()?];
        const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
        let month = MONTHS.chunks(3).position(|month| month.eq_ignore_ascii_case(&name))? as u64 + 1;
        reader.expect(if dashed { b'-' } else { b' ' })?;
        let year = match reader.digits(2, 4)? {
            short @ 0..70 => short + 2000,
            short @ 70..100 => short + 1900,
            year => year,
        };
        reader.expect(b' ')?;
        let (hour, minute, second) = reader.clock(2)?;
        epoch_ms(year, month, day, hour, minute, second).map(Self)
    }

    /// Reads the date that Fabric writes into the text of a 429: `8/31/2026 4:12:09 PM`, UTC, wherever it stands
    /// behind `until:`.
    #[must_use]
    pub fn parse_until(message: &str) -> Option<Self> {
        let (_, rest) = split_once(message, "until:")?;
        let mut reader = Reader(rest.trim_start().as_bytes());
        let month = reader.digits(1, 2)?;
        reader.expect(b'/')?;
        let day = reader.digits(1, 2)?;
        reader.expect(b'/')?;
        let year = reader.digits(4, 4)?;
        reader.expect(b' ')?;
        let (hour, minute, second) = reader.clock(1)?;
        let _ = reader.take(b' ');
        let hour = match (reader.next().map(|b| b.to_ascii_uppercase()), hour) {
            (Some(b'P'), 1..=11) => hour + 12,
            (Some(b'A'), 12) => 0,
            (Some(b'A' | b'P'), 1..=12) => hour,
            _ => return None,
        };
        epoch_ms(year, month, day, hour, minute, second).map(Self)
    }
}

/// Reads seconds with or without a fraction, such as `7` or `1.5`, to the millisecond. Reading a double instead would
/// bring its table of powers into the wasm modules.
pub(crate) fn parse_seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let places = fraction.bytes().chain(*b"000").take(3);
    let millis = places.fold(0, |millis, digit| millis * 10 + u64::from(digit - b'0'));
    Duration::from_secs(whole.parse().ok()?).checked_add(Duration::from_millis(millis))
}

const DAY_MS: u64 = 86_400_000;

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.0.first() == Some(&wanted);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        self.take(wanted).then_some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u64> {
        let count = self
            .0
            .iter()
            .take(most)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(
            digits
                .iter()
                .fold(0, |number, digit| number * 10 + u64::from(digit - b'0')),
        )
    }

    /// `8:49:37`, the hour with at least so many digits.
    fn clock(&mut self, hour_digits: usize) -> Option<(u64, u64, u64)> {
        let hour = self.digits(hour_digits, 2)?;
        self.expect(b':')?;
        let minute = self.digits(2, 2)?;
        self.expect(b':')?;
        Some((hour, minute, self.digits(2, 2)?))
    }

    /// Milliseconds from a fraction of 0 to 9 digits.
    fn fraction(&mut self) -> Option<u64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count > 9 {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let mut millis = 0;
        for place in 0..3 {
            millis = millis * 10 + digits.get(place).map_or(0, |digit| u64::from(digit - b'0'));
        }
        Some(millis)
    }
}

fn epoch_ms(year: u64, month: u64, day: u64, hour: u64, minute: u64, second: u64) -> Option<u64> {
    const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = LENGTHS.get(usize::try_from(month.checked_sub(1)?).ok()?)? + u64::from(leap && month == 2);
    if year < 1970 || day == 0 || day > length || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(days_from_civil(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000)
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, counted in eras of 400 years from 1 March.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (
        era * 400 + year_of_era + u64::from(month <= 2),
        month,
        day_of_year - (153 * shifted + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<String> {
        Timestamp::parse_iso(text).map(Timestamp::to_iso)
    }

    #[test]
    fn a_time_without_zone_is_utc_whatever_its_digits() {
        for (text, expected) in [
            ("2026-04-27T06:54:50.8733333", "2026-04-27T06:54:50.873Z"),
            ("2026-04-27T06:54:22.37", "2026-04-27T06:54:22.370Z"),
            ("2026-04-27T06:54:22.311953", "2026-04-27T06:54:22.311Z"),
            ("2026-04-27T06:54:22", "2026-04-27T06:54:22.000Z"),
            ("2026-04-27T06:54:22Z", "2026-04-27T06:54:22.000Z"),
            ("2026-04-27T06:54:22+02:00", "2026-04-27T04:54:22.000Z"),
            ("2024-02-29 23:59:59.999999999", "2024-02-29T23:59:59.999Z"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026",
            "2026-13-01T00:00:00",
            "2025-02-29T00:00:00",
            "2026-04-27T24:00:00Z",
            "2026-04-27T06:54:50.1234567890",
            "2026-04-27T06:54:22Zx",
            "ö",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_may_have_a_fraction() {
        for (text, ms) in [("7", 7000), (" 0.5 ", 500), ("1.0009", 1000), ("30.25", 30_250)] {
            assert_eq!(parse_seconds(text), Some(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", ".", "1.", ".5", "-5", "1e3", "NaN", "99999999999999999999"] {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn http_dates_are_read_in_both_spellings() {
        let expected = Timestamp(784_111_777_000);
        assert_eq!(Timestamp::parse_http("Sun, 06 Nov 1994 08:49:37 GMT"), Some(expected));
        assert_eq!(Timestamp::parse_http("Sunday, 06-Nov-94 08:49:37 GMT"), Some(expected));
        assert_eq!(Timestamp::parse_http("soon"), None);
    }

    #[test]
    fn the_date_in_the_text_of_a_429_is_read() {
        for (text, expected) in [
            (
                "Request is blocked by the upstream service until: 8/31/2026 4:12:09 PM (UTC)",
                "2026-08-31T16:12:09.000Z",
            ),
            ("blocked until: 9/2/2025 12:21:55 AM", "2025-09-02T00:21:55.000Z"),
            (
                "blocked until: 12/12/2025 12:21:55 PM (UTC)",
                "2025-12-12T12:21:55.000Z",
            ),
        ] {
            assert_eq!(
                Timestamp::parse_until(text).map(Timestamp::to_iso).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(Timestamp::parse_until("until: tomorrow"), None);
        assert_eq!(Timestamp::parse_until("until: 9/2/2025 13:21:55 PM"), None);
    }

    #[test]
    fn every_day_of_four_centuries_survives_the_calendar() {
        for day in 0..150_000 {
            let (year, month, date) = civil_from_days(day);
            assert_eq!(days_from_civil(year, month, date), day);
        }
        assert_eq!(Timestamp(1_772_330_400_000).to_compact_date(), "20260301");
    }
}
