//! Items of a shape's log, as the JSON that goes on the wire (section 5).

use crate::pg::TableName;

/// What an item does to the client's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A row that the client did not have.
    Insert,
    /// A row that it has.
    Update,
    /// A row that it must drop.
    Delete,
}

/// Writes a row's key: `"schema"."table"/"v1"/"v2"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowKey;

/// Writes the items of one projection (table and selected columns).
#[derive(Clone, Debug)]
pub struct ItemEncoder {
    _table: TableName,
}
