//! What can go wrong with the database.

use crate::pg::TableName;

/// A failure of the database or the way to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No such table.
    #[error("Table {0} does not exist. If the table name contains capitals or special characters you must quote it.")]
    UnknownTable(TableName),
    /// Something else than an ordinary table.
    #[error("{name} is a {kind}, and only ordinary tables can be synced")]
    NotATable {
        /// Its name.
        name: TableName,
        /// What it is.
        kind: &'static str,
    },
}
impl SourceError {
    /// stub
    pub fn is_fatal(&self) -> bool {
        true
    }
}
