//! Casts between texts, and from and to text.

use super::{Cast, Conversion, cast};
use crate::pg::PgType;
use crate::predicate::{EvalError, Value};

pub(super) static CASTS: &[Cast] = &[
    cast!(Text => Varchar, Implicit, as Relabel),
    cast!(Varchar => Text, Implicit, as Relabel),
    cast!(Name => Text, Implicit, as Relabel),
    cast!(Name => Varchar, Assignment, as Relabel),
    cast!(Name => Bpchar, Assignment, as Pad),
    cast!(Text => Bpchar, Implicit, as Pad),
    cast!(Varchar => Bpchar, Implicit, as Pad),
    cast!(Bpchar => Text, Implicit, as Trim),
    cast!(Bpchar => Varchar, Implicit, as Trim),
    cast!(Text => Name, Implicit, text_to_name),
    cast!(Varchar => Name, Implicit, text_to_name),
    cast!(Bpchar => Name, Implicit, bpchar_to_name),
    cast!(Bool => Text, Assignment, bool_to_text),
    cast!(Bool => Varchar, Assignment, bool_to_text),
    cast!(Bool => Bpchar, Assignment, bool_to_text),
];

/// Cut where names end.
fn text_to_name(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Text(text) => read(text, &PgType::Name),
        _ => Err(super::number::MISMATCH),
    }
}

fn bpchar_to_name(value: &Value) -> Result<Value, EvalError> {
    match text_to_name(value)? {
        Value::Text(text) => Ok(Value::Text(text.trim_end_matches(' ').into())),
        other => Ok(other),
    }
}

fn bool_to_text(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Bool(value) => Ok(Value::Text(if *value { "true" } else { "false" }.into())),
        _ => Err(super::number::MISMATCH),
    }
}

/// The cast that Postgres makes with the types' input and output functions, if they are known here.
pub(super) fn by_text(from: &PgType, to: &PgType) -> Option<Conversion> {
    let is_text = |ty: &PgType| matches!(ty, PgType::Text | PgType::Varchar | PgType::Bpchar | PgType::Name);
    match (from, to) {
        (from, PgType::Text | PgType::Varchar | PgType::Bpchar) if is_printed(from) => {
            Some(Conversion::Print(from.clone()))
        }
        (from, to) if is_text(from) && is_read(to) => Some(Conversion::Read(to.clone())),
        _ => None,
    }
}

/// Whether [`Value::print`] is the type's output function.
fn is_printed(ty: &PgType) -> bool {
    match ty {
        PgType::Array(element) => match element.base() {
            PgType::Bool | PgType::Text | PgType::Varchar | PgType::Name => true,
            PgType::Array(_) => false,
            element => is_printed(element),
        },
        PgType::Jsonb => true,
        other => goes_both_ways(other),
    }
}

/// Whether [`Value::parse`] is the type's input function.
fn is_read(ty: &PgType) -> bool {
    match ty {
        PgType::Array(element) => match element.base() {
            PgType::Text | PgType::Varchar | PgType::Bpchar | PgType::Name => true,
            PgType::Array(_) => false,
            element => is_read(element),
        },
        PgType::Bool => true,
        other => goes_both_ways(other),
    }
}

/// Whether a type's values are printed and read here as by its own functions.
fn goes_both_ways(ty: &PgType) -> bool {
    use PgType::{Bytea, Float4, Float8, Int2, Int4, Int8, Numeric, Uuid};
    let is_known = matches!(ty, Int2 | Int4 | Int8 | Float4 | Float8 | Numeric | Uuid | Bytea);
    is_known || super::date::is_of_family(ty) || ty.enum_labels().is_some()
}

/// What the input function of `ty` makes of a text.
pub(super) fn read(text: &str, ty: &PgType) -> Result<Value, EvalError> {
    Value::parse(text, ty).map_err(|_| EvalError::InvalidInput { ty: in_words(ty) })
}

/// The type as Postgres' messages have it.
fn in_words(ty: &PgType) -> &'static str {
    match ty {
        PgType::Bool => "boolean",
        PgType::Int2 => "smallint",
        PgType::Int4 => "integer",
        PgType::Int8 => "bigint",
        PgType::Float4 => "real",
        PgType::Float8 => "double precision",
        PgType::Numeric => "numeric",
        PgType::Uuid => "uuid",
        PgType::Bytea => "bytea",
        PgType::Date => "date",
        PgType::Time => "time",
        PgType::Timetz => "time with time zone",
        PgType::Timestamp => "timestamp",
        PgType::Timestamptz => "timestamp with time zone",
        PgType::Interval => "interval",
        _ => "enum",
    }
}
