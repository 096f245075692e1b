//! `interval`, `IntervalStyle` `iso_8601`.

use super::Fault;
use super::date_time::{MICROS_PER_SECOND, fraction};
use super::reader::Reader;

/// Follows `EncodeInterval`: every field has a sign of its own.
pub(super) fn interval(reader: &mut Reader<'_>) -> Result<String, Fault> {
    let (micros, days, months) = (reader.i64()?, reader.i32()?, reader.i32()?);
    match (micros, days, months) {
        // Postgres 17 and later.
        (i64::MAX, i32::MAX, i32::MAX) => return Ok("infinity".into()),
        (i64::MIN, i32::MIN, i32::MIN) => return Ok("-infinity".into()),
        (0, 0, 0) => return Ok("PT0S".into()),
        _ => {}
    }
    let part = |amount: i64, unit: char| if amount == 0 { String::new() } else { format!("{amount}{unit}") };
    let (years, months, days) = (i64::from(months / 12), i64::from(months % 12), i64::from(days));
    let date = format!("P{}{}{}", part(years, 'Y'), part(months, 'M'), part(days, 'D'));
    if micros == 0 {
        return Ok(date);
    }
    let (seconds, micros) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let sign = if seconds < 0 || micros < 0 { "-" } else { "" };
    let seconds = match (seconds, micros) {
        (0, 0) => String::new(),
        _ => format!("{sign}{}{}S", seconds.abs(), fraction(micros)),
    };
    Ok(format!("{date}T{}{}{seconds}", part(hours, 'H'), part(minutes, 'M')))
}
