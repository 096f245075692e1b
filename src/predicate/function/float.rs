//! Arithmetic of floats.

use super::{Function, function};
use crate::predicate::EvalError;

pub(super) static FUNCTIONS: &[Function] = &[
    function!("*", (Float4, Float4) -> Float4),
    function!("*", (Float4, Float8) -> Float8),
    function!("*", (Float8, Float4) -> Float8),
    function!("*", (Float8, Float8) -> Float8),
    function!("+", (Float4) -> Float4),
    function!("+", (Float4, Float4) -> Float4),
    function!("+", (Float4, Float8) -> Float8),
    function!("+", (Float8) -> Float8),
    function!("+", (Float8, Float4) -> Float8),
    function!("+", (Float8, Float8) -> Float8),
    function!("-", (Float4) -> Float4),
    function!("-", (Float4, Float4) -> Float4),
    function!("-", (Float4, Float8) -> Float8),
    function!("-", (Float8) -> Float8),
    function!("-", (Float8, Float4) -> Float8),
    function!("-", (Float8, Float8) -> Float8),
    function!("/", (Float4, Float4) -> Float4),
    function!("/", (Float4, Float8) -> Float8),
    function!("/", (Float8, Float4) -> Float8),
    function!("/", (Float8, Float8) -> Float8),
    function!("@", (Float4) -> Float4),
    function!("@", (Float8) -> Float8),
    function!("^", (Float8, Float8) -> Float8),
    function!("abs", (Float4) -> Float4),
    function!("abs", (Float8) -> Float8),
    function!("cbrt", (Float8) -> Float8),
    function!("ceil", (Float8) -> Float8),
    function!("ceiling", (Float8) -> Float8),
    function!("exp", (Float8) -> Float8),
    function!("floor", (Float8) -> Float8),
    function!("ln", (Float8) -> Float8),
    function!("log", (Float8) -> Float8),
    function!("log10", (Float8) -> Float8),
    function!("pow", (Float8, Float8) -> Float8),
    function!("power", (Float8, Float8) -> Float8),
    function!("round", (Float8) -> Float8),
    function!("sign", (Float8) -> Float8),
    function!("sqrt", (Float8) -> Float8),
    function!("trunc", (Float8) -> Float8),
    function!("|/", (Float8) -> Float8),
    function!("||/", (Float8) -> Float8),
];

pub(in crate::predicate) const OVERFLOW: EvalError = EvalError::Refused("value out of range: overflow");
pub(in crate::predicate) const UNDERFLOW: EvalError = EvalError::Refused("value out of range: underflow");
