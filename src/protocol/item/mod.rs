//! Items of a shape's log, as the JSON that goes on the wire (section 5).
//!
//! An item is written once for each projection of a changed row, whatever the number of shapes that take it, and stored
//! as these bytes. It is left open: the engine closes it with [`END`], or with [`END_LAST`] if no further item of the
//! transaction follows in that shape, which only its commit tells. Each item has a comma before it.

mod json;

pub use json::escape_json;

use crate::pg::TableSchema;

/// Ends an item that others of its transaction follow.
pub const END: &[u8] = b"}}";
/// Ends the shape's last item of a transaction.
pub const END_LAST: &[u8] = b",\"last\":true}}";

/// The values of a row, `None` for NULL.
pub type Cells<'a> = [Option<&'a [u8]>];

/// The place of a change in the stream, as the headers of its items tell it.
#[derive(Clone, Debug)]
pub struct Place {
    /// `,"txids":[..],"lsn":"..","op_position":`, the same for a whole transaction.
    transaction: Vec<u8>,
    /// The operation's number in its transaction.
    pub op: u64,
}

impl Place {
    /// The first place in the transaction `xid` that committed at `lsn`.
    pub fn new(xid: crate::pg::Xid, lsn: crate::pg::Lsn) -> Self {
        let transaction = format!(",\"txids\":[{xid}],\"lsn\":\"{}\",\"op_position\":", lsn.0).into_bytes();
        Self { transaction, op: 0 }
    }

    fn write(&self, op: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.transaction);
        write_number(op, out);
    }
}

/// Writes the items of one projection: a table and the columns selected from it.
#[derive(Clone, Debug)]
pub struct ItemEncoder {
    /// `"schema"."table"`, escaped for JSON.
    key_prefix: Box<[u8]>,
    /// Where the values of the key stand in the cells.
    key: Box<[usize]>,
    columns: Box<[EncodedColumn]>,
    /// `,"relation":["schema","table"]`
    relation: Box<[u8]>,
    /// Without a primary key the whole row is the key.
    has_primary_key: bool,
}

#[derive(Clone, Debug)]
struct EncodedColumn {
    /// Where its value stands in the cells.
    cell: usize,
    is_key: bool,
    /// `,"name":`
    name: Box<[u8]>,
}

/// Which columns of a row to write.
#[derive(Clone, Copy)]
enum Pick<'a> {
    All,
    Key,
    /// The key, and what differs from this row.
    KeyAndChanged(&'a Cells<'a>),
    /// What differs from this row.
    Changed(&'a Cells<'a>),
}

impl ItemEncoder {
    /// For rows that hold every column of `table`; `columns` are the positions of the selected ones.
    pub fn new(table: &TableSchema, columns: &[usize]) -> Self {
        Self::with_cells(table, columns, |position| position)
    }

    /// For rows that hold just the selected columns, in the order of `columns`.
    pub fn of_selection(table: &TableSchema, columns: &[usize]) -> Self {
        Self::with_cells(table, columns, |position| {
            columns.iter().position(|column| *column == position).unwrap_or(usize::MAX)
        })
    }

    fn with_cells(table: &TableSchema, columns: &[usize], cell_of: impl Fn(usize) -> usize) -> Self {
        let key = table.key_columns();
        let columns = columns
            .iter()
            .filter_map(|&position| {
                let column = table.columns.get(position)?;
                let mut name = b",\"".to_vec();
                escape_json(column.name.as_bytes(), &mut name);
                name.extend_from_slice(b"\":");
                let is_key = key.contains(&position);
                Some(EncodedColumn { cell: cell_of(position), is_key, name: name.into() })
            })
            .collect();
        Self {
            key_prefix: key_prefix(table),
            key: key.iter().map(|&position| cell_of(position)).collect(),
            columns,
            relation: relation_header(table),
            has_primary_key: !table.primary_key.is_empty(),
        }
    }

    /// A row of the snapshot. Complete: nothing is to be added.
    pub fn snapshot_row(&self, row: &Cells<'_>, out: &mut Vec<u8>) {
        self.head(row, out);
        self.value(b",\"value\":{", row, Pick::All, out);
        self.headers("insert", out);
        out.extend_from_slice(END);
    }

    /// A row of a subset, with the number that all of them share. Complete: nothing is to be added.
    pub fn subset_row(&self, row: &Cells<'_>, mark: u32, out: &mut Vec<u8>) {
        self.head(row, out);
        self.value(b",\"value\":{", row, Pick::All, out);
        self.headers("insert", out);
        out.extend_from_slice(b",\"snapshot_mark\":");
        write_number(mark.into(), out);
        out.extend_from_slice(END);
    }

    /// A row that the client did not have.
    pub fn insert(&self, row: &Cells<'_>, place: &Place, out: &mut Vec<u8>) {
        self.head(row, out);
        self.value(b",\"value\":{", row, Pick::All, out);
        self.headers("insert", out);
        place.write(place.op, out);
    }

    /// A row that the client must drop: its key, or all of it where `full` (or the lack of a key) asks for that.
    pub fn delete(&self, row: &Cells<'_>, full: bool, place: &Place, out: &mut Vec<u8>) {
        self.head(row, out);
        let pick = if full || !self.has_primary_key { Pick::All } else { Pick::Key };
        self.value(b",\"value\":{", row, pick, out);
        self.headers("delete", out);
        place.write(place.op, out);
    }

    /// A row that the client has, key unchanged. With `full`, the whole row and the old values of what has changed.
    pub fn update(&self, old: &Cells<'_>, new: &Cells<'_>, full: bool, place: &Place, out: &mut Vec<u8>) {
        self.head(new, out);
        if full {
            self.value(b",\"value\":{", new, Pick::All, out);
            self.value(b",\"old_value\":{", old, Pick::Changed(new), out);
        } else {
            self.value(b",\"value\":{", new, Pick::KeyAndChanged(old), out);
        }
        self.headers("update", out);
        place.write(place.op, out);
    }

    /// The first half of a change of key: the old row goes.
    pub fn key_change_delete(&self, [old, new]: [&Cells<'_>; 2], full: bool, place: &Place, out: &mut Vec<u8>) {
        self.delete(old, full, place, out);
        out.extend_from_slice(b",\"key_change_to\":\"");
        self.key(new, out);
        out.push(b'"');
    }

    /// The second half of a change of key, at the next operation number: the new row comes.
    pub fn key_change_insert(&self, [old, new]: [&Cells<'_>; 2], place: &Place, out: &mut Vec<u8>) {
        self.head(new, out);
        self.value(b",\"value\":{", new, Pick::All, out);
        self.headers("insert", out);
        place.write(place.op + 1, out);
        out.extend_from_slice(b",\"key_change_from\":\"");
        self.key(old, out);
        out.push(b'"');
    }

    /// Whether the two versions of a row have different keys.
    pub fn key_differs(&self, old: &Cells<'_>, new: &Cells<'_>) -> bool {
        self.key.iter().any(|&cell| get(old, cell) != get(new, cell))
    }

    /// Whether the two versions of a row differ in a selected column.
    pub fn differs(&self, old: &Cells<'_>, new: &Cells<'_>) -> bool {
        self.columns.iter().any(|column| get(old, column.cell) != get(new, column.cell))
    }

    fn head(&self, row: &Cells<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b",{\"key\":\"");
        self.key(row, out);
        out.push(b'"');
    }

    /// `"schema"."table"/"v1"/"v2"`: slashes in values are doubled, NULL is `_`, nothing else is escaped but for JSON.
    fn key(&self, row: &Cells<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key_prefix);
        for &cell in &self.key {
            let Some(value) = get(row, cell) else {
                out.extend_from_slice(b"/_");
                continue;
            };
            out.extend_from_slice(b"/\\\"");
            let mut rest = value;
            while let Some(at) = memchr::memchr(b'/', rest) {
                let (before, after) = rest.split_at(at);
                escape_json(before, out);
                out.extend_from_slice(b"//");
                rest = after.get(1..).unwrap_or_default();
            }
            escape_json(rest, out);
            out.extend_from_slice(b"\\\"");
        }
    }

    fn value(&self, open: &[u8], row: &Cells<'_>, pick: Pick<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(open);
        let start = out.len();
        for column in &self.columns {
            let value = get(row, column.cell);
            let wanted = match pick {
                Pick::All => true,
                Pick::Key => column.is_key,
                Pick::KeyAndChanged(other) => column.is_key || get(other, column.cell) != value,
                Pick::Changed(other) => get(other, column.cell) != value,
            };
            if !wanted {
                continue;
            }
            // The first column of the object goes without its comma.
            let name = if out.len() == start { column.name.get(1..).unwrap_or_default() } else { &column.name };
            out.extend_from_slice(name);
            match value {
                None => out.extend_from_slice(b"null"),
                Some(text) => {
                    out.push(b'"');
                    escape_json(text, out);
                    out.push(b'"');
                }
            }
        }
        out.push(b'}');
    }

    fn headers(&self, operation: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"headers\":{\"operation\":\"");
        out.extend_from_slice(operation.as_bytes());
        out.push(b'"');
        out.extend_from_slice(&self.relation);
    }
}

fn get<'a>(row: &Cells<'a>, cell: usize) -> Option<&'a [u8]> {
    row.get(cell).copied().flatten()
}

/// In names `.` and `/` are doubled.
fn key_prefix(table: &TableSchema) -> Box<[u8]> {
    let part = |name: &str| name.replace('.', "..").replace('/', "//");
    let plain = format!("\"{}\".\"{}\"", part(&table.name.schema), part(&table.name.table));
    let mut out = Vec::new();
    escape_json(plain.as_bytes(), &mut out);
    out.into()
}

fn relation_header(table: &TableSchema) -> Box<[u8]> {
    let mut out = b",\"relation\":[\"".to_vec();
    escape_json(table.name.schema.as_bytes(), &mut out);
    out.extend_from_slice(b"\",\"");
    escape_json(table.name.table.as_bytes(), &mut out);
    out.extend_from_slice(b"\"]");
    out.into()
}

fn write_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

#[cfg(test)]
mod tests;
