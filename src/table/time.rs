//! Dates and date-times from text, and back.
//!
//! A date is `YYYY-MM-DD`. A date-time is a date, `T` or one blank, `hh:mm:ss`, and a fraction of up to nine digits if
//! any, those beyond microseconds being zeros; behind it may stand a zone: `Z`, `+hh:mm`, `-hh:mm`, `+hhmm` or `-hhmm`, up
//! to 14 hours. These are the spellings of ISO 8601 that Spark, Python, pandas, Java, .NET and JavaScript write.
//! Everything else is none: days and times that do not exist (leap seconds and `24:00` too), lower case, other widths.

use super::words::HIGHS;

/// A day in microseconds.
pub(crate) const DAY_US: i64 = 86_400_000_000;

/// Midnight at the start of the year 1, and of the year 10000: what four digits of a year and Power Query can hold.
pub(crate) const RANGE_US: std::ops::Range<i64> = -719_162 * DAY_US..2_932_897 * DAY_US;

/// Whether a date-time says how far it is from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    None,
    Given,
}

/// Reads a date, in days since 1970-01-01.
pub(crate) fn parse_date(text: &[u8]) -> Option<i32> {
    let date: &[u8; 10] = text.try_into().ok()?;
    let head = digits(*date.first_chunk()?, &YEAR_AND_MONTH)?;
    let day = two_digits(date[8], date[9])?;
    days_of(head, day)
}

/// Reads a date-time, in microseconds: since the Unix epoch if it has a zone, otherwise since 1970-01-01 00:00:00 in a
/// zone that nobody named.
pub(crate) fn parse_datetime(text: &[u8]) -> Option<(i64, Zone)> {
    let (head, rest) = text.split_first_chunk::<8>()?;
    let (tail, rest) = rest.split_first_chunk::<8>()?;
    let ([colon, tens, ones], mut zone) = rest.split_first_chunk::<3>()?;
    if *colon != b':' {
        return None;
    }
    let head = digits(*head, &YEAR_AND_MONTH)?;
    let (day, minutes) = day_and_minutes(*tail)?;
    let second = two_digits(*tens, *ones)?;
    if second > 59 {
        return None;
    }
    let days = days_of(head, day)?;
    let mut microseconds = 0;
    if let Some((b'.', fraction)) = zone.split_first() {
        (microseconds, zone) = parse_fraction(fraction)?;
    }
    let seconds = minutes * 60 + second;
    let local = i64::from(days) * DAY_US + i64::from(seconds) * 1_000_000 + microseconds;
    let offset_minutes = match *zone {
        [] => return Some((local, Zone::None)),
        [b'Z'] => return Some((local, Zone::Given)),
        _ => offset_of(zone)?,
    };
    let instant = local - offset_minutes * 60_000_000;
    RANGE_US.contains(&instant).then_some((instant, Zone::Given))
}

/// The day of `DDThh:mm`, and how many minutes of it have passed.
#[inline(always)]
fn day_and_minutes(text: [u8; 8]) -> Option<(u32, u32)> {
    let is_blank = text[2] == b' ';
    let values = digits(text, if is_blank { &DAY_BLANK_TIME } else { &DAY_AND_TIME })?;
    let (day, hour, minute) = (pair(values, 0), pair(values, 3), pair(values, 6));
    (hour <= 23 && minute <= 59).then_some((day, hour * 60 + minute))
}

/// Minutes from UTC.
#[inline(never)]
fn offset_of(zone: &[u8]) -> Option<i64> {
    let ([sign @ (b'+' | b'-'), a, b, c, d] | [sign @ (b'+' | b'-'), a, b, b':', c, d]) = *zone else {
        return None;
    };
    let (hours, minutes) = (two_digits(a, b)?, two_digits(c, d)?);
    let offset = i64::from(hours * 60 + minutes);
    // The farthest zone, and the limit in Power Query.
    if minutes > 59 || offset > 14 * 60 {
        return None;
    }
    Some(if sign == b'-' { -offset } else { offset })
}

/// Appends an instant: `2026-01-31T12:00:00.000Z`, with six digits of the second's fraction if three do not hold it.
pub(crate) fn push_timestamp(out: &mut String, microseconds: i64) {
    push_datetime(out, microseconds);
    out.push('Z');
}

/// Appends a date-time without a zone, otherwise as [`push_timestamp`] does.
pub(crate) fn push_datetime(out: &mut String, microseconds: i64) {
    let mut text = *b"0000-00-00T00:00:00.000000";
    let days = microseconds.div_euclid(DAY_US);
    write_date(&mut text, i32::try_from(days).unwrap_or(0));
    let rest = microseconds.rem_euclid(DAY_US);
    let (seconds, fraction) = ((rest / 1_000_000) as u32, (rest % 1_000_000) as u32);
    write_pair(&mut text, 11, seconds / 3600);
    write_pair(&mut text, 14, seconds / 60 % 60);
    write_pair(&mut text, 17, seconds % 60);
    write_pair(&mut text, 20, fraction / 10_000);
    write_pair(&mut text, 22, fraction / 100 % 100);
    write_pair(&mut text, 24, fraction % 100);
    let length = if fraction % 1000 == 0 { 23 } else { 26 };
    out.push_str(str::from_utf8(&text[..length]).unwrap_or_default());
}

/// Appends a date: `2026-01-31`.
pub(crate) fn push_date(out: &mut String, days: i32) {
    let mut text = *b"0000-00-00";
    write_date(&mut text, days);
    out.push_str(str::from_utf8(&text).unwrap_or_default());
}

/// What eight bytes of a date-time look like.
struct Pattern {
    signs: u64,
    /// What takes those that differ to the highest bit.
    limits: u64,
}

impl Pattern {
    /// `0` stands for any digit.
    const fn new(signs: [u8; 8]) -> Self {
        // Adding 118 takes what is more than 9 to the highest bit, adding 127 all but 0.
        let mut limits = [0x7f; 8];
        let mut at = 0;
        while at < 8 {
            if signs[at] == b'0' {
                limits[at] = 0x76;
            }
            at += 1;
        }
        Self {
            signs: u64::from_le_bytes(signs),
            limits: u64::from_le_bytes(limits),
        }
    }
}

const YEAR_AND_MONTH: Pattern = Pattern::new(*b"0000-00-");
const DAY_AND_TIME: Pattern = Pattern::new(*b"00T00:00");
const DAY_BLANK_TIME: Pattern = Pattern::new(*b"00 00:00");

/// The value of each digit in eight bytes that are as the pattern, and 0 for the other signs.
#[inline(always)]
fn digits(bytes: [u8; 8], pattern: &Pattern) -> Option<u64> {
    let values = u64::from_le_bytes(bytes) ^ pattern.signs;
    let excess = values.wrapping_add(pattern.limits) | values;
    (excess & HIGHS == 0).then_some(values)
}

/// The number in the digits at `at` and behind it.
#[inline(always)]
fn pair(values: u64, at: u32) -> u32 {
    let pair = (values >> (at * 8)) as u32;
    (pair & 0xf) * 10 + (pair >> 8 & 0xf)
}

#[inline(always)]
fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then_some(u32::from(tens) * 10 + u32::from(ones))
}

/// Microseconds from the digits behind the point, and what follows them.
#[inline(always)]
fn parse_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    const SCALES: [u32; 9] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
    let (mut nanoseconds, mut length) = (0, 0);
    while let Some(digit) = text.get(length).map(|byte| byte.wrapping_sub(b'0'))
        && digit <= 9
    {
        nanoseconds += u32::from(digit) * SCALES.get(length)?;
        length += 1;
    }
    let is_whole = length > 0 && nanoseconds.is_multiple_of(1000);
    is_whole.then(|| (i64::from(nanoseconds / 1000), &text[length..]))
}

/// Days since 1970-01-01 of the digits of `YYYY-MM-` and a day, if there is such a day.
///
/// The year begins in March here, so that the leap day is its last:
/// <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>.
#[inline(never)]
fn days_of(head: u64, day: u32) -> Option<i32> {
    let (year, month) = (pair(head, 0) * 100 + pair(head, 2), pair(head, 5));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    };
    if year == 0 || day == 0 || day > last {
        return None;
    }
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(days as i32 - 719_468)
}

/// Writes year, month and day of a count of days from 1970-01-01 over `0000-00-00`:
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn write_date(text: &mut [u8], days: i32) {
    let days = days.saturating_add(719_468).max(0) as u32;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + u32::from(month <= 2);
    write_pair(text, 0, year / 100);
    write_pair(text, 2, year % 100);
    write_pair(text, 5, month);
    write_pair(text, 8, day_of_year - (153 * shifted_month + 2) / 5 + 1);
}

/// Writes two digits of a number below 100 at `at`.
fn write_pair(text: &mut [u8], at: usize, number: u32) {
    if let Some([tens, ones]) = text.get_mut(at..at + 2) {
        (*tens, *ones) = (b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8);
    }
}
