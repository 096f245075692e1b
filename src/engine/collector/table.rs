//! A table that shapes follow: how its rows come off the wire, where its shapes are found, what they share.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use smallvec::SmallVec;

use super::projection::Projection;
use crate::change::{Cell, Relation, Tuple};
use crate::engine::Definition;
use crate::engine::router::{Router, Slot};
use crate::pg::{ReplicaIdentity, TableSchema};
use crate::protocol::ReplicaMode;

/// A row's values by position in the table; most tables fit without an allocation.
pub(super) type Row<'a> = SmallVec<[Option<&'a [u8]>; 24]>;

/// A followed table.
#[derive(Debug)]
pub(super) struct FollowedTable {
    pub(super) schema: Arc<TableSchema>,
    pub(super) router: Router,
    /// Its shapes.
    pub(super) slots: BTreeSet<Slot>,
    pub(super) projections: Vec<Projection>,
    /// Where a projection is among them, as long as a shape uses it.
    places: HashMap<(Arc<[usize]>, ReplicaMode), usize>,
    /// Those that no shape uses.
    unused: Vec<usize>,
    /// For each value of a tuple its column's position in the schema; unknown until the stream has described the table.
    wire: Option<Vec<usize>>,
}

/// How a table on the stream differs from what its shapes were made for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Drift {
    /// It does not.
    None,
    /// These columns are gone, or of another type; or columns were added.
    Columns(Vec<usize>),
    /// It has another name, or its updates come without the old row.
    Table,
}

impl FollowedTable {
    pub(super) fn new(schema: Arc<TableSchema>) -> Self {
        Self {
            schema,
            router: Router::default(),
            slots: BTreeSet::new(),
            projections: Vec::new(),
            places: HashMap::new(),
            unused: Vec::new(),
            wire: None,
        }
    }

    /// The table is like this now. Whatever its shapes use of it is the same, in the same places.
    pub(super) fn change(&mut self, now: Arc<TableSchema>, relation: Option<&Relation>) {
        for projection in &mut self.projections {
            let users = projection.users;
            *projection = Projection::new(&now, std::mem::take(&mut projection.columns), projection.replica);
            projection.users = users;
        }
        self.schema = now;
        if let Some(relation) = relation {
            // Drift is found by the check of the catalog that every new shape goes through.
            self.describe(relation);
        }
    }

    /// Takes the stream's description of the table and says what has changed.
    pub(super) fn describe(&mut self, relation: &Relation) -> Drift {
        if relation.name != self.schema.name || relation.identity != ReplicaIdentity::Full {
            return Drift::Table;
        }
        let mut changed = Vec::new();
        for (position, column) in self.schema.columns.iter().enumerate() {
            let same = relation.columns.iter().any(|described| {
                described.name == column.name
                    && described.type_modifier == column.type_modifier
                    // The OID of an array of a custom type is not known here; the catalog check compares that.
                    && column.ty.oid().is_none_or(|oid| oid == described.type_oid)
            });
            // A generated column need not be on the stream, and no shape has it then.
            if !same && column.generated == crate::pg::Generated::No {
                changed.push(position);
            }
        }
        let known = |name: &str| self.schema.column(name).map(|(position, _)| position);
        let added = relation.columns.iter().any(|described| known(&described.name).is_none());
        // A column that is not in the schema has no place in a row.
        let wire = relation.columns.iter().map(|described| known(&described.name).unwrap_or(usize::MAX));
        self.wire = Some(wire.collect());
        if added || !changed.is_empty() { Drift::Columns(changed) } else { Drift::None }
    }

    /// The values of `tuple`; what the update left untouched out of line is taken from the row before. `None` if the
    /// stream has not described the table yet.
    pub(super) fn row<'a>(&self, tuple: &'a Tuple, before: Option<&Row<'a>>) -> Option<Row<'a>> {
        let mut row: Row<'a> = smallvec::smallvec![None; self.schema.columns.len()];
        for (cell, &position) in tuple.cells().zip(self.wire.as_ref()?) {
            let Some(place) = row.get_mut(position) else { continue };
            *place = match cell {
                Cell::Null => None,
                Cell::Text(text) => Some(text),
                Cell::Unchanged => before.and_then(|row| row.get(position).copied().flatten()),
            };
        }
        Some(row)
    }

    /// The projection for another shape, made if it is the first of its kind. There are never more than there were
    /// shapes at once: one that no shape uses gives its place to the next.
    pub(super) fn take_projection(&mut self, definition: &Definition) -> usize {
        let kind = (definition.columns.clone(), definition.replica);
        let at = self.places.get(&kind).copied().unwrap_or_else(|| {
            let made = Projection::new(&self.schema, definition.columns.clone(), definition.replica);
            let at = self.unused.pop().unwrap_or(self.projections.len());
            match self.projections.get_mut(at) {
                Some(place) => *place = made,
                None => self.projections.push(made),
            }
            self.places.insert(kind, at);
            at
        });
        if let Some(projection) = self.projections.get_mut(at) {
            projection.users += 1;
        }
        at
    }

    /// A shape with this projection is gone.
    pub(super) fn release_projection(&mut self, at: usize) {
        let Some(projection) = self.projections.get_mut(at) else { return };
        projection.users = projection.users.saturating_sub(1);
        if projection.users == 0 {
            self.places.remove(&(std::mem::take(&mut projection.columns), projection.replica));
            self.unused.push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::{Column, PgType, RelationId, TableName};
    use crate::protocol::{LogMode, ReplicaMode};

    #[test]
    fn projections_are_never_more_than_the_shapes_there_were_at_once() {
        let column = |name: &str| Column::plain(name, PgType::Int8);
        let columns = ["id", "a", "b", "c"].map(column).to_vec();
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        let schema = Arc::new(TableSchema { id, name, columns, primary_key: vec![0] });
        let definition = |columns: &[usize]| Definition {
            table: schema.clone(),
            columns: columns.into(),
            columns_listed: true,
            predicate: None,
            replica: ReplicaMode::Default,
            log: LogMode::Full,
        };
        let mut table = FollowedTable::new(schema.clone());
        let [first, same] = [0; 2].map(|_| table.take_projection(&definition(&[0, 1])));
        assert_eq!((first, same), (0, 0));
        assert_eq!(table.take_projection(&definition(&[0, 2])), 1);
        table.release_projection(first);
        assert_eq!(table.take_projection(&definition(&[0, 3])), 2, "one shape still has the first");
        table.release_projection(same);
        assert_eq!(table.take_projection(&definition(&[0, 2, 3])), 0);
        assert_eq!(table.projections.iter().map(|projection| projection.users).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
