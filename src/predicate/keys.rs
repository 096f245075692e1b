//! Finds the equalities by which a filter's shape may be looked up.

use std::collections::HashSet;

use super::expr::Comparison;
use super::term::{Conversion, Reader, Term};
use super::{IndexKey, Value};

/// The conditions `column = one of these` that every row of the filter meets, best first. Those on a boolean column are
/// last: they part the rows into two heaps at most.
pub(super) fn index_keys(term: &Term) -> Vec<IndexKey> {
    let mut keys: Vec<_> = found(term);
    keys.sort_by_key(|(is_bool, key)| (*is_bool, key.values.len()));
    keys.into_iter().map(|(_, key)| key).collect()
}

/// Keys, each with whether its column is boolean.
type Found = Vec<(bool, IndexKey)>;

fn found(term: &Term) -> Found {
    match term {
        Term::And(terms) => terms.iter().flat_map(found).collect(),
        Term::Or(terms) => united(terms),
        Term::Column(_) => key(term, vec![Value::Bool(true)]),
        Term::Not(inner) if matches!(**inner, Term::Column(_)) => key(inner, vec![Value::Bool(false)]),
        Term::Compare(compare) if compare.op == Comparison::Eq => {
            let (column, constant) = if compare.left.is_constant() {
                (&compare.right, &compare.left)
            } else {
                (&compare.left, &compare.right)
            };
            constant.constant().map_or_else(Vec::new, |constant| key(column, constant.value.iter().cloned().collect()))
        }
        Term::Distinct(distinct) if distinct.negated => {
            let (column, constant) = if distinct.left.is_constant() {
                (&distinct.right, &distinct.left)
            } else {
                (&distinct.left, &distinct.right)
            };
            // NULL equals NULL here, and the index has no place for that.
            let value = constant.constant().and_then(|constant| constant.value.clone());
            value.map_or_else(Vec::new, |value| key(column, vec![value]))
        }
        Term::Quantified(any) if any.op == Comparison::Eq && !any.all && represented_alike(any.element) => {
            let Some(constant) = any.array.constant() else { return Vec::new() };
            let values = match &constant.value {
                Some(Value::Array(array)) => array.elements().iter().flatten().cloned().collect(),
                _ => Vec::new(),
            };
            key(&any.value, values)
        }
        _ => Vec::new(),
    }
}

/// Of an OR: the columns on which every branch has a key.
fn united(terms: &[Term]) -> Found {
    let mut branches = terms.iter().map(found);
    let Some(mut keys) = branches.next() else { return Vec::new() };
    for branch in branches {
        keys.retain_mut(|(_, key)| {
            let other = branch.iter().filter(|(_, other)| other.column == key.column);
            let Some((_, other)) = other.min_by_key(|(_, other)| other.values.len()) else { return false };
            key.values.extend(other.values.iter().cloned());
            true
        });
    }
    for (_, key) in &mut keys {
        key.values = distinct(std::mem::take(&mut key.values));
    }
    keys
}

fn key(term: &Term, values: Vec<Value>) -> Found {
    let column = match term {
        Term::Column(column) => column,
        // The value compared is that of the column, under another name.
        Term::Convert(convert) if represented_alike(convert.how) => match &convert.inner {
            Term::Column(column) => column,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let is_bool = matches!(column.reader, Reader::Bool);
    vec![(is_bool, IndexKey { column: column.position, values: distinct(values) })]
}

/// Whether equality before the conversion is equality after it. `bpchar` loses its blanks in a [`Value`] too.
fn represented_alike(how: Conversion) -> bool {
    matches!(how, Conversion::Relabel | Conversion::Trim)
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::with_capacity(values.len());
    values.into_iter().filter(|value| seen.insert(value.clone())).collect()
}
