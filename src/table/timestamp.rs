//! Date-times of ISO 8601 to microseconds since the Unix epoch, and back.

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Midnight at the start of the year 1, and of the year 10000: what four digits of a year and Power Query can hold.
const RANGE_MS: std::ops::Range<i64> = -719_162 * DAY_MS..2_932_897 * DAY_MS;

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm)`. `None` for every other text, also for a date or a time
/// that does not exist, a leap second, or a fraction that milliseconds cannot hold.
pub(super) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || !text.is_ascii() {
        return None;
    }
    let (date_time, mut zone) = bytes.split_at(19);
    for (at, byte) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if date_time[at] != byte {
            return None;
        }
    }
    let (year, month, day) = (number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..10])?);
    let (hour, minute, second) = (
        number(&bytes[11..13])?,
        number(&bytes[14..16])?,
        number(&bytes[17..19])?,
    );
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut milliseconds = 0;
    if zone[0] == b'.' {
        let length = zone[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = zone[1..].split_at(length);
        if fraction.is_empty() || fraction.iter().skip(3).any(|digit| *digit != b'0') {
            return None;
        }
        for place in 0..3 {
            milliseconds = milliseconds * 10 + i64::from(fraction.get(place).unwrap_or(&b'0') - b'0');
        }
        zone = rest;
    }
    let offset_minutes = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (number(&zone[1..3])?, number(&zone[4..6])?);
            let offset = hours * 60 + minutes;
            // The farthest zone, and the limit in Power Query.
            if minutes > 59 || offset > 14 * 60 {
                return None;
            }
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let minutes = hour * 60 + minute - offset_minutes;
    let instant = days_before(year, month, day) * DAY_MS + minutes * 60_000 + second * 1000 + milliseconds;
    RANGE_MS.contains(&instant).then_some(instant * 1000)
}

/// Appends `YYYY-MM-DD`.
pub(super) fn push_date(out: &mut String, days: i64) {
    let (year, month, day) = date(days);
    push_padded(out, year, 4);
    out.push('-');
    push_padded(out, month, 2);
    out.push('-');
    push_padded(out, day, 2);
}

/// Appends `YYYY-MM-DDThh:mm:ss.mmm`, as JavaScript's `Date` writes it.
pub(super) fn push(out: &mut String, microseconds: i64) {
    let instant = microseconds.div_euclid(1000);
    push_date(out, instant.div_euclid(DAY_MS));
    let milliseconds = instant.rem_euclid(DAY_MS);
    out.push('T');
    push_padded(out, milliseconds / 3_600_000, 2);
    out.push(':');
    push_padded(out, milliseconds / 60_000 % 60, 2);
    out.push(':');
    push_padded(out, milliseconds / 1000 % 60, 2);
    out.push('.');
    push_padded(out, milliseconds % 1000, 3);
}

fn push_padded(out: &mut String, number: i64, width: usize) {
    let digits = number.to_string();
    for _ in digits.len()..width {
        out.push('0');
    }
    out.push_str(&digits);
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
    })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01. The year begins in March here, so that the leap day is its last:
/// <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// Year, month and day of a count of days from 1970-01-01:
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}
