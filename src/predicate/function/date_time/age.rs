//! `age`: how long ago by the calendar.

use super::args::{Answer, interval};
use super::moment::{are_finite, is_finite, taken_apart};
use crate::predicate::EvalError;
use crate::predicate::function::{Args, Function, Traits, function};
use crate::predicate::value::{DAY, month_length};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("age", (Timestamp) -> Interval),
    function!("age", (Timestamp, Timestamp) -> Interval, age; Traits::STRICT.accepting(are_finite)),
    function!("age", (Timestamptz) -> Interval),
    function!("age", (Timestamptz, Timestamptz) -> Interval, age; Traits::STRICT.accepting(are_finite)),
    function!("age", (Other("xid")) -> Int4),
];

/// Years, months, days and the rest, all of one sign. Where days are borrowed from a month, it is that of the earlier.
/// Infinity is another span to each version of Postgres.
fn age(args: &Args<'_>) -> Answer {
    let (left, right) = (args.timestamp(0)?, args.timestamp(1)?);
    if !is_finite(left) || !is_finite(right) {
        return Err(EvalError::Refused("the age of infinity is not known here"));
    }
    let (earlier, later, sign) = if left < right { (left, right, -1) } else { (right, left, 1) };
    let ((from, from_time), (to, to_time)) = (taken_apart(earlier), taken_apart(later));
    let mut micros = to_time - from_time;
    let mut days = i64::from(to.day) - i64::from(from.day);
    let mut months = (to.year - from.year) * 12 + i64::from(to.month) - i64::from(from.month);
    if micros < 0 {
        (micros, days) = (micros + DAY, days - 1);
    }
    while days < 0 {
        days += i64::from(month_length(from.year, from.month).unwrap_or(30));
        months -= 1;
    }
    interval(i32::try_from(sign * months).ok(), i32::try_from(sign * days).ok(), Some(sign * micros))
}
