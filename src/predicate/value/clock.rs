//! The time of day.

pub(in crate::predicate) const SECOND: i64 = 1_000_000;
pub(in crate::predicate) const MINUTE: i64 = 60 * SECOND;
pub(in crate::predicate) const HOUR: i64 = 60 * MINUTE;
pub(in crate::predicate) const DAY: i64 = 24 * HOUR;

/// Reads `HH:MM[:SS[.fraction]]` or `HHMM[SS[.fraction]]` up to 24:00:00, in microseconds.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = whole.split(':');
    let (hour, minute, second) = match (parts.next()?, parts.next(), parts.next(), parts.next()) {
        (hour, Some(minute), second, None) => (number(hour, 2)?, number(minute, 2)?, second),
        (packed, None, ..) if packed.len() == 4 || packed.len() == 6 => {
            (number(packed.get(..2)?, 2)?, number(packed.get(2..4)?, 2)?, packed.get(4..).filter(|s| !s.is_empty()))
        }
        _ => return None,
    };
    if fraction.is_some() && second.is_none() {
        return None;
    }
    let second = second.map_or(Some(0), |second| number(second, 2))?;
    let fraction = fraction.map_or(Some(0), micros)?;
    let total = hour * HOUR + minute * MINUTE + second * SECOND + fraction;
    (minute <= 59 && second <= 60 && total <= DAY).then_some(total)
}

/// Reads at most `most` digits.
pub(super) fn number(text: &str, most: usize) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The digits after a decimal point as microseconds, rounded as Postgres does: in binary, half to even.
pub(super) fn micros(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = format!("0.{digits}0").parse::<f64>().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "at most a million")]
    Some((fraction * 1e6).round_ties_even() as i64)
}

/// `04:05:06.789`
pub(super) fn print(micros: i64) -> String {
    let (hour, minute) = (micros / HOUR, micros % HOUR / MINUTE);
    format!("{hour:02}:{minute:02}:{:02}{}", micros % MINUTE / SECOND, fraction(micros % SECOND))
}

/// The fraction of a second with its point and without trailing zeros; empty if there is none.
pub(super) fn fraction(micros: i64) -> String {
    if micros == 0 { String::new() } else { format!(".{micros:06}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, printed) in [
            ("04:05:06.789", "04:05:06.789"),
            ("4:05", "04:05:00"),
            ("040506", "04:05:06"),
            ("0405", "04:05:00"),
            ("24:00:00", "24:00:00"),
            ("23:59:60", "24:00:00"),
            ("00:00:00.0000005", "00:00:00"),
            ("00:00:00.9999999", "00:00:01"),
            ("00:00:01.", "00:00:01"),
        ] {
            assert_eq!(parse(text).map(print).as_deref(), Some(printed), "{text}");
        }
        for text in
            ["", "4", "24:00:01", "04:60", "04:05:61", "04:05:06:07", "04:05.5", "-1:00", "04: 05", "é:ab", "1é34"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
