//! `date_trunc` and `date_bin`: the beginning of what a point in time lies in.

use super::args::{Answer, INTERVAL_RANGE, interval, timestamp};
use super::field_name::Field;
use super::moment::{TIMESTAMP_RANGE, in_range, is_finite, put_together, taken_apart};
use super::zone;
use crate::predicate::function::{Args, Function, Traits, function};
use crate::predicate::value::{Civil, DAY, HOUR, Interval, MINUTE, SECOND, iso_weekday};
use crate::predicate::{EvalError, Value};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("date_bin", (Interval, Timestamp, Timestamp) -> Timestamp, date_bin),
    function!("date_bin", (Interval, Timestamptz, Timestamptz) -> Timestamptz, date_bin),
    function!("date_trunc", (Text, Interval) -> Interval, interval_trunc; Traits::STRICT.accepting(of_interval)),
    function!("date_trunc", (Text, Timestamp) -> Timestamp, date_trunc; Traits::STRICT.accepting(of_timestamp)),
    function!("date_trunc", (Text, Timestamptz) -> Timestamptz, date_trunc; Traits::STRICT.accepting(of_timestamp)),
    function!("date_trunc", (Text, Timestamptz, Text) -> Timestamptz, date_trunc_in_zone; Traits::STRICT.accepting(in_zone)),
];

fn unit(constants: &[Option<&Value>]) -> Option<Field> {
    match constants.first() {
        Some(Some(Value::Text(name))) => Field::named(name),
        _ => None,
    }
}

fn of_timestamp(constants: &[Option<&Value>]) -> bool {
    unit(constants).is_some_and(|unit| unit.is_of_clock() || unit.is_of_calendar())
}

fn of_interval(constants: &[Option<&Value>]) -> bool {
    of_timestamp(constants) && unit(constants) != Some(Field::Week)
}

fn in_zone(constants: &[Option<&Value>]) -> bool {
    of_timestamp(constants) && constants.get(2).copied().flatten().and_then(zone::of).is_some()
}

fn named(args: &Args<'_>) -> Result<Field, EvalError> {
    Field::named(args.text(0)?).ok_or(EvalError::Refused("unit not recognized"))
}

/// How long a unit of the clock is, in microseconds.
fn length(unit: Field) -> Option<i64> {
    Some(match unit {
        Field::Microseconds => 1,
        Field::Milliseconds => SECOND / 1000,
        Field::Second => SECOND,
        Field::Minute => MINUTE,
        Field::Hour => HOUR,
        _ => return None,
    })
}

fn date_trunc(args: &Args<'_>) -> Answer {
    truncated(args, 0)
}

/// By the days and hours of a zone.
fn date_trunc_in_zone(args: &Args<'_>) -> Answer {
    truncated(args, zone::by_text(args, 2)?)
}

fn truncated(args: &Args<'_>, west: i64) -> Answer {
    let (unit, micros) = (named(args)?, args.timestamp(1)?);
    if !is_finite(micros) {
        return timestamp(Ok(micros));
    }
    let shift = west * SECOND;
    let (date, time) = taken_apart(micros.checked_sub(shift).ok_or(TIMESTAMP_RANGE)?);
    let (date, time) = match length(unit) {
        Some(length) => (date, time - time % length),
        None => (first_day(unit, date), 0),
    };
    timestamp(put_together(date, time + shift))
}

/// The first day of the unit that `date` is in. There is no year 0: centuries and millennia begin with the year 1, and
/// what is before Christ is counted backwards from there; decades begin with a year that 10 divides.
fn first_day(unit: Field, date: Civil) -> Civil {
    let Civil { year, month, .. } = date;
    let first_of = |year: i64, month: u8| Civil { year, month, day: 1 };
    let since_1 = |length: i64| (year - 1).div_euclid(length) * length + 1;
    match unit {
        Field::Week => Civil::from_days(date.days() - iso_weekday(date.days()) + 1),
        Field::Month => first_of(year, month),
        Field::Quarter => first_of(year, (month - 1) / 3 * 3 + 1),
        Field::Year => first_of(year, 1),
        Field::Decade => first_of(year.div_euclid(10) * 10, 1),
        Field::Century => first_of(since_1(100), 1),
        Field::Millennium => first_of(since_1(1000), 1),
        _ => date,
    }
}

/// Towards zero, in each unit for itself.
fn interval_trunc(args: &Args<'_>) -> Answer {
    let (unit, Interval { months, days, micros }) = (named(args)?, args.interval(1)?);
    let whole = |length: i32| interval(Some(months - months % length), Some(0), Some(0));
    if let Some(length) = length(unit) {
        return interval(Some(months), Some(days), Some(micros - micros % length));
    }
    match unit {
        Field::Month => whole(1),
        Field::Quarter => whole(3),
        Field::Year => whole(12),
        Field::Decade => whole(120),
        Field::Century => whole(1200),
        Field::Millennium => whole(12_000),
        _ => interval(Some(months), Some(days), Some(0)),
    }
}

/// The beginning of the stride that the timestamp lies in, where one of them begins at `origin`.
fn date_bin(args: &Args<'_>) -> Answer {
    let (micros, origin) = (args.timestamp(1)?, args.timestamp(2)?);
    if !is_finite(micros) {
        return timestamp(Ok(micros));
    }
    if !is_finite(origin) {
        return Err(EvalError::Refused("origin out of range"));
    }
    let stride = args.interval(0)?;
    if stride.months != 0 {
        return Err(EvalError::Refused("timestamps cannot be binned into intervals containing months or years"));
    }
    let stride = i64::from(stride.days).checked_mul(DAY).and_then(|days| days.checked_add(stride.micros));
    let stride = stride.ok_or(INTERVAL_RANGE)?;
    if stride <= 0 {
        return Err(EvalError::Refused("stride must be greater than zero"));
    }
    let distance = micros.checked_sub(origin).ok_or(INTERVAL_RANGE)?;
    timestamp(in_range(micros.checked_sub(distance.rem_euclid(stride))))
}
