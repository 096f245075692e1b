//! Arrays: what is in them, and what is made of them.

use std::fmt::Write;

use super::text::{MOST_JOINED, bounded};
use super::{Args, Function, Needs, Traits, function};
use crate::pg::PgType;
use crate::predicate::value::Array;
use crate::predicate::{EvalError, Value};

const EQUALITY: Traits = Traits::STRICT.needs(Needs::Equality);
const ON_NULL: Traits = Traits::STRICT.called_on_null();
const SEARCH: Traits = Traits::STRICT.called_on_null().needs(Needs::Equality);

pub(super) static FUNCTIONS: &[Function] = &[
    function!("@>", (Array, Array) -> Bool, |args| truth(args.array(0)?.contains(args.array(1)?)); EQUALITY),
    function!("<@", (Array, Array) -> Bool, |args| truth(args.array(1)?.contains(args.array(0)?)); EQUALITY),
    function!("&&", (Array, Array) -> Bool, |args| truth(args.array(0)?.overlaps(args.array(1)?)); EQUALITY),
    function!("||", (CommonArray, CommonArray) -> CommonArray, concatenated; ON_NULL),
    function!("||", (CommonArray, Common) -> CommonArray, appended; ON_NULL),
    function!("||", (Common, CommonArray) -> CommonArray, prepended; ON_NULL),
    function!("array_cat", (CommonArray, CommonArray) -> CommonArray, concatenated; ON_NULL),
    function!("array_append", (CommonArray, Common) -> CommonArray, appended; ON_NULL),
    function!("array_prepend", (Common, CommonArray) -> CommonArray, prepended; ON_NULL),
    function!("array_ndims", (Array) -> Int4, |args| {
        let dimensions = args.array(0)?.dimensions();
        Ok(i64::try_from(dimensions).ok().filter(|dimensions| *dimensions > 0).map(Value::Int))
    }),
    function!("array_length", (Array, Int4) -> Int4, |args| {
        Ok(bounds(args)?.map(|(first, last)| Value::Int(last - first + 1)))
    }),
    function!("array_lower", (Array, Int4) -> Int4, |args| Ok(bounds(args)?.map(|(first, _)| Value::Int(first)))),
    function!("array_upper", (Array, Int4) -> Int4, |args| Ok(bounds(args)?.map(|(_, last)| Value::Int(last)))),
    function!("array_dims", (Array) -> Text, |args| {
        let array = args.array(0)?;
        let mut text = String::new();
        for (first, last) in (1..).map_while(|dimension| array.bounds(dimension)) {
            // Writing to a String cannot fail.
            let _ = write!(text, "[{first}:{last}]");
        }
        Ok(Some(Value::Text(text.into())).filter(|_| array.dimensions() > 0))
    }),
    function!("cardinality", (Array) -> Int4, |args| {
        Ok(i64::try_from(args.array(0)?.elements().len()).ok().map(Value::Int))
    }),
    function!("array_position", (CommonArray, Common) -> Int4, |args| position(args, i64::MIN); SEARCH),
    function!("array_position", (CommonArray, Common, Int4) -> Int4, |args| {
        if args.is_null(0) {
            return Ok(None);
        }
        if args.is_null(2) {
            return Err(EvalError::Refused("initial position must not be null"));
        }
        position(args, args.int(2)?)
    }; SEARCH),
    function!("array_positions", (CommonArray, Common) -> ArrayOf(Int4), positions; SEARCH),
    function!("array_remove", (CommonArray, Common) -> CommonArray, removed; SEARCH),
    function!("array_replace", (CommonArray, Common, Common) -> CommonArray, replaced; SEARCH),
    function!("array_to_string", (Array, Text) -> Text, to_text; Traits::STRICT.printing()),
    function!("array_to_string", (Array, Text, Text) -> Text, to_text; ON_NULL.printing()),
    function!("string_to_array", (Text, Text) -> ArrayOf(Text), split; ON_NULL),
    function!("string_to_array", (Text, Text, Text) -> ArrayOf(Text), split; ON_NULL),
];

type Result<T = Option<Value>> = std::result::Result<T, EvalError>;

#[expect(clippy::unnecessary_wraps, reason = "what functions return")]
fn truth(value: bool) -> Result {
    Ok(Some(Value::Bool(value)))
}

#[expect(clippy::unnecessary_wraps, reason = "what functions return")]
fn boxed(array: Array) -> Option<Value> {
    Some(Value::Array(Box::new(array)))
}

fn array_or_null<'a>(args: &Args<'a>, at: usize) -> Result<Option<&'a Array>> {
    if args.is_null(at) { Ok(None) } else { args.array(at).map(Some) }
}

fn element(args: &Args<'_>, at: usize) -> Result {
    if args.is_null(at) { Ok(None) } else { Ok(Some(args.value(at)?.into_owned())) }
}

fn concatenated(args: &Args<'_>) -> Result {
    Ok(match (array_or_null(args, 0)?, array_or_null(args, 1)?) {
        (Some(left), Some(right)) => boxed(left.concatenated(right)?),
        (one, other) => one.or(other).and_then(|array| boxed(array.clone())),
    })
}

fn appended(args: &Args<'_>) -> Result {
    let element = element(args, 1)?;
    array_or_null(args, 0)?.unwrap_or(&Array::flat(Vec::new())).appended(element).map(boxed)
}

fn prepended(args: &Args<'_>) -> Result {
    let element = element(args, 0)?;
    array_or_null(args, 1)?.unwrap_or(&Array::flat(Vec::new())).prepended(element).map(boxed)
}

/// First and last index of a dimension.
fn bounds(args: &Args<'_>) -> Result<Option<(i64, i64)>> {
    Ok(args.array(0)?.bounds(args.int(1)?))
}

/// The positions of an element that is looked for, ascending.
fn found(args: &Args<'_>) -> Result<Option<Vec<i64>>> {
    let Some(array) = array_or_null(args, 0)? else { return Ok(None) };
    if array.dimensions() > 1 {
        return Err(EvalError::Refused("searching for elements in multidimensional arrays is not supported"));
    }
    let wanted = element(args, 1)?;
    let first = array.bounds(1).map_or(1, |(first, _)| first);
    let found = array.elements().iter().zip(first..).filter(|(element, _)| **element == wanted);
    Ok(Some(found.map(|(_, position)| position).collect()))
}

fn position(args: &Args<'_>, from: i64) -> Result {
    let position = found(args)?.and_then(|found| found.into_iter().find(|position| *position >= from));
    Ok(position.map(Value::Int))
}

fn positions(args: &Args<'_>) -> Result {
    let found = found(args)?;
    Ok(found.and_then(|found| boxed(Array::flat(found.into_iter().map(|at| Some(Value::Int(at))).collect()))))
}

fn removed(args: &Args<'_>) -> Result {
    let Some(array) = array_or_null(args, 0)? else { return Ok(None) };
    if array.dimensions() > 1 {
        return Err(EvalError::Refused("removing elements from multidimensional arrays is not supported"));
    }
    let unwanted = element(args, 1)?;
    let kept = array.elements().iter().filter(|element| **element != unwanted).cloned().collect();
    Ok(boxed(array.with_elements(kept)))
}

fn replaced(args: &Args<'_>) -> Result {
    let Some(array) = array_or_null(args, 0)? else { return Ok(None) };
    let (old, new) = (element(args, 1)?, element(args, 2)?);
    let replaced = |element: &Option<Value>| if *element == old { new.clone() } else { element.clone() };
    Ok(boxed(array.with_elements(array.elements().iter().map(replaced).collect())))
}

/// The elements as text, with something between them and perhaps something in the place of NULL.
fn to_text(args: &Args<'_>) -> Result {
    if args.is_null(0) || args.is_null(1) {
        return Ok(None);
    }
    let between = args.text(1)?;
    let null = if args.is_null(2) { None } else { Some(args.text(2)?) };
    let mut all = String::new();
    let mut is_first = true;
    for element in args.array(0)?.elements() {
        let printed = element.as_ref().map(|element| element.print(&PgType::Text));
        let Some(part) = printed.as_deref().or(null) else { continue };
        all.push_str(if is_first { "" } else { between });
        all.push_str(part);
        is_first = false;
        bounded(all.len(), MOST_JOINED)?;
    }
    Ok(Some(Value::Text(all.into())))
}

/// The parts of a text between delimiters: without one its characters, with an empty one the whole.
fn split(args: &Args<'_>) -> Result {
    if args.is_null(0) {
        return Ok(None);
    }
    let text = args.text(0)?;
    let null = if args.is_null(2) { None } else { Some(args.text(2)?) };
    let part = |part: &str| if Some(part) == null { None } else { Some(Value::Text(part.into())) };
    let parts: Vec<_> = match text {
        "" => Vec::new(),
        text if args.is_null(1) => text.chars().map(|character| part(character.encode_utf8(&mut [0; 4]))).collect(),
        text => match args.text(1)? {
            "" => vec![part(text)],
            delimiter => text.split(delimiter).map(part).collect(),
        },
    };
    Ok(boxed(Array::flat(parts)))
}
