//! Which shapes there are: by definition, and by handle.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::alike::Alike;
use super::{Definition, LiveShape};
use crate::pg::{RelationId, TableSchema};
use crate::protocol::ShapeHandle;

/// The shapes that can be found. Equal definitions share one.
#[derive(Debug, Default)]
pub(super) struct Registry {
    by_definition: HashSet<ByDefinition>,
    by_handle: HashSet<ByHandle>,
    tables: HashMap<RelationId, Followed>,
    last_micros: u64,
    /// Counts how often a shape was asked for.
    uses: u64,
    /// The shapes by when they were last asked for.
    by_use: BTreeMap<u64, Arc<LiveShape>>,
}

/// A table that has shapes.
#[derive(Debug)]
struct Followed {
    /// How many.
    shapes: usize,
    /// What it looked like when the last of them was made.
    table: Arc<TableSchema>,
    alike: Alike,
}

/// A shape that is looked up by what it is.
#[derive(Debug)]
struct ByDefinition(Arc<LiveShape>);

/// A shape that is looked up by its name.
#[derive(Debug)]
struct ByHandle(Arc<LiveShape>);

impl Borrow<Definition> for ByDefinition {
    fn borrow(&self) -> &Definition {
        self.0.definition()
    }
}

impl Hash for ByDefinition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.definition().hash(state);
    }
}

impl PartialEq for ByDefinition {
    fn eq(&self, other: &Self) -> bool {
        self.0.definition() == other.0.definition()
    }
}

impl Eq for ByDefinition {}

impl Borrow<ShapeHandle> for ByHandle {
    fn borrow(&self) -> &ShapeHandle {
        self.0.handle()
    }
}

impl Hash for ByHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.handle().hash(state);
    }
}

impl PartialEq for ByHandle {
    fn eq(&self, other: &Self) -> bool {
        self.0.handle() == other.0.handle()
    }
}

impl Eq for ByHandle {}

impl Registry {
    pub(super) fn find(&self, definition: &Definition) -> Option<&Arc<LiveShape>> {
        self.by_definition.get(definition).map(|found| &found.0)
    }

    pub(super) fn by_handle(&self, handle: &ShapeHandle) -> Option<&Arc<LiveShape>> {
        self.by_handle.get(handle).map(|found| &found.0)
    }

    /// The definition of a shape that is about to be made, and what clients are told of its columns: what others have as
    /// well is not kept twice.
    pub(super) fn share(&mut self, definition: &Arc<Definition>) -> (Arc<Definition>, Bytes) {
        match self.tables.get_mut(&definition.table.id) {
            Some(followed) => followed.alike.share(definition),
            None => Alike::default().share(definition),
        }
    }

    /// The shape of this definition, for somebody who asks for it.
    pub(super) fn ask_for(&mut self, definition: &Definition) -> Option<Arc<LiveShape>> {
        let live = self.find(definition)?.clone();
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
        self.tables.values().map(|followed| &followed.table)
    }

    /// The table, if it has shapes.
    pub(super) fn table(&self, id: RelationId) -> Option<Arc<TableSchema>> {
        self.tables.get(&id).map(|followed| followed.table.clone())
    }

    pub(super) fn insert(&mut self, live: &Arc<LiveShape>) {
        self.count_use(live);
        self.by_definition.replace(ByDefinition(live.clone()));
        self.by_handle.replace(ByHandle(live.clone()));
        let table = &live.definition().table;
        let new = || Followed { shapes: 0, table: table.clone(), alike: Alike::default() };
        let followed = self.tables.entry(table.id).or_insert_with(new);
        followed.shapes += 1;
        followed.table = table.clone();
    }

    /// Forgets this very shape; a later one of the same definition stays. True if it was there.
    pub(super) fn remove(&mut self, live: &Arc<LiveShape>) -> bool {
        if !self.by_handle.remove(live.handle()) {
            return false;
        }
        self.by_use.remove(&live.last_use());
        if self.find(live.definition()).is_some_and(|found| Arc::ptr_eq(found, live)) {
            self.by_definition.remove::<Definition>(live.definition());
        }
        let table = live.definition().table.id;
        if let Some(followed) = self.tables.get_mut(&table) {
            followed.shapes -= 1;
            if followed.shapes == 0 {
                self.tables.remove(&table);
            }
        }
        true
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<LiveShape>> {
        self.by_handle.iter().map(|found| &found.0)
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
