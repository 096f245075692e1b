//! The shapes that no index finds, by their filters: one that many have is evaluated once.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Slot, Slots};
use crate::engine::row::TableRow;
use crate::predicate::Predicate;
use crate::protocol::Cells;

#[derive(Debug, Default)]
pub(super) struct Unindexed {
    /// Those without a filter: they take every change.
    whole: Slots,
    by_filter: HashMap<Arc<Predicate>, Slots>,
}

impl Unindexed {
    pub(super) fn insert(&mut self, slot: Slot, filter: Option<&Arc<Predicate>>) {
        match filter {
            None => self.whole.insert(slot),
            Some(filter) => self.by_filter.entry(filter.clone()).or_default().insert(slot),
        }
    }

    pub(super) fn remove(&mut self, slot: Slot, filter: Option<&Arc<Predicate>>) {
        let Some(filter) = filter else { return self.whole.remove(slot) };
        if let Some(slots) = self.by_filter.get_mut(filter) {
            slots.remove(slot);
            if slots.is_empty() {
                self.by_filter.remove(filter);
            }
        }
    }

    /// Adds the shapes that may take the change to `found`, those of one filter side by side.
    pub(super) fn lookup(&self, old: Option<&Cells<'_>>, new: Option<&Cells<'_>>, found: &mut Vec<Slot>) {
        self.whole.list(found);
        for (filter, slots) in &self.by_filter {
            // Where it fails, the fold finds out, and says so.
            let takes = |row: &Cells<'_>| filter.matches(&TableRow(row)).unwrap_or(true);
            if new.is_some_and(takes) || old.is_some_and(takes) {
                slots.list(found);
            }
        }
    }
}
