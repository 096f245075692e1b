//! Text: its length, its parts, what is put together of it.
//!
//! Positions and lengths are in characters. `char(n)` comes here without its blanks, as it does in Postgres.

use std::collections::HashMap;

use super::{Args, Function, Needs, Traits, function};
use crate::predicate::like::{lower, upper};
use crate::predicate::{EvalError, Value};

const CASE: Traits = Traits::STRICT.needs(Needs::Case);
const EQUALITY: Traits = Traits::STRICT.needs(Needs::Equality);
const ANY: Traits = Traits::STRICT.called_on_null().variadic();
/// Longer texts are left to Postgres, if the length is known before.
const LONGEST: i64 = 1000;
/// The length stands second.
const SHORT: Traits = Traits::STRICT.accepting(|constants| match constants.get(1) {
    Some(Some(Value::Int(length))) => *length <= LONGEST,
    _ => false,
});
/// No longer text is made of a shorter one, in bytes.
const MOST_GROWN: usize = 1 << 20;
/// Nor put together of several.
pub(super) const MOST_JOINED: usize = 16 << 20;
/// A pattern in which nothing is escaped, nor in brackets.
const SIMPLE: Traits = Traits::STRICT.accepting(|constants| match constants.first() {
    Some(Some(Value::Text(pattern))) => !pattern.contains(['[', '\\', '"']),
    _ => false,
});
/// Its words, the same for all lengths that are.
const NEGATIVE: EvalError = EvalError::Refused("negative substring length not allowed");

pub(super) static FUNCTIONS: &[Function] = &[
    function!("lower", (Text) -> Text, |args| owned(lower(args.text(0)?.as_bytes(), args.case()).into_owned()); CASE),
    function!("upper", (Text) -> Text, |args| text(upper(args.text(0)?, args.case())); CASE),
    function!("length", (Text) -> Int4, |args| count(args.text(0)?.chars())),
    function!("length", (Bpchar) -> Int4, |args| count(args.text(0)?.trim_end_matches(' ').chars())),
    function!("char_length", (Text) -> Int4, |args| count(args.text(0)?.chars())),
    function!("char_length", (Bpchar) -> Int4, |args| count(args.text(0)?.trim_end_matches(' ').chars())),
    function!("character_length", (Text) -> Int4, |args| count(args.text(0)?.chars())),
    function!("character_length", (Bpchar) -> Int4, |args| count(args.text(0)?.trim_end_matches(' ').chars())),
    function!("octet_length", (Text) -> Int4, |args| count(args.text(0)?.bytes())),
    function!("octet_length", (Bpchar) -> Int4),
    function!("bit_length", (Text) -> Int4, |args| int(args.text(0)?.len().saturating_mul(8))),
    function!("||", (Text, Text) -> Text, |args| {
        let (left, right) = (args.text(0)?, args.text(1)?);
        bounded(left.len().saturating_add(right.len()), MOST_JOINED)?;
        text(format!("{left}{right}"))
    }),
    function!("||", (Text, Other("anynonarray")) -> Text),
    function!("||", (Other("anynonarray"), Text) -> Text),
    function!("concat", (Any) -> Text, |args| joined(args, 0, ""); ANY.printing()),
    function!("concat_ws", (Text, Any) -> Text, |args| {
        if args.is_null(0) { Ok(None) } else { joined(args, 1, args.text(0)?) }
    }; ANY.printing()),
    function!("substring", (Text, Int4) -> Text, |args| text(part(args.text(0)?, args.int(1)?, None))),
    function!("substring", (Text, Int4, Int4) -> Text, substring),
    function!("substring", (Text, Text) -> Text),
    function!("substring", (Text, Text, Text) -> Text),
    function!("substr", (Text, Int4) -> Text, |args| text(part(args.text(0)?, args.int(1)?, None))),
    function!("substr", (Text, Int4, Int4) -> Text, substring),
    function!("overlay", (Text, Text, Int4) -> Text, |args| {
        let length = i64::try_from(args.text(1)?.chars().count()).unwrap_or(i64::MAX);
        overlay(args, length)
    }),
    function!("overlay", (Text, Text, Int4, Int4) -> Text, |args| overlay(args, args.int(3)?)),
    function!("left", (Text, Int4) -> Text, |args| {
        let (whole, n) = (args.text(0)?, args.int(1)?);
        text(whole.get(..character(whole, if n < 0 { from_end(whole, n) } else { n })).unwrap_or_default())
    }),
    function!("right", (Text, Int4) -> Text, |args| {
        let (whole, n) = (args.text(0)?, args.int(1)?);
        let skipped = if n < 0 { n.saturating_neg() } else { from_end(whole, n.saturating_neg()) };
        text(whole.get(character(whole, skipped)..).unwrap_or_default())
    }),
    function!("btrim", (Text) -> Text, |args| text(args.text(0)?.trim_matches(' '))),
    function!("ltrim", (Text) -> Text, |args| text(args.text(0)?.trim_start_matches(' '))),
    function!("rtrim", (Text) -> Text, |args| text(args.text(0)?.trim_end_matches(' '))),
    function!("btrim", (Text, Text) -> Text, |args| text(args.text(0)?.trim_matches(among(args.text(1)?)))),
    function!("ltrim", (Text, Text) -> Text, |args| text(args.text(0)?.trim_start_matches(among(args.text(1)?)))),
    function!("rtrim", (Text, Text) -> Text, |args| text(args.text(0)?.trim_end_matches(among(args.text(1)?)))),
    function!("replace", (Text, Text, Text) -> Text, |args| match args.text(1)? {
        "" => text(args.text(0)?),
        old => {
            let (whole, new) = (args.text(0)?, args.text(2)?);
            let grown = whole.matches(old).count().saturating_mul(new.len().saturating_sub(old.len()));
            bounded(whole.len().saturating_add(grown), MOST_GROWN.max(whole.len()))?;
            text(whole.replace(old, new))
        }
    }; EQUALITY),
    function!("translate", (Text, Text, Text) -> Text, translate),
    function!("reverse", (Text) -> Text, |args| text(args.text(0)?.chars().rev().collect::<String>())),
    function!("repeat", (Text, Int4) -> Text, |args| {
        let (whole, times) = (args.text(0)?, usize::try_from(args.int(1)?).unwrap_or_default());
        bounded(whole.len().saturating_mul(times), MOST_GROWN.max(whole.len()))?;
        text(whole.repeat(times))
    }; SHORT),
    function!("lpad", (Text, Int4) -> Text, |args| padded(args, " ", true); SHORT),
    function!("lpad", (Text, Int4, Text) -> Text, |args| padded(args, args.text(2)?, true); SHORT),
    function!("rpad", (Text, Int4) -> Text, |args| padded(args, " ", false); SHORT),
    function!("rpad", (Text, Int4, Text) -> Text, |args| padded(args, args.text(2)?, false); SHORT),
    function!("position", (Text, Text) -> Int4, position; EQUALITY),
    function!("strpos", (Text, Text) -> Int4, position; EQUALITY),
    function!("split_part", (Text, Text, Int4) -> Text, split_part; EQUALITY),
    function!("starts_with", (Text, Text) -> Bool, starts_with; EQUALITY),
    function!("^@", (Text, Text) -> Bool, starts_with; EQUALITY),
    function!("similar_to_escape", (Text) -> Text, |args| text(similar(args.text(0)?)); SIMPLE),
    function!("similar_to_escape", (Text, Text) -> Text),
    function!("ascii", (Text) -> Int4, |args| {
        Ok(Some(Value::Int(args.text(0)?.chars().next().map_or(0, |first| u32::from(first).into()))))
    }),
    function!("to_hex", (Int4) -> Text, |args| text(format!("{:x}", args.int(0)? & 0xffff_ffff))),
    function!("to_hex", (Int8) -> Text, |args| text(format!("{:x}", args.int(0)?))),
    function!("num_nulls", (Any) -> Int4, |args| int((0..args.len()).filter(|at| args.is_null(*at)).count()); ANY),
    function!("num_nonnulls", (Any) -> Int4, |args| int((0..args.len()).filter(|at| !args.is_null(*at)).count()); ANY),
];

type Result<T = Option<Value>> = std::result::Result<T, EvalError>;

#[expect(clippy::unnecessary_wraps, reason = "what functions return")]
fn text(text: impl Into<Box<str>>) -> Result {
    Ok(Some(Value::Text(text.into())))
}

/// Refuses what a few words of a filter could make of any row: texts of texts of texts.
pub(super) fn bounded(bytes: usize, most: usize) -> Result<()> {
    if bytes <= most { Ok(()) } else { Err(EvalError::Refused("a text grows too long to be evaluated here")) }
}

fn owned(bytes: Vec<u8>) -> Result {
    String::from_utf8(bytes).map_or(Ok(None), text)
}

#[expect(clippy::unnecessary_wraps, reason = "what functions return")]
fn int(value: usize) -> Result {
    Ok(i64::try_from(value).ok().map(Value::Int))
}

fn count(items: impl Iterator) -> Result {
    int(items.count())
}

/// The arguments from this one on, without the NULLs.
fn joined(args: &Args<'_>, from: usize, between: &str) -> Result {
    let mut all = String::new();
    for (written, at) in (from..args.len()).filter(|at| !args.is_null(*at)).enumerate() {
        if written > 0 {
            all.push_str(between);
        }
        all.push_str(args.text(at)?);
        bounded(all.len(), MOST_JOINED)?;
    }
    text(all)
}

/// The byte at which the character of this number begins, the first being 0; the end if there is none.
fn character(text: &str, number: i64) -> usize {
    let Ok(number) = usize::try_from(number) else { return 0 };
    text.char_indices().nth(number).map_or(text.len(), |(at, _)| at)
}

/// The number of the character that stands `n` (which is negative) before the end.
fn from_end(text: &str, n: i64) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX).saturating_add(n).max(0)
}

/// The characters from `first` on, counted from 1, to before `end`.
fn part(text: &str, first: i64, end: Option<i64>) -> &str {
    let from = character(text, first.max(1) - 1);
    let to = end.map_or(text.len(), |end| character(text, end.max(1) - 1));
    text.get(from..to).unwrap_or_default()
}

fn substring(args: &Args<'_>) -> Result {
    let (first, length) = (args.int(1)?, args.int(2)?);
    if length < 0 { Err(NEGATIVE) } else { text(part(args.text(0)?, first, Some(first.saturating_add(length)))) }
}

fn overlay(args: &Args<'_>, length: i64) -> Result {
    let (whole, first) = (args.text(0)?, args.int(2)?);
    if first <= 0 {
        return Err(NEGATIVE);
    }
    let after = first.saturating_add(length);
    if i32::try_from(after).is_err() {
        return Err(EvalError::Refused("integer out of range"));
    }
    text(format!("{}{}{}", part(whole, 1, Some(first)), args.text(1)?, part(whole, after, None)))
}

fn among(characters: &str) -> impl Fn(char) -> bool {
    move |character| characters.contains(character)
}

fn translate(args: &Args<'_>) -> Result {
    let (from, mut to) = (args.text(1)?.chars(), args.text(2)?.chars());
    let mut characters: HashMap<char, Option<char>> = HashMap::new();
    for character in from {
        // Of two that are the same the first counts.
        let becomes = to.next();
        characters.entry(character).or_insert(becomes);
    }
    let translated = |character| characters.get(&character).copied().unwrap_or(Some(character));
    text(args.text(0)?.chars().filter_map(translated).collect::<String>())
}

fn padded(args: &Args<'_>, fill: &str, before: bool) -> Result {
    let (whole, length) = (args.text(0)?, usize::try_from(args.int(1)?).unwrap_or_default());
    let here: String = whole.chars().take(length).collect();
    let missing = length - here.chars().count();
    let filled = fill.chars().cycle().take(missing).collect::<String>();
    text(if before { filled + &here } else { here + &filled })
}

/// Where the second text begins in the first, counted from 1; 0 if nowhere.
fn position(args: &Args<'_>) -> Result {
    let whole = args.text(0)?;
    let found = whole.find(args.text(1)?).and_then(|at| whole.get(..at));
    int(found.map_or(0, |before| before.chars().count() + 1))
}

fn split_part(args: &Args<'_>) -> Result {
    let (whole, separator, field) = (args.text(0)?, args.text(1)?, args.int(2)?);
    let Ok(index) = usize::try_from(field.unsigned_abs().wrapping_sub(1)) else { return text("") };
    if field == 0 {
        return Err(EvalError::Refused("field position must not be zero"));
    }
    if separator.is_empty() {
        return text(if index == 0 { whole } else { "" });
    }
    let mut fields = whole.split(separator);
    let found = if field > 0 { fields.nth(index) } else { fields.collect::<Vec<_>>().into_iter().rev().nth(index) };
    text(found.unwrap_or_default())
}

/// A pattern of SIMILAR TO as a regular expression.
fn similar(pattern: &str) -> String {
    let mut regex = "^(?:".to_owned();
    for character in pattern.chars() {
        match character {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '(' => regex.push_str("(?:"),
            '.' | '^' | '$' => regex.extend(['\\', character]),
            other => regex.push(other),
        }
    }
    regex + ")$"
}

fn starts_with(args: &Args<'_>) -> Result {
    Ok(Some(Value::Bool(args.text(0)?.starts_with(args.text(1)?))))
}
