//! Dates and times of day, `DateStyle` ISO, in UTC. Counted from the year 2000, in days and microseconds.

use super::Fault;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// The days that Postgres has: from 4714-11-24 BC to 5874897-12-31 (`IS_VALID_DATE`).
const DAYS: std::ops::Range<i32> = -2_451_545..2_145_031_949;
/// The timestamps that Postgres has: to the end of the year 294276 (`IS_VALID_TIMESTAMP`).
const MICROS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

pub(super) fn date(days: i32) -> Result<String, Fault> {
    match days {
        i32::MAX => Ok("infinity".into()),
        i32::MIN => Ok("-infinity".into()),
        days if DAYS.contains(&days) => {
            let Day { date, era } = day(i64::from(days));
            Ok(format!("{date}{era}"))
        }
        _ => Err(Fault::OutOfRange),
    }
}

/// Whether a date is `infinity` or `-infinity`.
pub(super) fn is_infinite(days: i64) -> bool {
    days == i64::from(i32::MAX) || days == i64::from(i32::MIN)
}

/// The day after, if there is one.
pub(super) fn next_day(days: i64) -> Option<i64> {
    let next = i32::try_from(days).ok()?.checked_add(1)?;
    DAYS.contains(&next).then_some(i64::from(next))
}

pub(super) fn time(micros: i64) -> Result<String, Fault> {
    // 24:00:00 is a time in Postgres.
    if (0..=MICROS_PER_DAY).contains(&micros) { Ok(time_of_day(micros)) } else { Err(Fault::OutOfRange) }
}

/// A timestamp; `zone` is what stands after the time.
pub(super) fn timestamp(micros: i64, zone: &str) -> Result<String, Fault> {
    match micros {
        i64::MAX => Ok("infinity".into()),
        i64::MIN => Ok("-infinity".into()),
        micros if MICROS.contains(&micros) => {
            let Day { date, era } = day(micros.div_euclid(MICROS_PER_DAY));
            Ok(format!("{date} {}{zone}{era}", time_of_day(micros.rem_euclid(MICROS_PER_DAY))))
        }
        _ => Err(Fault::OutOfRange),
    }
}

struct Day {
    date: String,
    era: &'static str,
}

/// The day that lies `days` after 2000-01-01, in the Gregorian calendar at all times, as Postgres has it.
///
/// Counts in eras of 400 years that begin on the first of March, so that the leap day comes last.
fn day(days: i64) -> Day {
    let days = days + 730_425;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    // There is no year 0: it is 1 BC.
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    Day { date: format!("{year:04}-{month:02}-{day:02}"), era }
}

fn time_of_day(micros: i64) -> String {
    let (seconds, micros) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{}", fraction(micros))
}

/// The microseconds as decimals, without zeros at the end.
pub(super) fn fraction(micros: i64) -> String {
    if micros == 0 {
        return String::new();
    }
    format!(".{:06}", micros.abs()).trim_end_matches('0').to_owned()
}
