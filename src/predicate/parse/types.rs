//! The names of types, where SQL has words of its own for the built-in ones.

use super::cursor::Cursor;
use super::lex::Kind;
use super::words::is_reserved_for_all;
use crate::predicate::ParseError;
use crate::predicate::expr::TypeName;

/// A type as read.
pub(super) struct WrittenType {
    name: TypeName,
    /// Where it has a modifier: a length, a precision.
    modifier: Option<usize>,
}

impl WrittenType {
    /// Its name. A modifier would change the value, which is not done here.
    pub(super) fn plain(self) -> Result<TypeName, ParseError> {
        match self.modifier {
            None => Ok(self.name),
            Some(at) => {
                let message = format!("type modifier of {} is not supported", self.name.name).into();
                Err(ParseError::Unsupported { at, message })
            }
        }
    }
}

/// The type of a cast, with the bounds of an array.
pub(super) fn cast_target(cursor: &mut Cursor<'_>) -> Result<TypeName, ParseError> {
    let Some(mut written) = type_name(cursor) else { return Err(cursor.unexpected()) };
    if cursor.eat("array") {
        written.name.array = true;
        bound(cursor)?;
    } else {
        while bound(cursor)? {
            written.name.array = true;
        }
    }
    written.plain()
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
pub(super) fn type_name(cursor: &mut Cursor<'_>) -> Option<WrittenType> {
    let at = cursor.at();
    let Some(word) = cursor.word().map(str::to_owned) else { return generic(cursor) };
    let fixed = |cursor: &mut Cursor<'_>, name: &str, modifier: Option<usize>| {
        cursor.advance();
        built_in(cursor, name, modifier)
    };
    match word.as_str() {
        "int" | "integer" => Some(fixed(cursor, "int4", None)),
        "smallint" => Some(fixed(cursor, "int2", None)),
        "bigint" => Some(fixed(cursor, "int8", None)),
        "real" => Some(fixed(cursor, "float4", None)),
        "boolean" => Some(fixed(cursor, "bool", None)),
        "decimal" | "dec" => Some(fixed(cursor, "numeric", None)),
        "float" => {
            cursor.advance();
            float(cursor)
        }
        "double" if cursor.word_ahead(1) == Some("precision") => {
            cursor.advance();
            Some(fixed(cursor, "float8", None))
        }
        "national" if matches!(cursor.word_ahead(1), Some("character" | "char")) => {
            cursor.advance();
            cursor.advance();
            Some(character(cursor, at))
        }
        "character" | "char" | "nchar" => {
            cursor.advance();
            Some(character(cursor, at))
        }
        "bit" => {
            cursor.advance();
            let varying = cursor.eat("varying");
            // Without a length it is of one bit.
            Some(if varying { built_in(cursor, "varbit", None) } else { built_in(cursor, "bit", Some(at)) })
        }
        "time" | "timestamp" => {
            cursor.advance();
            Some(time(cursor, &word))
        }
        "interval" => {
            cursor.advance();
            Some(interval(cursor))
        }
        word if is_reserved_for_all(word) => None,
        _ => generic(cursor),
    }
}

fn named(schema: Option<String>, name: &str, modifier: Option<usize>) -> WrittenType {
    WrittenType { name: TypeName { schema, name: name.to_owned(), modifiers: Vec::new(), array: false }, modifier }
}

/// A built-in type by its internal name, and the modifier that may follow.
fn built_in(cursor: &mut Cursor<'_>, name: &str, modifier: Option<usize>) -> WrittenType {
    named(None, name, eat_modifier(cursor).or(modifier))
}

fn eat_modifier(cursor: &mut Cursor<'_>) -> Option<usize> {
    let at = cursor.at();
    cursor.eat_mark('(').then(|| {
        cursor.skip_group();
        at
    })
}

/// After the word: without a length `char` is of one character.
fn character(cursor: &mut Cursor<'_>, at: usize) -> WrittenType {
    if cursor.eat("varying") { built_in(cursor, "varchar", None) } else { built_in(cursor, "bpchar", Some(at)) }
}

fn float(cursor: &mut Cursor<'_>) -> Option<WrittenType> {
    if !cursor.eat_mark('(') {
        return Some(named(None, "float8", None));
    }
    let Kind::Number(bits) = &cursor.peek().kind else { return None };
    let name = match bits.parse() {
        Ok(1..=24) => "float4",
        Ok(25..=53) => "float8",
        _ => return None,
    };
    cursor.advance();
    cursor.eat_mark(')').then(|| named(None, name, None))
}

fn time(cursor: &mut Cursor<'_>, word: &str) -> WrittenType {
    let modifier = eat_modifier(cursor);
    let zone = |cursor: &Cursor<'_>| cursor.word_ahead(1) == Some("time") && cursor.word_ahead(2) == Some("zone");
    let with = match cursor.word() {
        Some("with") if zone(cursor) => Some("tz"),
        Some("without") if zone(cursor) => Some(""),
        _ => None,
    };
    if with.is_some() {
        (0..3).for_each(|_| cursor.advance());
    }
    named(None, &format!("{word}{}", with.unwrap_or_default()), modifier)
}

fn interval(cursor: &mut Cursor<'_>) -> WrittenType {
    let mut written = built_in(cursor, "interval", None);
    let at = cursor.at();
    while matches!(cursor.word(), Some("year" | "month" | "day" | "hour" | "minute" | "second" | "to")) {
        written.modifier = Some(at);
        cursor.advance();
    }
    written
}

/// Any other name, perhaps with a schema.
fn generic(cursor: &mut Cursor<'_>) -> Option<WrittenType> {
    let first = eat_name(cursor)?;
    let (schema, name) = if cursor.eat_mark('.') { (Some(first), eat_name(cursor)?) } else { (None, first) };
    let modifier = eat_modifier(cursor);
    Some(named(schema, &name, modifier))
}

fn eat_name(cursor: &mut Cursor<'_>) -> Option<String> {
    let name = match &cursor.peek().kind {
        Kind::Word(name) | Kind::Quoted(name) => name.clone(),
        _ => return None,
    };
    cursor.advance();
    Some(name)
}
