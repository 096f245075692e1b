//! What the shapes of one table have in common, kept once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;

use super::Definition;
use crate::pg::TableSchema;
use crate::predicate::Template;
use crate::protocol::schema_header;

/// So many may lie here unused before they are looked for.
const UNUSED: usize = 64;

/// The parts of definitions that several may have.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// As it was when the last shape was made.
    table: Option<Arc<TableSchema>>,
    /// Selected columns, and what clients are told of them.
    columns: HashMap<Arc<[usize]>, Bytes>,
    templates: HashSet<Arc<Template>>,
    /// At how many it is time to look for some that no shape has any more.
    sweep_at: usize,
}

impl Alike {
    /// An equal definition of parts that are kept here, and what clients are told of its columns.
    pub(super) fn share(&mut self, definition: &Definition) -> (Arc<Definition>, Bytes) {
        if self.table.as_ref().is_none_or(|table| *table != definition.table) {
            // What is told of columns was told of the table as it was.
            *self = Self { table: Some(definition.table.clone()), ..Self::default() };
        }
        self.sweep();
        let table = self.table.as_ref().unwrap_or(&definition.table).clone();
        let (columns, schema) = self.columns(&table, &definition.columns);
        let predicate = definition.predicate.as_ref().map(|predicate| {
            let own = predicate.shared_template();
            let template = self.templates.get(own).unwrap_or(own).clone();
            self.templates.insert(template.clone());
            Arc::new(predicate.with_template(&template))
        });
        (Arc::new(Definition { table, columns, predicate, ..definition.clone() }), schema)
    }

    fn columns(&mut self, table: &TableSchema, columns: &Arc<[usize]>) -> (Arc<[usize]>, Bytes) {
        if let Some((columns, schema)) = self.columns.get_key_value(columns) {
            return (columns.clone(), schema.clone());
        }
        let schema = Bytes::from(schema_header(table, columns));
        self.columns.insert(columns.clone(), schema.clone());
        (columns.clone(), schema)
    }

    /// Forgets what no shape has any more. As rare as much was added since.
    fn sweep(&mut self) {
        if self.columns.len() + self.templates.len() < self.sweep_at {
            return;
        }
        self.columns.retain(|columns, _| Arc::strong_count(columns) > 1);
        self.templates.retain(|template| Arc::strong_count(template) > 1);
        self.sweep_at = 2 * (self.columns.len() + self.templates.len()) + UNUSED;
    }
}
