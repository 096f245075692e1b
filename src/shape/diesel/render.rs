//! Clauses as SQL with binds.

use std::sync::Arc;

use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{QueryBuilder, QueryFragment};

use super::lookup::RecordingLookup;
use crate::pg::TableName;
use crate::predicate::{Bind, Expr};
use crate::shape::bind_text::bind_text;
use crate::shape::columns::read_columns;
use crate::shape::{BindError, ShapeError};

/// What Diesel puts before the condition of a where clause.
const WHERE: &str = " WHERE ";

/// A fragment as SQL.
pub(super) fn sql(fragment: &(impl QueryFragment<Pg> + ?Sized)) -> Result<String, ShapeError> {
    let mut builder = PgQueryBuilder::default();
    fragment.to_sql(&mut builder, &Pg).map_err(refused)?;
    Ok(builder.finish())
}

fn refused(error: diesel::result::Error) -> ShapeError {
    ShapeError::Diesel(Arc::new(error))
}

/// A select list of plain columns of `table`.
pub(in crate::shape) fn columns(
    list: &(impl QueryFragment<Pg> + ?Sized),
    table: &TableName,
) -> Result<Vec<String>, ShapeError> {
    read_columns(&sql(list)?, table)
}

/// A where clause, or a condition alone, on `table` with the values of its `$n`. `None` if there is none.
pub(in crate::shape) fn condition(
    fragment: &(impl QueryFragment<Pg> + ?Sized),
    table: &TableName,
) -> Result<Option<(Expr, Vec<Bind>)>, ShapeError> {
    let text = sql(fragment)?;
    let text = text.strip_prefix(WHERE).unwrap_or(&text);
    if text.is_empty() {
        return Ok(None);
    }
    let filter =
        Expr::parse_diesel(text, table).map_err(|source| ShapeError::Filter { table: table.clone(), source })?;
    let binds = binds(fragment)?.into_iter().enumerate().map(|(position, bind)| {
        bind.map_err(|source| ShapeError::Bind { table: table.clone(), parameter: position + 1, source })
    });
    Ok(Some((filter, binds.collect::<Result<_, _>>()?)))
}

/// The binds of a fragment in the order of their `$n`.
fn binds(fragment: &(impl QueryFragment<Pg> + ?Sized)) -> Result<Vec<Result<Bind, BindError>>, ShapeError> {
    let mut collector = RawBytesBindCollector::<Pg>::new();
    let mut lookup = RecordingLookup::default();
    fragment.collect_binds(&mut collector, &mut lookup, &Pg).map_err(refused)?;
    let binds = collector.binds.into_iter().zip(collector.metadata).map(|(bytes, metadata)| {
        let oid = metadata.oid().map_err(|error| BindError::Type(error.to_string()))?;
        let ty = lookup.resolve(oid);
        let value = bytes.map(|bytes| bind_text(&ty, &bytes)).transpose()?;
        Ok(Bind { value, ty })
    });
    Ok(binds.collect())
}
