//! What a shape is, once resolved.

use std::hash::{Hash, Hasher};
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

/// The table counts by its OID: shapes of one table in two states of its schema are few, and then compared.
impl Hash for Definition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.table.id.hash(state);
        self.columns.hash(state);
        self.columns_listed.hash(state);
        self.predicate.hash(state);
        self.replica.hash(state);
        self.log.hash(state);
    }
}

impl Definition {
    /// The names of the selected columns.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|&at| self.table.columns.get(at)).map(|column| column.name.as_str())
    }

    /// The definition as storage keeps it: JSON that a hand-written shape could be read from.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let filter = self.predicate.as_ref().map(|predicate| predicate.sql());
        let columns = self.columns_listed.then(|| self.column_names().collect::<Vec<_>>());
        serde_json::json!({
            "namespace": self.table.name.schema,
            "table": self.table.name.table,
            "where": filter,
            "columns": columns,
            "replica": self.replica,
            "log": self.log,
        })
        .to_string()
        .into_bytes()
    }
}
