//! `date`, `time`, `timestamp`, `timestamptz`: ISO forms, with offsets but without zones by name, whose meaning changes.

use super::calendar::Civil;
use super::clock::{self, DAY, HOUR, MINUTE, SECOND};
use super::text::{is_blank, strip_word, trim};

/// Limits of Postgres (`datetime.h`): 4714-11-24 BC, and the ends of the years 5874897 and 294276.
const FIRST_DAY: i64 = -2_451_545;
const LAST_DAY: i64 = 2_145_031_948;
const LAST_TIMESTAMP: i64 = 9_223_371_331_199_999_999;

/// What a zone in the text does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// Nothing, as in a `timestamp`.
    Ignored,
    /// Tells the offset from UTC, as in a `timestamptz`.
    Applied,
}

/// The parts of a text.
struct Parts {
    date: Option<Civil>,
    /// Microseconds since midnight.
    time: Option<i64>,
    /// Microseconds east of UTC.
    offset: i64,
}

pub(super) fn parse_date(text: &str) -> Option<i32> {
    match special(text) {
        Some(i64::MAX) => Some(i32::MAX),
        Some(i64::MIN) => Some(i32::MIN),
        Some(epoch) => i32::try_from(epoch / DAY).ok(),
        None => {
            let days = parts(text)?.date?.days();
            is_date(days).then(|| i32::try_from(days).ok())?
        }
    }
}

pub(super) fn parse_time(text: &str) -> Option<i64> {
    parse_time_and_offset(text).map(|(time, _)| time)
}

/// A time of day and how far east of UTC it is meant, in microseconds.
pub(super) fn parse_time_and_offset(text: &str) -> Option<(i64, i64)> {
    // Postgres takes a date before a time alone, but not with the T of ISO 8601.
    let has_t = text.as_bytes().windows(2).any(|pair| matches!(pair, [b'0'..=b'9', b'T' | b't']));
    let parts = parts(text)?;
    parts.time.filter(|_| !has_t).map(|time| (time, parts.offset))
}

pub(super) fn parse_timestamp(text: &str, zone: Zone) -> Option<i64> {
    if let Some(value) = printed(text.as_bytes(), zone) {
        return Some(value);
    }
    if let Some(special) = special(text) {
        return Some(special);
    }
    let parts = parts(text)?;
    let offset = if zone == Zone::Applied { parts.offset } else { 0 };
    let micros = parts.date?.days().checked_mul(DAY)?.checked_add(parts.time.unwrap_or(0))?.checked_sub(offset)?;
    (FIRST_DAY * DAY..=LAST_TIMESTAMP).contains(&micros).then_some(micros)
}

/// The form that Postgres prints for the years 1 to 9999, quickly: rows come by the million.
fn printed(text: &[u8], zone: Zone) -> Option<i64> {
    let (head, tail) = text.split_at_checked(19)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2] = head else {
        return None;
    };
    let two = |a: &u8, b: &u8| {
        let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
        (a <= 9 && b <= 9).then_some(a * 10 + b)
    };
    let year = i64::from(two(y1, y2)?) * 100 + i64::from(two(y3, y4)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let fraction = match (zone, tail) {
        (Zone::Applied, [fraction @ .., b'+', b'0', b'0']) | (Zone::Ignored, fraction) => fraction,
        (Zone::Applied, _) => return None,
    };
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] if matches!(digits.len(), 1..=6) => {
            digits.iter().chain(b"00000").take(6).try_fold(0, |sum, digit| {
                let digit = digit.wrapping_sub(b'0');
                (digit <= 9).then_some(sum * 10 + i64::from(digit))
            })?
        }
        _ => return None,
    };
    if year == 0 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = Civil::new(year, two(m1, m2)?, two(d1, d2)?)?.days();
    Some(days * DAY + i64::from(hour) * HOUR + i64::from(minute) * MINUTE + i64::from(second) * SECOND + micros)
}

/// Midnight of a date as a timestamp. Dates beyond its range are above every finite one and below infinity.
pub(in crate::predicate) fn midnight(days: i32) -> i64 {
    match days {
        i32::MAX => i64::MAX,
        i32::MIN => i64::MIN,
        days => i64::from(days).checked_mul(DAY).unwrap_or(i64::MAX - 1),
    }
}

/// Whether a date can be that long ago or ahead; not of infinity.
pub(in crate::predicate) fn is_date(days: i64) -> bool {
    (FIRST_DAY..=LAST_DAY).contains(&days)
}

/// Whether a timestamp can be that long ago or ahead.
pub(in crate::predicate) fn is_timestamp(micros: i64) -> bool {
    (FIRST_DAY * DAY..=LAST_TIMESTAMP).contains(&micros) || matches!(micros, i64::MIN | i64::MAX)
}

fn special(text: &str) -> Option<i64> {
    let text = trim(text);
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("infinity") || is("+infinity") {
        Some(i64::MAX)
    } else if is("-infinity") {
        Some(i64::MIN)
    } else if is("epoch") {
        Some(-10_957 * DAY)
    } else {
        None
    }
}

/// Splits a text into a date, a time, an offset and an era.
fn parts(text: &str) -> Option<Parts> {
    let mut parts = Parts { date: None, time: None, offset: 0 };
    let mut rest = trim(text);
    let before_christ = strip_word(rest, "BC");
    let era = before_christ.or_else(|| strip_word(rest, "AD"));
    rest = era.unwrap_or(rest);
    if let Some((date, tail)) = split_date(rest) {
        parts.date = Some(parse_civil(date, before_christ.is_some())?);
        rest = tail;
    } else if era.is_some() {
        return None;
    }
    if rest.is_empty() {
        return parts.date.is_some().then_some(parts);
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    parts.time = Some(clock::parse(time)?);
    let zone = trim(zone);
    if !zone.is_empty() {
        parts.offset = parse_offset(zone)?;
    }
    Some(parts)
}

/// The date at the beginning, and what follows it without the separator.
fn split_date(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let is_date = date.matches('-').count() == 2 || (date.len() == 8 && !date.contains('-') && !rest.starts_with(':'));
    let rest = match rest.strip_prefix(['T', 't']) {
        Some(time) if !time.is_empty() => time,
        None if rest.is_empty() || rest.starts_with(is_blank) => trim(rest),
        _ => return None,
    };
    is_date.then_some((date, rest))
}

/// `YYYY-MM-DD` or `YYYYMMDD`. A year of two digits would be read by the server's `DateStyle`.
fn parse_civil(text: &str, before_christ: bool) -> Option<Civil> {
    let (year, month, day) = if text.contains('-') {
        let mut parts = text.split('-');
        (parts.next()?, parts.next()?, parts.next()?)
    } else {
        (text.get(..4)?, text.get(4..6)?, text.get(6..)?)
    };
    if year.len() < 3 {
        return None;
    }
    let small = |text: &str| clock::number(text, 2).and_then(|number| u8::try_from(number).ok());
    let year = clock::number(year, 7).filter(|year| *year > 0)?;
    Civil::new(if before_christ { 1 - year } else { year }, small(month)?, small(day)?)
}

/// `Z`, `UTC`, `+05`, `-0330`, `+05:30:15`: microseconds east.
fn parse_offset(text: &str) -> Option<i64> {
    if ["z", "utc", "gmt"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hour, minute, second) = if digits.contains(':') {
        let mut parts = digits.split(':');
        let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
        if parts.next().is_some() {
            return None;
        }
        (hour, minute, second)
    } else if digits.len() > 2 {
        (digits.get(..digits.len() - 2)?, digits.get(digits.len() - 2..)?, "0")
    } else {
        (digits, "0", "0")
    };
    let (hour, minute, second) = (clock::number(hour, 2)?, clock::number(minute, 2)?, clock::number(second, 2)?);
    (hour <= 15 && minute <= 59 && second <= 59).then_some(sign * (hour * HOUR + minute * MINUTE + second * SECOND))
}

pub(super) fn print_date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => {
            let (date, era) = print_civil(i64::from(days));
            date + era
        }
    }
}

fn print_civil(days: i64) -> (String, &'static str) {
    let date = Civil::from_days(days);
    let (year, era) = if date.year > 0 { (date.year, "") } else { (1 - date.year, " BC") };
    (format!("{year:04}-{:02}-{:02}", date.month, date.day), era)
}

pub(super) fn print_timestamp(micros: i64, with_zone: bool) -> String {
    match micros {
        i64::MAX => "infinity".to_owned(),
        i64::MIN => "-infinity".to_owned(),
        micros => {
            let (date, era) = print_civil(micros.div_euclid(DAY));
            format!("{date} {}{}{era}", clock::print(micros.rem_euclid(DAY)), if with_zone { "+00" } else { "" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, printed) in [
            ("2024-02-29", "2024-02-29"),
            (" 2024-2-9 ", "2024-02-09"),
            ("20240229", "2024-02-29"),
            ("2024-02-29 23:59:59+02", "2024-02-29"),
            ("0044-03-15 BC", "0044-03-15 BC"),
            ("12024-01-01", "12024-01-01"),
            ("5874897-12-31", "5874897-12-31"),
            ("4714-11-24 BC", "4714-11-24 BC"),
            ("Infinity", "infinity"),
            ("-infinity", "-infinity"),
            ("epoch", "1970-01-01"),
        ] {
            assert_eq!(parse_date(text).map(print_date).as_deref(), Some(printed), "{text}");
        }
        for text in [
            "",
            "now",
            "today",
            "tomorrow",
            "yesterday",
            "2024-02-30",
            "2023-02-29",
            "24-01-01",
            "0000-01-01",
            "2024-01",
            "01/02/2024",
            "5874898-01-01",
            "4714-11-23 BC",
            "2024-01-01BC",
            "2024-01-01x",
            "12:00",
            "2024-13-01",
            "2024-1-1-1",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn timestamps() {
        for (text, plain, zoned) in [
            ("2024-01-01 10:00:00", "2024-01-01 10:00:00", "2024-01-01 10:00:00+00"),
            ("2024-01-01T10:00:00.5Z", "2024-01-01 10:00:00.5", "2024-01-01 10:00:00.5+00"),
            ("2024-01-01 10:00+02", "2024-01-01 10:00:00", "2024-01-01 08:00:00+00"),
            ("2024-01-01 10:00:00 -0330", "2024-01-01 10:00:00", "2024-01-01 13:30:00+00"),
            ("2024-01-01 10:00:00+05:30:15", "2024-01-01 10:00:00", "2024-01-01 04:29:45+00"),
            ("2024-01-01", "2024-01-01 00:00:00", "2024-01-01 00:00:00+00"),
            ("2024-01-01 24:00:00", "2024-01-02 00:00:00", "2024-01-02 00:00:00+00"),
            ("0044-03-15 01:02:03.000001 BC", "0044-03-15 01:02:03.000001 BC", "0044-03-15 01:02:03.000001+00 BC"),
            ("0044-03-15 01:02:03+00 BC", "0044-03-15 01:02:03 BC", "0044-03-15 01:02:03+00 BC"),
            ("20240101T100000", "2024-01-01 10:00:00", "2024-01-01 10:00:00+00"),
            ("infinity", "infinity", "infinity"),
            ("epoch", "1970-01-01 00:00:00", "1970-01-01 00:00:00+00"),
            ("294276-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999+00"),
        ] {
            let print = |zone| parse_timestamp(text, zone).map(|micros| print_timestamp(micros, zone == Zone::Applied));
            assert_eq!(print(Zone::Ignored).as_deref(), Some(plain), "{text}");
            assert_eq!(print(Zone::Applied).as_deref(), Some(zoned), "{text}");
        }
        for text in [
            "",
            "10:00",
            "2024-01-01 25:00",
            "2024-01-01 10:00 Europe/Berlin",
            "2024-01-01 10:00 CET",
            "2024-01-01T",
            "2024-01-01 10:00+16",
            "294277-01-01",
            "now",
            "2024-01-01 10:00:00+1:2:3:4",
            "2024-01-01 +02",
        ] {
            assert_eq!(parse_timestamp(text, Zone::Applied), None, "{text}");
        }
    }

    #[test]
    fn the_printed_form_is_read_like_any_other() {
        for text in ["0001-01-01 00:00:00", "2024-02-29 23:59:59.5", "9999-12-31 01:02:03.000001"] {
            for zone in [Zone::Ignored, Zone::Applied] {
                let text = if zone == Zone::Applied { format!("{text}+00") } else { text.to_owned() };
                assert!(printed(text.as_bytes(), zone).is_some());
                assert_eq!(printed(text.as_bytes(), zone), parse_timestamp(&format!(" {text}"), zone), "{text}");
            }
        }
        for text in ["2023-02-29 00:00:00", "2024-01-01 24:00:00", "2024-01-01 00:00:60", "0000-01-01 00:00:00"] {
            assert_eq!(printed(text.as_bytes(), Zone::Ignored), None, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, printed) in
            [("10:00", "10:00:00"), (" 10:00:00.25+02 ", "10:00:00.25"), ("2024-01-01 10:00", "10:00:00")]
        {
            assert_eq!(parse_time(text).map(clock::print).as_deref(), Some(printed), "{text}");
        }
        for text in ["", "2024-01-01", "10", "allballs", "10:00 pm"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
