//! Days and dates of the proleptic Gregorian calendar.

/// Days from 1970-01-01 to Postgres' epoch, 2000-01-01.
const EPOCH: i64 = 10_957;

/// A date by the calendar; the year 0 is 1 BC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::predicate) struct Civil {
    pub(in crate::predicate) year: i64,
    pub(in crate::predicate) month: u8,
    pub(in crate::predicate) day: u8,
}

impl Civil {
    /// `None` if there is no such day.
    pub(in crate::predicate) fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        (day >= 1 && day <= month_length(year, month)?).then_some(Self { year, month, day })
    }

    /// Days since 2000-01-01. Counts in eras of 400 years with the year beginning in March, so that the leap day is last.
    pub(in crate::predicate) fn days(self) -> i64 {
        let month = i64::from(self.month);
        let year = self.year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468 - EPOCH
    }

    /// The date this many days after 2000-01-01.
    pub(in crate::predicate) fn from_days(days: i64) -> Self {
        let days = days + EPOCH + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let small = |value: i64| u8::try_from(value).unwrap_or_default();
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month: small(month), day: small(day) }
    }

    /// The same day this many months later, or the last of that month if it has no such day.
    pub(in crate::predicate) fn plus_months(self, months: i64) -> Self {
        let total = self.year * 12 + i64::from(self.month) - 1 + months;
        let (year, month) = (total.div_euclid(12), u8::try_from(total.rem_euclid(12) + 1).unwrap_or_default());
        let day = month_length(year, month).map_or(self.day, |last| self.day.min(last));
        Self { year, month, day }
    }

    /// The year and the number of the ISO 8601 week that the day is in. Weeks begin on Monday, and belong to the year that
    /// has their Thursday.
    pub(in crate::predicate) fn iso_week(self) -> (i64, i64) {
        let thursday = self.days() - iso_weekday(self.days()) + 4;
        let year = Self::from_days(thursday).year;
        let first = Self { year, month: 1, day: 1 }.days();
        (year, (thursday - first) / 7 + 1)
    }
}

/// 1 for Monday to 7 for Sunday, of a day counted from 2000-01-01, a Saturday.
pub(in crate::predicate) fn iso_weekday(days: i64) -> i64 {
    (days + 5).rem_euclid(7) + 1
}

pub(in crate::predicate) fn month_length(year: i64, month: u8) -> Option<u8> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days() {
        for (year, month, day, days) in
            [(2000, 1, 1, 0), (1970, 1, 1, -10_957), (2000, 3, 1, 60), (1999, 12, 31, -1), (-4713, 11, 24, -2_451_545)]
        {
            assert_eq!(Civil::new(year, month, day).unwrap().days(), days);
        }
        assert_eq!(Civil::new(1900, 2, 29), None);
        assert_eq!(Civil::new(2000, 13, 1), None);
        assert!(Civil::new(2000, 2, 29).is_some());
    }

    #[test]
    fn months_end_where_they_end() {
        let plus = |year, month, day, months| Civil::new(year, month, day).unwrap().plus_months(months);
        assert_eq!(plus(2024, 1, 31, 1), Civil::new(2024, 2, 29).unwrap());
        assert_eq!(plus(2023, 12, 31, 2), Civil::new(2024, 2, 29).unwrap());
        assert_eq!(plus(2024, 2, 29, -12), Civil::new(2023, 2, 28).unwrap());
        assert_eq!(plus(1, 1, 15, -1), Civil::new(0, 12, 15).unwrap());
    }

    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        for (year, month, day, week) in
            [(2024, 12, 30, (2025, 1)), (2021, 1, 3, (2020, 53)), (2024, 1, 1, (2024, 1)), (0, 1, 1, (-1, 52))]
        {
            assert_eq!(Civil::new(year, month, day).unwrap().iso_week(), week);
        }
        assert_eq!(iso_weekday(0), 6);
        assert_eq!(iso_weekday(-6), 7);
    }

    proptest! {
        #[test]
        fn days_are_dates(days in -2_500_000i64..2_145_031_949) {
            prop_assert_eq!(Civil::from_days(days).days(), days);
        }
    }
}
