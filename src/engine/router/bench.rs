//! A door for the benches: a router on its own, and a filter on its own.

use std::sync::Arc;

use super::{Router, Slot};
use crate::engine::row::TableRow;
use crate::pg::{Column, Generated, PgType, RelationId, TableName, TableSchema};
use crate::predicate::{Expr, Predicate};

/// The router of one table, `work (owner_id int8, name text, tags int8[], at timestamptz, token uuid, price numeric)`, in
/// which all columns but one are NULL.
#[derive(Debug)]
pub struct Routing {
    table: TableSchema,
    router: Router,
    filters: Vec<Arc<Predicate>>,
}

impl Routing {
    /// With a shape for each filter.
    pub fn new(filters: impl IntoIterator<Item = String>) -> Self {
        let table = table();
        let filters = filters.into_iter().map(|filter| Arc::new(check(&filter, &table))).collect();
        let mut routing = Self { table, router: Router::default(), filters };
        for (slot, filter) in (0..).zip(&routing.filters) {
            routing.router.insert(slot, Some(filter), &routing.table);
        }
        routing
    }

    /// Finds the shapes of a new row with this value in one column.
    pub fn find(&self, column: usize, value: &str, found: &mut Vec<Slot>) {
        let mut cells = [None; 6];
        if let Some(cell) = cells.get_mut(column) {
            *cell = Some(value.as_bytes());
        }
        self.router.candidates(None, Some(&cells), found);
    }

    /// Drops a shape and makes it again.
    pub fn renew(&mut self, slot: Slot) {
        let filter = self.filters.get(slot as usize);
        self.router.remove(slot, filter, &self.table);
        self.router.insert(slot, filter, &self.table);
    }
}

/// A filter on the same table.
#[derive(Debug)]
pub struct Filter(Predicate);

impl Filter {
    /// Read and checked.
    pub fn new(text: &str) -> Self {
        Self(check(text, &table()))
    }

    /// Whether the row is in; false if the filter fails on it.
    pub fn takes(&self, row: &[Option<&[u8]>]) -> bool {
        self.0.matches(&TableRow(row)).unwrap_or(false)
    }
}

fn check(filter: &str, table: &TableSchema) -> Predicate {
    let expr = filter.parse::<Expr>().expect("a filter that can be read");
    Predicate::check(&expr, &[], table).expect("a filter on this table")
}

fn table() -> TableSchema {
    let column = |(name, ty): (&str, PgType)| Column {
        name: name.to_owned(),
        ty,
        type_modifier: -1,
        dimensions: 0,
        not_null: false,
        generated: Generated::No,
        collation: None,
    };
    let columns = [
        ("owner_id", PgType::Int8),
        ("name", PgType::Text),
        ("tags", PgType::Array(PgType::Int8.into())),
        ("at", PgType::Timestamptz),
        ("token", PgType::Uuid),
        ("price", PgType::Numeric),
    ];
    let (id, name) = (RelationId(1), TableName::new("public", "work"));
    TableSchema { id, name, columns: columns.map(column).to_vec(), primary_key: vec![0] }
}
