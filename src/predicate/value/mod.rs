//! Typed values: read from Postgres' text, compared, hashed and printed as their types are in Postgres.
//!
//! Callers: the checker (literals and binds), the evaluator (row values), the router (index keys). A file per family of
//! types. A [`Value`] does not name its type: one is only compared with values of the same type, or of a type that is
//! represented alike (all integers, both floats, text types). Readers never panic, on any text.

mod array;
mod array_parts;
mod boolean;
mod bytea;
mod calendar;
mod clock;
mod float;
mod integer;
mod interval;
mod json;
mod numeric;
mod rank;
mod stamp;
mod text;
mod timetz;
mod uuid;

pub(super) use calendar::{Civil, iso_weekday, month_length};
pub(super) use clock::{DAY, HOUR, MINUTE, SECOND};
pub(super) use stamp::{is_date, is_timestamp, midnight};

pub use array::Array;
pub use float::Float;
pub use interval::Interval;
pub use json::Json;
pub(super) use json::contains as json_contains;
pub use numeric::Numeric;
pub(super) use numeric::Trouble;
pub use rank::Rank;
pub use timetz::Timetz;

use std::borrow::Cow;
use std::convert::Infallible;

use crate::pg::PgType;

/// A value of one of the types that the evaluator knows. Its equality, hash and order are those of its type in Postgres,
/// text being ordered by bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `int2`, `int4`, `int8`
    Int(i64),
    /// `float4` (widened), `float8`
    Float(Float),
    /// `numeric`
    Numeric(Numeric),
    /// `text`, `varchar`, `name`; `bpchar` without its trailing blanks
    Text(Box<str>),
    /// `uuid`
    Uuid([u8; 16]),
    /// `date`: days since 2000-01-01
    Date(i32),
    /// `time`: microseconds since midnight
    Time(i64),
    /// `timetz`
    Timetz(Timetz),
    /// `timestamp`, and `timestamptz` in UTC: microseconds since 2000-01-01
    Timestamp(i64),
    /// `interval`
    Interval(Interval),
    /// `bytea`
    Bytea(Box<[u8]>),
    /// An enum: the position of its label
    Enum(u32),
    /// `jsonb`
    Json(Box<Json>),
    /// An array
    Array(Box<Array>),
}

/// The text is no value of the type, or the type is none that the evaluator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is no value of its type")]
pub struct InvalidValue;

impl Value {
    /// Reads a value of type `ty` (of its base type, if a domain): every text that Postgres prints under the fixed
    /// settings, and the forms that people write.
    ///
    /// # Errors
    /// [`InvalidValue`] also for what means another thing on another day or server (`now`, zones by name).
    pub fn parse(text: &str, ty: &PgType) -> Result<Value, InvalidValue> {
        let value = match ty.base() {
            PgType::Bool => boolean::parse(text).map(Value::Bool),
            PgType::Int2 => integer::parse(text, i16::MIN.into(), i16::MAX.into()).map(Value::Int),
            PgType::Int4 => integer::parse(text, i32::MIN.into(), i32::MAX.into()).map(Value::Int),
            PgType::Int8 => integer::parse(text, i64::MIN, i64::MAX).map(Value::Int),
            PgType::Float4 => float::parse4(text).map(Value::Float),
            PgType::Float8 => float::parse8(text).map(Value::Float),
            PgType::Numeric => Numeric::parse(text).map(Value::Numeric),
            PgType::Text | PgType::Varchar => text::accepted(text).map(|text| Value::Text(text.into())),
            PgType::Name => text::accepted(text).map(|text| Value::Text(text::cut_name(text).into())),
            PgType::Bpchar => text::accepted(text).map(|text| Value::Text(text::without_padding(text).into())),
            PgType::Uuid => uuid::parse(text).map(Value::Uuid),
            PgType::Date => stamp::parse_date(text).map(Value::Date),
            PgType::Time => stamp::parse_time(text).map(Value::Time),
            PgType::Timetz => Timetz::parse(text).map(Value::Timetz),
            PgType::Timestamp => stamp::parse_timestamp(text, stamp::Zone::Ignored).map(Value::Timestamp),
            PgType::Timestamptz => stamp::parse_timestamp(text, stamp::Zone::Applied).map(Value::Timestamp),
            PgType::Interval => Interval::parse(text).map(Value::Interval),
            PgType::Bytea => bytea::parse(text).map(|bytes| Value::Bytea(bytes.into())),
            PgType::Jsonb => Json::parse(text).map(|json| Value::Json(Box::new(json))),
            PgType::Array(element) => Array::parse(text, element).map(|array| Value::Array(Box::new(array))),
            other => other.enum_labels().and_then(|labels| label_position(text, labels)).map(Value::Enum),
        };
        value.ok_or(InvalidValue)
    }

    /// Whether values of `ty` can be read.
    pub fn is_supported(ty: &PgType) -> bool {
        match ty.base() {
            PgType::Array(element) => !matches!(element.base(), PgType::Array(_)) && Self::is_supported(element),
            PgType::Bool
            | PgType::Int2
            | PgType::Int4
            | PgType::Int8
            | PgType::Float4
            | PgType::Float8
            | PgType::Numeric
            | PgType::Text
            | PgType::Varchar
            | PgType::Name
            | PgType::Bpchar
            | PgType::Uuid
            | PgType::Date
            | PgType::Time
            | PgType::Timetz
            | PgType::Timestamp
            | PgType::Timestamptz
            | PgType::Interval
            | PgType::Bytea
            | PgType::Jsonb => true,
            other => other.enum_labels().is_some(),
        }
    }

    /// The one of all equal values that is printed when nothing but equality and order counts: numerics without zeros at
    /// their end, no -0.
    pub(super) fn canonical(&self) -> Cow<'_, Value> {
        match self {
            Self::Numeric(number) => Cow::Owned(Self::Numeric(number.trimmed())),
            Self::Float(float) => Cow::Owned(Self::Float(Float::new(float.get() + 0.0))),
            Self::Array(array) => match array.map(|element| Ok::<_, Infallible>(element.canonical().into_owned())) {
                Ok(array) => Cow::Owned(Self::Array(Box::new(array))),
            },
            other => Cow::Borrowed(other),
        }
    }

    /// Whether no text reads back to it: a date beyond the range of timestamps, taken for one to be compared.
    pub(super) fn has_no_text(&self) -> bool {
        matches!(self, Self::Timestamp(micros) if !is_timestamp(*micros))
    }

    /// The text that Postgres prints for it under the fixed settings, `ty` being its type.
    pub fn print(&self, ty: &PgType) -> String {
        match self {
            Self::Bool(value) => if *value { "t" } else { "f" }.to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.print(matches!(ty.base(), PgType::Float4)),
            Self::Numeric(value) => value.to_string(),
            Self::Text(text) => text.to_string(),
            Self::Uuid(bytes) => uuid::print(bytes),
            Self::Date(days) => stamp::print_date(*days),
            Self::Time(micros) => clock::print(*micros),
            Self::Timetz(time) => time.print(),
            Self::Timestamp(micros) => stamp::print_timestamp(*micros, matches!(ty.base(), PgType::Timestamptz)),
            Self::Interval(interval) => interval.to_string(),
            Self::Bytea(bytes) => bytea::print(bytes),
            Self::Enum(position) => label(*position, ty).unwrap_or_default().to_owned(),
            Self::Json(json) => json.to_string(),
            Self::Array(array) => array.print(ty),
        }
    }
}

fn label_position(text: &str, labels: &[String]) -> Option<u32> {
    labels.iter().position(|label| label == text).and_then(|position| u32::try_from(position).ok())
}

fn label(position: u32, ty: &PgType) -> Option<&str> {
    ty.base().enum_labels()?.get(usize::try_from(position).ok()?).map(String::as_str)
}

#[cfg(test)]
mod tests;
