//! Values as an index looks at them: those of a row without a copy of their text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::pg::PgType;
use crate::predicate::{Rank, Value};

/// A value of a row, or one that is wanted. Equality and hash are those of the column's type.
pub(super) enum Seen<'a> {
    Text(&'a str),
    Value(Cow<'a, Value>),
}

impl<'a> Seen<'a> {
    /// What a row holds; `None` if it is no value of the type.
    pub(super) fn read(text: &'a [u8], ty: &PgType) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        match ty.base() {
            PgType::Text | PgType::Varchar | PgType::Name => Some(Self::Text(text)),
            // As in a `Value`.
            PgType::Bpchar => Some(Self::Text(text.trim_end_matches(' '))),
            _ => Value::parse(text, ty).ok().map(|value| Self::Value(Cow::Owned(value))),
        }
    }

    pub(super) fn of(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            other => Self::Value(Cow::Borrowed(other)),
        }
    }

    pub(super) fn rank(&self) -> Rank {
        match self {
            Self::Text(text) => Rank::text(text),
            Self::Value(value) => value.rank(),
        }
    }

    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Self::Text(text), Value::Text(other)) => (*text).cmp(other),
            (Self::Value(value), other) => (**value).cmp(other),
            // Values of one column are of one type.
            (Self::Text(_), _) => Ordering::Equal,
        }
    }
}

impl Hash for Seen<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Text(text) => text.hash(state),
            Self::Value(value) => value.hash(state),
        }
    }
}

/// An end of an interval: a number, and the value where the number does not say all. In the order of the values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bound {
    number: u64,
    /// Shared, since a tree repeats it.
    value: Option<Arc<Value>>,
}

impl Bound {
    /// Below all values, or the lowest.
    pub(super) const LOWEST: Self = Self { number: 0, value: None };
    /// Above all values, or the highest.
    pub(super) const HIGHEST: Self = Self { number: u64::MAX, value: None };

    pub(super) fn new(value: &Value) -> Self {
        let rank = value.rank();
        Self { number: rank.number, value: (!rank.is_exact).then(|| Arc::new(value.clone())) }
    }
}

/// A value on its way through intervals.
pub(super) struct Probe<'a> {
    number: u64,
    seen: &'a Seen<'a>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(seen: &'a Seen<'a>) -> Self {
        Self { number: seen.rank().number, seen }
    }

    /// How the value stands to the bound.
    #[inline]
    pub(super) fn cmp(&self, bound: &Bound) -> Ordering {
        match &bound.value {
            Some(value) if self.number == bound.number => self.seen.cmp(value),
            _ => self.number.cmp(&bound.number),
        }
    }
}
