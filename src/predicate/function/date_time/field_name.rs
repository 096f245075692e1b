//! The names of what a date, time or interval consists of.

/// What `extract` and `date_trunc` are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Microseconds,
    Milliseconds,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    IsoYear,
    Dow,
    IsoDow,
    Doy,
    Julian,
    Epoch,
    Timezone,
    TimezoneHour,
    TimezoneMinute,
}

/// The names in Postgres' manual, and their plurals. Postgres knows abbreviations too, and cuts names.
const NAMES: &[(&str, Field)] = &[
    ("microsecond", Field::Microseconds),
    ("microseconds", Field::Microseconds),
    ("millisecond", Field::Milliseconds),
    ("milliseconds", Field::Milliseconds),
    ("second", Field::Second),
    ("seconds", Field::Second),
    ("minute", Field::Minute),
    ("minutes", Field::Minute),
    ("hour", Field::Hour),
    ("hours", Field::Hour),
    ("day", Field::Day),
    ("days", Field::Day),
    ("week", Field::Week),
    ("weeks", Field::Week),
    ("month", Field::Month),
    ("months", Field::Month),
    ("quarter", Field::Quarter),
    ("year", Field::Year),
    ("years", Field::Year),
    ("decade", Field::Decade),
    ("decades", Field::Decade),
    ("century", Field::Century),
    ("centuries", Field::Century),
    ("millennium", Field::Millennium),
    ("millennia", Field::Millennium),
    ("isoyear", Field::IsoYear),
    ("dow", Field::Dow),
    ("isodow", Field::IsoDow),
    ("doy", Field::Doy),
    ("julian", Field::Julian),
    ("epoch", Field::Epoch),
    ("timezone", Field::Timezone),
    ("timezone_hour", Field::TimezoneHour),
    ("timezone_minute", Field::TimezoneMinute),
];

impl Field {
    /// By one of its [`NAMES`].
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
    }

    /// Whether it is an hour or smaller.
    pub(super) fn is_of_clock(self) -> bool {
        matches!(self, Self::Microseconds | Self::Milliseconds | Self::Second | Self::Minute | Self::Hour)
    }

    /// Whether it is a unit from a day up.
    pub(super) fn is_of_calendar(self) -> bool {
        matches!(
            self,
            Self::Day
                | Self::Week
                | Self::Month
                | Self::Quarter
                | Self::Year
                | Self::Decade
                | Self::Century
                | Self::Millennium
        )
    }

    /// Whether a date has it.
    pub(super) fn is_of_date(self) -> bool {
        self.is_of_calendar()
            || matches!(self, Self::IsoYear | Self::Dow | Self::IsoDow | Self::Doy | Self::Julian | Self::Epoch)
    }

    /// Whether it grows for ever, so that an infinite date has it too.
    pub(super) fn is_monotonic(self) -> bool {
        matches!(
            self,
            Self::Year | Self::Decade | Self::Century | Self::Millennium | Self::Julian | Self::IsoYear | Self::Epoch
        )
    }

    pub(super) fn is_of_zone(self) -> bool {
        matches!(self, Self::Timezone | Self::TimezoneHour | Self::TimezoneMinute)
    }
}
