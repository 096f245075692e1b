//! A door for the benches: a router on its own.

use super::{Router, Slot};
use crate::pg::{Column, Generated, PgType, RelationId, TableName, TableSchema};
use crate::predicate::{IndexKey, Value, Wanted};

/// What shapes demand, each of a value of its own.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// `owner_id = k`
    Equal,
    /// `owner_id BETWEEN 10 * k AND 10 * k + 9`
    Between,
    /// `name LIKE 'k-%'`
    Prefix,
    /// `k = ANY(tags)`
    Element,
}

/// The router of one table.
#[derive(Debug)]
pub struct Routing {
    router: Router,
    work: Work,
}

impl Routing {
    /// With so many shapes.
    pub fn new(work: Work, shapes: u32) -> Self {
        let table = table();
        let mut router = Router::default();
        for slot in 0..shapes {
            router.insert(slot, Some(&[work.key(slot)]), &table);
        }
        Self { router, work }
    }

    /// What a row holds that shape `k` takes.
    pub fn row(&self, k: u32) -> String {
        match self.work {
            Work::Equal => k.to_string(),
            Work::Between => (10 * u64::from(k) + 5).to_string(),
            Work::Prefix => format!("{k}-name"),
            Work::Element => format!("{{{k}}}"),
        }
    }

    /// Finds the shapes of a new row with this value.
    pub fn find(&self, value: &str, found: &mut Vec<Slot>) {
        let mut cells = [None; 3];
        if let Some(cell) = cells.get_mut(self.work.column()) {
            *cell = Some(value.as_bytes());
        }
        self.router.candidates(None, Some(&cells), found);
    }
}

impl Work {
    fn column(self) -> usize {
        match self {
            Self::Equal | Self::Between => 0,
            Self::Prefix => 1,
            Self::Element => 2,
        }
    }

    fn key(self, k: u32) -> IndexKey {
        let int = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let text = |text: String| Value::Text(text.into());
        let k = u64::from(k);
        let wanted = match self {
            Self::Equal => Wanted::OneOf(vec![int(k)]),
            Self::Between => Wanted::Between(Some(int(10 * k)), Some(int(10 * k + 9))),
            Self::Prefix => Wanted::Between(Some(text(format!("{k}-"))), Some(text(format!("{k}.")))),
            Self::Element => Wanted::Holding(vec![int(k)]),
        };
        IndexKey { column: self.column(), wanted }
    }
}

fn table() -> TableSchema {
    let column = |name: &str, ty: PgType| Column {
        name: name.to_owned(),
        ty,
        type_modifier: -1,
        dimensions: 0,
        not_null: true,
        generated: Generated::No,
        collation: None,
    };
    let tags = PgType::Array(PgType::Int8.into());
    let columns = vec![column("owner_id", PgType::Int8), column("name", PgType::Text), column("tags", tags)];
    TableSchema { id: RelationId(1), name: TableName::new("public", "work"), columns, primary_key: vec![0] }
}
