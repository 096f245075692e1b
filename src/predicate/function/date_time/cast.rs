//! Casts in the form of calls, and tests.

use super::args::{Answer, date, timestamp, timetz};
use super::moment::{day_of, in_range, is_finite, is_finite_date, start_of, wrapped};
use super::plus::at_instant;
use crate::predicate::Value;
use crate::predicate::function::{Args, Function, function};
use crate::predicate::value::Timetz;

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("date", (Timestamp) -> Date, |args| date(day_of(args.timestamp(0)?))),
    function!("date", (Timestamptz) -> Date, |args| date(day_of(args.timestamp(0)?))),
    function!("isfinite", (Date) -> Bool, |args| Ok(Some(Value::Bool(is_finite_date(args.date(0)?))))),
    function!("isfinite", (Timestamp) -> Bool, |args| Ok(Some(Value::Bool(is_finite(args.timestamp(0)?))))),
    function!("isfinite", (Timestamptz) -> Bool, |args| Ok(Some(Value::Bool(is_finite(args.timestamp(0)?))))),
    function!("time", (Interval) -> Time),
    function!("time", (Time, Int4) -> Time),
    function!("time", (Timestamp) -> Time, |args| time_of(args, Value::Time)),
    function!("time", (Timestamptz) -> Time, |args| time_of(args, Value::Time)),
    function!("time", (Timetz) -> Time),
    function!("timestamptz", (Date) -> Timestamptz, |args| timestamp(start_of(args.date(0)?))),
    function!("timestamptz", (Date, Time) -> Timestamptz, date_and_time),
    function!("timestamptz", (Date, Timetz) -> Timestamptz, |args| at_instant(args, 0, 1)),
    function!("timestamptz", (Timestamp) -> Timestamptz, |args| timestamp(args.timestamp(0))),
    function!("timestamptz", (Timestamptz, Int4) -> Timestamptz),
    function!("timetz", (Time) -> Timetz, |args| timetz(args.time(0).map(Timetz::utc))),
    function!("timetz", (Timestamptz) -> Timetz, |args| time_of(args, |micros| Value::Timetz(Timetz::utc(micros)))),
    function!("timetz", (Timetz, Int4) -> Timetz),
];

fn date_and_time(args: &Args<'_>) -> Answer {
    let midnight = start_of(args.date(0)?)?;
    let time = args.time(1)?;
    timestamp(if is_finite(midnight) { in_range(midnight.checked_add(time)) } else { Ok(midnight) })
}

/// There is none in infinity.
fn time_of(args: &Args<'_>, made: fn(i64) -> Value) -> Answer {
    let micros = args.timestamp(0)?;
    Ok(is_finite(micros).then(|| made(wrapped(micros))))
}
