//! What a shape is, once resolved.

use std::sync::Arc;

use crate::pg::TableSchema;
use crate::predicate::Predicate;
use crate::protocol::{LogMode, ReplicaMode};

/// A resolved shape: which rows and columns of which table. Two requests share a log iff their definitions are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The table.
    pub table: Arc<TableSchema>,
    /// The selected columns: positions in the table, ascending.
    pub columns: Vec<usize>,
    /// Whether they were listed; else the shape follows the table.
    pub columns_listed: bool,
    /// The filter.
    pub predicate: Option<Arc<Predicate>>,
    /// What updates and deletes carry.
    pub replica: ReplicaMode,
    /// Where the log begins.
    pub log: LogMode,
}
