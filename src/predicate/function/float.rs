//! Arithmetic of floats. Where the last bit depends on the library of the machine, it is left to Postgres: powers,
//! logarithms, angles.

use super::integer::DIVISION_BY_ZERO;
use super::{Args, Function, function};
use crate::predicate::value::Float;
use crate::predicate::{EvalError, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    function!("*", (Float4, Float4) -> Float4, single_product),
    function!("*", (Float4, Float8) -> Float8, double_product),
    function!("*", (Float8, Float4) -> Float8, double_product),
    function!("*", (Float8, Float8) -> Float8, double_product),
    function!("+", (Float4) -> Float4, |args| Ok(Some(float(args.float(0)?)))),
    function!("+", (Float4, Float4) -> Float4, single_sum),
    function!("+", (Float4, Float8) -> Float8, double_sum),
    function!("+", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?)))),
    function!("+", (Float8, Float4) -> Float8, double_sum),
    function!("+", (Float8, Float8) -> Float8, double_sum),
    function!("-", (Float4) -> Float4, |args| Ok(Some(float(-args.float(0)?)))),
    function!("-", (Float4, Float4) -> Float4, single_difference),
    function!("-", (Float4, Float8) -> Float8, double_difference),
    function!("-", (Float8) -> Float8, |args| Ok(Some(float(-args.float(0)?)))),
    function!("-", (Float8, Float4) -> Float8, double_difference),
    function!("-", (Float8, Float8) -> Float8, double_difference),
    function!("/", (Float4, Float4) -> Float4, single_quotient),
    function!("/", (Float4, Float8) -> Float8, double_quotient),
    function!("/", (Float8, Float4) -> Float8, double_quotient),
    function!("/", (Float8, Float8) -> Float8, double_quotient),
    function!("@", (Float4) -> Float4, |args| Ok(Some(float(args.float(0)?.abs())))),
    function!("@", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.abs())))),
    function!("^", (Float8, Float8) -> Float8),
    function!("abs", (Float4) -> Float4, |args| Ok(Some(float(args.float(0)?.abs())))),
    function!("abs", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.abs())))),
    function!("cbrt", (Float8) -> Float8),
    function!("ceil", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.ceil())))),
    function!("ceiling", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.ceil())))),
    function!("exp", (Float8) -> Float8),
    function!("floor", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.floor())))),
    function!("ln", (Float8) -> Float8),
    function!("log", (Float8) -> Float8),
    function!("log10", (Float8) -> Float8),
    function!("pow", (Float8, Float8) -> Float8),
    function!("power", (Float8, Float8) -> Float8),
    function!("round", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.round_ties_even())))),
    function!("sign", (Float8) -> Float8, sign),
    function!("sqrt", (Float8) -> Float8, root),
    function!("trunc", (Float8) -> Float8, |args| Ok(Some(float(args.float(0)?.trunc())))),
    function!("|/", (Float8) -> Float8, root),
    function!("||/", (Float8) -> Float8),
];

pub(in crate::predicate) const OVERFLOW: EvalError = EvalError::Refused("value out of range: overflow");
pub(in crate::predicate) const UNDERFLOW: EvalError = EvalError::Refused("value out of range: underflow");

type Computed = Result<Option<Value>, EvalError>;

fn float(value: f64) -> Value {
    Value::Float(Float::new(value))
}

/// A result in which neither operand has been lost: an infinity must come from one, and a zero must be one that
/// may be.
fn checked(value: f64, has_infinity: bool, may_be_zero: bool) -> Computed {
    if value.is_infinite() && !has_infinity {
        return Err(OVERFLOW);
    }
    if value == 0.0 && !may_be_zero {
        return Err(UNDERFLOW);
    }
    Ok(Some(float(value)))
}

/// Both arguments, and whether one is infinite.
fn doubles(args: &Args<'_>) -> Result<(f64, f64, bool), EvalError> {
    let (a, b) = (args.float(0)?, args.float(1)?);
    Ok((a, b, a.is_infinite() || b.is_infinite()))
}

/// The same of `float4`, which they are.
fn singles(args: &Args<'_>) -> Result<(f32, f32, bool), EvalError> {
    let (a, b, has_infinity) = doubles(args)?;
    #[expect(clippy::cast_possible_truncation, reason = "they were widened from this type")]
    Ok((a as f32, b as f32, has_infinity))
}

fn double_sum(args: &Args<'_>) -> Computed {
    let (a, b, has_infinity) = doubles(args)?;
    checked(a + b, has_infinity, true)
}

fn single_sum(args: &Args<'_>) -> Computed {
    let (a, b, has_infinity) = singles(args)?;
    checked((a + b).into(), has_infinity, true)
}

fn double_difference(args: &Args<'_>) -> Computed {
    let (a, b, has_infinity) = doubles(args)?;
    checked(a - b, has_infinity, true)
}

fn single_difference(args: &Args<'_>) -> Computed {
    let (a, b, has_infinity) = singles(args)?;
    checked((a - b).into(), has_infinity, true)
}

fn double_product(args: &Args<'_>) -> Computed {
    let (a, b, has_infinity) = doubles(args)?;
    checked(a * b, has_infinity, a == 0.0 || b == 0.0)
}

fn single_product(args: &Args<'_>) -> Computed {
    let (a, b, has_infinity) = singles(args)?;
    checked((a * b).into(), has_infinity, a == 0.0 || b == 0.0)
}

fn double_quotient(args: &Args<'_>) -> Computed {
    let (a, b, _) = doubles(args)?;
    if b == 0.0 && !a.is_nan() {
        return Err(DIVISION_BY_ZERO);
    }
    checked(a / b, a.is_infinite(), a == 0.0 || b.is_infinite())
}

fn single_quotient(args: &Args<'_>) -> Computed {
    let (a, b, _) = singles(args)?;
    if b == 0.0 && !a.is_nan() {
        return Err(DIVISION_BY_ZERO);
    }
    checked((a / b).into(), a.is_infinite(), a == 0.0 || b.is_infinite())
}

fn sign(args: &Args<'_>) -> Computed {
    let value = args.float(0)?;
    Ok(Some(float(f64::from(i8::from(value > 0.0) - i8::from(value < 0.0)))))
}

fn root(args: &Args<'_>) -> Computed {
    let value = args.float(0)?;
    if value < 0.0 {
        return Err(EvalError::Refused("cannot take square root of a negative number"));
    }
    Ok(Some(float(value.sqrt())))
}
