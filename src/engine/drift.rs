//! Keeping shapes in step with the catalog: the stream tells of most changes of a table only with its next row, and of
//! some never (the table is dropped, or taken out of the publication).
//!
//! Whatever happens in the database moves the end of the WAL. When the server says that it has moved by something that
//! the stream did not carry, all followed tables are looked at in one cheap query; those that look different are
//! compared in full. From time to time that is done for all of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::warn;

use super::collector::Command;
use super::{EngineStatus, Shared};
use crate::pg::{RelationId, TableSchema};
use crate::source::SourceError;

/// How often all followed tables are compared in full.
const CATALOG_CHECK: Duration = Duration::from_secs(60);

/// At least this long is between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Watches the followed tables for as long as the engine runs.
pub(super) fn watch_catalog(shared: &Arc<Shared>) {
    let mut stopped = shared.stop.subscribe();
    let weak = Arc::downgrade(shared);
    let stirred = shared.stirred.clone();
    let mut watch = Watch::default();
    shared.work.spawn(async move {
        let mut full = Instant::now() + CATALOG_CHECK;
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = stirred.notified() => {}
                () = sleep_until(full) => {
                    full = Instant::now() + CATALOG_CHECK;
                    watch.marks.clear();
                }
            }
            let Some(shared) = weak.upgrade() else { return };
            if *shared.status.borrow() == EngineStatus::Active
                && let Err(error) = watch.look(&shared).await
            {
                warn!(error = &error as &dyn std::error::Error, "tables could not be compared with the catalog");
            }
            drop(shared);
            sleep(PAUSE).await;
        }
    });
}

/// What the last look has shown.
#[derive(Debug, Default)]
struct Watch {
    marks: HashMap<RelationId, String>,
}

impl Watch {
    async fn look(&mut self, shared: &Shared) -> Result<(), SourceError> {
        let tables: Vec<(Arc<TableSchema>, Arc<OnceCell<()>>)> = {
            let registry = shared.registry();
            registry.tables().map(|table| (table.clone(), shared.catalog.published(table.id))).collect()
        };
        // As of now; a table may be published while the catalog is asked.
        let published: Vec<bool> = tables.iter().map(|(_, cell)| cell.initialized()).collect();
        let ids: Vec<RelationId> = tables.iter().map(|(table, _)| table.id).collect();
        self.marks.retain(|id, _| ids.contains(id));
        if ids.is_empty() {
            return Ok(());
        }
        let mut marks = shared.source.marks(&ids).await?;
        for ((table, cell), was_published) in tables.iter().zip(published) {
            let is_same_stream = || Arc::ptr_eq(cell, &shared.catalog.published(table.id));
            match marks.remove(&table.id) {
                None => shared.tell(Command::InvalidateTable(table.id)).await,
                // Changes were missed.
                Some(mark) if !mark.is_followed && was_published && is_same_stream() => {
                    shared.tell(Command::InvalidateTable(table.id)).await;
                }
                Some(mark) if self.marks.get(&table.id) == Some(&mark.version) => {}
                Some(mark) => {
                    shared.compare(table).await?;
                    self.marks.insert(table.id, mark.version);
                }
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Compares a table with the catalog, on the worker thread; its shapes end if it has changed.
    pub(super) fn check_table(self: &Arc<Self>, table: RelationId) {
        let Some(known) = self.registry().table(table) else { return };
        let shared = self.clone();
        self.work.spawn(async move {
            if let Err(error) = shared.compare(&known).await {
                let error: &dyn std::error::Error = &error;
                warn!(table = %known.name, error, "a table could not be compared with the catalog");
            }
        });
    }

    async fn tell(&self, command: Command) {
        // The collector is gone only when the engine stops, and then there is nothing to end.
        let _ = self.commands.send(command).await;
    }

    async fn compare(&self, known: &TableSchema) -> Result<(), SourceError> {
        match self.source.table(&known.name).await {
            Ok(now) if *now == *known => {}
            Ok(now) if now.id == known.id => self.tell(Command::ChangeTable(now)).await,
            Ok(_) | Err(SourceError::UnknownTable(_) | SourceError::NotATable { .. }) => {
                self.tell(Command::InvalidateTable(known.id)).await;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
