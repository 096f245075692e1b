//! The second of the two phases: from a definition as written to one that is checked against the catalog.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::collector::Command;
use super::{Definition, Engine, EngineStatus, ResolveError, Shared};
use crate::pg::{Generated, RelationId, TableName, TableSchema};
use crate::predicate::Predicate;
use crate::shape::Shape;
use crate::source::SourceError;

/// How often the catalog is compared with what is known: the stream tells of most changes only with the next row.
const CATALOG_CHECK: Duration = Duration::from_secs(60);

impl Engine {
    /// Looks a shape's table, columns and types up and checks its filter: the second of the two phases.
    pub async fn resolve(&self, shape: &Shape) -> Result<Arc<Definition>, ResolveError> {
        let table = self.table(&shape.table).await?;
        let columns = select(&table, shape.columns.as_deref())?;
        let predicate = match &shape.filter {
            None => None,
            Some(filter) => Some(Arc::new(Predicate::check(filter, &shape.binds, &table)?)),
        };
        if let Some(predicate) = &predicate {
            refuse_generated(&table, predicate.columns())?;
        }
        Ok(Arc::new(Definition {
            columns,
            columns_listed: shape.columns.is_some(),
            predicate,
            replica: shape.replica,
            log: shape.log,
            table,
        }))
    }

    async fn table(&self, name: &TableName) -> Result<Arc<TableSchema>, ResolveError> {
        let shared = self.shared();
        if let Some(known) = shared.catalog.get(name)
            // Without a shape nobody would tell us of a change.
            && shared.registry().follows(known.id)
        {
            return Ok(known);
        }
        let (lookup, name) = (shared.clone(), name.clone());
        let found = shared.work.spawn(async move {
            let table = lookup.source.table(&name).await?;
            lookup.catalog.put(table.clone());
            Ok(table)
        });
        match found.await {
            Ok(Ok(table)) => Ok(table),
            Ok(Err(error)) => Err(refusal(error)),
            Err(_) => Err(ResolveError::Stopped),
        }
    }
}

fn refusal(error: SourceError) -> ResolveError {
    match error {
        SourceError::UnknownTable(_) | SourceError::NotATable { .. } => ResolveError::Table(error.to_string()),
        error => ResolveError::Unreachable(Arc::new(error)),
    }
}

/// The positions of the selected columns, ascending.
fn select(table: &TableSchema, listed: Option<&[String]>) -> Result<Vec<usize>, ResolveError> {
    let Some(listed) = listed else {
        let all: Vec<usize> = (0..table.columns.len()).collect();
        refuse_generated(table, &all)?;
        return Ok(all);
    };
    let mut columns: Vec<usize> = Vec::with_capacity(listed.len());
    let mut unknown = Vec::new();
    for name in listed {
        match table.column(name) {
            Some((position, _)) if !columns.contains(&position) => columns.push(position),
            _ => unknown.push(name.clone()),
        }
    }
    let key = table.key_columns().into_iter().filter(|position| !columns.contains(position));
    let missing = names(table, key);
    if !missing.is_empty() {
        return Err(ResolveError::MissingKeyColumns(missing));
    }
    if !unknown.is_empty() {
        return Err(ResolveError::UnknownColumns(unknown));
    }
    refuse_generated(table, &columns)?;
    columns.sort_unstable();
    Ok(columns)
}

fn refuse_generated(table: &TableSchema, positions: &[usize]) -> Result<(), ResolveError> {
    let generated = positions
        .iter()
        .copied()
        .filter(|&position| table.columns.get(position).is_some_and(|column| column.generated != Generated::No));
    let generated = names(table, generated);
    if generated.is_empty() { Ok(()) } else { Err(ResolveError::GeneratedColumns(generated)) }
}

fn names(table: &TableSchema, positions: impl Iterator<Item = usize>) -> Vec<String> {
    positions.filter_map(|position| Some(table.columns.get(position)?.name.clone())).collect()
}

impl Shared {
    /// Compares a table with the catalog, on the worker thread; its shapes end if it has changed.
    pub(super) fn check_table(self: &Arc<Self>, table: RelationId) {
        let Some(known) = self.catalog.find(table) else { return };
        let shared = self.clone();
        self.work.spawn(async move { shared.compare(&known).await });
    }

    async fn tell(&self, command: Command) {
        // The collector is gone only when the engine stops, and then there is nothing to end.
        let _ = self.commands.send(command).await;
    }

    async fn compare(&self, known: &TableSchema) {
        match self.source.table(&known.name).await {
            Ok(now) if *now == *known => {}
            Ok(now) if now.id == known.id => self.tell(Command::ChangeTable(now)).await,
            Ok(_) | Err(SourceError::UnknownTable(_) | SourceError::NotATable { .. }) => {
                self.tell(Command::InvalidateTable(known.id)).await;
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                warn!(table = %known.name, error, "a table could not be compared with the catalog");
            }
        }
    }
}

/// Compares all followed tables with the catalog from time to time, for as long as the engine runs.
pub(super) fn watch_catalog(shared: &Arc<Shared>) {
    let mut stopped = shared.stop.subscribe();
    let weak = Arc::downgrade(shared);
    shared.work.spawn(async move {
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(CATALOG_CHECK) => {}
            }
            let Some(shared) = weak.upgrade() else { return };
            if *shared.status.borrow() != EngineStatus::Active {
                continue;
            }
            for table in shared.catalog.tables() {
                if shared.registry().follows(table.id) {
                    shared.compare(&table).await;
                }
            }
        }
    });
}
