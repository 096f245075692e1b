//! Which shapes there are: by definition, and by handle.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Definition, LiveShape};
use crate::pg::{RelationId, TableSchema};
use crate::protocol::ShapeHandle;

/// The shapes that can be found. Equal definitions share one.
#[derive(Debug, Default)]
pub(super) struct Registry {
    by_definition: HashMap<Arc<Definition>, Arc<LiveShape>>,
    by_handle: HashMap<ShapeHandle, Arc<LiveShape>>,
    /// How many shapes a table has, and what it looked like when the last of them was made.
    tables: HashMap<RelationId, (usize, Arc<TableSchema>)>,
    last_micros: u64,
    /// Counts how often a shape was asked for.
    uses: u64,
    /// The shapes by when they were last asked for.
    by_use: BTreeMap<u64, Arc<LiveShape>>,
}

impl Registry {
    pub(super) fn find(&self, definition: &Definition) -> Option<&Arc<LiveShape>> {
        self.by_definition.get(definition)
    }

    pub(super) fn by_handle(&self, handle: &ShapeHandle) -> Option<&Arc<LiveShape>> {
        self.by_handle.get(handle)
    }

    /// The shape of this definition, for somebody who asks for it.
    pub(super) fn ask_for(&mut self, definition: &Definition) -> Option<Arc<LiveShape>> {
        let live = self.by_definition.get(definition)?.clone();
        self.by_use.remove(&live.last_use());
        self.count_use(&live);
        Some(live)
    }

    fn count_use(&mut self, live: &Arc<LiveShape>) {
        self.uses += 1;
        live.used(self.uses);
        self.by_use.insert(self.uses, live.clone());
    }

    /// How many shapes are kept.
    pub(super) fn len(&self) -> usize {
        self.by_handle.len()
    }

    /// Of the shapes on which nobody waits the one that was last asked for longest ago.
    pub(super) fn least_used(&self) -> Option<Arc<LiveShape>> {
        self.by_use.values().find(|live| !live.has_readers()).cloned()
    }

    /// Whether a shape of this table, in this state of its schema, is kept: then the stream keeps us informed of it.
    pub(super) fn follows(&self, table: RelationId) -> bool {
        self.tables.contains_key(&table)
    }

    /// The tables that have shapes.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Arc<TableSchema>> {
        self.tables.values().map(|(_, table)| table)
    }

    /// The table, if it has shapes.
    pub(super) fn table(&self, id: RelationId) -> Option<Arc<TableSchema>> {
        self.tables.get(&id).map(|(_, table)| table.clone())
    }

    pub(super) fn insert(&mut self, live: &Arc<LiveShape>) {
        self.count_use(live);
        self.by_definition.insert(live.definition().clone(), live.clone());
        self.by_handle.insert(live.handle().clone(), live.clone());
        let table = &live.definition().table;
        let (count, last) = self.tables.entry(table.id).or_insert_with(|| (0, table.clone()));
        *count += 1;
        *last = table.clone();
    }

    /// Forgets this very shape; a later one of the same definition stays. True if it was there.
    pub(super) fn remove(&mut self, live: &Arc<LiveShape>) -> bool {
        if self.by_handle.remove(live.handle()).is_none() {
            return false;
        }
        self.by_use.remove(&live.last_use());
        if self.by_definition.get(live.definition()).is_some_and(|found| Arc::ptr_eq(found, live)) {
            self.by_definition.remove(live.definition());
        }
        let table = live.definition().table.id;
        if let Some((count, _)) = self.tables.get_mut(&table) {
            *count -= 1;
            if *count == 0 {
                self.tables.remove(&table);
            }
        }
        true
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<LiveShape>> {
        self.by_handle.values()
    }

    /// A handle that was never issued before: microseconds that only grow, here and, as clocks go, across restarts.
    pub(super) fn new_handle(&mut self, definition: &Definition) -> ShapeHandle {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u64::try_from(now.as_micros()).unwrap_or(u64::MAX).max(self.last_micros + 1);
        self.last_micros = micros;
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(definition);
        // The reference's hash has 27 bits.
        let hash = u32::try_from(hash & 0x7FF_FFFF).unwrap_or_default();
        ShapeHandle::new(hash, micros)
    }
}
