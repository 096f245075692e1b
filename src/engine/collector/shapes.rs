//! The shapes that the collector feeds, by slot.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pending::Pending;
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
    /// If its filter is handed on in part: what waits for that.
    pub(super) pending: Option<Box<Pending>>,
}

/// All entries. Slots of shapes that went are used again.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    entries: Vec<Option<Entry>>,
    free: Vec<Slot>,
    /// Those whose snapshot is not known yet.
    joining: BTreeSet<Slot>,
    /// Those that hold transactions against their snapshot, by the position at which that ends. Some may have gone since.
    filtering: BTreeSet<(Lsn, Slot)>,
    /// Those of which something waits for Postgres' word.
    pending: BTreeSet<Slot>,
    /// The one of them whose turn it is.
    next_pending: Slot,
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
            self.joining.insert(slot);
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
        self.pending.remove(&slot);
        Some(entry)
    }

    /// The shape's snapshot is known now.
    pub(super) fn joined(&mut self, slot: Slot) {
        self.joining.remove(&slot);
        if let Some(Phase::Filtering(filter)) = self.get(slot).map(|entry| &entry.phase) {
            self.filtering.insert((filter.end, slot));
        }
    }

    /// Notes whether something of the shape waits for Postgres' word, and tells its readers how far they see.
    pub(super) fn note_pending(&mut self, slot: Slot) {
        let Some(Entry { live, pending: Some(pending), .. }) = self.get(slot) else { return };
        live.hold(pending.oldest());
        if pending.is_empty() {
            self.pending.remove(&slot);
        } else {
            self.pending.insert(slot);
        }
    }

    /// The slots of those of which something waits for Postgres' word, the one whose turn it is in front.
    pub(super) fn pending(&self) -> Vec<Slot> {
        self.pending.range(self.next_pending..).chain(self.pending.range(..self.next_pending)).copied().collect()
    }

    /// It is this one's turn when Postgres is asked next: what came before it has filled a question.
    pub(super) fn go_on_with(&mut self, slot: Slot) {
        self.next_pending = slot;
    }

    /// All transactions up to here have been streamed: nothing is held against snapshots that were taken before.
    pub(super) fn passed(&mut self, lsn: Lsn) {
        while let Some((end, slot)) = self.filtering.first().copied().filter(|(end, _)| *end <= lsn) {
            self.filtering.remove(&(end, slot));
            if let Some(entry) = self.get_mut(slot)
                && matches!(&entry.phase, Phase::Filtering(filter) if filter.end == end)
            {
                entry.phase = Phase::Following;
            }
        }
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

    /// The commit positions of the oldest transactions that wait in memory, for a snapshot or for Postgres' word.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Lsn> {
        let joining = self.joining.iter().filter_map(|&slot| match &self.get(slot)?.phase {
            Phase::Joining(joining) => joining.oldest(),
            _ => None,
        });
        joining.chain(self.pending.iter().filter_map(|&slot| self.get(slot)?.pending.as_ref()?.oldest()))
    }
}

impl Entry {
    pub(super) fn table(&self) -> RelationId {
        self.live.definition().table.id
    }
}
