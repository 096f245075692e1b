//! Which shapes of a table a row may belong to.
//!
//! A shape whose filter demands something of a column stands in an index on that column, one for each alternative if it
//! has several; the others are candidates for every change. What comes out is a superset: the fold evaluates the whole
//! filter.

#[cfg(feature = "__bench")]
mod bench;
mod column;
mod intervals;

#[cfg(feature = "__bench")]
pub use bench::{Routing, Work};

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::pg::TableSchema;
use crate::predicate::IndexKey;
use crate::protocol::Cells;

use column::ColumnIndex;

/// Where the collector keeps a shape.
pub(super) type Slot = u32;

/// Ascending. Most values have few shapes: they lie in the table itself, one look into memory away.
type Slots = SmallVec<[Slot; 4]>;

/// The index over the shapes of one table.
#[derive(Debug, Default)]
pub(super) struct Router {
    /// By column.
    columns: BTreeMap<usize, ColumnIndex>,
    /// Candidates for every change.
    unindexed: Slots,
    len: usize,
}

impl Router {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a shape whose rows meet one of `keys`; one that is found by every change if there are none.
    pub(super) fn insert(&mut self, slot: Slot, keys: Option<&[IndexKey]>, table: &TableSchema) {
        self.len += 1;
        let Some(keys) = known(keys, table) else {
            insert_sorted(&mut self.unindexed, slot);
            return;
        };
        for key in keys {
            if let Some(column) = table.columns.get(key.column) {
                let index = self.columns.entry(key.column).or_insert_with(|| ColumnIndex::new(&column.ty));
                index.insert(slot, &key.wanted);
            }
        }
    }

    /// Removes a shape that was inserted with the same keys.
    pub(super) fn remove(&mut self, slot: Slot, keys: Option<&[IndexKey]>, table: &TableSchema) {
        self.len -= 1;
        let Some(keys) = known(keys, table) else {
            remove_sorted(&mut self.unindexed, slot);
            return;
        };
        for key in keys {
            let Some(index) = self.columns.get_mut(&key.column) else { continue };
            index.remove(slot, &key.wanted);
            if index.is_empty() {
                self.columns.remove(&key.column);
            }
        }
    }

    /// Fills `found` with the shapes that the change from `old` to `new` may concern, each once, ascending. Either may
    /// be absent.
    pub(super) fn candidates(&self, old: Option<&Cells<'_>>, new: Option<&Cells<'_>>, found: &mut Vec<Slot>) {
        found.clear();
        found.extend_from_slice(&self.unindexed);
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
    }
}

fn text<'a>(row: &Cells<'a>, column: usize) -> Option<&'a [u8]> {
    row.get(column).copied().flatten()
}

/// The keys, if the table has all their columns.
fn known<'a>(keys: Option<&'a [IndexKey]>, table: &TableSchema) -> Option<&'a [IndexKey]> {
    keys.filter(|keys| keys.iter().all(|key| key.column < table.columns.len()))
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
