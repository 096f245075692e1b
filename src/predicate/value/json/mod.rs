//! `jsonb`: trees of JSON with exact numbers, read from text and printed as Postgres prints them.

mod contain;
mod print;
mod read;

use std::cmp::Ordering;

use super::Numeric;

pub(in crate::predicate) use contain::contains;

/// A value of `jsonb`. Equal ones are equal in Postgres, whatever the order of keys and the scale of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number
    Number(Number),
    /// A string
    Text(Box<str>),
    /// An array
    Array(Vec<Json>),
    /// An object: keys ordered by length, then by bytes, each once
    Object(Vec<(Box<str>, Json)>),
}

/// A number, and how Postgres prints it: with the zeros it was written with.
#[derive(Clone, Debug)]
pub struct Number {
    value: Numeric,
    text: Box<str>,
}

/// The scale does not count.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl Json {
    /// Reads JSON as `jsonb` takes it; `None` also for what is nested deeper than [`read::MAX_DEPTH`] levels.
    pub(in crate::predicate) fn parse(text: &str) -> Option<Self> {
        read::document(text)
    }

    /// The value of an object's key.
    pub(in crate::predicate) fn field(&self, key: &str) -> Option<&Json> {
        let Self::Object(fields) = self else { return None };
        let at = fields.binary_search_by(|(other, _)| key_order(other, key)).ok()?;
        fields.get(at).map(|(_, value)| value)
    }

    /// The element of an array; counted from 0, or from the end if negative. What is neither array nor object is taken for
    /// the one element of an array, as `->` does.
    pub(in crate::predicate) fn element(&self, index: i64) -> Option<&Json> {
        match self {
            Self::Array(elements) => elements.get(position(elements.len(), index)?),
            Self::Object(_) => None,
            scalar => position(1, index).map(|_| scalar),
        }
    }

    /// What a path leads to: keys of objects, indexes of arrays.
    pub(in crate::predicate) fn at_path<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Option<&Json> {
        path.into_iter().try_fold(self, |value, step| match value {
            Self::Object(_) => value.field(step),
            Self::Array(_) => value.element(index(step)?),
            _ => None,
        })
    }

    /// The text that `->>` yields: `None` for `null`, strings without quotes.
    pub(in crate::predicate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.to_string()),
            other => Some(other.to_string()),
        }
    }

    /// Whether a string is a key of the object, a string in the array, or the string itself.
    pub(in crate::predicate) fn has(&self, key: &str) -> bool {
        match self {
            Self::Object(_) => self.field(key).is_some(),
            Self::Array(elements) => elements.iter().any(|element| element.is_text(key)),
            other => other.is_text(key),
        }
    }

    fn is_text(&self, text: &str) -> bool {
        matches!(self, Self::Text(own) if **own == *text)
    }

    /// What `jsonb_typeof` says.
    pub(in crate::predicate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// An object of these; of two with one key the last counts.
    pub(in crate::predicate) fn object(mut fields: Vec<(Box<str>, Json)>) -> Self {
        // Stable: the last of equal keys stays the last.
        fields.sort_by(|(a, _), (b, _)| key_order(a, b));
        fields.reverse();
        fields.dedup_by(|(a, _), (b, _)| a == b);
        fields.reverse();
        Self::Object(fields)
    }
}

/// The place in a list of `length` that an index means, counted from the end if negative.
pub(in crate::predicate) fn position(length: usize, index: i64) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => (index < length).then_some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// A step of a path as an index: an int4 in decimal.
pub(in crate::predicate) fn index(step: &str) -> Option<i64> {
    let digits = step.trim_start_matches(super::text::is_blank);
    digits.parse::<i32>().ok().map(i64::from)
}

/// How `jsonb` orders the keys of an object.
fn key_order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

/// Some order, that values may lie in sorted sets. It is not that of Postgres, which depends on the database's collation: the
/// checker lets nobody see it.
impl Ord for Json {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match value {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
        };
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.value.cmp(&b.value),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => a.cmp(b),
            (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (a, b) => rank(a).cmp(&rank(b)),
        }
    }
}

impl PartialOrd for Json {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests;
