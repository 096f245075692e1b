//! Arguments and results of these types.

use crate::predicate::function::Args;
use crate::predicate::value::{Interval, Timetz};
use crate::predicate::{EvalError, Value};

pub(super) type Answer = Result<Option<Value>, EvalError>;

const MISMATCH: EvalError = EvalError::Refused("an argument is not of the type that the function takes");

impl Args<'_> {
    pub(super) fn date(&self, at: usize) -> Result<i32, EvalError> {
        match self.typed(at)? {
            Value::Date(days) => Ok(*days),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn time(&self, at: usize) -> Result<i64, EvalError> {
        match self.typed(at)? {
            Value::Time(micros) => Ok(*micros),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn timetz(&self, at: usize) -> Result<Timetz, EvalError> {
        match self.typed(at)? {
            Value::Timetz(time) => Ok(*time),
            _ => Err(MISMATCH),
        }
    }

    /// A `timestamp` or `timestamptz`.
    pub(super) fn timestamp(&self, at: usize) -> Result<i64, EvalError> {
        match self.typed(at)? {
            Value::Timestamp(micros) => Ok(*micros),
            _ => Err(MISMATCH),
        }
    }

    /// A finite interval.
    pub(super) fn interval(&self, at: usize) -> Result<Interval, EvalError> {
        match self.typed(at)? {
            Value::Interval(interval) if interval.is_infinite() => {
                Err(EvalError::Refused("infinite intervals are not computed with here"))
            }
            Value::Interval(interval) => Ok(*interval),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn float8(&self, at: usize) -> Result<f64, EvalError> {
        match self.typed(at)? {
            Value::Float(value) => Ok(value.get()),
            _ => Err(MISMATCH),
        }
    }
}

pub(super) fn date(days: Result<i32, EvalError>) -> Answer {
    days.map(|days| Some(Value::Date(days)))
}

pub(super) fn time(micros: Result<i64, EvalError>) -> Answer {
    micros.map(|micros| Some(Value::Time(micros)))
}

pub(super) fn timetz(time: Result<Timetz, EvalError>) -> Answer {
    time.map(|time| Some(Value::Timetz(time)))
}

pub(super) fn timestamp(micros: Result<i64, EvalError>) -> Answer {
    micros.map(|micros| Some(Value::Timestamp(micros)))
}

/// What has overflowed is `None`.
pub(super) fn interval(months: Option<i32>, days: Option<i32>, micros: Option<i64>) -> Answer {
    let parts = months.zip(days).zip(micros).map(|((months, days), micros)| Interval { months, days, micros });
    match parts.filter(|interval| !interval.is_infinite()) {
        Some(interval) => Ok(Some(Value::Interval(interval))),
        None => Err(INTERVAL_RANGE),
    }
}

pub(super) const INTERVAL_RANGE: EvalError = EvalError::Refused("interval out of range");
