//! Which shapes of a table a row may belong to.
//!
//! A shape whose filter demands something of a column stands in an index on that column, one for each alternative if it
//! has several; the others are looked at for every change, filter by filter. What comes out is a superset: the fold
//! evaluates the whole filter. Adding and removing a shape take time logarithmic in the number of shapes.

#[cfg(feature = "__bench")]
mod bench;
mod column;
mod hashed;
mod intervals;
mod seen;
mod slots;
mod unindexed;

#[cfg(feature = "__bench")]
pub use bench::{Filter, Routing};
pub(super) use slots::Slots;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::pg::TableSchema;
use crate::predicate::{IndexKey, Predicate};
use crate::protocol::Cells;

use column::ColumnIndex;
use unindexed::Unindexed;

/// Where the collector keeps a shape.
pub(super) type Slot = u32;

/// The index over the shapes of one table.
#[derive(Debug, Default)]
pub(super) struct Router {
    /// By column.
    columns: BTreeMap<usize, ColumnIndex>,
    unindexed: Unindexed,
    len: usize,
}

impl Router {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a shape with this filter.
    pub(super) fn insert(&mut self, slot: Slot, filter: Option<&Arc<Predicate>>, table: &TableSchema) {
        self.len += 1;
        let Some(keys) = keys(filter, table) else { return self.unindexed.insert(slot, filter) };
        for key in &keys {
            if let Some(column) = table.columns.get(key.column) {
                let index = self.columns.entry(key.column).or_insert_with(|| ColumnIndex::new(&column.ty));
                index.insert(slot, &key.wanted);
            }
        }
    }

    /// Removes a shape that was inserted with the same filter.
    pub(super) fn remove(&mut self, slot: Slot, filter: Option<&Arc<Predicate>>, table: &TableSchema) {
        self.len -= 1;
        let Some(keys) = keys(filter, table) else { return self.unindexed.remove(slot, filter) };
        for key in &keys {
            let Some(index) = self.columns.get_mut(&key.column) else { continue };
            index.remove(slot, &key.wanted);
            if index.is_empty() {
                self.columns.remove(&key.column);
            }
        }
    }

    /// Fills `found` with the shapes that the change from `old` to `new` may concern, each once. Either may be absent.
    pub(super) fn candidates(&self, old: Option<&Cells<'_>>, new: Option<&Cells<'_>>, found: &mut Vec<Slot>) {
        found.clear();
        for (&column, index) in &self.columns {
            let (before, after) = (old.map(|row| text(row, column)), new.map(|row| text(row, column)));
            if let Some(before) = before {
                index.lookup(before, found);
            }
            if let Some(after) = after.filter(|after| before.is_none_or(|before| before != *after)) {
                index.lookup(after, found);
            }
        }
        // One list alone is in order; several indexes and values are not.
        if !found.is_sorted_by(|a, b| a < b) {
            found.sort_unstable();
            found.dedup();
        }
        self.unindexed.lookup(old, new, found);
    }
}

fn text<'a>(row: &Cells<'a>, column: usize) -> Option<&'a [u8]> {
    row.get(column).copied().flatten()
}

/// By what a filter's shape is found, if the table has all the columns; `None` if it must be looked at for every change.
fn keys(filter: Option<&Arc<Predicate>>, table: &TableSchema) -> Option<Vec<IndexKey>> {
    let keys = filter?.index_keys()?;
    keys.iter().all(|key| key.column < table.columns.len()).then_some(keys)
}

#[cfg(test)]
mod tests;
