//! Arithmetic of `numeric`. Roots, powers and logarithms are left to Postgres: how exact they are is its own affair.

use super::integer::DIVISION_BY_ZERO;
use super::{Args, Function, function};
use crate::predicate::value::{Numeric, Trouble};
use crate::predicate::{EvalError, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    function!("%", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::remainder)),
    function!("*", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::multiply)),
    function!("+", (Numeric) -> Numeric, |args| Ok(Some(Value::Numeric(args.numeric(0)?.clone())))),
    function!("+", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::add)),
    function!("-", (Numeric) -> Numeric, |args| Ok(Some(Value::Numeric(args.numeric(0)?.negated())))),
    function!("-", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::subtract)),
    function!("/", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::divide)),
    function!("@", (Numeric) -> Numeric, |args| Ok(Some(Value::Numeric(args.numeric(0)?.absolute())))),
    function!("^", (Numeric, Numeric) -> Numeric),
    function!("abs", (Numeric) -> Numeric, |args| Ok(Some(Value::Numeric(args.numeric(0)?.absolute())))),
    function!("ceil", (Numeric) -> Numeric, |args| one(args, Numeric::ceiling)),
    function!("ceiling", (Numeric) -> Numeric, |args| one(args, Numeric::ceiling)),
    function!("div", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::divide_whole)),
    function!("exp", (Numeric) -> Numeric),
    function!("factorial", (Int8) -> Numeric),
    function!("floor", (Numeric) -> Numeric, |args| one(args, Numeric::floor)),
    function!("gcd", (Numeric, Numeric) -> Numeric),
    function!("lcm", (Numeric, Numeric) -> Numeric),
    function!("ln", (Numeric) -> Numeric),
    function!("log", (Numeric) -> Numeric),
    function!("log", (Numeric, Numeric) -> Numeric),
    function!("log10", (Numeric) -> Numeric),
    function!("min_scale", (Numeric) -> Int4, |args| Ok(args.numeric(0)?.least_scale().map(Value::Int))),
    function!("mod", (Numeric, Numeric) -> Numeric, |args| two(args, Numeric::remainder)),
    function!("pow", (Numeric, Numeric) -> Numeric),
    function!("power", (Numeric, Numeric) -> Numeric),
    function!("round", (Numeric) -> Numeric, |args| one(args, |number| number.rounded(0))),
    function!("round", (Numeric, Int4) -> Numeric, |args| cut(args, Numeric::rounded)),
    function!("scale", (Numeric) -> Int4, |args| Ok(args.numeric(0)?.scale().map(Value::Int))),
    function!("sign", (Numeric) -> Numeric, sign),
    function!("sqrt", (Numeric) -> Numeric),
    function!("trim_scale", (Numeric) -> Numeric, |args| Ok(Some(Value::Numeric(args.numeric(0)?.trimmed())))),
    function!("trunc", (Numeric) -> Numeric, |args| one(args, |number| number.truncated(0))),
    function!("trunc", (Numeric, Int4) -> Numeric, |args| cut(args, Numeric::truncated)),
];

/// As many digits may be asked for when a number is cut (`NUMERIC_MAX_RESULT_SCALE`).
const MOST_PLACES: i64 = 2000;

type Computed = Result<Numeric, Trouble>;

fn computed(value: Computed) -> Result<Option<Value>, EvalError> {
    value.map(|value| Some(Value::Numeric(value))).map_err(|trouble| match trouble {
        Trouble::Overflow => EvalError::Refused("value overflows numeric format"),
        Trouble::DivisionByZero => DIVISION_BY_ZERO,
    })
}

fn one(args: &Args<'_>, compute: fn(&Numeric) -> Computed) -> Result<Option<Value>, EvalError> {
    computed(compute(args.numeric(0)?))
}

fn two(args: &Args<'_>, compute: fn(&Numeric, &Numeric) -> Computed) -> Result<Option<Value>, EvalError> {
    computed(compute(args.numeric(0)?, args.numeric(1)?))
}

fn cut(args: &Args<'_>, compute: fn(&Numeric, i64) -> Computed) -> Result<Option<Value>, EvalError> {
    computed(compute(args.numeric(0)?, args.int(1)?.clamp(-MOST_PLACES, MOST_PLACES)))
}

fn sign(args: &Args<'_>) -> Result<Option<Value>, EvalError> {
    let number = args.numeric(0)?;
    Ok(Some(Value::Numeric(number.sign().map_or_else(|| number.clone(), |sign| Numeric::from_int(sign.into())))))
}
