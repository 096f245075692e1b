//! The shapes that the collector feeds, by slot.

use std::sync::Arc;

use crate::engine::join::Phase;
use crate::engine::live::LiveShape;
use crate::engine::router::Slot;
use crate::pg::{Lsn, RelationId};

/// A shape as the collector keeps it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) live: Arc<LiveShape>,
    /// Which of its table's projections.
    pub(super) projection: usize,
    pub(super) phase: Phase,
    /// Its place among the shapes that the open transaction has reached.
    pub(super) touched: Option<usize>,
}

/// All entries. Slots of shapes that went are used again.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    entries: Vec<Option<Entry>>,
    free: Vec<Slot>,
    /// Those whose snapshot is not known yet.
    joining: Vec<Slot>,
}

impl Shapes {
    /// A slot for a shape that is about to be inserted.
    pub(super) fn reserve(&mut self) -> Slot {
        self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            Slot::try_from(self.entries.len() - 1).unwrap_or(Slot::MAX)
        })
    }

    /// Fills a reserved slot.
    pub(super) fn insert(&mut self, slot: Slot, entry: Entry) {
        if matches!(entry.phase, Phase::Joining(_)) {
            self.joining.push(slot);
        }
        if let Some(place) = self.entries.get_mut(slot as usize) {
            *place = Some(entry);
        }
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Entry> {
        self.entries.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<Entry> {
        let entry = self.entries.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        self.joined(slot);
        Some(entry)
    }

    /// The shape's snapshot is known now.
    pub(super) fn joined(&mut self, slot: Slot) {
        self.joining.retain(|&other| other != slot);
    }

    /// Where this very shape is kept.
    pub(super) fn slot_of(&self, live: &Arc<LiveShape>) -> Option<Slot> {
        let slot = live.slot()?;
        Arc::ptr_eq(&self.get(slot)?.live, live).then_some(slot)
    }

    /// The slots of the shapes for which `wanted` holds.
    pub(super) fn find(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<Slot> {
        let entries = (0..).zip(&self.entries);
        entries.filter_map(|(slot, entry)| entry.as_ref().is_some_and(&wanted).then_some(slot)).collect()
    }

    /// The commit positions of the oldest transactions that wait in memory for a snapshot.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Lsn> {
        self.joining.iter().filter_map(|&slot| match &self.get(slot)?.phase {
            Phase::Joining(joining) => joining.oldest(),
            _ => None,
        })
    }
}

impl Entry {
    pub(super) fn table(&self) -> RelationId {
        self.live.definition().table.id
    }
}
