//! What the catalog said of tables, and Postgres of filters on them, kept while the stream tells when it changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::admission::{Admissions, Answer};
use crate::pg::{RelationId, TableName, TableSchema};

/// The tables that were looked up, and those that are published.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    by_name: HashMap<TableName, Arc<TableSchema>>,
    /// A cell that is filled once the table is published, so that those who come meanwhile wait for the first.
    published: HashMap<RelationId, Arc<OnceCell<()>>>,
    admissions: Admissions,
}

impl Known {
    fn forget_schema(&mut self, table: RelationId) {
        self.by_name.retain(|_, schema| schema.id != table);
        self.admissions.forget(table);
    }
}

impl Catalog {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, name: &TableName) -> Option<Arc<TableSchema>> {
        self.lock().by_name.get(name).cloned()
    }

    pub(super) fn put(&self, table: Arc<TableSchema>) {
        let mut known = self.lock();
        if known.by_name.get(&table.name).is_some_and(|before| *before != table) {
            known.admissions.forget(table.id);
        }
        known.by_name.insert(table.name.clone(), table);
    }

    /// The cell that tells whether Postgres evaluates this filter of the table.
    pub(super) fn admission(&self, table: RelationId, sql: &str, now: Instant) -> Arc<OnceCell<Answer>> {
        self.lock().admissions.of(table, sql, now)
    }

    /// The cell that tells whether the table is published.
    pub(super) fn published(&self, table: RelationId) -> Arc<OnceCell<()>> {
        self.lock().published.entry(table).or_default().clone()
    }

    /// What it looks like is not known any more.
    pub(super) fn forget_schema(&self, table: RelationId) {
        self.lock().forget_schema(table);
    }

    /// Nor whether it is published.
    pub(super) fn forget(&self, table: RelationId) {
        let mut known = self.lock();
        known.forget_schema(table);
        known.published.remove(&table);
    }

    /// Forgets everything: a new slot and publication know nothing of the old.
    pub(super) fn clear(&self) {
        *self.lock() = Known::default();
    }
}
