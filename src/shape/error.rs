//! What can be wrong with the definition of a shape.

use std::sync::Arc;

use crate::pg::TableName;
use crate::predicate::ParseError;

/// Why something is no shape.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// The query has a clause that a set of rows cannot have. Joins, and these clauses on a query that is not boxed, do
    /// not compile; on a boxed query only its text tells.
    #[error("a shape of {table} cannot have {clause}: sync the rows, and let the client do the rest")]
    Clause {
        /// The table.
        table: TableName,
        /// The clause, as SQL calls it.
        clause: &'static str,
    },
    /// The query selects something else than columns of its table.
    #[error("a shape of {table} selects plain columns of that table alone, not `{selected}`: select the columns")]
    Selection {
        /// The table.
        table: TableName,
        /// What it selects, as SQL.
        selected: String,
    },
    /// Nothing is selected.
    #[error("a shape of {table} must select a column")]
    NoColumns {
        /// The table.
        table: TableName,
    },
    /// A row could not be told from another.
    #[error("a shape of {table} must select the whole primary key: {} missing", .columns.join(", "))]
    MissingKeyColumns {
        /// The table.
        table: TableName,
        /// The columns of the key that are not selected.
        columns: Vec<String>,
    },
    /// A column is listed twice.
    #[error("the columns of a shape of {table} name {column} twice")]
    DuplicateColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: String,
    },
    /// A model's shape can be narrowed to some of its columns, not widened by others.
    #[error("the shape of a model of {table} cannot be narrowed to {column}, which it does not select")]
    ColumnNotInModel {
        /// The table.
        table: TableName,
        /// The column.
        column: String,
    },
    /// The filter cannot be read.
    #[error("the filter of a shape of {table} cannot be used")]
    Filter {
        /// The table.
        table: TableName,
        /// What is wrong with it.
        #[source]
        source: ParseError,
    },
    /// The filter has a `$n` that was given no value.
    #[error("the filter of a shape of {table} has ${parameter}, for which no value is bound: add `.bind(..)`")]
    Unbound {
        /// The table.
        table: TableName,
        /// The highest `$n`, counted within the filter.
        parameter: u32,
        /// How many values the filter was given.
        bound: usize,
    },
    /// More values were bound than the filter has `$n`.
    #[error(
        "a value is bound for ${bound}, which the filter of a shape of {table} does not have: each `.bind(..)` follows the \
         `.filter_sql(..)` that it is for"
    )]
    Unused {
        /// The table.
        table: TableName,
        /// The highest `$n`, counted within the filter.
        parameters: u32,
        /// How many values the filter was given.
        bound: usize,
    },
    /// A value has no exact text.
    #[error("the value of ${parameter} in the filter of a shape of {table} cannot be written as text")]
    Bind {
        /// The table.
        table: TableName,
        /// Its position in the filter.
        parameter: usize,
        /// Why not. Never tells the value.
        #[source]
        source: BindError,
    },
    /// Diesel could not write the query.
    #[error("Diesel cannot write the query of a shape")]
    Diesel(#[source] Arc<diesel::result::Error>),
    /// Diesel wrote SQL that this version of the library does not know.
    #[error("the SQL that Diesel writes for {0} is not understood")]
    Sql(&'static str),
}

/// Why a value that Diesel wrote has no exact text. Never tells the value itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// A type without a text form here.
    #[error("type {0} is not supported in a filter: compare with a cast to text, or use a hand-written filter")]
    Type(String),
    /// Bytes that are no value of the type.
    #[error("it is not a value of type {0} in Postgres' binary form")]
    Malformed(String),
    /// A value that Postgres would refuse.
    #[error("it is outside the range of type {0}")]
    OutOfRange(String),
}
