//! Casts between dates, times and intervals.

use super::{Cast, Conversion, cast};
use crate::pg::PgType;
use crate::predicate::value::{Interval, Timetz, is_timestamp, midnight};
use crate::predicate::{EvalError, Value};

pub(super) static CASTS: &[Cast] = &[
    cast!(Date => Timestamp, Implicit, date_to_timestamp),
    cast!(Date => Timestamptz, Implicit, date_to_timestamp),
    cast!(Timestamp => Timestamptz, Implicit, as Relabel),
    cast!(Timestamptz => Timestamp, Assignment, as Relabel),
    cast!(Timestamp => Date, Assignment),
    cast!(Timestamptz => Date, Assignment),
    cast!(Timestamp => Time, Assignment),
    cast!(Timestamptz => Time, Assignment),
    cast!(Timestamptz => Timetz, Assignment),
    cast!(Time => Timetz, Implicit, time_to_timetz),
    cast!(Timetz => Time, Assignment),
    cast!(Time => Interval, Implicit, time_to_interval),
    cast!(Interval => Time, Assignment),
];

/// Whether [`Value::print`] is the output function of a type of this family.
pub(super) fn is_printed(_ty: &PgType) -> bool {
    false
}

/// Whether [`Value::parse`] is the input function of a type of this family.
pub(super) fn is_read(_ty: &PgType) -> bool {
    false
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
