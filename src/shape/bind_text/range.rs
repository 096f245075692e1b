//! Ranges, in the one form that Postgres has for each: discrete ones from an inclusive to an exclusive bound, and
//! everything empty is `empty`.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;

use super::reader::Reader;
use super::{Fault, date_time, numeric};

const EMPTY: u8 = 0x01;
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

/// What the bounds are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    Int4,
    Int8,
    Date,
    Timestamp,
    Timestamptz,
    Numeric,
}

/// A value of a bound.
#[derive(Debug)]
enum Value {
    /// An integer, days, or microseconds.
    Count(i64),
    /// As text.
    Numeric(String),
}

/// One end of a range; `None` for unbounded.
type End = Option<Bound>;

#[derive(Debug)]
struct Bound {
    value: Value,
    is_inclusive: bool,
}

/// Follows `range_recv`, `make_range` with the canonical functions of the built-in types, and `range_deparse`.
pub(super) fn range(of: Of, bytes: &[u8]) -> Result<String, Fault> {
    let mut reader = Reader::new(bytes);
    let flags = reader.u8()?;
    let mut end = |infinite: u8, inclusive: u8| -> Result<End, Fault> {
        if flags & (EMPTY | infinite) != 0 {
            return Ok(None);
        }
        let value = of.read(reader.sized()?.ok_or(Fault::Malformed)?)?;
        Ok(Some(Bound { value, is_inclusive: flags & inclusive != 0 }))
    };
    let (lower, upper) = (end(LOWER_INFINITE, LOWER_INCLUSIVE)?, end(UPPER_INFINITE, UPPER_INCLUSIVE)?);
    reader.end()?;
    if flags & EMPTY != 0 || is_empty(lower.as_ref(), upper.as_ref())? {
        return Ok("empty".into());
    }
    let lower = lower.map(|bound| of.canonical(bound, true)).transpose()?;
    let upper = upper.map(|bound| of.canonical(bound, false)).transpose()?;
    if is_empty(lower.as_ref(), upper.as_ref())? {
        return Ok("empty".into());
    }
    let is_inclusive = |end: &End| end.as_ref().is_some_and(|bound| bound.is_inclusive);
    let opening = if is_inclusive(&lower) { '[' } else { '(' };
    let closing = if is_inclusive(&upper) { ']' } else { ')' };
    Ok(format!("{opening}{},{}{closing}", of.show(lower)?, of.show(upper)?))
}

/// Whether nothing lies between. A lower bound above the upper is an error, as in Postgres.
fn is_empty(lower: Option<&Bound>, upper: Option<&Bound>) -> Result<bool, Fault> {
    let (Some(lower), Some(upper)) = (lower, upper) else { return Ok(false) };
    match lower.value.compare(&upper.value)? {
        Ordering::Less => Ok(false),
        Ordering::Equal => Ok(!(lower.is_inclusive && upper.is_inclusive)),
        Ordering::Greater => Err(Fault::OutOfRange),
    }
}

impl Of {
    fn read(self, bytes: &[u8]) -> Result<Value, Fault> {
        let mut reader = Reader::new(bytes);
        let count = match self {
            Self::Int4 | Self::Date => reader.i32()?.into(),
            Self::Int8 | Self::Timestamp | Self::Timestamptz => reader.i64()?,
            Self::Numeric => return numeric::numeric(bytes).map(Value::Numeric),
        };
        reader.end()?;
        Ok(Value::Count(count))
    }

    /// The bound of a discrete type in the form that includes the lower one and excludes the upper.
    fn canonical(self, bound: Bound, is_lower: bool) -> Result<Bound, Fault> {
        let Bound { value: Value::Count(count), is_inclusive } = bound else { return Ok(bound) };
        if is_inclusive == is_lower {
            return Ok(bound);
        }
        let next = match self {
            Self::Int4 => i32::try_from(count).ok().and_then(|count| count.checked_add(1)).map(i64::from),
            Self::Int8 => count.checked_add(1),
            Self::Date if date_time::is_infinite(count) => return Ok(bound),
            Self::Date => date_time::next_day(count),
            Self::Timestamp | Self::Timestamptz | Self::Numeric => return Ok(bound),
        };
        Ok(Bound { value: Value::Count(next.ok_or(Fault::OutOfRange)?), is_inclusive: is_lower })
    }

    /// A bound's text, in quotes if a reader of ranges would stumble over it; nothing for unbounded.
    fn show(self, end: End) -> Result<String, Fault> {
        let text = match end.map(|bound| bound.value) {
            None => return Ok(String::new()),
            Some(Value::Numeric(text)) => text,
            Some(Value::Count(count)) => match self {
                Self::Date => date_time::date(i32::try_from(count).map_err(|_| Fault::OutOfRange)?)?,
                Self::Timestamp => date_time::timestamp(count, "")?,
                Self::Timestamptz => date_time::timestamp(count, "+00")?,
                Self::Int4 | Self::Int8 | Self::Numeric => count.to_string(),
            },
        };
        // Of these types' texts only dates and times have anything special: a blank.
        Ok(if text.contains(' ') { format!("\"{text}\"") } else { text })
    }
}

impl Value {
    fn compare(&self, other: &Self) -> Result<Ordering, Fault> {
        match (self, other) {
            (Self::Count(a), Self::Count(b)) => Ok(a.cmp(b)),
            (Self::Numeric(a), Self::Numeric(b)) => Ok(numeric_key(a)?.cmp(&numeric_key(b)?)),
            _ => Err(Fault::Malformed),
        }
    }
}

/// What numerics are ordered by: minus infinity, numbers, infinity, NaN.
fn numeric_key(text: &str) -> Result<(u8, Option<BigDecimal>), Fault> {
    match text {
        "-Infinity" => Ok((0, None)),
        "Infinity" => Ok((2, None)),
        "NaN" => Ok((3, None)),
        number => number.parse().map(|number| (1, Some(number))).map_err(|_| Fault::Malformed),
    }
}
