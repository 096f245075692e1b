//! What a shape is, once resolved.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::pg::{RelationId, TableSchema};
use crate::predicate::Predicate;
use crate::protocol::{LogMode, ReplicaMode};

/// A resolved shape: which rows and columns of which table. Two requests share a log iff their definitions are equal.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The table.
    pub table: Arc<TableSchema>,
    /// The selected columns: positions in the table, ascending.
    pub columns: Arc<[usize]>,
    /// Whether they were listed; else the shape follows the table.
    pub columns_listed: bool,
    /// The filter.
    pub predicate: Option<Arc<Predicate>>,
    /// What updates and deletes carry.
    pub replica: ReplicaMode,
    /// Where the log begins.
    pub log: LogMode,
}

/// Of a table that was looked up at two moments only what the shape uses of it counts ([`Definition::fits`]).
impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.columns == other.columns
            && self.columns_listed == other.columns_listed
            && self.predicate == other.predicate
            && self.replica == other.replica
            && self.log == other.log
            && self.fits(&other.table)
    }
}

impl Eq for Definition {}

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
    /// Whether the shape is the same for the table as it is `now`: all of the table if the shape follows it; else its
    /// name, its key, and the columns that the shape selects or reads, all in their places. Which of them may be null does
    /// not matter for it; see [`Self::is_loosened_by`].
    pub fn fits(&self, now: &TableSchema) -> bool {
        let table = &*self.table;
        if !self.columns_listed || table.primary_key.is_empty() {
            return table.same_but_for_nulls(now);
        }
        let read = self.predicate.as_ref().map_or(&[][..], |predicate| predicate.columns());
        table.id == now.id
            && table.name == now.name
            && table.primary_key == now.primary_key
            && self.columns.iter().chain(read).all(|&at| match (table.columns.get(at), now.columns.get(at)) {
                (Some(column), Some(now)) => column.same_but_for_nulls(now),
                (column, now) => column.is_none() && now.is_none(),
            })
    }

    /// Whether a selected column may be null `now` that could not be when clients were told of the table: they would fail
    /// on one. The other way round they are told nothing new, since the log may hold nulls from before.
    pub fn is_loosened_by(&self, now: &TableSchema) -> bool {
        let not_null = |table: &TableSchema, at: usize| table.columns.get(at).is_some_and(|column| column.not_null);
        self.columns.iter().any(|&at| not_null(&self.table, at) && !not_null(now, at))
    }

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

/// Which shapes are meant, once looked up.
#[derive(Clone, Debug)]
pub struct Meant {
    /// Those of this table,
    pub table: RelationId,
    /// if there is a filter, those that have it,
    pub predicate: Option<Arc<Predicate>>,
    /// if there are columns, those that select them: positions in the table, ascending.
    pub columns: Option<Vec<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::{Column, PgType, TableName};

    fn table(columns: &[(&str, PgType)]) -> Arc<TableSchema> {
        let column = |(name, ty): &(&str, PgType)| Column::plain(name, ty.clone());
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        Arc::new(TableSchema { id, name, columns: columns.iter().map(column).collect(), primary_key: vec![0] })
    }

    fn definition(table: &Arc<TableSchema>, columns: &[usize], columns_listed: bool) -> Definition {
        let (replica, log) = (ReplicaMode::Default, LogMode::Full);
        Definition { table: table.clone(), columns: columns.into(), columns_listed, predicate: None, replica, log }
    }

    #[test]
    fn listed_columns_live_on_when_others_change() {
        let old = table(&[("id", PgType::Int8), ("a", PgType::Text), ("b", PgType::Text)]);
        let added = table(&[("id", PgType::Int8), ("a", PgType::Text), ("b", PgType::Text), ("c", PgType::Text)]);
        let other = table(&[("id", PgType::Int8), ("a", PgType::Text), ("b", PgType::Int4)]);
        let moved = table(&[("id", PgType::Int8), ("b", PgType::Text), ("a", PgType::Text)]);
        let listed = definition(&old, &[0, 1], true);
        assert_eq!(listed, definition(&added, &[0, 1], true));
        assert_eq!(listed, definition(&other, &[0, 1], true));
        assert_ne!(listed, definition(&moved, &[0, 1], true));
        assert_ne!(definition(&old, &[0, 2], true), definition(&other, &[0, 2], true));
        assert_ne!(definition(&old, &[0, 1, 2], false), definition(&added, &[0, 1, 2, 3], false));
        assert!(!definition(&old, &[0, 1, 2], false).fits(&added), "it follows the table");
    }

    #[test]
    fn which_columns_may_be_null_makes_no_other_shape() {
        let old = table(&[("id", PgType::Int8), ("a", PgType::Text)]);
        let mut tight = (*old).clone();
        tight.columns[1].not_null = true;
        let tight = Arc::new(tight);
        for listed in [false, true] {
            let (loose_shape, tight_shape) = (definition(&old, &[0, 1], listed), definition(&tight, &[0, 1], listed));
            assert_eq!(loose_shape, tight_shape);
            assert!(tight_shape.is_loosened_by(&old) && !loose_shape.is_loosened_by(&tight));
        }
        assert!(!definition(&tight, &[0], true).is_loosened_by(&old), "it does not select the column");
    }
}
