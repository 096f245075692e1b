//! Bytes: how many, and put together.

use super::{Args, Function, function};
use crate::predicate::{EvalError, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    function!("length", (Bytea) -> Int4, |args| length(args, 1)),
    function!("length", (Bytea, Name) -> Int4),
    function!("octet_length", (Bytea) -> Int4, |args| length(args, 1)),
    function!("bit_length", (Bytea) -> Int4, |args| length(args, 8)),
    function!("||", (Bytea, Bytea) -> Bytea, |args| {
        Ok(Some(Value::Bytea([args.bytes(0)?, args.bytes(1)?].concat().into())))
    }),
    function!("btrim", (Bytea, Bytea) -> Bytea),
    function!("ltrim", (Bytea, Bytea) -> Bytea),
    function!("rtrim", (Bytea, Bytea) -> Bytea),
    function!("overlay", (Bytea, Bytea, Int4) -> Bytea),
    function!("overlay", (Bytea, Bytea, Int4, Int4) -> Bytea),
    function!("position", (Bytea, Bytea) -> Int4),
    function!("substr", (Bytea, Int4) -> Bytea),
    function!("substr", (Bytea, Int4, Int4) -> Bytea),
    function!("substring", (Bytea, Int4) -> Bytea),
    function!("substring", (Bytea, Int4, Int4) -> Bytea),
];

fn length(args: &Args<'_>, times: usize) -> Result<Option<Value>, EvalError> {
    Ok(i64::try_from(args.bytes(0)?.len().saturating_mul(times)).ok().map(Value::Int))
}
