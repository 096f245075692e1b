//! What the shapes of one table with the same columns and replica mode share: the items of the change at hand, each
//! written once.

use std::ops::Range;
use std::sync::Arc;

use crate::pg::TableSchema;
use crate::protocol::{Cells, ItemEncoder, Place, ReplicaMode};

/// One projection of a table.
#[derive(Debug)]
pub(super) struct Projection {
    pub(super) columns: Arc<[usize]>,
    pub(super) replica: ReplicaMode,
    /// How many shapes have it.
    pub(super) users: usize,
    /// Those of its columns that always hold a value, and whose clients have been told so.
    not_null: Vec<usize>,
    encoder: ItemEncoder,
    written: Written,
}

/// The items of one change, as far as a shape has asked for them.
#[derive(Debug, Default)]
struct Written {
    /// Which change; what was written for another is stale.
    change: u64,
    /// Whether the new row lacks a value that must be there.
    lacks: Option<bool>,
    bytes: Vec<u8>,
    insert: Option<Range<usize>>,
    delete: Option<Range<usize>>,
    update: Option<Update>,
}

/// What an update of a row that stays in the shape comes to.
#[derive(Clone, Debug)]
enum Update {
    /// No selected column differs.
    Nothing,
    Item(Range<usize>),
    /// The key differs: a delete, and an insert at the next operation number.
    KeyChange(Range<usize>, Range<usize>),
}

/// The items that a change puts into a shape's log.
#[derive(Clone, Copy, Debug)]
pub(super) enum ChangeItems<'a> {
    /// None.
    Nothing,
    /// One, at the change's operation number.
    One(&'a [u8]),
    /// Two, the second at the next operation number.
    Two(&'a [u8], &'a [u8]),
}

impl Projection {
    pub(super) fn new(table: &TableSchema, columns: Arc<[usize]>, replica: ReplicaMode) -> Self {
        let encoder = ItemEncoder::new(table, &columns);
        let is_not_null = |at: &usize| table.columns.get(*at).is_some_and(|column| column.not_null);
        let not_null = columns.iter().copied().filter(is_not_null).collect();
        Self { columns, replica, users: 0, not_null, encoder, written: Written::default() }
    }

    /// Forgets what was written for an earlier change.
    pub(super) fn begin(&mut self, change: u64) {
        if self.written.change != change {
            let mut bytes = std::mem::take(&mut self.written.bytes);
            bytes.clear();
            self.written = Written { change, bytes, ..Written::default() };
        }
    }

    /// Whether the new row lacks a value where the schema says that there always is one: then the schema is not right any
    /// more.
    pub(super) fn lacks_a_value(&mut self, new: &Cells<'_>) -> bool {
        let Self { not_null, written, .. } = self;
        let lacks = |at: &usize| new.get(*at).is_some_and(Option::is_none);
        *written.lacks.get_or_insert_with(|| not_null.iter().any(lacks))
    }

    /// The row comes into the shape.
    pub(super) fn insert(&mut self, new: &Cells<'_>, place: &Place) -> ChangeItems<'_> {
        let Self { encoder, written, .. } = self;
        let range =
            written.insert.get_or_insert_with(|| write(&mut written.bytes, |out| encoder.insert(new, place, out)));
        ChangeItems::One(slice(&written.bytes, range))
    }

    /// The row leaves the shape.
    pub(super) fn delete(&mut self, old: &Cells<'_>, place: &Place) -> ChangeItems<'_> {
        let full = self.replica == ReplicaMode::Full;
        let Self { encoder, written, .. } = self;
        let range = written
            .delete
            .get_or_insert_with(|| write(&mut written.bytes, |out| encoder.delete(old, full, place, out)));
        ChangeItems::One(slice(&written.bytes, range))
    }

    /// The row was in the shape and stays in it.
    pub(super) fn update(&mut self, old: &Cells<'_>, new: &Cells<'_>, place: &Place) -> ChangeItems<'_> {
        let full = self.replica == ReplicaMode::Full;
        let Self { encoder, written: Written { bytes, update, .. }, .. } = self;
        let update = update.get_or_insert_with(|| {
            if encoder.key_differs(old, new) {
                let delete = write(bytes, |out| encoder.key_change_delete([old, new], full, place, out));
                let insert = write(bytes, |out| encoder.key_change_insert([old, new], place, out));
                Update::KeyChange(delete, insert)
            } else if encoder.differs(old, new) {
                Update::Item(write(bytes, |out| encoder.update(old, new, full, place, out)))
            } else {
                Update::Nothing
            }
        });
        match update {
            Update::Nothing => ChangeItems::Nothing,
            Update::Item(item) => ChangeItems::One(slice(bytes, item)),
            Update::KeyChange(delete, insert) => ChangeItems::Two(slice(bytes, delete), slice(bytes, insert)),
        }
    }
}

fn write(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
    let start = bytes.len();
    write(bytes);
    start..bytes.len()
}

fn slice<'a>(bytes: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    bytes.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::{Column, Lsn, PgType, RelationId, TableName, Xid};

    fn table() -> TableSchema {
        let column = |name: &str| Column::plain(name, PgType::Int8);
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        TableSchema { id, name, columns: ["id", "a"].map(column).to_vec(), primary_key: vec![0] }
    }

    #[test]
    fn a_change_is_written_once_for_all_shapes_with_the_same_columns() {
        let mut projection = Projection::new(&table(), [0, 1].into(), ReplicaMode::Default);
        let place = Place::new(Xid(7), Lsn(100));
        let (old, new): (&Cells<'_>, &Cells<'_>) = (&[Some(b"1"), Some(b"2")], &[Some(b"1"), Some(b"3")]);
        let mut written = Vec::new();
        for _ in 0..3 {
            // As for each shape that the change reaches: one that the row enters, one that it leaves, one in which it stays.
            projection.begin(1);
            projection.insert(new, &place);
            projection.delete(old, &place);
            projection.update(old, new, &place);
            written.push((projection.written.bytes.as_ptr(), projection.written.bytes.clone()));
        }
        assert!(written[0].1.len() > 100 && written.iter().all(|bytes| *bytes == written[0]), "{written:?}");
        projection.begin(2);
        assert!(projection.written.bytes.is_empty());
    }
}
