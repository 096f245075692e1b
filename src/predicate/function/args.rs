//! The arguments of a call.

use std::borrow::Cow;

use crate::predicate::eval::Operand;
use crate::predicate::like::Case;
use crate::predicate::value::{Array, Json, Numeric};
use crate::predicate::{EvalError, Value};

/// The arguments of a call, by position. What the checker has let through is of the type that is asked for; if it is not,
/// the call fails rather than going wrong.
pub(in crate::predicate) struct Args<'a> {
    operands: &'a [Option<Operand<'a>>],
    case: Case,
}

const MISMATCH: EvalError = EvalError::Refused("an argument is not of the type that the function takes");

impl<'a> Args<'a> {
    pub(in crate::predicate) fn new(operands: &'a [Option<Operand<'a>>], case: Case) -> Self {
        Self { operands, case }
    }

    /// How letters change their case.
    pub(super) fn case(&self) -> Case {
        self.case
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.operands.len()
    }

    pub(super) fn is_null(&self, at: usize) -> bool {
        self.operands.get(at).is_none_or(Option::is_none)
    }

    /// Any value, owned if it is text of a row. Not NULL.
    pub(super) fn value(&self, at: usize) -> Result<Cow<'a, Value>, EvalError> {
        match self.operands.get(at).and_then(Option::as_ref) {
            Some(Operand::Text(text)) => {
                let text = std::str::from_utf8(text).map_err(|_| MISMATCH)?;
                Ok(Cow::Owned(Value::Text(text.into())))
            }
            Some(Operand::Constant(value)) => Ok(Cow::Borrowed(*value)),
            Some(Operand::Value(value)) => Ok(Cow::Borrowed(value)),
            None => Err(MISMATCH),
        }
    }

    pub(super) fn typed(&self, at: usize) -> Result<&'a Value, EvalError> {
        match self.operands.get(at).and_then(Option::as_ref) {
            Some(Operand::Constant(value)) => Ok(value),
            Some(Operand::Value(value)) => Ok(value),
            Some(Operand::Text(_)) | None => Err(MISMATCH),
        }
    }

    /// An argument of a text type; `bpchar` from a row with its blanks.
    pub(super) fn text(&self, at: usize) -> Result<&'a str, EvalError> {
        match self.operands.get(at).and_then(Option::as_ref) {
            Some(Operand::Text(text)) => std::str::from_utf8(text).map_err(|_| MISMATCH),
            Some(Operand::Constant(Value::Text(text)) | Operand::Value(Value::Text(text))) => Ok(text),
            _ => Err(MISMATCH),
        }
    }

    /// An integer of any width.
    pub(super) fn int(&self, at: usize) -> Result<i64, EvalError> {
        match self.typed(at)? {
            Value::Int(value) => Ok(*value),
            _ => Err(MISMATCH),
        }
    }

    /// A float of either width.
    pub(super) fn float(&self, at: usize) -> Result<f64, EvalError> {
        match self.typed(at)? {
            Value::Float(value) => Ok(value.get()),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn numeric(&self, at: usize) -> Result<&'a Numeric, EvalError> {
        match self.typed(at)? {
            Value::Numeric(value) => Ok(value),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn json(&self, at: usize) -> Result<&'a Json, EvalError> {
        match self.typed(at)? {
            Value::Json(json) => Ok(json),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn bytes(&self, at: usize) -> Result<&'a [u8], EvalError> {
        match self.typed(at)? {
            Value::Bytea(bytes) => Ok(bytes),
            _ => Err(MISMATCH),
        }
    }

    pub(super) fn array(&self, at: usize) -> Result<&'a Array, EvalError> {
        match self.typed(at)? {
            Value::Array(array) => Ok(array),
            _ => Err(MISMATCH),
        }
    }
}
