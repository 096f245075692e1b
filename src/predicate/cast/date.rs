//! Casts between dates, times and intervals.

use super::{Cast, Conversion, cast};
use crate::pg::PgType;
use crate::predicate::function::{Function, Ty, day_of, overloads};
use crate::predicate::value::{DAY, Interval, Timetz, is_timestamp, midnight};
use crate::predicate::{EvalError, Value};

pub(super) static CASTS: &[Cast] = &[
    cast!(Date => Timestamp, Implicit, date_to_timestamp),
    cast!(Date => Timestamptz, Implicit, date_to_timestamp),
    cast!(Timestamp => Timestamptz, Implicit, as Relabel),
    cast!(Timestamptz => Timestamp, Assignment, as Relabel),
    cast!(Timestamp => Date, Assignment, timestamp_to_date),
    cast!(Timestamptz => Date, Assignment, timestamp_to_date),
    // These three are NULL for infinity: see `called`.
    cast!(Timestamp => Time, Assignment),
    cast!(Timestamptz => Time, Assignment),
    cast!(Timestamptz => Timetz, Assignment),
    cast!(Time => Timetz, Implicit, time_to_timetz),
    cast!(Timetz => Time, Assignment, timetz_to_time),
    cast!(Time => Interval, Implicit, time_to_interval),
    cast!(Interval => Time, Assignment, interval_to_time),
];

/// The function behind a cast that may make NULL of a value.
pub(in crate::predicate) fn called(from: &PgType, to: &PgType) -> Option<&'static Function> {
    let name = match (from, to) {
        (PgType::Timestamp | PgType::Timestamptz, PgType::Time) => "time",
        (PgType::Timestamptz, PgType::Timetz) => "timetz",
        _ => return None,
    };
    overloads(name).find(|function| *function.arguments == [Ty::Is(from.clone())])
}

/// Whether it is a type of this family: [`Value::print`] is its output function, and [`Value::parse`] its input function but
/// for texts that it does not know.
pub(super) fn is_of_family(ty: &PgType) -> bool {
    use PgType::{Date, Interval, Time, Timestamp, Timestamptz, Timetz};
    matches!(ty, Date | Time | Timetz | Timestamp | Timestamptz | Interval)
}

/// A date compared with a timestamp, which it need not fit into.
pub(in crate::predicate) const TO_COMPARE_DATE: Conversion = Conversion::Run(PgType::Timestamp, date_to_midnight);

fn date_to_midnight(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Date(days) => Ok(Value::Timestamp(midnight(*days))),
        _ => Err(super::number::MISMATCH),
    }
}

fn date_to_timestamp(value: &Value) -> Result<Value, EvalError> {
    match date_to_midnight(value)? {
        Value::Timestamp(micros) if !is_timestamp(micros) => Err(EvalError::DateOutOfRange),
        timestamp => Ok(timestamp),
    }
}

fn time_to_interval(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Time(micros) => Ok(Value::Interval(Interval::from_micros(*micros))),
        _ => Err(super::number::MISMATCH),
    }
}

/// All zones are UTC here.
fn time_to_timetz(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Time(micros) => Ok(Value::Timetz(Timetz::utc(*micros))),
        _ => Err(super::number::MISMATCH),
    }
}

fn timestamp_to_date(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Timestamp(micros) => day_of(*micros).map(Value::Date),
        _ => Err(super::number::MISMATCH),
    }
}

fn timetz_to_time(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Timetz(time) => Ok(Value::Time(time.micros)),
        _ => Err(super::number::MISMATCH),
    }
}

/// The time of day so long after midnight.
fn interval_to_time(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Interval(interval) if interval.is_infinite() => {
            Err(EvalError::Refused("cannot convert infinite interval to time"))
        }
        Value::Interval(interval) => Ok(Value::Time(interval.micros.rem_euclid(DAY))),
        _ => Err(super::number::MISMATCH),
    }
}
