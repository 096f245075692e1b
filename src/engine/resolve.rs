//! The second of the two phases: from a definition as written to one that is checked against the catalog.

use std::sync::Arc;

use super::{Definition, Engine, ResolveError};
use crate::pg::{Generated, TableName, TableSchema};
use crate::predicate::Predicate;
use crate::shape::{Meant, Shape};
use crate::source::SourceError;

/// Who may evaluate a shape's filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluator {
    /// The engine alone.
    Engine,
    /// Postgres, as far as the engine cannot.
    Postgres,
}

impl Engine {
    /// Looks a shape's table, columns and types up and checks its filter: the second of the two phases.
    pub async fn resolve(&self, shape: &Shape, by: Evaluator) -> Result<Arc<Definition>, ResolveError> {
        let table = self.table(&shape.table).await?;
        let columns = select(&table, shape.columns.as_deref())?;
        let predicate = self.filter(shape, &table, by).await?;
        Ok(Arc::new(Definition {
            columns: columns.into(),
            columns_listed: shape.columns.is_some(),
            predicate,
            replica: shape.replica,
            log: shape.log,
            table,
        }))
    }

    /// Looks up which shapes are meant by one whose columns count only if its author chose them: its table, the checked
    /// filter, the columns' positions.
    pub async fn resolve_match(&self, shape: &Shape, by: Evaluator) -> Result<Meant, ResolveError> {
        let table = self.table(&shape.table).await?;
        let columns = match &shape.columns {
            Some(listed) if shape.selects() => Some(select(&table, Some(listed))?),
            _ => None,
        };
        Ok(Meant { predicate: self.filter(shape, &table, by).await?, table: table.id, columns })
    }

    async fn filter(
        &self,
        shape: &Shape,
        table: &Arc<TableSchema>,
        by: Evaluator,
    ) -> Result<Option<Arc<Predicate>>, ResolveError> {
        let Some(filter) = &shape.filter else { return Ok(None) };
        let predicate = Predicate::check(filter, &shape.binds, table)?;
        refuse_generated(table, predicate.columns())?;
        match (predicate.handed_on(), by) {
            (None, _) => {}
            (Some(part), Evaluator::Engine) => return Err(part.reason().clone().into()),
            (Some(part), Evaluator::Postgres) => self.admit(table, part).await?,
        }
        Ok(Some(Arc::new(predicate)))
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
