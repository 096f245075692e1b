//! Finds conditions by which a filter's shape may be looked up.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Value;
use super::cast::Conversion;
use super::expr::{Comparison, IsTest};
use super::term::{Call, Like, Quantified, Reader, Term};
use super::value::Array;

/// A condition on one column, fit to find shapes by. It may admit rows that the filter does not.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexKey {
    /// Position in [`TableSchema::columns`](crate::pg::TableSchema::columns).
    pub column: usize,
    /// What the column must be.
    pub wanted: Wanted,
}

/// What a column must be. Hash, equality and order of the values are those of the column's type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Wanted {
    /// One of these.
    OneOf(Vec<Value>),
    /// NULL.
    Null,
    /// Neither less than the one nor greater than the other, if there is one.
    Between(Option<Value>, Option<Value>),
    /// A text that begins like this.
    Prefix(Box<str>),
    /// An array that holds one of these.
    Holding(Vec<Value>),
}

impl Wanted {
    /// Whether the value, `None` for NULL, is wanted.
    #[cfg(test)]
    pub(crate) fn admits(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return *self == Self::Null };
        match self {
            Self::OneOf(values) => values.contains(value),
            Self::Null => false,
            Self::Between(low, high) => {
                low.as_ref().is_none_or(|low| low <= value) && high.as_ref().is_none_or(|high| value <= high)
            }
            Self::Prefix(prefix) => matches!(value, Value::Text(text) if text.starts_with(&**prefix)),
            Self::Holding(values) => match value {
                Value::Array(array) => array.elements().iter().flatten().any(|element| values.contains(element)),
                _ => false,
            },
        }
    }
}

/// Conditions of which every row of the filter meets at least one; `None` if there are none that help.
///
/// Of what AND joins the one that admits least is enough; of what OR joins every part needs one.
pub(super) fn index_keys(term: &Term) -> Option<Vec<IndexKey>> {
    best(found(term)).map(|key| key.any_of)
}

/// Conditions of which every row meets at least one.
struct Key {
    any_of: Vec<IndexKey>,
    /// How many rows it admits, as a guess: less is better.
    width: (Width, usize),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    Values,
    Range,
    HalfRange,
    /// Of a boolean column: it parts the rows into two heaps.
    Halves,
}

impl Key {
    fn new(column: usize, wanted: Wanted, width: Width) -> Self {
        let count = match &wanted {
            Wanted::OneOf(values) | Wanted::Holding(values) => values.len(),
            Wanted::Null | Wanted::Between(..) | Wanted::Prefix(_) => 1,
        };
        Self { any_of: vec![IndexKey { column, wanted }], width: (width, count) }
    }

    /// The one range it consists of.
    fn range(&self) -> Option<(usize, &Option<Value>, &Option<Value>)> {
        match self.any_of.as_slice() {
            [IndexKey { column, wanted: Wanted::Between(low, high) }] => Some((*column, low, high)),
            _ => None,
        }
    }
}

fn best(keys: Vec<Key>) -> Option<Key> {
    keys.into_iter().min_by_key(|key| key.width)
}

/// Every key of a condition.
fn found(term: &Term) -> Vec<Key> {
    match term {
        Term::And(terms) => joined(terms),
        Term::Or(terms) => united(terms, &Ranges::new()).into_iter().collect(),
        Term::Column(_) => one_of(term, vec![Value::Bool(true)]),
        Term::Not(inner) if matches!(**inner, Term::Column(_)) => one_of(inner, vec![Value::Bool(false)]),
        Term::Compare(compare) => {
            let (column, op, constant) = if compare.left.is_constant() {
                (&compare.right, compare.op.mirrored(), &compare.left)
            } else {
                (&compare.left, compare.op, &compare.right)
            };
            constant.constant().map_or_else(Vec::new, |constant| compared(column, op, constant.value.as_ref()))
        }
        Term::Distinct(distinct) if distinct.negated => {
            let (column, constant) = if distinct.left.is_constant() {
                (&distinct.right, &distinct.left)
            } else {
                (&distinct.left, &distinct.right)
            };
            match constant.constant().map(|constant| &constant.value) {
                Some(Some(value)) => one_of(column, vec![value.clone()]),
                Some(None) => null(column),
                None => Vec::new(),
            }
        }
        Term::Is(is) if !is.negated => match is.test {
            IsTest::Null | IsTest::Unknown => null(&is.value),
            IsTest::True => found(&is.value),
            IsTest::False => one_of(&is.value, vec![Value::Bool(false)]),
        },
        Term::Quantified(any) if any.op == Comparison::Eq && !any.all && any.element.is_alike() => quantified(any),
        Term::Like(like) if !like.negated && like.case.is_none() && like.escape.is_none() => prefixed(like),
        Term::Call(call) => called(call),
        _ => Vec::new(),
    }
}

/// The ranges in which a column's values must be. In order, so that a filter has the same keys whenever it is asked.
type Ranges = BTreeMap<usize, (Option<Value>, Option<Value>)>;

/// Of an AND: the keys of its parts, and those that several of them make together. A range beside an OR narrows its parts:
/// `a > 1 AND (a < 5 OR b = 2)`.
fn joined(terms: &[Term]) -> Vec<Key> {
    let (choices, others): (Vec<_>, Vec<_>) = terms.iter().partition(|term| matches!(term, Term::Or(_)));
    let mut keys = narrowed(others.into_iter().flat_map(found).collect(), &Ranges::new());
    let ranges = ranges(&keys);
    keys.extend(choices.into_iter().filter_map(|choice| match choice {
        Term::Or(parts) => united(parts, &ranges),
        _ => None,
    }));
    keys
}

/// All that the keys say of each column's range.
fn ranges(keys: &[Key]) -> Ranges {
    let mut ranges = Ranges::new();
    for (column, low, high) in keys.iter().filter_map(Key::range) {
        narrow(ranges.entry(column).or_default(), low.as_ref(), high.as_ref());
    }
    ranges
}

fn narrow(range: &mut (Option<Value>, Option<Value>), low: Option<&Value>, high: Option<&Value>) {
    let (lowest, highest) = range;
    // No bound at all is the lowest of all, as it happens.
    *lowest = low.cloned().max(lowest.take());
    *highest = match (high.cloned(), highest.take()) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// Also the ranges that several of the keys make together, and with what holds `beside` them.
fn narrowed(mut keys: Vec<Key>, beside: &Ranges) -> Vec<Key> {
    for (column, mut range) in ranges(&keys) {
        if let Some((low, high)) = beside.get(&column) {
            narrow(&mut range, low.as_ref(), high.as_ref());
        }
        if let (Some(low), Some(high)) = range {
            keys.push(Key::new(column, Wanted::Between(Some(low), Some(high)), Width::Range));
        }
    }
    keys
}

/// Of an OR: the best of each part, if all have one.
fn united(terms: &[Term], beside: &Ranges) -> Option<Key> {
    let mut any_of: Vec<IndexKey> = Vec::new();
    // Where the values of a column are.
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut width = (Width::Values, 0);
    for term in terms {
        let Key { any_of: more, width: (kind, count) } = best(narrowed(found(term), beside))?;
        width = (width.0.max(kind), width.1 + count);
        for key in more {
            let IndexKey { column, wanted: Wanted::OneOf(values) } = key else {
                any_of.push(key);
                continue;
            };
            let place = *places.entry(column).or_insert(any_of.len());
            match any_of.get_mut(place) {
                Some(IndexKey { wanted: Wanted::OneOf(known), .. }) => known.extend(values),
                _ => any_of.push(IndexKey { column, wanted: Wanted::OneOf(values) }),
            }
        }
    }
    for key in &mut any_of {
        if let Wanted::OneOf(values) = &mut key.wanted {
            *values = distinct(std::mem::take(values));
        }
    }
    Some(Key { any_of, width })
}

fn compared(column: &Term, op: Comparison, value: Option<&Value>) -> Vec<Key> {
    // A comparison with NULL is never true.
    let Some(value) = value else { return one_of(column, Vec::new()) };
    match op {
        Comparison::Eq => one_of(column, vec![value.clone()]),
        Comparison::Ne => Vec::new(),
        Comparison::Lt | Comparison::Le => between(column, None, Some(value.clone())),
        Comparison::Gt | Comparison::Ge => between(column, Some(value.clone()), None),
    }
}

fn quantified(any: &Quantified) -> Vec<Key> {
    match (any.array.constant().map(|constant| &constant.value), any.value.constant().map(|constant| &constant.value)) {
        (Some(Some(Value::Array(array))), None) => {
            one_of(&any.value, array.elements().iter().flatten().cloned().collect())
        }
        (Some(_), None) => one_of(&any.value, Vec::new()),
        (None, Some(value)) => key(&any.array, Width::Values, Wanted::Holding(value.iter().cloned().collect())),
        _ => Vec::new(),
    }
}

/// By the text before the first wildcard.
fn prefixed(like: &Like) -> Vec<Key> {
    let Some(Value::Text(pattern)) = like.pattern.constant().and_then(|constant| constant.value.as_ref()) else {
        return Vec::new();
    };
    let mut prefix = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next().filter(|character| !matches!(character, '%' | '_')) {
        prefix.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    beginning(&like.value, &prefix)
}

/// The value begins with this.
fn beginning(value: &Term, prefix: &str) -> Vec<Key> {
    // A value of `bpchar` has no blanks at its end, though LIKE sees them.
    let prefix = prefix.trim_end_matches(' ');
    if prefix.is_empty() { Vec::new() } else { key(value, Width::Range, Wanted::Prefix(prefix.into())) }
}

/// Operators and functions that ask for a value in an array, or for the beginning of a text.
fn called(call: &Call) -> Vec<Key> {
    let [left, right] = call.arguments.as_slice() else { return Vec::new() };
    let (column, constant) = if left.is_constant() { (right, left) } else { (left, right) };
    let Some(constant) = constant.constant() else { return Vec::new() };
    let name = if left.is_constant() { mirrored(call.function.name) } else { call.function.name };
    match (name, &constant.value) {
        ("@>" | "<@" | "&&", Some(Value::Array(array))) => array_compared(column, name, array.elements()),
        ("^@" | "starts_with", Some(Value::Text(prefix))) => beginning(column, prefix),
        _ => Vec::new(),
    }
}

fn mirrored(operator: &'static str) -> &'static str {
    match operator {
        "@>" => "<@",
        "<@" => "@>",
        "&&" => "&&",
        // Not to be turned around.
        _ => "",
    }
}

fn array_compared(column: &Term, operator: &str, elements: &[Option<Value>]) -> Vec<Key> {
    let values = || elements.iter().flatten().cloned();
    let holding = |values: Vec<Value>| key(column, Width::Values, Wanted::Holding(distinct(values)));
    match operator {
        // NULL is no element that could be held.
        "@>" if elements.contains(&None) => holding(Vec::new()),
        // Everything holds the empty array.
        "@>" if elements.is_empty() => Vec::new(),
        // It holds all of them: one is enough to find it by.
        "@>" => holding(values().take(1).collect()),
        "&&" => holding(values().collect()),
        // It holds one of them, or nothing.
        _ => {
            let nothing = Value::Array(Box::new(Array::flat(Vec::new())));
            let parts = holding(values().collect()).into_iter().chain(one_of(column, vec![nothing]));
            let any_of: Vec<_> = parts.flat_map(|part| part.any_of).collect();
            if any_of.is_empty() {
                Vec::new()
            } else {
                vec![Key { any_of, width: (Width::Values, elements.len() + 1) }]
            }
        }
    }
}

fn one_of(column: &Term, values: Vec<Value>) -> Vec<Key> {
    if let Term::Convert(convert) = column
        && let (Conversion::Print(ty), Term::Column(_)) = (&convert.how, &convert.inner)
    {
        // By the values of these texts; what is the text of none is no row's.
        let read = |value| match value {
            Value::Text(text) => Value::parse(&text, ty).ok(),
            _ => None,
        };
        return one_of(&convert.inner, values.into_iter().filter_map(read).collect());
    }
    key(column, Width::Values, Wanted::OneOf(distinct(values)))
}

fn null(column: &Term) -> Vec<Key> {
    key(column, Width::Values, Wanted::Null)
}

fn between(column: &Term, low: Option<Value>, high: Option<Value>) -> Vec<Key> {
    key(column, Width::HalfRange, Wanted::Between(low, high))
}

fn key(term: &Term, width: Width, wanted: Wanted) -> Vec<Key> {
    let column = match term {
        Term::Column(column) => column,
        // The value compared is that of the column, under another name.
        Term::Convert(convert) if convert.how.is_alike() => match &convert.inner {
            Term::Column(column) => column,
            _ => return Vec::new(),
        },
        Term::Collate(collated) => return key(&collated.inner, width, wanted),
        _ => return Vec::new(),
    };
    let width = if matches!(column.reader, Reader::Bool) { Width::Halves } else { width };
    vec![Key::new(column.position, wanted, width)]
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::with_capacity(values.len());
    values.into_iter().filter(|value| seen.insert(value.clone())).collect()
}
