//! `interval`

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::clock::{self, DAY, HOUR, MINUTE, SECOND};
use super::text::{is_blank, strip_word, trim};

/// A span of months, days and microseconds. Compared as Postgres compares it: a month is 30 days, a day 24 hours.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    pub(in crate::predicate) months: i32,
    pub(in crate::predicate) days: i32,
    pub(in crate::predicate) micros: i64,
}

impl Interval {
    const INFINITY: Self = Self { months: i32::MAX, days: i32::MAX, micros: i64::MAX };
    const NEG_INFINITY: Self = Self { months: i32::MIN, days: i32::MIN, micros: i64::MIN };

    /// A span of hours, minutes and seconds alone.
    pub(in crate::predicate) fn from_micros(micros: i64) -> Self {
        Self { months: 0, days: 0, micros }
    }

    /// Whether it is one of the infinite ones, which Postgres has since version 17.
    pub(in crate::predicate) fn is_infinite(self) -> bool {
        let Self { months, days, micros } = self;
        matches!((months, days, micros), (i32::MIN, i32::MIN, i64::MIN) | (i32::MAX, i32::MAX, i64::MAX))
    }

    fn span(self) -> i128 {
        i128::from(self.micros) + (i128::from(self.days) + i128::from(self.months) * 30) * i128::from(DAY)
    }

    /// Reads the ISO 8601 form (`P1Y2M3DT4H5M6.5S`) and Postgres' own (`1 year 2 mons -3 days 04:05:06.5`, `1 day ago`).
    /// Fractions are read where they are exact: of weeks and anything smaller.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        if text.eq_ignore_ascii_case("infinity") || text.eq_ignore_ascii_case("+infinity") {
            return Some(Self::INFINITY);
        }
        if text.eq_ignore_ascii_case("-infinity") {
            return Some(Self::NEG_INFINITY);
        }
        let sum = match text.strip_prefix(['P', 'p']) {
            Some(iso) => parse_iso(iso)?,
            None => parse_words(text)?,
        };
        // What is infinite to later versions of Postgres is a number to earlier ones.
        sum.finish().filter(|interval| !interval.is_infinite())
    }
}

impl PartialEq for Interval {
    fn eq(&self, other: &Self) -> bool {
        self.span() == other.span()
    }
}

impl Eq for Interval {}

impl Hash for Interval {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.span().hash(state);
    }
}

impl PartialOrd for Interval {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Interval {
    fn cmp(&self, other: &Self) -> Ordering {
        self.span().cmp(&other.span())
    }
}

/// ISO 8601 with a sign at each part, as under `intervalstyle = iso_8601`.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.months, self.days, self.micros) {
            _ if self.is_infinite() => return f.write_str(if self.days > 0 { "infinity" } else { "-infinity" }),
            (0, 0, 0) => return f.write_str("PT0S"),
            _ => f.write_str("P")?,
        }
        let (hours, minutes) = (self.micros / HOUR, self.micros % HOUR / MINUTE);
        let rest = self.micros % MINUTE;
        for (amount, unit) in [(self.months / 12, 'Y'), (self.months % 12, 'M'), (self.days, 'D')] {
            if amount != 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        if self.micros != 0 {
            f.write_str("T")?;
        }
        for (amount, unit) in [(hours, 'H'), (minutes, 'M')] {
            if amount != 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        if rest != 0 {
            let sign = if rest < 0 { "-" } else { "" };
            let rest = rest.unsigned_abs().cast_signed();
            write!(f, "{sign}{}{}S", rest / SECOND, clock::fraction(rest % SECOND))?;
        }
        Ok(())
    }
}

/// What has been read so far.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    months: i64,
    days: i64,
    micros: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Months(i64),
    Days(i64),
    Micros(i64),
}

/// A number as written: sign, whole part, digits after the point.
struct Amount<'a> {
    negative: bool,
    whole: i64,
    fraction: &'a str,
}

impl Sum {
    fn add(&mut self, amount: &Amount<'_>, unit: Unit) -> Option<()> {
        let sign = if amount.negative { -1 } else { 1 };
        let whole = amount.whole.checked_mul(sign)?;
        let has_fraction = amount.fraction.bytes().any(|digit| digit != b'0');
        match unit {
            Unit::Months(_) if has_fraction => return None,
            Unit::Months(size) => self.months = self.months.checked_add(whole.checked_mul(size)?)?,
            Unit::Days(size) => {
                self.days = self.days.checked_add(whole.checked_mul(size)?)?;
                if has_fraction {
                    // As Postgres: whole days first, the rest in microseconds.
                    let part = fraction_of(amount.fraction, size * DAY)?;
                    self.days = self.days.checked_add(sign * (part / DAY))?;
                    self.micros = self.micros.checked_add(sign * (part % DAY))?;
                }
            }
            Unit::Micros(size) => {
                let part = fraction_of(amount.fraction, size)?;
                self.micros = self.micros.checked_add(whole.checked_mul(size)?)?.checked_add(sign * part)?;
            }
        }
        Some(())
    }

    fn negate(self) -> Option<Self> {
        let (months, days) = (self.months.checked_neg()?, self.days.checked_neg()?);
        Some(Self { months, days, micros: self.micros.checked_neg()? })
    }

    fn finish(self) -> Option<Interval> {
        let (months, days) = (i32::try_from(self.months).ok()?, i32::try_from(self.days).ok()?);
        Some(Interval { months, days, micros: self.micros })
    }
}

/// `0.digits` of `size` microseconds; `None` unless that is a whole number of them, except for seconds, which round.
fn fraction_of(digits: &str, size: i64) -> Option<i64> {
    if size == SECOND {
        return clock::micros(digits);
    }
    let digits = digits.trim_end_matches('0');
    let scale = 10i128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let numerator = if digits.is_empty() { 0 } else { digits.parse::<i128>().ok()? };
    let product = numerator.checked_mul(i128::from(size))?;
    if product % scale == 0 { i64::try_from(product / scale).ok() } else { None }
}

/// The number at the beginning, and what follows.
fn split_amount(text: &str) -> Option<(Amount<'_>, &str)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let (number, tail) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { clock::number(whole, 18)? };
    Some((Amount { negative, whole, fraction }, tail))
}

/// Digits after the point in the form of ISO 8601. Postgres takes more, and rounds them by way of a binary number that holds
/// the whole part too; with these the result is exact.
const ISO_DIGITS: usize = 6;

fn parse_iso(text: &str) -> Option<Sum> {
    let mut sum = Sum::default();
    let (mut rest, mut in_time, mut any) = (text, false, false);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix(['T', 't']) {
            if in_time || time.is_empty() {
                return None;
            }
            (rest, in_time) = (time, true);
            continue;
        }
        let (amount, tail) = split_amount(rest)?;
        if amount.fraction.trim_end_matches('0').len() > ISO_DIGITS {
            return None;
        }
        let mut tail = tail.chars();
        let unit = match (tail.next()?.to_ascii_uppercase(), in_time) {
            ('Y', false) => Unit::Months(12),
            ('M', false) => Unit::Months(1),
            ('W', false) => Unit::Days(7),
            ('D', false) => Unit::Days(1),
            ('H', true) => Unit::Micros(HOUR),
            ('M', true) => Unit::Micros(MINUTE),
            ('S', true) => Unit::Micros(SECOND),
            _ => return None,
        };
        sum.add(&amount, unit)?;
        (rest, any) = (tail.as_str(), true);
    }
    any.then_some(sum)
}

fn parse_words(text: &str) -> Option<Sum> {
    let mut sum = Sum::default();
    let mut rest = trim(text.strip_prefix('@').unwrap_or(text));
    let before = strip_word(rest, "ago");
    rest = before.unwrap_or(rest);
    // A field may be named once.
    let mut seen = 0u16;
    let mut once = |fields: u16| {
        let new = seen & fields == 0;
        seen |= fields;
        new.then_some(())
    };
    while !rest.is_empty() {
        let token = rest.split(is_blank).next()?;
        if token.contains(':') {
            once(TIME_FIELDS)?;
            sum.micros = sum.micros.checked_add(signed_time(token)?)?;
            rest = trim(rest.get(token.len()..)?);
            continue;
        }
        let (amount, tail) = split_amount(rest)?;
        let (word, after) = split_unit(tail.trim_start_matches(is_blank))?;
        let (unit, field) = unit(word)?;
        // A number alone is seconds at the end, and something else before a time.
        if word.is_empty() && !after.is_empty() {
            return None;
        }
        let is_fraction = unit == Unit::Micros(SECOND) && !amount.fraction.is_empty();
        once(if is_fraction { SECOND_FIELDS } else { field })?;
        sum.add(&amount, unit)?;
        rest = after;
    }
    if seen == 0 {
        return None;
    }
    if before.is_some() { sum.negate() } else { Some(sum) }
}

/// The word at the beginning, and what follows after a blank.
fn split_unit(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    let apart = after.is_empty() || after.starts_with(is_blank);
    apart.then(|| (word, after.trim_start_matches(is_blank)))
}

/// `[-]HH:MM[:SS[.fraction]]`, hours without limit.
fn signed_time(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let (hours, minutes, seconds) = (clock::number(hours, 9)?, clock::number(minutes, 2)?, clock::number(seconds, 2)?);
    if minutes > 59 || seconds > 60 {
        return None;
    }
    let total = hours.checked_mul(HOUR)?.checked_add(minutes * MINUTE + seconds * SECOND + clock::micros(fraction)?)?;
    Some(sign * total)
}

/// The fields of seconds and smaller, and those of a time of day: bits as in [`unit`].
const SECOND_FIELDS: u16 = 0b111;
const TIME_FIELDS: u16 = 0b1_1111;

/// The unit, and a bit for its field.
fn unit(word: &str) -> Option<(Unit, u16)> {
    let (unit, field) = match word.to_ascii_lowercase().as_str() {
        "us" | "usec" | "usecs" | "microsecond" | "microseconds" => (Unit::Micros(1), 0),
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => (Unit::Micros(1000), 1),
        "" | "s" | "sec" | "secs" | "second" | "seconds" => (Unit::Micros(SECOND), 2),
        "m" | "min" | "mins" | "minute" | "minutes" => (Unit::Micros(MINUTE), 3),
        "h" | "hr" | "hrs" | "hour" | "hours" => (Unit::Micros(HOUR), 4),
        "d" | "day" | "days" => (Unit::Days(1), 5),
        "w" | "week" | "weeks" => (Unit::Days(7), 6),
        "mon" | "mons" | "month" | "months" => (Unit::Months(1), 7),
        "y" | "yr" | "yrs" | "year" | "years" => (Unit::Months(12), 8),
        "decade" | "decades" => (Unit::Months(120), 9),
        "century" | "centuries" => (Unit::Months(1200), 10),
        _ => return None,
    };
    Some((unit, 1 << field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Interval {
        Interval::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn forms() {
        for (text, printed) in [
            ("P1Y2M3DT4H5M6.5S", "P1Y2M3DT4H5M6.5S"),
            ("P-1Y-2M3DT-4H-5M-6S", "P-1Y-2M3DT-4H-5M-6S"),
            ("PT-0.000001S", "PT-0.000001S"),
            ("PT0S", "PT0S"),
            ("P2W", "P14D"),
            ("1 day", "P1D"),
            ("1 year 2 mons -3 days 04:05:06.5", "P1Y2M-3DT4H5M6.5S"),
            ("-1 day +02:03", "P-1DT2H3M"),
            ("@ 1 minute ago", "PT-1M"),
            ("1.5 hours", "PT1H30M"),
            ("1.5 days", "P1DT12H"),
            ("90min", "PT1H30M"),
            ("10", "PT10S"),
            ("100:00:00", "PT100H"),
            ("-00:00:01", "PT-1S"),
            ("infinity", "infinity"),
        ] {
            assert_eq!(parse(text).to_string(), printed, "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "P1H",
            "PT1D",
            "1.5 years",
            "1 fortnight",
            "day",
            "1 2 days",
            "1 hour 1:00",
            "1:60",
            "P1YT",
            "PT4.4989825S",
            "ago",
        ] {
            assert!(Interval::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn equality_counts_in_months_of_30_days() {
        assert_eq!(parse("1 month"), parse("30 days"));
        assert_eq!(parse("1 day"), parse("24:00"));
        assert!(parse("1 month") < parse("31 days"));
        assert!(parse("infinity") > parse("178000000 years"));
        assert!(parse("-infinity") < parse("-178000000 years"));
    }
}
