//! `jsonb` taken apart. What makes JSON, or follows a JSON path, is left to Postgres; so is `json`, which keeps its text.

use super::{Args, Function, Traits, function};
use crate::predicate::value::{Array, Json, json_contains};
use crate::predicate::{EvalError, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    function!("->", (Jsonb, Text) -> Jsonb, |args| Ok(args.json(0)?.field(args.text(1)?).map(value))),
    function!("->", (Jsonb, Int4) -> Jsonb, |args| Ok(args.json(0)?.element(args.int(1)?).map(value))),
    function!("->", (Json, Text) -> Json),
    function!("->", (Json, Int4) -> Json),
    function!("->>", (Jsonb, Text) -> Text, |args| Ok(args.json(0)?.field(args.text(1)?).and_then(text))),
    function!("->>", (Jsonb, Int4) -> Text, |args| Ok(args.json(0)?.element(args.int(1)?).and_then(text))),
    function!("->>", (Json, Text) -> Text),
    function!("->>", (Json, Int4) -> Text),
    function!("#>", (Jsonb, ArrayOf(Text)) -> Jsonb, |args| Ok(at_path(args)?.map(value))),
    function!("#>", (Json, ArrayOf(Text)) -> Json),
    function!("#>>", (Jsonb, ArrayOf(Text)) -> Text, |args| Ok(at_path(args)?.and_then(text))),
    function!("#>>", (Json, ArrayOf(Text)) -> Text),
    function!("?", (Jsonb, Text) -> Bool, |args| bool(args.json(0)?.has(args.text(1)?))),
    function!("?|", (Jsonb, ArrayOf(Text)) -> Bool, |args| {
        let whole = args.json(0)?;
        bool(texts(args.array(1)?).any(|key| whole.has(key)))
    }),
    function!("?&", (Jsonb, ArrayOf(Text)) -> Bool, |args| {
        let whole = args.json(0)?;
        bool(texts(args.array(1)?).all(|key| whole.has(key)))
    }),
    function!("@>", (Jsonb, Jsonb) -> Bool, |args| bool(json_contains(args.json(0)?, args.json(1)?))),
    function!("<@", (Jsonb, Jsonb) -> Bool, |args| bool(json_contains(args.json(1)?, args.json(0)?))),
    function!("#-", (Jsonb, ArrayOf(Text)) -> Jsonb),
    function!("jsonb_typeof", (Jsonb) -> Text, |args| Ok(Some(Value::Text(args.json(0)?.type_name().into())))),
    function!("jsonb_array_length", (Jsonb) -> Int4, array_length),
    function!("jsonb_extract_path", (Jsonb, ArrayOf(Text)) -> Jsonb; Traits::STRICT.variadic()),
    function!("jsonb_extract_path_text", (Jsonb, ArrayOf(Text)) -> Text; Traits::STRICT.variadic()),
];

#[expect(clippy::unnecessary_wraps, reason = "what functions return")]
fn bool(value: bool) -> Result<Option<Value>, EvalError> {
    Ok(Some(Value::Bool(value)))
}

fn value(json: &Json) -> Value {
    Value::Json(Box::new(json.clone()))
}

fn text(json: &Json) -> Option<Value> {
    json.as_text().map(|text| Value::Text(text.into()))
}

/// The texts of an array; NULLs are passed over.
fn texts(array: &Array) -> impl Iterator<Item = &str> {
    array.elements().iter().filter_map(|element| match element {
        Some(Value::Text(text)) => Some(&**text),
        _ => None,
    })
}

/// What the path leads to; nothing if a step of it is NULL.
fn at_path<'a>(args: &Args<'a>) -> Result<Option<&'a Json>, EvalError> {
    let path = args.array(1)?;
    if path.elements().iter().any(Option::is_none) {
        return Ok(None);
    }
    Ok(args.json(0)?.at_path(texts(path)))
}

fn array_length(args: &Args<'_>) -> Result<Option<Value>, EvalError> {
    match args.json(0)? {
        Json::Array(elements) => Ok(i64::try_from(elements.len()).ok().map(Value::Int)),
        Json::Object(_) => Err(EvalError::Refused("cannot get array length of a non-array")),
        _ => Err(EvalError::Refused("cannot get array length of a scalar")),
    }
}
