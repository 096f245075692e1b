//! Arithmetic of integers.

use super::{Args, Function, function};
use crate::predicate::{EvalError, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    function!("#", (Int2, Int2) -> Int2, |args| int2(exclusive_or(args)?)),
    function!("#", (Int4, Int4) -> Int4, |args| int4(exclusive_or(args)?)),
    function!("#", (Int8, Int8) -> Int8, |args| int8(exclusive_or(args)?)),
    function!("%", (Int2, Int2) -> Int2, |args| int2(remainder(args)?)),
    function!("%", (Int4, Int4) -> Int4, |args| int4(remainder(args)?)),
    function!("%", (Int8, Int8) -> Int8, |args| int8(remainder(args)?)),
    function!("&", (Int2, Int2) -> Int2, |args| int2(and(args)?)),
    function!("&", (Int4, Int4) -> Int4, |args| int4(and(args)?)),
    function!("&", (Int8, Int8) -> Int8, |args| int8(and(args)?)),
    function!("*", (Int2, Int2) -> Int2, |args| int2(product(args)?)),
    function!("*", (Int2, Int4) -> Int4, |args| int4(product(args)?)),
    function!("*", (Int2, Int8) -> Int8, |args| int8(product(args)?)),
    function!("*", (Int4, Int2) -> Int4, |args| int4(product(args)?)),
    function!("*", (Int4, Int4) -> Int4, |args| int4(product(args)?)),
    function!("*", (Int4, Int8) -> Int8, |args| int8(product(args)?)),
    function!("*", (Int8, Int2) -> Int8, |args| int8(product(args)?)),
    function!("*", (Int8, Int4) -> Int8, |args| int8(product(args)?)),
    function!("*", (Int8, Int8) -> Int8, |args| int8(product(args)?)),
    function!("+", (Int2) -> Int2, |args| int2(same(args)?)),
    function!("+", (Int2, Int2) -> Int2, |args| int2(sum(args)?)),
    function!("+", (Int2, Int4) -> Int4, |args| int4(sum(args)?)),
    function!("+", (Int2, Int8) -> Int8, |args| int8(sum(args)?)),
    function!("+", (Int4) -> Int4, |args| int4(same(args)?)),
    function!("+", (Int4, Int2) -> Int4, |args| int4(sum(args)?)),
    function!("+", (Int4, Int4) -> Int4, |args| int4(sum(args)?)),
    function!("+", (Int4, Int8) -> Int8, |args| int8(sum(args)?)),
    function!("+", (Int8) -> Int8, |args| int8(same(args)?)),
    function!("+", (Int8, Int2) -> Int8, |args| int8(sum(args)?)),
    function!("+", (Int8, Int4) -> Int8, |args| int8(sum(args)?)),
    function!("+", (Int8, Int8) -> Int8, |args| int8(sum(args)?)),
    function!("-", (Int2) -> Int2, |args| int2(negative(args)?)),
    function!("-", (Int2, Int2) -> Int2, |args| int2(difference(args)?)),
    function!("-", (Int2, Int4) -> Int4, |args| int4(difference(args)?)),
    function!("-", (Int2, Int8) -> Int8, |args| int8(difference(args)?)),
    function!("-", (Int4) -> Int4, |args| int4(negative(args)?)),
    function!("-", (Int4, Int2) -> Int4, |args| int4(difference(args)?)),
    function!("-", (Int4, Int4) -> Int4, |args| int4(difference(args)?)),
    function!("-", (Int4, Int8) -> Int8, |args| int8(difference(args)?)),
    function!("-", (Int8) -> Int8, |args| int8(negative(args)?)),
    function!("-", (Int8, Int2) -> Int8, |args| int8(difference(args)?)),
    function!("-", (Int8, Int4) -> Int8, |args| int8(difference(args)?)),
    function!("-", (Int8, Int8) -> Int8, |args| int8(difference(args)?)),
    function!("/", (Int2, Int2) -> Int2, |args| int2(quotient(args)?)),
    function!("/", (Int2, Int4) -> Int4, |args| int4(quotient(args)?)),
    function!("/", (Int2, Int8) -> Int8, |args| int8(quotient(args)?)),
    function!("/", (Int4, Int2) -> Int4, |args| int4(quotient(args)?)),
    function!("/", (Int4, Int4) -> Int4, |args| int4(quotient(args)?)),
    function!("/", (Int4, Int8) -> Int8, |args| int8(quotient(args)?)),
    function!("/", (Int8, Int2) -> Int8, |args| int8(quotient(args)?)),
    function!("/", (Int8, Int4) -> Int8, |args| int8(quotient(args)?)),
    function!("/", (Int8, Int8) -> Int8, |args| int8(quotient(args)?)),
    function!("<<", (Int2, Int4) -> Int2, |args| shifted(args, i16_left)),
    function!("<<", (Int4, Int4) -> Int4, |args| shifted(args, i32_left)),
    function!("<<", (Int8, Int4) -> Int8, |args| shifted(args, i64_left)),
    function!(">>", (Int2, Int4) -> Int2, |args| shifted(args, i32_right)),
    function!(">>", (Int4, Int4) -> Int4, |args| shifted(args, i32_right)),
    function!(">>", (Int8, Int4) -> Int8, |args| shifted(args, i64_right)),
    function!("@", (Int2) -> Int2, |args| int2(absolute(args)?)),
    function!("@", (Int4) -> Int4, |args| int4(absolute(args)?)),
    function!("@", (Int8) -> Int8, |args| int8(absolute(args)?)),
    function!("abs", (Int2) -> Int2, |args| int2(absolute(args)?)),
    function!("abs", (Int4) -> Int4, |args| int4(absolute(args)?)),
    function!("abs", (Int8) -> Int8, |args| int8(absolute(args)?)),
    function!("gcd", (Int4, Int4) -> Int4, |args| int4(gcd(args)?)),
    function!("gcd", (Int8, Int8) -> Int8, |args| int8(gcd(args)?)),
    function!("lcm", (Int4, Int4) -> Int4, |args| int4(lcm(args)?)),
    function!("lcm", (Int8, Int8) -> Int8, |args| int8(lcm(args)?)),
    function!("mod", (Int2, Int2) -> Int2, |args| int2(remainder(args)?)),
    function!("mod", (Int4, Int4) -> Int4, |args| int4(remainder(args)?)),
    function!("mod", (Int8, Int8) -> Int8, |args| int8(remainder(args)?)),
    function!("|", (Int2, Int2) -> Int2, |args| int2(or(args)?)),
    function!("|", (Int4, Int4) -> Int4, |args| int4(or(args)?)),
    function!("|", (Int8, Int8) -> Int8, |args| int8(or(args)?)),
    function!("~", (Int2) -> Int2, |args| int2(inverse(args)?)),
    function!("~", (Int4) -> Int4, |args| int4(inverse(args)?)),
    function!("~", (Int8) -> Int8, |args| int8(inverse(args)?)),
];

/// A result before its range is checked: `None` is beyond that of any integer.
type Wide = Result<Option<i64>, EvalError>;

pub(in crate::predicate) const DIVISION_BY_ZERO: EvalError = EvalError::Refused("division by zero");
pub(in crate::predicate) const NO_INT2: EvalError = EvalError::Refused("smallint out of range");
pub(in crate::predicate) const NO_INT4: EvalError = EvalError::Refused("integer out of range");
pub(in crate::predicate) const NO_INT8: EvalError = EvalError::Refused("bigint out of range");

fn int2(value: Option<i64>) -> Result<Option<Value>, EvalError> {
    let fits = value.filter(|value| i16::try_from(*value).is_ok());
    fits.map(|value| Some(Value::Int(value))).ok_or(NO_INT2)
}

fn int4(value: Option<i64>) -> Result<Option<Value>, EvalError> {
    let fits = value.filter(|value| i32::try_from(*value).is_ok());
    fits.map(|value| Some(Value::Int(value))).ok_or(NO_INT4)
}

fn int8(value: Option<i64>) -> Result<Option<Value>, EvalError> {
    value.map(|value| Some(Value::Int(value))).ok_or(NO_INT8)
}

fn same(args: &Args<'_>) -> Wide {
    args.int(0).map(Some)
}

fn negative(args: &Args<'_>) -> Wide {
    Ok(args.int(0)?.checked_neg())
}

fn absolute(args: &Args<'_>) -> Wide {
    Ok(args.int(0)?.checked_abs())
}

fn inverse(args: &Args<'_>) -> Wide {
    Ok(Some(!args.int(0)?))
}

fn sum(args: &Args<'_>) -> Wide {
    Ok(args.int(0)?.checked_add(args.int(1)?))
}

fn difference(args: &Args<'_>) -> Wide {
    Ok(args.int(0)?.checked_sub(args.int(1)?))
}

fn product(args: &Args<'_>) -> Wide {
    Ok(args.int(0)?.checked_mul(args.int(1)?))
}

/// Truncated toward zero.
fn quotient(args: &Args<'_>) -> Wide {
    match args.int(1)? {
        0 => Err(DIVISION_BY_ZERO),
        divisor => Ok(args.int(0)?.checked_div(divisor)),
    }
}

/// With the sign of the dividend.
fn remainder(args: &Args<'_>) -> Wide {
    match args.int(1)? {
        0 => Err(DIVISION_BY_ZERO),
        divisor => Ok(Some(args.int(0)?.wrapping_rem(divisor))),
    }
}

fn gcd(args: &Args<'_>) -> Wide {
    Ok(i64::try_from(common_divisor(args.int(0)?.unsigned_abs(), args.int(1)?.unsigned_abs())).ok())
}

fn lcm(args: &Args<'_>) -> Wide {
    let (a, b) = (args.int(0)?.unsigned_abs(), args.int(1)?.unsigned_abs());
    if a == 0 || b == 0 {
        return Ok(Some(0));
    }
    let multiple = (a / common_divisor(a, b)).checked_mul(b);
    Ok(multiple.and_then(|multiple| i64::try_from(multiple).ok()))
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn and(args: &Args<'_>) -> Wide {
    Ok(Some(args.int(0)? & args.int(1)?))
}

fn or(args: &Args<'_>) -> Wide {
    Ok(Some(args.int(0)? | args.int(1)?))
}

fn exclusive_or(args: &Args<'_>) -> Wide {
    Ok(Some(args.int(0)? ^ args.int(1)?))
}

/// The count is taken modulo the width in which the machine shifts, which for `int2` is that of `int4`; what is pushed
/// out is lost.
fn shifted(args: &Args<'_>, shift: fn(i64, u32) -> i64) -> Result<Option<Value>, EvalError> {
    let by = u32::try_from(args.int(1)?.rem_euclid(64)).unwrap_or_default();
    Ok(Some(Value::Int(shift(args.int(0)?, by))))
}

#[expect(clippy::cast_possible_truncation, reason = "what is pushed out is lost")]
fn i16_left(value: i64, by: u32) -> i64 {
    i64::from((value as i32).wrapping_shl(by) as i16)
}

#[expect(clippy::cast_possible_truncation, reason = "what is pushed out is lost")]
fn i32_left(value: i64, by: u32) -> i64 {
    i64::from((value as i32).wrapping_shl(by))
}

fn i64_left(value: i64, by: u32) -> i64 {
    value.wrapping_shl(by)
}

/// Of `int2` and `int4`.
fn i32_right(value: i64, by: u32) -> i64 {
    value.wrapping_shr(by % 32)
}

fn i64_right(value: i64, by: u32) -> i64 {
    value.wrapping_shr(by)
}
