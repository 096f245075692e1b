//! What filters have in common that differ in their values alone: kept once, however many there are.

use super::canonical::{self, Names};
use super::term::Term;
use crate::pg::TableSchema;

/// The canonical text of a filter, literals lifted into `$n` in the order of printing, and the columns in it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Template {
    text: Box<str>,
    /// Their positions, ascending.
    columns: Box<[usize]>,
    names: Box<[String]>,
}

impl Template {
    pub(super) fn new(term: &Term, table: &TableSchema) -> Self {
        let columns = term.columns();
        let name = |at: &usize| table.columns.get(*at).map(|column| column.name.clone()).unwrap_or_default();
        let names: Vec<String> = columns.iter().map(name).collect();
        let text = canonical::template(term, &Names { columns: &columns, names: &names });
        Self { text: text.into(), columns: columns.into(), names: names.into() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn columns(&self) -> &[usize] {
        &self.columns
    }

    pub(super) fn names(&self) -> Names<'_> {
        Names { columns: &self.columns, names: &self.names }
    }
}
