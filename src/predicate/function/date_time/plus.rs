//! Sums and differences of points in time.

use super::args::{Answer, INTERVAL_RANGE, date, interval, time, timestamp, timetz};
use super::moment::{after, are_finite, before, date_in_range, in_range, is_finite, is_finite_date, start_of, wrapped};
use crate::predicate::function::{Args, Function, Traits, function};
use crate::predicate::value::{DAY, Interval, Timetz, is_timestamp};
use crate::predicate::{EvalError, Value};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("+", (Date, Int4) -> Date, |args| days_later(args.date(0)?, args.int(1)?)),
    function!("+", (Int4, Date) -> Date, |args| days_later(args.date(1)?, args.int(0)?)),
    function!("-", (Date, Int4) -> Date, |args| days_later(args.date(0)?, -args.int(1)?)),
    function!("-", (Date, Date) -> Int4, days_between),
    function!("+", (Date, Interval) -> Timestamp, |args| timestamp(after(start_of(args.date(0)?)?, args.interval(1)?))),
    function!("+", (Interval, Date) -> Timestamp, |args| timestamp(after(start_of(args.date(1)?)?, args.interval(0)?))),
    function!("-", (Date, Interval) -> Timestamp, |args| timestamp(before(start_of(args.date(0)?)?, args.interval(1)?))),
    function!("+", (Date, Time) -> Timestamp, |args| at_time(args.date(0)?, args.time(1)?)),
    function!("+", (Time, Date) -> Timestamp, |args| at_time(args.date(1)?, args.time(0)?)),
    function!("+", (Date, Timetz) -> Timestamptz, |args| at_instant(args, 0, 1)),
    function!("+", (Timetz, Date) -> Timestamptz, |args| at_instant(args, 1, 0)),
    function!("+", (Timestamp, Interval) -> Timestamp, |args| timestamp(after(args.timestamp(0)?, args.interval(1)?))),
    function!("+", (Interval, Timestamp) -> Timestamp, |args| timestamp(after(args.timestamp(1)?, args.interval(0)?))),
    function!("-", (Timestamp, Interval) -> Timestamp, |args| timestamp(before(args.timestamp(0)?, args.interval(1)?))),
    function!("+", (Timestamptz, Interval) -> Timestamptz, |args| {
        timestamp(after(args.timestamp(0)?, args.interval(1)?))
    }),
    function!("+", (Interval, Timestamptz) -> Timestamptz, |args| {
        timestamp(after(args.timestamp(1)?, args.interval(0)?))
    }),
    function!("-", (Timestamptz, Interval) -> Timestamptz, |args| {
        timestamp(before(args.timestamp(0)?, args.interval(1)?))
    }),
    function!("-", (Timestamp, Timestamp) -> Interval, time_between; Traits::STRICT.accepting(are_finite)),
    function!("-", (Timestamptz, Timestamptz) -> Interval, time_between; Traits::STRICT.accepting(are_finite)),
    function!("+", (Time, Interval) -> Time, |args| time(Ok(later(args.time(0)?, args.interval(1)?)))),
    function!("+", (Interval, Time) -> Time, |args| time(Ok(later(args.time(1)?, args.interval(0)?)))),
    function!("-", (Time, Interval) -> Time, |args| time(Ok(earlier(args.time(0)?, args.interval(1)?)))),
    function!("-", (Time, Time) -> Interval, |args| {
        Ok(Some(Value::Interval(Interval::from_micros(args.time(0)? - args.time(1)?))))
    }),
    function!("+", (Timetz, Interval) -> Timetz, |args| zoned(args, 0, later, 1)),
    function!("+", (Interval, Timetz) -> Timetz, |args| zoned(args, 1, later, 0)),
    function!("-", (Timetz, Interval) -> Timetz, |args| zoned(args, 0, earlier, 1)),
];

fn days_later(days: i32, more: i64) -> Answer {
    date(if is_finite_date(days) { date_in_range(i64::from(days) + more) } else { Ok(days) })
}

fn days_between(args: &Args<'_>) -> Answer {
    let (left, right) = (args.date(0)?, args.date(1)?);
    if !is_finite_date(left) || !is_finite_date(right) {
        return Err(EvalError::Refused("cannot subtract infinite dates"));
    }
    Ok(Some(Value::Int(i64::from(left) - i64::from(right))))
}

fn at_time(days: i32, micros: i64) -> Answer {
    let midnight = start_of(days)?;
    timestamp(if is_finite(midnight) { in_range(midnight.checked_add(micros)) } else { Ok(midnight) })
}

/// A date with a time in a zone.
pub(super) fn at_instant(args: &Args<'_>, days: usize, instant: usize) -> Answer {
    let (midnight, instant) = (start_of(args.date(days)?)?, args.timetz(instant)?);
    if !is_finite(midnight) {
        return timestamp(Ok(midnight));
    }
    let micros = midnight.checked_add(instant.instant()).filter(|micros| is_timestamp(*micros));
    timestamp(micros.ok_or(EvalError::Refused("date out of range for timestamp")))
}

/// In days and hours: no months.
fn time_between(args: &Args<'_>) -> Answer {
    let (left, right) = (args.timestamp(0)?, args.timestamp(1)?);
    if !is_finite(left) || !is_finite(right) {
        return Err(EvalError::Refused("cannot subtract infinite timestamps"));
    }
    let micros = left.checked_sub(right).ok_or(INTERVAL_RANGE)?;
    interval(Some(0), i32::try_from(micros / DAY).ok(), Some(micros % DAY))
}

// Months and days do not count for a time of day. Overflow is passed over, as in Postgres.

fn later(micros: i64, span: Interval) -> i64 {
    wrapped(micros.wrapping_add(span.micros))
}

fn earlier(micros: i64, span: Interval) -> i64 {
    wrapped(micros.wrapping_sub(span.micros))
}

fn zoned(args: &Args<'_>, time: usize, step: fn(i64, Interval) -> i64, span: usize) -> Answer {
    let time = args.timetz(time)?;
    timetz(Ok(Timetz { micros: step(time.micros, args.interval(span)?), west: time.west }))
}
