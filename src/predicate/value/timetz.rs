//! `timetz`: a time of day in a zone that is a fixed offset.

use std::cmp::Ordering;

use super::clock::{self, SECOND};

/// A time of day and its zone. In the order of the moments that they are on one day, and of the zones where these are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timetz {
    /// Microseconds since midnight, in the zone.
    pub(in crate::predicate) micros: i64,
    /// Seconds by which the zone is west of UTC.
    pub(in crate::predicate) west: i32,
}

impl Timetz {
    /// A time in UTC, the zone of all sessions.
    pub(in crate::predicate) fn utc(micros: i64) -> Self {
        Self { micros, west: 0 }
    }

    /// Microseconds since midnight in UTC, before which or a day after which it may be.
    pub(in crate::predicate) fn instant(self) -> i64 {
        self.micros + i64::from(self.west) * SECOND
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (micros, east) = super::stamp::parse_time_and_offset(text)?;
        Some(Self { micros, west: i32::try_from(-east / SECOND).ok()? })
    }

    pub(super) fn print(self) -> String {
        let sign = if self.west <= 0 { '+' } else { '-' };
        let offset = self.west.unsigned_abs();
        let (hour, minute, second) = (offset / 3600, offset / 60 % 60, offset % 60);
        let time = clock::print(self.micros);
        match (minute, second) {
            (0, 0) => format!("{time}{sign}{hour:02}"),
            (_, 0) => format!("{time}{sign}{hour:02}:{minute:02}"),
            _ => format!("{time}{sign}{hour:02}:{minute:02}:{second:02}"),
        }
    }
}

impl Ord for Timetz {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant().cmp(&other.instant()).then(self.west.cmp(&other.west))
    }
}

impl PartialOrd for Timetz {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Timetz {
        Timetz::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn forms() {
        for (text, printed) in [
            ("10:00", "10:00:00+00"),
            ("10:00:00.5Z", "10:00:00.5+00"),
            ("10:00-08", "10:00:00-08"),
            ("24:00:00+05:30", "24:00:00+05:30"),
            ("10:00 -00:30", "10:00:00-00:30"),
            ("10:00+01:02:03", "10:00:00+01:02:03"),
            ("10:00-15:59", "10:00:00-15:59"),
            ("2024-01-01 10:00+02", "10:00:00+02"),
        ] {
            assert_eq!(parse(text).print(), printed, "{text}");
        }
        for text in ["", "10:00+16", "2024-01-01", "10:00 Europe/Berlin", "now", "25:00+00"] {
            assert_eq!(Timetz::parse(text), None, "{text}");
        }
    }

    #[test]
    fn order_is_by_the_moment_and_then_by_the_zone() {
        assert!(parse("10:00+02") < parse("09:00+00"));
        assert!(parse("10:00+01") < parse("09:00+00"), "one moment, further east first");
        assert!(parse("09:00-01") > parse("10:00+00"));
        assert_eq!(parse("10:00+00"), parse("10:00Z"));
    }
}
