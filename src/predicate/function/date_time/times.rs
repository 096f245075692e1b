//! An interval times a number.

use super::args::{Answer, INTERVAL_RANGE, interval};
use crate::predicate::EvalError;
use crate::predicate::function::{Function, function};
use crate::predicate::value::{Interval, SECOND};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("*", (Interval, Float8) -> Interval, |args| {
        let factor = args.float8(1)?;
        scaled(args.interval(0)?, |value| value * factor)
    }),
    function!("*", (Float8, Interval) -> Interval, |args| {
        let factor = args.float8(0)?;
        scaled(args.interval(1)?, |value| value * factor)
    }),
    function!("/", (Interval, Float8) -> Interval, |args| {
        let divisor = args.float8(1)?;
        if divisor == 0.0 {
            return Err(EvalError::Refused("division by zero"));
        }
        scaled(args.interval(0)?, |value| value / divisor)
    }),
];

const DAYS_OF_MONTH: f64 = 30.0;
const SECONDS_OF_DAY: f64 = 86_400.0;
/// 2^63, which is out of range; -2^63 is not.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Scales each unit. A fraction of months becomes days, and what is left of these seconds; each remainder is rounded to
/// a millionth, as Postgres does to hide how inexact it is. The order of the steps is Postgres', since each rounds.
fn scaled(span: Interval, scale: impl Fn(f64) -> f64) -> Answer {
    let (all_months, all_days) = (scale(span.months.into()), scale(span.days.into()));
    let (months, mut days) = (whole(all_months)?, whole(all_days)?);
    let from_months = rounded((all_months - f64::from(months)) * DAYS_OF_MONTH);
    let days_from_months = whole(from_months)?;
    let mut seconds =
        rounded((all_days - f64::from(days) + from_months - f64::from(days_from_months)) * SECONDS_OF_DAY);
    if seconds.abs() >= SECONDS_OF_DAY {
        let more = whole(seconds / SECONDS_OF_DAY)?;
        days = days.checked_add(more).ok_or(INTERVAL_RANGE)?;
        seconds -= f64::from(more) * SECONDS_OF_DAY;
    }
    let days = days.checked_add(days_from_months);
    let micros = (scale(precise(span.micros)) + seconds * precise(SECOND)).round_ties_even();
    if !(-LIMIT..LIMIT).contains(&micros) {
        return Err(INTERVAL_RANGE);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    interval(Some(months), days, Some(micros as i64))
}

/// Without its fraction.
fn whole(value: f64) -> Result<i32, EvalError> {
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value) {
        return Err(INTERVAL_RANGE);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    Ok(value as i32)
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round_ties_even() / 1e6
}

fn precise(value: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "as in Postgres")]
    let value = value as f64;
    value
}
