//! The names of types, where SQL has words of its own for the built-in ones.

use super::cursor::Cursor;
use super::lex::Kind;
use super::unsupported;
use super::words::{is_column_name, is_reserved_for_all};
use crate::predicate::ParseError;
use crate::predicate::expr::{Expr, Node, TypeName};

/// What an interval keeps, as its type's modifier has it (`utils/timestamp.h`).
const FIELDS: [(&str, i32); 6] =
    [("year", 1 << 2), ("month", 1 << 1), ("day", 1 << 3), ("hour", 1 << 10), ("minute", 1 << 11), ("second", 1 << 12)];
/// All of that.
const ALL_FIELDS: i32 = 0x7FFF;

pub(super) const MODIFIERS: &str = "a type's modifiers must be integers";

/// A type as read.
struct Written {
    name: TypeName,
    /// The length that it has in a cast if none is written.
    default_length: Option<i32>,
}

/// The type of a cast, with the bounds of an array.
pub(super) fn cast_target(cursor: &mut Cursor<'_>) -> Result<TypeName, ParseError> {
    let start = cursor.position;
    let Some(Written { mut name, default_length }) = written(cursor) else {
        if cursor.position > start && cursor.is_mark(0, '(') {
            return Err(unsupported(cursor.at(), MODIFIERS));
        }
        return Err(cursor.unexpected());
    };
    if name == plain("interval")
        && let Some(fields) = interval_fields(cursor)?
    {
        name.modifiers = fields;
    }
    if name.modifiers.is_empty() {
        name.modifiers.extend(default_length);
    }
    if cursor.eat("array") {
        name.array = true;
        bound(cursor)?;
    } else {
        while bound(cursor)? {
            name.array = true;
        }
    }
    Ok(name)
}

/// `type 'literal'`; `None` if the tokens are none.
pub(super) fn literal_type(cursor: &mut Cursor<'_>) -> Result<Option<(TypeName, Expr)>, ParseError> {
    let Some(Written { mut name, .. }) = written(cursor) else { return Ok(None) };
    let Kind::Text(text) = &cursor.peek().kind else { return Ok(None) };
    let text = Expr { node: Node::Text(text.clone()), at: cursor.at() };
    cursor.advance();
    if name == plain("interval")
        && let Some(fields) = interval_fields(cursor)?
    {
        name.modifiers = fields;
    }
    Ok(Some((name, text)))
}

/// `[]`, or `[3]`, which means the same.
fn bound(cursor: &mut Cursor<'_>) -> Result<bool, ParseError> {
    let found = cursor.eat_mark('[');
    if found {
        if let Kind::Number(_) = cursor.peek().kind {
            cursor.advance();
        }
        cursor.expect_mark(']')?;
    }
    Ok(found)
}

/// A type without bounds; `None` if the tokens are none.
fn written(cursor: &mut Cursor<'_>) -> Option<Written> {
    let Some(word) = cursor.word().map(str::to_owned) else { return generic(cursor) };
    let simple = |cursor: &mut Cursor<'_>, name: &str| {
        cursor.advance();
        Some(Written { name: plain(name), default_length: None })
    };
    match word.as_str() {
        "int" | "integer" => simple(cursor, "int4"),
        "smallint" => simple(cursor, "int2"),
        "bigint" => simple(cursor, "int8"),
        "real" => simple(cursor, "float4"),
        "boolean" => simple(cursor, "bool"),
        "double" if cursor.word_ahead(1) == Some("precision") => {
            cursor.advance();
            simple(cursor, "float8")
        }
        "decimal" | "dec" | "numeric" => {
            cursor.advance();
            Some(Written { name: with_modifiers(cursor, "numeric")?, default_length: None })
        }
        "float" => {
            cursor.advance();
            float(cursor)
        }
        "national" if matches!(cursor.word_ahead(1), Some("character" | "char")) => {
            cursor.advance();
            cursor.advance();
            sized(cursor, ("bpchar", "varchar"))
        }
        "character" | "char" | "nchar" => {
            cursor.advance();
            sized(cursor, ("bpchar", "varchar"))
        }
        "varchar" => {
            cursor.advance();
            Some(Written { name: TypeName { modifiers: length(cursor)?, ..plain("varchar") }, default_length: None })
        }
        "bit" => {
            cursor.advance();
            sized(cursor, ("bit", "varbit"))
        }
        "time" | "timestamp" => {
            cursor.advance();
            time(cursor, &word)
        }
        "interval" => {
            cursor.advance();
            interval(cursor)
        }
        word if is_reserved_for_all(word) => None,
        word if is_column_name(word) && !cursor.is_mark(1, '.') => None,
        _ => generic(cursor),
    }
}

/// A built-in type by its internal name.
fn plain(name: &str) -> TypeName {
    TypeName { schema: None, name: name.to_owned(), modifiers: Vec::new(), array: false }
}

fn with_modifiers(cursor: &mut Cursor<'_>, name: &str) -> Option<TypeName> {
    Some(TypeName { modifiers: modifiers(cursor)?, ..plain(name) })
}

/// `(8, -2)`, if it follows; `None`, before the parenthesis, if something else stands in it.
fn modifiers(cursor: &mut Cursor<'_>) -> Option<Vec<i32>> {
    let start = cursor.position;
    if !cursor.eat_mark('(') {
        return Some(Vec::new());
    }
    let found = integers(cursor);
    if found.is_none() {
        cursor.position = start;
    }
    found
}

/// `(3)`, if it follows: where one integer may stand, without a sign.
fn length(cursor: &mut Cursor<'_>) -> Option<Vec<i32>> {
    modifiers(cursor).filter(|all| matches!(all.as_slice(), [] | [0..=i32::MAX]))
}

fn integers(cursor: &mut Cursor<'_>) -> Option<Vec<i32>> {
    let mut found = Vec::new();
    loop {
        found.push(integer(cursor)?);
        if cursor.eat_mark(')') {
            return Some(found);
        }
        cursor.eat_mark(',').then_some(())?;
    }
}

fn integer(cursor: &mut Cursor<'_>) -> Option<i32> {
    let is_negative = matches!(&cursor.peek().kind, Kind::Operator(operator) if operator == "-");
    if is_negative {
        cursor.advance();
    }
    let Kind::Number(number) = &cursor.peek().kind else { return None };
    let number: i64 = number.parse().ok()?;
    cursor.advance();
    i32::try_from(if is_negative { -number } else { number }).ok()
}

/// After the word: a type of fixed length, which is 1 if a cast does not tell, and the one of any length.
fn sized(cursor: &mut Cursor<'_>, (fixed, varying): (&str, &str)) -> Option<Written> {
    let (name, default_length) = if cursor.eat("varying") { (varying, None) } else { (fixed, Some(1)) };
    Some(Written { name: TypeName { modifiers: length(cursor)?, ..plain(name) }, default_length })
}

fn float(cursor: &mut Cursor<'_>) -> Option<Written> {
    let name = match length(cursor)?.as_slice() {
        [] | [25..=53] => "float8",
        [1..=24] => "float4",
        _ => return None,
    };
    Some(Written { name: plain(name), default_length: None })
}

fn time(cursor: &mut Cursor<'_>, word: &str) -> Option<Written> {
    let modifiers = length(cursor)?;
    let zone = |cursor: &Cursor<'_>| cursor.word_ahead(1) == Some("time") && cursor.word_ahead(2) == Some("zone");
    let with = match cursor.word() {
        Some("with") if zone(cursor) => Some("tz"),
        Some("without") if zone(cursor) => Some(""),
        _ => None,
    };
    if with.is_some() {
        (0..3).for_each(|_| cursor.advance());
    }
    let name = plain(&format!("{word}{}", with.unwrap_or_default()));
    Some(Written { name: TypeName { modifiers, ..name }, default_length: None })
}

/// `interval(3)`; fields come later.
fn interval(cursor: &mut Cursor<'_>) -> Option<Written> {
    let mut modifiers = length(cursor)?;
    if !modifiers.is_empty() {
        modifiers.insert(0, ALL_FIELDS);
    }
    Some(Written { name: TypeName { modifiers, ..plain("interval") }, default_length: None })
}

/// `DAY TO SECOND (3)` as modifiers, if it follows.
fn interval_fields(cursor: &mut Cursor<'_>) -> Result<Option<Vec<i32>>, ParseError> {
    let position = |word: Option<&str>| FIELDS.iter().position(|(field, _)| Some(*field) == word);
    let Some(first) = position(cursor.word()) else { return Ok(None) };
    cursor.advance();
    let mut last = first;
    if cursor.eat("to") {
        let is_of_year = |field: usize| field < 2;
        last = match position(cursor.word()) {
            Some(last) if last > first && is_of_year(last) == is_of_year(first) => last,
            _ => return Err(cursor.unexpected()),
        };
        cursor.advance();
    }
    let mut modifiers = vec![FIELDS.iter().take(last + 1).skip(first).map(|(_, bit)| bit).sum()];
    if last == FIELDS.len() - 1 && cursor.is_mark(0, '(') {
        let Some(precision) = length(cursor) else {
            return Err(cursor.unexpected());
        };
        modifiers.extend(precision);
    }
    Ok(Some(modifiers))
}

/// Any other name, perhaps with a schema.
fn generic(cursor: &mut Cursor<'_>) -> Option<Written> {
    let first = cursor.label()?;
    let (schema, name) = if cursor.eat_mark('.') { (Some(first), cursor.label()?) } else { (None, first) };
    let modifiers = modifiers(cursor)?;
    Some(Written { name: TypeName { schema, name, modifiers, array: false }, default_length: None })
}
