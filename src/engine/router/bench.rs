//! A door for the benches: a router on its own.

use super::{Router, Slot};
use crate::pg::{Column, Generated, PgType, RelationId, TableName, TableSchema};
use crate::predicate::{IndexKey, Value};

/// The router of one table.
#[derive(Debug)]
pub struct Routing {
    router: Router,
}

impl Routing {
    /// `shapes` shapes, each with the filter `owner_id = k` for a `k` of its own.
    pub fn by_owner(shapes: u32) -> Self {
        let table = table();
        let mut router = Router::default();
        for slot in 0..shapes {
            let values = Value::parse(&slot.to_string(), &PgType::Int8).into_iter().collect();
            router.insert(slot, &[IndexKey { column: 0, values }], &table);
        }
        Self { router }
    }

    /// Finds the shapes of a new row with this owner.
    pub fn find(&self, owner: &str, found: &mut Vec<Slot>) {
        self.router.candidates(None, Some(&[Some(owner.as_bytes())]), found);
    }
}

fn table() -> TableSchema {
    let owner = Column {
        name: "owner_id".to_owned(),
        ty: PgType::Int8,
        type_modifier: -1,
        dimensions: 0,
        not_null: true,
        generated: Generated::No,
        collation: None,
    };
    let name = TableName::new("public", "work");
    TableSchema { id: RelationId(1), name, columns: vec![owner], primary_key: vec![0] }
}
