//! Why a shape cannot be served.

use std::sync::Arc;

use crate::pg::TableName;
use crate::predicate::CheckError;
use crate::source::SourceError;
use crate::storage::StorageError;

/// A definition does not fit the database.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// No such table, or not one that can be synced. The text is the protocol's.
    #[error("{0}")]
    Table(String),
    /// The selection leaves key columns out.
    #[error("The list of columns must include all primary key columns, missing: {}", .0.join(", "))]
    MissingKeyColumns(Vec<String>),
    /// The selection names columns that are not there, or names one twice.
    #[error("The following columns are not found on the table: {}", .0.join(", "))]
    UnknownColumns(Vec<String>),
    /// Generated columns do not come through the stream.
    #[error(
        "The following columns are generated and cannot be included in the shape: {}. You can exclude them from \
         the shape by explicitly listing which columns to fetch in the 'columns' query param", .0.join(", ")
    )]
    GeneratedColumns(Vec<String>),
    /// The filter does not fit the table.
    #[error(transparent)]
    Filter(#[from] CheckError),
    /// The filter cannot be evaluated here, and Postgres does not do it either.
    #[error("{reason}: {said}")]
    NotAdmitted {
        /// Why not here.
        reason: CheckError,
        /// What Postgres says.
        said: String,
    },
    /// The database could not be asked.
    #[error("Cannot connect to the database to verify the shape. Please try again later.")]
    Unreachable(#[source] Arc<SourceError>),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}

impl ResolveError {
    /// The message without the values in a filter: for logs, and for clients that have not written it.
    pub fn without_values(&self) -> String {
        match self {
            Self::Filter(error) | Self::NotAdmitted { reason: error, .. } => error.without_values(),
            other => other.to_string(),
        }
    }
}

/// A shape could not be made. All who wait for it get the same error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The table is not what it was when the shape was resolved: resolve again.
    #[error("table {0} has changed")]
    SchemaChanged(TableName),
    /// The snapshot failed; the text is the protocol's.
    #[error("{message}")]
    Snapshot {
        /// What to tell the client.
        message: String,
        /// What happened.
        #[source]
        source: Arc<SourceError>,
    },
    /// The log cannot be written.
    #[error("the log of the shape cannot be written")]
    Storage(#[source] Arc<StorageError>),
    /// As many shapes are kept as may be, and somebody waits on each. The text is for clients.
    #[error("Shape limit exceeded (limit: {limit}), please retry")]
    TooManyShapes {
        /// How many may be kept.
        limit: usize,
    },
    /// The engine is not active.
    #[error("the engine is not following the database at the moment")]
    NotActive,
}

/// A subset could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SubsetError {
    /// Postgres refuses what the client asks for; the message is about that alone.
    #[error("{message}")]
    Refused {
        /// By which parameter.
        field: &'static str,
        /// What Postgres says.
        message: String,
    },
    /// The condition fails on a row, whose values are not to be told.
    #[error("cannot be evaluated for every row (SQLSTATE {code})")]
    Value {
        /// By which parameter.
        field: &'static str,
        /// Why (Postgres manual, "Error Codes").
        code: String,
    },
    /// Nobody reads it.
    #[error("the reader of the subset has stopped to read")]
    Stalled,
    /// The database cannot be read, as for a shape.
    #[error(transparent)]
    Snapshot(#[from] CreateError),
}

/// The engine cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database refuses what the engine needs.
    #[error("the database cannot be followed")]
    Source(#[source] SourceError),
    /// A thread or its runtime cannot be made.
    #[error("a thread of the engine cannot be started")]
    Thread(#[from] std::io::Error),
    /// It was stopped while it started.
    #[error("the engine was stopped while it started")]
    Stopped,
}
