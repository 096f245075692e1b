//! Points in time: their ranges, and the steps from one to another.

use crate::predicate::value::{Civil, DAY, Interval, is_date, is_timestamp, midnight};
use crate::predicate::{EvalError, Value};

pub(super) const TIMESTAMP_RANGE: EvalError = EvalError::Refused("timestamp out of range");
pub(super) const DATE_RANGE: EvalError = EvalError::Refused("date out of range");

/// Whether a timestamp is neither of the infinities.
pub(super) fn is_finite(micros: i64) -> bool {
    micros != i64::MIN && micros != i64::MAX
}

/// Whether no constant is infinite: of a distance to infinity versions of Postgres differ.
pub(super) fn are_finite(constants: &[Option<&Value>]) -> bool {
    constants.iter().all(|constant| !matches!(constant, Some(Value::Timestamp(micros)) if !is_finite(*micros)))
}

/// Whether a date is neither of the infinities.
pub(super) fn is_finite_date(days: i32) -> bool {
    days != i32::MIN && days != i32::MAX
}

/// A finite timestamp, if it is one.
pub(super) fn in_range(micros: Option<i64>) -> Result<i64, EvalError> {
    micros.filter(|micros| is_finite(*micros) && is_timestamp(*micros)).ok_or(TIMESTAMP_RANGE)
}

/// A finite date, if it is one.
pub(super) fn date_in_range(days: i64) -> Result<i32, EvalError> {
    i32::try_from(days).ok().filter(|_| is_date(days)).ok_or(DATE_RANGE)
}

/// Midnight of a date.
pub(super) fn start_of(days: i32) -> Result<i64, EvalError> {
    let micros = midnight(days);
    if is_timestamp(micros) { Ok(micros) } else { Err(EvalError::Refused("date out of range for timestamp")) }
}

/// The date of a timestamp.
pub(in crate::predicate) fn day_of(micros: i64) -> Result<i32, EvalError> {
    match micros {
        i64::MIN => Ok(i32::MIN),
        i64::MAX => Ok(i32::MAX),
        micros => date_in_range(micros.div_euclid(DAY)),
    }
}

/// A finite timestamp by the calendar, and the microseconds since midnight.
pub(super) fn taken_apart(micros: i64) -> (Civil, i64) {
    (Civil::from_days(micros.div_euclid(DAY)), micros.rem_euclid(DAY))
}

/// The timestamp of a date and the microseconds since its midnight.
pub(super) fn put_together(date: Civil, micros: i64) -> Result<i64, EvalError> {
    in_range(date.days().checked_mul(DAY).and_then(|midnight| midnight.checked_add(micros)))
}

/// A timestamp after a span: first the months, then the days, then the rest, none of which may lead out of range.
pub(super) fn after(micros: i64, span: Interval) -> Result<i64, EvalError> {
    if !is_finite(micros) {
        return Ok(micros);
    }
    let mut micros = micros;
    if span.months != 0 {
        let (date, time) = taken_apart(micros);
        micros = put_together(date.plus_months(span.months.into()), time)?;
    }
    if span.days != 0 {
        micros = in_range(i64::from(span.days).checked_mul(DAY).and_then(|days| micros.checked_add(days)))?;
    }
    in_range(micros.checked_add(span.micros))
}

/// A timestamp before a span.
pub(super) fn before(micros: i64, span: Interval) -> Result<i64, EvalError> {
    if !is_finite(micros) {
        return Ok(micros);
    }
    match (span.months.checked_neg(), span.days.checked_neg(), span.micros.checked_neg()) {
        (Some(months), Some(days), Some(back)) => after(micros, Interval { months, days, micros: back }),
        _ => Err(TIMESTAMP_RANGE),
    }
}

/// A time of day after so long, on whatever day.
pub(super) fn wrapped(micros: i64) -> i64 {
    micros.rem_euclid(DAY)
}
