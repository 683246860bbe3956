//! Which texts are dates and date-times, and how these are written.

use pqrun::table::{CellRef, ColumnType};
use proptest::prelude::*;
use serde_json::json;

use super::{table, texts_of, type_of};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What a column of this one text holds. A text that is no point in time stays as it is.
#[track_caller]
fn read(text: &str) -> Option<(ColumnType, i64)> {
    match table(&json!([text]).to_string()).value(0, 0) {
        CellRef::Date(days) => Some((ColumnType::Date, days.into())),
        CellRef::Datetime(time) => Some((ColumnType::Datetime, time)),
        CellRef::Timestamp(instant) => Some((ColumnType::Timestamp, instant)),
        CellRef::Utf8(kept) => {
            assert_eq!(kept, text);
            None
        }
        cell => panic!("a text became {cell:?}"),
    }
}

#[test]
fn dates_count_from_1970() {
    for (text, days) in [
        ("1970-01-01", 0),
        ("1969-12-31", -1),
        ("2000-02-29", 11_016),
        ("2000-03-01", 11_017),
        ("2024-02-29", 19_782),
        ("0001-01-01", -719_162),
        ("9999-12-31", 2_932_896),
    ] {
        assert_eq!(read(text), Some((ColumnType::Date, days)), "{text}");
    }
}

/// Each as its writer writes it, all at the same time.
#[test]
fn every_spelling_of_a_date_time_is_read() {
    let whole = 1_709_210_096 * SECOND;
    for (text, column_type, value) in [
        // ISO 8601, Spark's to_json, Java's and .NET's formats for a local time.
        ("2024-02-29T12:34:56", ColumnType::Datetime, whole),
        ("2024-02-29T12:34:56.789", ColumnType::Datetime, whole + 789_000),
        ("2024-02-29T12:34:56.7890000", ColumnType::Datetime, whole + 789_000),
        // Python's str(datetime), pandas' to_csv, Spark's cast to string.
        ("2024-02-29 12:34:56", ColumnType::Datetime, whole),
        ("2024-02-29 12:34:56.7", ColumnType::Datetime, whole + 700_000),
        ("2024-02-29 12:34:56.000001", ColumnType::Datetime, whole + 1),
        ("2024-02-29 12:34:56.123456000", ColumnType::Datetime, whole + 123_456),
        // JavaScript, pandas' to_json, Spark's to_json in UTC.
        ("2024-02-29T12:34:56Z", ColumnType::Timestamp, whole),
        ("2024-02-29T12:34:56.789Z", ColumnType::Timestamp, whole + 789_000),
        ("2024-02-29T12:34:56.000Z", ColumnType::Timestamp, whole),
        // Spark with a zone, Python's isoformat and str.
        ("2024-02-29T12:34:56.000+00:00", ColumnType::Timestamp, whole),
        ("2024-02-29T14:34:56.000+02:00", ColumnType::Timestamp, whole),
        ("2024-02-29 07:04:56.5-05:30", ColumnType::Timestamp, whole + 500_000),
        (
            "2024-02-29T12:34:56.123456+00:00",
            ColumnType::Timestamp,
            whole + 123_456,
        ),
        // Spark's and Java's pattern Z, Python's strftime %z.
        ("2024-02-29T14:34:56+0200", ColumnType::Timestamp, whole),
        ("2024-03-01T02:34:56+1400", ColumnType::Timestamp, whole),
        ("2024-02-28T22:34:56-14:00", ColumnType::Timestamp, whole),
        ("2024-02-29T12:34:56-00:00", ColumnType::Timestamp, whole),
    ] {
        assert_eq!(read(text), Some((column_type, value)), "{text}");
    }
}

#[test]
fn the_years_1_to_9999_are_whole() {
    let (first, last) = (-62_135_596_800 * SECOND, 253_402_300_800 * SECOND - 1);
    for (text, column_type, value) in [
        ("0001-01-01T00:00:00Z", ColumnType::Timestamp, first),
        ("0001-01-01T00:00:00", ColumnType::Datetime, first),
        ("0001-01-01T14:00:00+14:00", ColumnType::Timestamp, first),
        ("9999-12-31T23:59:59.999999Z", ColumnType::Timestamp, last),
        ("9999-12-31 23:59:59.999999", ColumnType::Datetime, last),
        ("9999-12-31T09:59:59.999999-14:00", ColumnType::Timestamp, last),
    ] {
        assert_eq!(read(text), Some((column_type, value)), "{text}");
    }
    for text in [
        "0000-01-01",
        "0000-01-01T00:00:00",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn days_and_times_that_do_not_exist_stay_text() {
    for text in [
        "2023-02-29",
        "1900-02-29",
        "2024-02-30",
        "2024-04-31",
        "2024-06-31",
        "2024-09-31",
        "2024-11-31",
        "2024-01-32",
        "2024-13-01",
        "2024-00-01",
        "2024-01-00",
        "2023-02-29T00:00:00Z",
        "2024-13-01 00:00:00",
        "2024-01-01T24:00:00",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z",
        "2016-12-31T23:59:60Z",
        "2024-01-01T00:00:00+14:01",
        "2024-01-01T00:00:00-1401",
        "2024-01-01T00:00:00+01:60",
        "2024-01-01T00:00:00+99:00",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn digits_beyond_microseconds_are_never_dropped() {
    for text in [
        "2024-02-29T12:34:56.1234567",
        "2024-02-29T12:34:56.0000001Z",
        "2024-02-29T12:34:56.123456789Z",
        "2024-02-29T12:34:56.000000001",
        "2024-02-29T12:34:56.0000000000",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn other_spellings_stay_text() {
    for text in [
        "",
        "2024",
        "2024-02",
        "20240229",
        "2024-2-29",
        "24-02-29",
        "2024/02/29",
        "29.02.2024",
        "2024-02-29T",
        "2024-02-29 ",
        " 2024-02-29",
        "+024-02-29",
        "-024-02-29",
        "2024-02-2９",
        "2024-02-29é",
        "2024-02-29T12",
        "2024-02-29T12:34",
        "2024-02-29T12:34Z",
        "2024-02-29T123456Z",
        "2024-02-29t12:34:56Z",
        "2024-02-29T12:34:56z",
        "2024-02-29  12:34:56",
        "2024-02-29_12:34:56",
        "2024-02-29T12:34:56 Z",
        "2024-02-29T12:34:56 +01:00",
        "2024-02-29T12:34:56.",
        "2024-02-29T12:34:56.Z",
        "2024-02-29T12:34:56,789Z",
        "2024-02-29T12:34:56+01",
        "2024-02-29T12:34:56+1:00",
        "2024-02-29T12:34:56+01:0",
        "2024-02-29T12:34:56+01:00:00",
        "2024-02-29T12:34:56+010",
        "2024-02-29T12:34:56+01000",
        "2024-02-29T12:34:56UTC",
        "2024-02-29T12:34:56 UTC",
        "2024-02-29T12:34:56Z[Europe/Paris]",
        "2024-02-29T12:34:56Zx",
        "2024-02-29T12-34-56Z",
        "2024-02-29T12:34.56Z",
        "2024-02-29T1２:34:56Z",
        "2024-01-01T00:00:00é",
        "2024-01-01é00:00:00",
        "12:34:56",
        "/Date(1709210096789)/",
        "Thu, 29 Feb 2024 12:34:56 GMT",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn no_byte_of_a_date_time_can_be_another() {
    let text = "2024-02-29T12:34:56.000Z";
    for at in 0..text.len() {
        for byte in 0..=127_u8 {
            let mut changed = text.as_bytes().to_vec();
            changed[at] = byte;
            let changed = String::from_utf8(changed).expect("ASCII");
            let separator = at == 10 && byte == b' ';
            let digit = byte.is_ascii_digit() && text.as_bytes()[at].is_ascii_digit();
            // Without the Z, a digit lengthens the fraction; the date-time then has no zone.
            let fraction = at == 23 && byte.is_ascii_digit();
            let allowed = changed == text || separator || digit || fraction;
            assert!(allowed || read(&changed).is_none(), "{changed:?}");
        }
    }
}

#[test]
fn dates_date_times_and_instants_do_not_mix() {
    let (date, datetime, timestamp) = ("2024-01-01", "2024-01-01T00:00:00", "2024-01-01T00:00:00Z");
    for (text, column_type) in [
        (date, ColumnType::Date),
        (datetime, ColumnType::Datetime),
        (timestamp, ColumnType::Timestamp),
    ] {
        assert_eq!(type_of(&json!([text, null, text]).to_string()), column_type);
    }
    for values in [
        [date, datetime],
        [datetime, date],
        [datetime, timestamp],
        [timestamp, datetime],
        [timestamp, date],
        [date, "x"],
        [datetime, "2024-01-01T00:00:00.0000001"],
        [timestamp, ""],
    ] {
        assert_eq!(texts_of(&json!(values).to_string()), values);
    }
}

#[test]
fn instants_are_written_in_utc_and_the_others_without_a_zone() {
    let read = table(
        r#"[{"d":"0987-06-05","l":"0987-01-01 00:00:00.05","t":"2024-01-01T00:30:00.000001+01:00"},
            {"d":null,"l":"9999-12-31T23:59:59.123456","t":"2024-01-01T00:30:00.120+01:00"}]"#,
    );
    let written = concat!(
        r#"[{"d":"0987-06-05","l":"0987-01-01T00:00:00.050","t":"2023-12-31T23:30:00.000001Z"},"#,
        r#"{"d":null,"l":"9999-12-31T23:59:59.123456","t":"2023-12-31T23:30:00.120Z"}]"#
    );
    assert_eq!(read.to_json(), written);
    assert_eq!(table(written), read);
}

/// Counts days year by year and month by month, unlike the code under test.
fn date_of(days: i64) -> String {
    let leap = |year: i64| i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let (mut year, mut left) = (1, days + 719_162);
    while left >= 365 + leap(year) {
        left -= 365 + leap(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", left + 1)
}

#[test]
fn every_day_is_read_as_it_is_written() {
    // Every day of some years, then days that fall on all months and weekdays of the others.
    let days: Vec<i64> = (-800..800)
        .chain(10_950..12_100)
        .chain((-719_162..2_932_897).step_by(509))
        .collect();
    let texts: Vec<String> = days.iter().map(|days| date_of(*days)).collect();
    let json = json!(texts).to_string();
    let table = table(&json);
    for (row, days) in days.iter().enumerate() {
        assert_eq!(table.value(row, 0), CellRef::Date(i32::try_from(*days).expect("small")));
    }
    let written: Vec<String> = texts.iter().map(|text| format!("{{\"value\":\"{text}\"}}")).collect();
    assert_eq!(table.to_json(), format!("[{}]", written.join(",")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn points_in_time_are_read_as_they_are_written(time in -719_162 * DAY..2_932_897 * DAY, whole in any::<bool>()) {
        let time = if whole { time - time.rem_euclid(1000) } else { time };
        let (days, rest) = (time.div_euclid(DAY), time.rem_euclid(DAY));
        let (seconds, fraction) = (rest / SECOND, rest % SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let fraction = if fraction % 1000 == 0 { format!("{:03}", fraction / 1000) } else { format!("{fraction:06}") };
        let text = format!("{}T{hour:02}:{minute:02}:{second:02}.{fraction}", date_of(days));
        prop_assert_eq!(read(&text), Some((ColumnType::Datetime, time)));
        let zoned = format!("{text}Z");
        prop_assert_eq!(read(&zoned), Some((ColumnType::Timestamp, time)));
        for text in [text, zoned] {
            let table = table(&format!("[\"{text}\"]"));
            prop_assert_eq!(table.to_json(), format!("[{{\"value\":\"{text}\"}}]"));
        }
    }

    #[test]
    fn an_offset_moves_an_instant(
        time in -719_000 * 86_400..2_932_000_i64 * 86_400, offset in -840_i64..=840, colon in any::<bool>()
    ) {
        let (days, rest) = (time.div_euclid(86_400), time.rem_euclid(86_400));
        let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        let text = format!(
            "{} {:02}:{:02}:{:02}{sign}{:02}{}{:02}",
            date_of(days), rest / 3600, rest / 60 % 60, rest % 60, size / 60, if colon { ":" } else { "" }, size % 60
        );
        prop_assert_eq!(read(&text), Some((ColumnType::Timestamp, (time - offset * 60) * SECOND)));
    }

    #[test]
    fn texts_made_of_the_signs_of_time_never_panic(text in "[0-9T:. Z+é-]{0,36}") {
        let _ = read(&text);
    }
}
