//! Which shapes of a table a row may belong to.
//!
//! A shape whose filter demands that a column has one of some values stands in a hash index on that column; the others
//! are candidates for every change. What comes out is a superset: the fold evaluates the whole filter.

#[cfg(feature = "__bench")]
mod bench;

#[cfg(feature = "__bench")]
pub use bench::Routing;

use std::collections::{BTreeMap, HashMap};

use smallvec::SmallVec;

use crate::pg::{PgType, TableSchema};
use crate::predicate::{IndexKey, Value};
use crate::protocol::Cells;

/// Where the collector keeps a shape.
pub(super) type Slot = u32;

/// Ascending. Most values have few shapes: they lie in the table itself, one look into memory away.
type Slots = SmallVec<[Slot; 4]>;

/// The index over the shapes of one table.
#[derive(Debug, Default)]
pub(super) struct Router {
    /// By column.
    indexes: BTreeMap<usize, EqualityIndex>,
    /// Candidates for every change.
    unindexed: Slots,
    len: usize,
}

#[derive(Debug)]
struct EqualityIndex {
    column: usize,
    ty: PgType,
    shapes: HashMap<Value, Slots>,
}

impl Router {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a shape that is found by the first of `keys`, or by every change if there is none.
    pub(super) fn insert(&mut self, slot: Slot, keys: &[IndexKey], table: &TableSchema) {
        self.len += 1;
        match indexable(keys, table) {
            None => insert_sorted(&mut self.unindexed, slot),
            Some((key, ty)) => {
                let new = || EqualityIndex { column: key.column, ty: ty.clone(), shapes: HashMap::new() };
                let index = self.indexes.entry(key.column).or_insert_with(new);
                for value in &key.values {
                    insert_sorted(index.shapes.entry(value.clone()).or_default(), slot);
                }
            }
        }
    }

    /// Removes a shape that was inserted with the same keys.
    pub(super) fn remove(&mut self, slot: Slot, keys: &[IndexKey], table: &TableSchema) {
        self.len -= 1;
        let Some((key, _)) = indexable(keys, table) else {
            remove_sorted(&mut self.unindexed, slot);
            return;
        };
        let Some(index) = self.indexes.get_mut(&key.column) else { return };
        for value in &key.values {
            if let Some(slots) = index.shapes.get_mut(value) {
                remove_sorted(slots, slot);
                if slots.is_empty() {
                    index.shapes.remove(value);
                }
            }
        }
        if index.shapes.is_empty() {
            self.indexes.remove(&key.column);
        }
    }

    /// Fills `found` with the shapes that the change from `old` to `new` may concern, each once, ascending. Either may
    /// be absent.
    pub(super) fn candidates(&self, old: Option<&Cells<'_>>, new: Option<&Cells<'_>>, found: &mut Vec<Slot>) {
        found.clear();
        found.extend_from_slice(&self.unindexed);
        for index in self.indexes.values() {
            let (before, after) = (index.text(old), index.text(new));
            index.lookup(before, found);
            if after != before {
                index.lookup(after, found);
            }
        }
        // One list alone is in order; several indexes and values are not.
        if !found.is_sorted_by(|a, b| a < b) {
            found.sort_unstable();
            found.dedup();
        }
    }
}

impl EqualityIndex {
    fn text<'a>(&self, row: Option<&Cells<'a>>) -> Option<&'a [u8]> {
        row.and_then(|row| row.get(self.column).copied().flatten())
    }

    fn lookup(&self, text: Option<&[u8]>, found: &mut Vec<Slot>) {
        // NULL equals nothing.
        let Some(text) = text else { return };
        let value = std::str::from_utf8(text).ok().and_then(|text| Value::parse(text, &self.ty).ok());
        match value {
            Some(value) => found.extend(self.shapes.get(&value).into_iter().flatten()),
            // A value we cannot read may belong to any of them: the fold finds out, and says so.
            None => found.extend(self.shapes.values().flatten()),
        }
    }
}

fn indexable<'a>(keys: &'a [IndexKey], table: &'a TableSchema) -> Option<(&'a IndexKey, &'a PgType)> {
    let key = keys.first()?;
    Some((key, &table.columns.get(key.column)?.ty))
}

fn insert_sorted(slots: &mut Slots, slot: Slot) {
    if let Err(at) = slots.binary_search(&slot) {
        slots.insert(at, slot);
    }
}

fn remove_sorted(slots: &mut Slots, slot: Slot) {
    if let Ok(at) = slots.binary_search(&slot) {
        slots.remove(at);
    }
}

#[cfg(test)]
mod tests;
