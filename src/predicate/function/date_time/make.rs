//! Dates, times and intervals from numbers.

use super::args::{Answer, date, interval, time, timestamp};
use super::moment::{date_in_range, in_range};
use crate::predicate::EvalError;
use crate::predicate::function::{Args, Function, function};
use crate::predicate::value::{Civil, DAY, HOUR, MINUTE};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("make_date", (Int4, Int4, Int4) -> Date, |args| date(date_in_range(days(args)?))),
    function!("make_interval", (Int4, Int4, Int4, Int4, Int4, Int4, Float8) -> Interval, make_interval),
    function!("make_time", (Int4, Int4, Float8) -> Time, |args| time(time_of_day(args, 0))),
    function!("make_timestamp", (Int4, Int4, Int4, Int4, Int4, Float8) -> Timestamp, make_timestamp),
    function!("make_timestamptz", (Int4, Int4, Int4, Int4, Int4, Float8) -> Timestamptz, make_timestamp),
    function!("make_timestamptz", (Int4, Int4, Int4, Int4, Int4, Float8, Text) -> Timestamptz),
    function!("to_timestamp", (Float8) -> Timestamptz, |args| since_1970(args.float8(0)?)),
    function!("to_timestamp", (Text, Text) -> Timestamptz),
];

/// The day of a year, a month and a day, the first three arguments. Negative years are before Christ.
fn days(args: &Args<'_>) -> Result<i64, EvalError> {
    let (year, month, day) = (args.int(0)?, args.int(1)?, args.int(2)?);
    let small = |number: i64| u8::try_from(number).ok();
    let year = match year {
        0 => None,
        year if year < 0 => Some(year + 1).filter(|_| year > i32::MIN.into()),
        year => Some(year),
    };
    let civil = year.zip(small(month)).zip(small(day)).and_then(|((year, month), day)| Civil::new(year, month, day));
    civil.map(Civil::days).ok_or(EvalError::Refused("date field value out of range"))
}

/// Hours, minutes and seconds from the argument `at` on.
fn time_of_day(args: &Args<'_>, at: usize) -> Result<i64, EvalError> {
    let (hour, minute, seconds) = (args.int(at)?, args.int(at + 1)?, args.float8(at + 2)?);
    let out_of_range = EvalError::Refused("time field value out of range");
    let micros = (seconds * 1e6).round_ties_even();
    if !(0..=24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..=60e6).contains(&micros) {
        return Err(out_of_range);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    let total = hour * HOUR + minute * MINUTE + micros as i64;
    if total > DAY { Err(out_of_range) } else { Ok(total) }
}

fn make_timestamp(args: &Args<'_>) -> Answer {
    let days = i64::from(date_in_range(days(args)?)?);
    let micros = time_of_day(args, 3)?;
    timestamp(in_range(days.checked_mul(DAY).and_then(|midnight| midnight.checked_add(micros))))
}

fn make_interval(args: &Args<'_>) -> Answer {
    let small = |number: i64| i32::try_from(number).ok();
    let (months, days) = (args.int(0)? * 12 + args.int(1)?, args.int(2)? * 7 + args.int(3)?);
    let seconds = micros(args.float8(6)?);
    let clock = args.int(4)? * HOUR + args.int(5)? * MINUTE;
    interval(small(months), small(days), seconds.and_then(|micros| clock.checked_add(micros)))
}

/// Seconds to the microsecond, if they are so many.
fn micros(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round_ties_even();
    // 2^63 is out of range.
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    (micros.abs() < 9_223_372_036_854_775_808.0).then_some(micros as i64)
}

/// A number of seconds since 1970.
fn since_1970(seconds: f64) -> Answer {
    const TO_2000: f64 = 946_684_800.0;
    if seconds.is_nan() {
        return Err(EvalError::Refused("timestamp cannot be NaN"));
    }
    if seconds.is_infinite() {
        return timestamp(Ok(if seconds > 0.0 { i64::MAX } else { i64::MIN }));
    }
    timestamp(in_range(micros(seconds - TO_2000)))
}
