//! `timezone`, which is `AT TIME ZONE`: between local time in a zone and UTC. Zones by name have rules that change, and
//! are Postgres' alone.

use super::args::{Answer, INTERVAL_RANGE, timestamp, timetz};
use super::moment::{in_range, is_finite};
use crate::predicate::function::{Args, Function, Traits, function};
use crate::predicate::value::{DAY, SECOND, Timetz};
use crate::predicate::{EvalError, Value};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("timezone", (Interval, Timestamp) -> Timestamptz, |args| to_utc(args, by_interval)),
    function!("timezone", (Interval, Timestamptz) -> Timestamp, |args| from_utc(args, by_interval)),
    function!("timezone", (Interval, Timetz) -> Timetz, |args| moved(args, by_interval(args, 0)?)),
    function!("timezone", (Text, Timestamp) -> Timestamptz, |args| to_utc(args, by_text);
        Traits::STRICT.accepting(is_fixed)),
    function!("timezone", (Text, Timestamptz) -> Timestamp, |args| from_utc(args, by_text);
        Traits::STRICT.accepting(is_fixed)),
    function!("timezone", (Text, Timetz) -> Timetz, |args| moved(args, by_text(args, 0)?);
        Traits::STRICT.accepting(is_fixed)),
    // `AT LOCAL`, since Postgres 17.
    function!("timezone", (Timestamp) -> Timestamptz),
    function!("timezone", (Timestamptz) -> Timestamp),
    function!("timezone", (Timetz) -> Timetz),
];

/// Seconds west of UTC, if that is all that the zone means.
pub(super) fn of(zone: &Value) -> Option<i64> {
    match zone {
        Value::Text(name) => west(name),
        _ => None,
    }
}

fn is_fixed(constants: &[Option<&Value>]) -> bool {
    constants.first().copied().flatten().and_then(of).is_some()
}

/// As in POSIX, `+05:30` is west of UTC.
fn west(name: &str) -> Option<i64> {
    if ["utc", "gmt", "z"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return Some(0);
    }
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let mut parts = digits.split(':').map(|part| {
        let is_number = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse::<i64>().ok() } else { None }
    });
    let hour = parts.next()??;
    let minute = parts.next().unwrap_or(Some(0))?;
    let second = parts.next().unwrap_or(Some(0))?;
    let is_offset = hour <= 24 && minute <= 59 && second <= 59 && parts.next().is_none();
    is_offset.then_some(sign * (hour * 3600 + minute * 60 + second))
}

/// The zone that is the argument `at`, in seconds west of UTC.
pub(super) fn by_text(args: &Args<'_>, at: usize) -> Result<i64, EvalError> {
    west(args.text(at)?).ok_or(EvalError::Refused("time zone not recognized"))
}

/// An interval is east of UTC, to the second.
fn by_interval(args: &Args<'_>, at: usize) -> Result<i64, EvalError> {
    let span = args.interval(at)?;
    if span.months != 0 || span.days != 0 {
        return Err(EvalError::Refused("interval time zone must not include months or days"));
    }
    // Postgres lets more overflow.
    i32::try_from(-(span.micros / SECOND)).map(i64::from).map_err(|_| INTERVAL_RANGE)
}

/// Finds how far west of UTC a zone is, in seconds.
type West = fn(&Args<'_>, usize) -> Result<i64, EvalError>;

fn to_utc(args: &Args<'_>, west: West) -> Answer {
    shifted(args, west, 1)
}

fn from_utc(args: &Args<'_>, west: West) -> Answer {
    shifted(args, west, -1)
}

fn shifted(args: &Args<'_>, west: West, sign: i64) -> Answer {
    let micros = args.timestamp(1)?;
    // Whatever the zone.
    if !is_finite(micros) {
        return timestamp(Ok(micros));
    }
    let shift = west(args, 0)?.checked_mul(sign * SECOND);
    timestamp(in_range(shift.and_then(|shift| micros.checked_add(shift))))
}

/// The same moment in another zone.
fn moved(args: &Args<'_>, west: i64) -> Answer {
    let time = args.timetz(1)?;
    let micros = west.checked_mul(SECOND).and_then(|west| time.instant().checked_sub(west));
    match (micros, i32::try_from(west)) {
        (Some(micros), Ok(west)) => timetz(Ok(Timetz { micros: micros.rem_euclid(DAY), west })),
        _ => Err(INTERVAL_RANGE),
    }
}
