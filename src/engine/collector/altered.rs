//! What becomes of shapes when their table is emptied, altered, replaced or gone.

use std::sync::Arc;

use tracing::warn;

use super::fold::Trouble;
use super::table::Drift;
use super::{Collector, LiveShape};
use crate::change::Relation;
use crate::engine::router::Slot;
use crate::pg::{RelationId, TableSchema};

impl Collector {
    pub(super) fn invalidate_table(&mut self, table: RelationId, why: &str) {
        self.invalidate(table, why, |_| true);
    }

    /// As [`Self::invalidate_table`], and nothing that was known of it before holds any more.
    pub(super) fn forget_table(&mut self, table: RelationId, why: &str) {
        self.shared.catalog.forget(table);
        self.invalidate_table(table, why);
    }

    /// Ends those shapes of the table for which `concerned` holds.
    pub(super) fn invalidate(&mut self, table: RelationId, why: &str, concerned: impl Fn(&LiveShape) -> bool) {
        let Some(followed) = self.tables.get(&table) else { return };
        let of_table = followed.slots.iter().copied();
        let is_concerned = |slot: &Slot| self.shapes.get(*slot).is_some_and(|entry| concerned(&entry.live));
        let ended: Vec<_> = of_table.filter(is_concerned).collect();
        if !ended.is_empty() {
            warn!(table = table.0, shapes = ended.len(), why, "shapes of a table invalidated");
        }
        for slot in ended {
            self.end(slot);
        }
    }

    /// The table is like this now: ends the shapes to which that matters; for the others it goes on in its new form.
    pub(super) fn change_table(&mut self, now: &Arc<TableSchema>) {
        if self.tables.get(&now.id).is_none_or(|table| table.schema == *now) {
            return;
        }
        self.invalidate(now.id, "its definition has changed", |live| {
            !live.definition().fits(now) || live.definition().is_loosened_by(now)
        });
        self.end_pending(now.id);
        if let Some(table) = self.tables.get_mut(&now.id) {
            table.change(now.clone(), self.relations.get(&now.id));
        }
    }

    pub(super) fn relation(&mut self, relation: Relation) {
        let id = relation.id;
        // A table of the same name with another OID has taken its place.
        let replaced = self.tables.iter().find(|(other, table)| **other != id && table.schema.name == relation.name);
        if let Some((&replaced, _)) = replaced {
            self.forget_table(replaced, "another table has taken its name");
        }
        let drift = self.tables.get_mut(&id).map(|table| table.describe(&relation));
        self.relations.insert(id, relation);
        match drift {
            None => {}
            // What the stream does not describe (keys, nullability, defaults) may have changed all the same.
            Some(Drift::None) => self.shared.check_table(id),
            Some(Drift::Table) => self.forget_table(id, "it was renamed or its replica identity is not full"),
            Some(Drift::Columns(changed)) => {
                self.shared.catalog_changed(id);
                self.end_pending(id);
                self.invalidate(id, "its columns have changed", |live| {
                    let definition = live.definition();
                    let read = definition.predicate.as_ref().map_or(&[][..], |predicate| predicate.columns());
                    let uses = |position| definition.columns.contains(position) || read.contains(position);
                    !definition.columns_listed || changed.iter().any(uses)
                });
            }
        }
    }

    /// The table is not what it was when its rows began to wait.
    pub(super) fn end_pending(&mut self, table: RelationId) {
        for slot in self.shapes.pending() {
            if self.shapes.get(slot).is_some_and(|entry| entry.table() == table) {
                self.trouble(slot, &Trouble::TableChanged);
            }
        }
    }
}
