//! Every socket the engine opens: the replication stream, the catalog, publication and slot, snapshots.
//!
//! Behind [`Source`], so that the engine can run on another one (the test sandbox).

mod admission;
mod catalog;
mod checks;
mod connection;
pub(crate) mod copy;
mod endpoint;
mod error;
mod feedback;
mod patience;
mod pgoutput;
mod pool;
mod postgres;
mod publication;
mod settings;
mod slot;
mod snapshot;
mod stream;
mod tls;
mod verdicts;
mod words;

#[cfg(test)]
mod tests;

pub use error::{Fault, ServerError, SourceError};
pub(crate) use patience::Patience;
#[cfg(any(feature = "__fuzz", test))]
pub(crate) use pgoutput::Decoder;
pub(crate) use postgres::PostgresSource;
pub(crate) use tls::{MadeTls, TlsConnector};

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::change::{Event, KeptRow};
use crate::pg::{Lsn, PgSnapshot, RelationId, TableName, TableSchema};
use crate::shape::Subset;

/// Where tables, snapshots and changes come from.
pub trait Source: Send + Sync + 'static {
    /// Looks a table up in the catalog.
    ///
    /// # Errors
    /// [`SourceError::UnknownTable`] if there is none; [`SourceError::NotATable`] names views, foreign, partitioned,
    /// temporary, unlogged and system tables.
    fn table<'a>(&'a self, name: &'a TableName) -> BoxFuture<'a, Result<Arc<TableSchema>, SourceError>>;

    /// Looks at tables in the catalog, all at once: a mark of each that is there.
    fn marks<'a>(
        &'a self,
        tables: &'a [RelationId],
    ) -> BoxFuture<'a, Result<HashMap<RelationId, TableMark>, SourceError>>;

    /// Makes sure that every change of the table from now on comes through [`Source::stream`] with its whole old row:
    /// adds it to the publication, sets `REPLICA IDENTITY FULL`, and waits for the transactions that wrote to it before.
    fn publish<'a>(&'a self, table: &'a TableSchema) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Fixes a snapshot and starts to read the query's rows in it.
    fn snapshot<'a>(&'a self, query: &'a SnapshotQuery) -> BoxFuture<'a, Result<Box<dyn SnapshotRows>, SourceError>>;

    /// Asks Postgres whether it may evaluate a condition on rows of the table: whether it is one, and immutable. `None` if
    /// it may.
    fn admits<'a>(
        &'a self,
        table: &'a TableSchema,
        sql: &'a str,
    ) -> BoxFuture<'a, Result<Option<Refusal>, SourceError>>;

    /// Asks Postgres which conditions are true on which rows, in one round trip: for each of `asks`, for each of its rows.
    fn verdicts<'a>(&'a self, asks: &'a [Ask]) -> BoxFuture<'a, Result<Vec<Vec<bool>>, SourceError>>;

    /// Connects the replication stream: takes the lock on the slot, creates what is missing, starts to stream. The
    /// previous stream must be dropped first.
    fn stream(&self) -> BoxFuture<'_, Result<Box<dyn ChangeStream>, SourceError>>;

    /// Writes a message into the WAL, in a transaction of its own.
    fn announce<'a>(&'a self, prefix: &'a str, content: &'a str) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Removes what would outlive a temporary source: its publication. Called once, at stop, after the stream was dropped.
    fn clean_up(&self) -> BoxFuture<'_, Result<(), SourceError>>;
}

/// What a table looks like at one moment, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableMark {
    /// Another one whenever the table's columns, its key or its name are, and at times when they are not.
    pub version: String,
    /// Whether its changes come through the stream, with their whole old rows.
    pub is_followed: bool,
}

/// Postgres does not take a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What there is to say about that beyond that nobody knows how to evaluate it.
    pub said: Option<String>,
}

/// A condition, and the rows for which it is asked whether it is true.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The table.
    pub table: Arc<TableSchema>,
    /// The condition as SQL: columns stand in it by their names alone.
    pub sql: Arc<str>,
    /// The positions of the columns that it reads.
    pub columns: Arc<[usize]>,
    /// The rows.
    pub rows: Vec<Arc<KeptRow>>,
}

/// What to read in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotQuery {
    /// The table.
    pub table: TableName,
    /// What its OID must be, if it matters that no other table has taken its place.
    pub id: Option<RelationId>,
    /// The columns to read, in this order.
    pub columns: Vec<String>,
    /// The condition as SQL, without parameters.
    pub filter: Option<String>,
    /// False to fix the snapshot and read nothing.
    pub rows: bool,
    /// Which of these rows, and in what order, if not all.
    pub subset: Option<Subset>,
}

/// The rows of one snapshot.
pub trait SnapshotRows: Send {
    /// Which transactions it sees.
    fn visible(&self) -> &PgSnapshot;

    /// Where the WAL ended when it had been taken: every transaction that it sees has its commit record below.
    fn lsn(&self) -> Lsn;

    /// More rows in `COPY .. TO STDOUT` text form, each ended by a newline; `None` at the end. Whole rows only.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, SourceError>>;
}

/// The replication stream.
pub trait ChangeStream: Send {
    /// True if nothing before this stream's start can come: the slot is new, so all that was known is stale.
    fn is_fresh(&self) -> bool;

    /// Waits for something to happen and appends it to `events`. Status is sent to the server meanwhile.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    fn next<'a>(&'a mut self, events: &'a mut Vec<Event>) -> BoxFuture<'a, Result<(), SourceError>>;

    /// All WAL below this position has been dealt with durably; told to the server with the next status.
    fn acknowledge(&mut self, flushed: Lsn);
}
