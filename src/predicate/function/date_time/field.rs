//! `extract` and `date_part`: a part of a date, time or interval, as `numeric` and as `float8`.

use super::args::Answer;
use super::field_name::Field;
use super::moment::{is_finite, is_finite_date, start_of, taken_apart};
use crate::predicate::function::{Args, Function, Traits, function};
use crate::predicate::value::{Civil, DAY, Float, HOUR, Interval, MINUTE, Numeric, SECOND, Timetz, iso_weekday};
use crate::predicate::{EvalError, Value};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("date_part", (Text, Date) -> Float8, |args| Ok(start_part(args)?.float());
        Traits::STRICT.accepting(|constants| accepts(constants, |field| field.is_of_date() || field.is_of_clock()))),
    function!("date_part", (Text, Interval) -> Float8, |args| Ok(interval_part(args)?.float());
        Traits::STRICT.accepting(|constants| accepts(constants, is_of_interval))),
    function!("date_part", (Text, Time) -> Float8, |args| Ok(time_part(args)?.float());
        Traits::STRICT.accepting(|constants| accepts(constants, is_of_time))),
    function!("date_part", (Text, Timestamp) -> Float8, |args| Ok(timestamp_part(args)?.float());
        Traits::STRICT.accepting(|constants| accepts(constants, |field| field.is_of_date() || field.is_of_clock()))),
    function!("date_part", (Text, Timestamptz) -> Float8, |args| Ok(timestamp_part(args)?.float());
        Traits::STRICT.accepting(|constants| accepts(constants, |_| true))),
    function!("date_part", (Text, Timetz) -> Float8, |args| Ok(timetz_part(args)?.float());
        Traits::STRICT.accepting(|constants| accepts(constants, |field| is_of_time(field) || field.is_of_zone()))),
    function!("extract", (Text, Date) -> Numeric, |args| date_part(args)?.numeric();
        Traits::STRICT.accepting(|constants| accepts(constants, Field::is_of_date))),
    function!("extract", (Text, Interval) -> Numeric, |args| interval_part(args)?.numeric();
        Traits::STRICT.accepting(|constants| accepts(constants, is_of_interval))),
    function!("extract", (Text, Time) -> Numeric, |args| time_part(args)?.numeric();
        Traits::STRICT.accepting(|constants| accepts(constants, is_of_time))),
    function!("extract", (Text, Timestamp) -> Numeric, |args| timestamp_part(args)?.numeric();
        Traits::STRICT.accepting(|constants| accepts(constants, |field| is_exact(field) && !field.is_of_zone()))),
    function!("extract", (Text, Timestamptz) -> Numeric, |args| timestamp_part(args)?.numeric();
        Traits::STRICT.accepting(|constants| accepts(constants, is_exact))),
    function!("extract", (Text, Timetz) -> Numeric, |args| timetz_part(args)?.numeric();
        Traits::STRICT.accepting(|constants| accepts(constants, |field| is_of_time(field) || field.is_of_zone()))),
];

fn accepts(constants: &[Option<&Value>], is_known: impl Fn(Field) -> bool) -> bool {
    match constants.first() {
        Some(Some(Value::Text(name))) => Field::named(name).is_some_and(is_known),
        _ => false,
    }
}

/// The day with its fraction is a quotient of `numeric`, whose digits are Postgres' choice.
fn is_exact(field: Field) -> bool {
    field != Field::Julian
}

fn is_of_time(field: Field) -> bool {
    field.is_of_clock() || field == Field::Epoch
}

/// Of quarters and weeks versions of Postgres differ.
fn is_of_interval(field: Field) -> bool {
    is_of_time(field) || (field.is_of_calendar() && field != Field::Quarter && field != Field::Week)
}

fn named(args: &Args<'_>) -> Result<Field, EvalError> {
    Field::named(args.text(0)?).ok_or(EvalError::Refused("unit not recognized"))
}

fn date_part(args: &Args<'_>) -> Result<Part, EvalError> {
    Ok(of_date(named(args)?, args.date(1)?))
}

/// Of a date's midnight.
fn start_part(args: &Args<'_>) -> Result<Part, EvalError> {
    Ok(of_timestamp(named(args)?, start_of(args.date(1)?)?))
}

fn timestamp_part(args: &Args<'_>) -> Result<Part, EvalError> {
    Ok(of_timestamp(named(args)?, args.timestamp(1)?))
}

fn time_part(args: &Args<'_>) -> Result<Part, EvalError> {
    Ok(of_time(named(args)?, Timetz::utc(args.time(1)?)))
}

fn timetz_part(args: &Args<'_>) -> Result<Part, EvalError> {
    Ok(of_time(named(args)?, args.timetz(1)?))
}

fn interval_part(args: &Args<'_>) -> Result<Part, EvalError> {
    Ok(of_interval(named(args)?, args.interval(1)?))
}

/// A part, as far as there is one.
#[derive(Clone, Copy)]
enum Part {
    None,
    Whole(i64),
    /// Thousandths or millionths: so many digits after the point. The `float8` has been rounded on a way of its own.
    Fraction(i128, usize, f64),
    /// Only as `float8`.
    Inexact(f64),
}

impl Part {
    fn float(self) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Whole(value) => Some(Value::Float(Float::from_int(value))),
            Self::Fraction(_, _, value) | Self::Inexact(value) => Some(Value::Float(Float::new(value))),
        }
    }

    fn numeric(self) -> Answer {
        let text = match self {
            Self::None => return Ok(None),
            Self::Whole(value) => return Ok(Some(Value::Numeric(Numeric::from_int(value)))),
            Self::Fraction(value, digits, _) => {
                let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
                let unit = if digits == 3 { 1000 } else { 1_000_000 };
                format!("{sign}{}.{:0digits$}", value / unit, value % unit)
            }
            Self::Inexact(value) => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        };
        Numeric::parse(&text).map(|value| Some(Value::Numeric(value))).ok_or(EvalError::OutOfRange)
    }
}

const UNIX_EPOCH: i64 = -10_957;
const SECONDS_OF_DAY: i64 = 86_400;

fn of_date(field: Field, days: i32) -> Part {
    if !is_finite_date(days) {
        return of_infinity(field, days > 0);
    }
    let days = i64::from(days);
    match field {
        Field::Epoch => Part::Whole((days - UNIX_EPOCH) * SECONDS_OF_DAY),
        field => by_calendar(field, Civil::from_days(days)).map_or(Part::None, Part::Whole),
    }
}

fn of_infinity(field: Field, is_future: bool) -> Part {
    if field.is_monotonic() {
        Part::Inexact(if is_future { f64::INFINITY } else { f64::NEG_INFINITY })
    } else {
        Part::None
    }
}

fn of_timestamp(field: Field, micros: i64) -> Part {
    if !is_finite(micros) {
        return of_infinity(field, micros > 0);
    }
    let (date, time) = taken_apart(micros);
    match field {
        Field::Epoch => {
            if let Some(micros) = micros.checked_sub(UNIX_EPOCH * DAY).filter(|micros| *micros < i64::MAX) {
                return Part::Fraction(micros.into(), 6, precise(micros) / 1e6);
            }
            // At the end of time Postgres divides a `numeric`, to four digits.
            let exact = i128::from(micros) - i128::from(UNIX_EPOCH * DAY);
            let float = (precise(micros) - precise(UNIX_EPOCH * DAY)) / 1e6;
            Part::Fraction((exact + 50) / 100 * 100, 6, float)
        }
        Field::Julian => {
            let seconds = precise(time / SECOND) + precise(time % SECOND) / 1e6;
            Part::Inexact(precise(julian(date)) + seconds / precise(SECONDS_OF_DAY))
        }
        field if field.is_of_zone() => Part::Whole(0),
        field => match by_calendar(field, date) {
            Some(value) => Part::Whole(value),
            None => by_clock(field, time),
        },
    }
}

fn of_time(field: Field, time: Timetz) -> Part {
    let (micros, west) = (time.micros, i64::from(time.west));
    match field {
        Field::Epoch => Part::Fraction(i128::from(time.instant()), 6, precise(micros) / 1e6 + precise(west)),
        Field::Timezone => Part::Whole(-west),
        Field::TimezoneHour => Part::Whole(-west / 3600),
        Field::TimezoneMinute => Part::Whole(-west / 60 % 60),
        field => by_clock(field, micros),
    }
}

fn of_interval(field: Field, span: Interval) -> Part {
    let (years, months, days) = (i64::from(span.months / 12), i64::from(span.months % 12), i64::from(span.days));
    match field {
        Field::Day => Part::Whole(days),
        Field::Month => Part::Whole(months),
        Field::Year => Part::Whole(years),
        Field::Decade => Part::Whole(years / 10),
        Field::Century => Part::Whole(years / 100),
        Field::Millennium => Part::Whole(years / 1000),
        Field::Epoch => {
            // A year is 365 1/4 days, a month 30.
            let year = SECONDS_OF_DAY / 4 * 1461;
            let rest = months * 30 * SECONDS_OF_DAY;
            let seconds = i128::from(years) * i128::from(year) + i128::from(rest + days * SECONDS_OF_DAY);
            let float =
                precise(span.micros) / 1e6 + precise(years * year) + precise(rest) + precise(days * SECONDS_OF_DAY);
            Part::Fraction(seconds * i128::from(SECOND) + i128::from(span.micros), 6, float)
        }
        field => by_clock(field, span.micros),
    }
}

/// Of a time of day, or of the hours of an interval.
fn by_clock(field: Field, micros: i64) -> Part {
    let (seconds, fraction) = (micros % MINUTE / SECOND, micros % SECOND);
    match field {
        Field::Hour => Part::Whole(micros / HOUR),
        Field::Minute => Part::Whole(micros % HOUR / MINUTE),
        Field::Second => Part::Fraction((micros % MINUTE).into(), 6, precise(seconds) + precise(fraction) / 1e6),
        Field::Milliseconds => {
            Part::Fraction((micros % MINUTE).into(), 3, precise(seconds) * 1e3 + precise(fraction) / 1e3)
        }
        Field::Microseconds => Part::Whole(micros % MINUTE),
        _ => Part::None,
    }
}

/// Years and what is larger have no 0: -1 is 1 before Christ. Only decades are counted by the astronomers' years.
fn by_calendar(field: Field, date: Civil) -> Option<i64> {
    let Civil { year, month, day } = date;
    let month = i64::from(month);
    let without_zero = |year: i64| if year > 0 { year } else { year - 1 };
    let since_1 = |length: i64| without_zero((year - 1).div_euclid(length) + 1);
    let days = date.days();
    Some(match field {
        Field::Day => i64::from(day),
        Field::Month => month,
        Field::Quarter => (month - 1) / 3 + 1,
        Field::Week => date.iso_week().1,
        Field::Year => without_zero(year),
        Field::Decade => year.div_euclid(10),
        Field::Century => since_1(100),
        Field::Millennium => since_1(1000),
        Field::IsoYear => without_zero(date.iso_week().0),
        Field::Dow => iso_weekday(days) % 7,
        Field::IsoDow => iso_weekday(days),
        Field::Doy => days - Civil { year, month: 1, day: 1 }.days() + 1,
        Field::Julian => julian(date),
        _ => return None,
    })
}

/// The number of the Julian day that begins on the date's noon.
fn julian(date: Civil) -> i64 {
    date.days() + 2_451_545
}

fn precise(value: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "as in Postgres")]
    let value = value as f64;
    value
}
