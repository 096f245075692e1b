//! Casts between numbers, and of booleans.

use super::{Cast, cast};
use crate::pg::PgType;
use crate::predicate::function::{NO_INT2, NO_INT4, NO_INT8, OVERFLOW, UNDERFLOW};
use crate::predicate::value::{Float, Numeric};
use crate::predicate::{EvalError, Value};

pub(super) static CASTS: &[Cast] = &[
    cast!(Int2 => Int4, Implicit, as Relabel),
    cast!(Int2 => Int8, Implicit, as Relabel),
    cast!(Int4 => Int8, Implicit, as Relabel),
    cast!(Int4 => Int2, Assignment, int_to_int2),
    cast!(Int8 => Int2, Assignment, int_to_int2),
    cast!(Int8 => Int4, Assignment, int_to_int4),
    cast!(Int2 => Numeric, Implicit, int_to_numeric),
    cast!(Int4 => Numeric, Implicit, int_to_numeric),
    cast!(Int8 => Numeric, Implicit, int_to_numeric),
    cast!(Int2 => Float4, Implicit, int_to_float4),
    cast!(Int4 => Float4, Implicit, int_to_float4),
    cast!(Int8 => Float4, Implicit, int_to_float4),
    cast!(Int2 => Float8, Implicit, int_to_float8),
    cast!(Int4 => Float8, Implicit, int_to_float8),
    cast!(Int8 => Float8, Implicit, int_to_float8),
    cast!(Float4 => Float8, Implicit, as Relabel),
    cast!(Float8 => Float4, Assignment, float8_to_float4),
    cast!(Float4 => Int2, Assignment, float_to_int2),
    cast!(Float4 => Int4, Assignment, float_to_int4),
    cast!(Float4 => Int8, Assignment, float_to_int8),
    cast!(Float8 => Int2, Assignment, float_to_int2),
    cast!(Float8 => Int4, Assignment, float_to_int4),
    cast!(Float8 => Int8, Assignment, float_to_int8),
    cast!(Float4 => Numeric, Assignment, float4_to_numeric),
    cast!(Float8 => Numeric, Assignment, float8_to_numeric),
    cast!(Numeric => Float4, Implicit, numeric_to_float4),
    cast!(Numeric => Float8, Implicit, numeric_to_float8),
    cast!(Numeric => Int2, Assignment, numeric_to_int2),
    cast!(Numeric => Int4, Assignment, numeric_to_int4),
    cast!(Numeric => Int8, Assignment, numeric_to_int8),
    cast!(Bool => Int4, Explicit, bool_to_int),
    cast!(Int4 => Bool, Explicit, int_to_bool),
];

/// What the checker does not let happen: a value of another type than it has found.
pub(super) const MISMATCH: EvalError = EvalError::Refused("a value is not of the type that the cast takes");

fn int(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::Int(value) => Ok(*value),
        _ => Err(MISMATCH),
    }
}

fn numeric(value: &Value) -> Result<&Numeric, EvalError> {
    match value {
        Value::Numeric(value) => Ok(value),
        _ => Err(MISMATCH),
    }
}

fn float(value: &Value) -> Result<f64, EvalError> {
    match value {
        Value::Float(value) => Ok(value.get()),
        _ => Err(MISMATCH),
    }
}

fn int_to_int2(value: &Value) -> Result<Value, EvalError> {
    i16::try_from(int(value)?).map(|value| Value::Int(value.into())).map_err(|_| NO_INT2)
}

fn int_to_int4(value: &Value) -> Result<Value, EvalError> {
    i32::try_from(int(value)?).map(|value| Value::Int(value.into())).map_err(|_| NO_INT4)
}

fn int_to_numeric(value: &Value) -> Result<Value, EvalError> {
    Ok(Value::Numeric(Numeric::from_int(int(value)?)))
}

/// Rounded once.
fn int_to_float4(value: &Value) -> Result<Value, EvalError> {
    #[expect(clippy::cast_precision_loss, reason = "rounds to nearest, as C does")]
    let single = int(value)? as f32;
    Ok(Value::Float(Float::new(single.into())))
}

fn int_to_float8(value: &Value) -> Result<Value, EvalError> {
    Ok(Value::Float(Float::from_int(int(value)?)))
}

fn float8_to_float4(value: &Value) -> Result<Value, EvalError> {
    let value = float(value)?;
    #[expect(clippy::cast_possible_truncation, reason = "rounds to nearest; what is out of range is refused below")]
    let single = value as f32;
    if single.is_infinite() && !value.is_infinite() {
        return Err(OVERFLOW);
    }
    if single == 0.0 && value != 0.0 {
        return Err(UNDERFLOW);
    }
    Ok(Value::Float(Float::new(single.into())))
}

/// The nearest integer, of two the even one, if it is at least `least` and below its opposite.
fn float_to_int(value: &Value, least: f64, refusal: EvalError) -> Result<Value, EvalError> {
    let value = float(value)?.round_ties_even();
    if !(least..-least).contains(&value) {
        return Err(refusal);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is an integer within the range")]
    Ok(Value::Int(value as i64))
}

fn float_to_int2(value: &Value) -> Result<Value, EvalError> {
    float_to_int(value, -32_768.0, NO_INT2)
}

fn float_to_int4(value: &Value) -> Result<Value, EvalError> {
    float_to_int(value, -2_147_483_648.0, NO_INT4)
}

fn float_to_int8(value: &Value) -> Result<Value, EvalError> {
    float_to_int(value, -9_223_372_036_854_775_808.0, NO_INT8)
}

/// By way of the text, as in Postgres.
fn numeric_to_float4(value: &Value) -> Result<Value, EvalError> {
    let single = Value::parse(&value.print(&PgType::Numeric), &PgType::Float4);
    single.map_err(|_| EvalError::Refused("a number is out of range for type real"))
}

/// By way of the text, as in Postgres.
fn numeric_to_float8(value: &Value) -> Result<Value, EvalError> {
    numeric(value)?.to_float().map(Value::Float).ok_or(EvalError::OutOfRange)
}

/// The nearest integer, half away from zero.
fn numeric_to_int(value: &Value, refusals: &Refusals) -> Result<Value, EvalError> {
    let number = numeric(value)?;
    match number.sign() {
        None => Err(refusals.nan.clone()),
        Some(_) if !number.is_finite() => Err(refusals.infinity.clone()),
        Some(_) => number.to_int().map(Value::Int).ok_or(refusals.range.clone()),
    }
}

/// What is said of numbers that are no integers of a type.
struct Refusals {
    nan: EvalError,
    infinity: EvalError,
    range: EvalError,
}

fn numeric_to_int2(value: &Value) -> Result<Value, EvalError> {
    let nan = EvalError::Refused("cannot convert NaN to smallint");
    let infinity = EvalError::Refused("cannot convert infinity to smallint");
    int_to_int2(&numeric_to_int(value, &Refusals { nan, infinity, range: NO_INT2 })?)
}

fn numeric_to_int4(value: &Value) -> Result<Value, EvalError> {
    let nan = EvalError::Refused("cannot convert NaN to integer");
    let infinity = EvalError::Refused("cannot convert infinity to integer");
    int_to_int4(&numeric_to_int(value, &Refusals { nan, infinity, range: NO_INT4 })?)
}

fn numeric_to_int8(value: &Value) -> Result<Value, EvalError> {
    let nan = EvalError::Refused("cannot convert NaN to bigint");
    let infinity = EvalError::Refused("cannot convert infinity to bigint");
    numeric_to_int(value, &Refusals { nan, infinity, range: NO_INT8 })
}

/// The six digits that a `float4` surely has (`FLT_DIG`).
fn float4_to_numeric(value: &Value) -> Result<Value, EvalError> {
    by_digits(float(value)?, 6)
}

/// The fifteen digits that a `float8` surely has (`DBL_DIG`).
fn float8_to_numeric(value: &Value) -> Result<Value, EvalError> {
    by_digits(float(value)?, 15)
}

/// As `%g` prints it: without the zeros at the end.
fn by_digits(value: f64, digits: usize) -> Result<Value, EvalError> {
    let text = format!("{value:.*e}", digits - 1);
    match Value::parse(&text, &PgType::Numeric).map_err(|_| MISMATCH)? {
        Value::Numeric(number) => Ok(Value::Numeric(number.trimmed())),
        _ => Err(MISMATCH),
    }
}

fn bool_to_int(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Bool(value) => Ok(Value::Int((*value).into())),
        _ => Err(MISMATCH),
    }
}

fn int_to_bool(value: &Value) -> Result<Value, EvalError> {
    Ok(Value::Bool(int(value)? != 0))
}
