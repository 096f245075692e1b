//! Arithmetic of integers.

use super::{Function, function};
use crate::predicate::{EvalError, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    function!("+", (Int2, Int2) -> Int2, |args| int2(args.int(0)?.checked_add(args.int(1)?))),
    function!("+", (Int4, Int4) -> Int4, |args| int4(args.int(0)?.checked_add(args.int(1)?))),
    function!("+", (Int8, Int8) -> Int8, |args| int8(args.int(0)?.checked_add(args.int(1)?))),
];

fn int2(value: Option<i64>) -> Result<Option<Value>, EvalError> {
    let fits = value.filter(|value| i16::try_from(*value).is_ok());
    fits.map(|value| Some(Value::Int(value))).ok_or(EvalError::Refused("smallint out of range"))
}

fn int4(value: Option<i64>) -> Result<Option<Value>, EvalError> {
    let fits = value.filter(|value| i32::try_from(*value).is_ok());
    fits.map(|value| Some(Value::Int(value))).ok_or(EvalError::Refused("integer out of range"))
}

fn int8(value: Option<i64>) -> Result<Option<Value>, EvalError> {
    value.map(|value| Some(Value::Int(value))).ok_or(EvalError::Refused("bigint out of range"))
}
