//! What the catalog says of a table.

use super::{PgType, TableName};

/// The OID of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationId(pub u32);

/// A table as the catalog describes it at one moment. Compared to find out whether it has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSchema {
    /// Its OID.
    pub id: RelationId,
    /// Its name.
    pub name: TableName,
    /// Its columns in the order of their definition, dropped ones left out.
    pub columns: Vec<Column>,
    /// The primary key: positions in [`Self::columns`], in the order of its index. Empty without one.
    pub primary_key: Vec<usize>,
}

impl TableSchema {
    /// The column of this name, with its position.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// Whether `other` is the same, but for which columns may be null.
    pub fn same_but_for_nulls(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || self.id == other.id
                && self.name == other.name
                && self.primary_key == other.primary_key
                && self.columns.len() == other.columns.len()
                && self.columns.iter().zip(&other.columns).all(|(column, other)| column.same_but_for_nulls(other))
    }

    /// The positions of the columns that identify a row: the primary key, or every column without one.
    pub fn key_columns(&self) -> Vec<usize> {
        if self.primary_key.is_empty() { (0..self.columns.len()).collect() } else { self.primary_key.clone() }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As stored.
    pub name: String,
    /// Its type.
    pub ty: PgType,
    /// `atttypmod`; -1 for none.
    pub type_modifier: i32,
    /// Declared array dimensions (`attndims`); 0 unless an array.
    pub dimensions: u32,
    /// Declared `NOT NULL` (or part of the primary key).
    pub not_null: bool,
    /// Computed by Postgres.
    pub generated: Generated,
    /// How its text is ordered; `None` for types without collation.
    pub collation: Option<Collation>,
}

impl Column {
    /// One that may be null, without modifier or collation.
    #[cfg(test)]
    pub(crate) fn plain(name: &str, ty: PgType) -> Self {
        Self {
            name: name.to_owned(),
            ty,
            type_modifier: -1,
            dimensions: 0,
            not_null: false,
            generated: Generated::No,
            collation: None,
        }
    }

    /// Whether `other` is the same, but for whether it may be null.
    pub fn same_but_for_nulls(&self, other: &Self) -> bool {
        let Self { name, ty, type_modifier, dimensions, not_null: _, generated, collation } = self;
        *name == other.name
            && *ty == other.ty
            && *type_modifier == other.type_modifier
            && *dimensions == other.dimensions
            && *generated == other.generated
            && *collation == other.collation
    }
}

/// Whether Postgres computes a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generated {
    /// An ordinary column.
    No,
    /// `GENERATED ALWAYS AS (..) STORED`.
    Stored,
    /// `GENERATED ALWAYS AS (..) VIRTUAL` (Postgres 18).
    Virtual,
}

/// A collation, as far as comparing in process goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collation {
    /// Its name, for messages; the database's own locale if the column has the default one.
    pub name: String,
    /// Its name for use in SQL, as in `COLLATE`: independent of the search path.
    pub sql_name: String,
    /// C, POSIX or C.UTF-8: text is ordered by its bytes.
    pub is_bytewise: bool,
    /// Equal texts are equal bytes.
    pub is_deterministic: bool,
}

/// `pg_class.relreplident`: how much of the old row the stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaIdentity {
    /// `d`: the primary key.
    Default,
    /// `n`: nothing.
    Nothing,
    /// `f`: all of it, which syncing needs.
    Full,
    /// `i`: the columns of an index.
    Index,
}
