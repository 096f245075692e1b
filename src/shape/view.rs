//! A shape as a user's closure sees it.

use std::ops::{Deref, Index};

use super::Definition;

/// A shape that somebody waits for, in canonical form: however it was written, it looks the same.
#[derive(Clone, Copy, Debug)]
pub struct ShapeView<'a> {
    definition: &'a Definition,
}

impl<'a> ShapeView<'a> {
    pub(crate) fn new(definition: &'a Definition) -> Self {
        Self { definition }
    }

    /// The name of its table, as stored.
    pub fn table(&self) -> &'a str {
        &self.definition.table.name.table
    }

    /// The schema of its table, as stored.
    pub fn namespace(&self) -> &'a str {
        &self.definition.table.name.schema
    }

    /// The canonical text of its filter, with `$n` for every value: `("owner_id" = $1)`.
    pub fn filter(&self) -> Option<&'a str> {
        self.definition.predicate.as_ref().map(|predicate| predicate.template())
    }

    /// The values of the filter's `$n` in order, as Postgres prints them.
    pub fn params(&self) -> ShapeParamValues<'a> {
        let predicate = self.definition.predicate.as_ref();
        let values = predicate.into_iter().flat_map(|predicate| predicate.params());
        ShapeParamValues(values.map(|value| value.unwrap_or("NULL")).collect())
    }

    /// The names of its columns, in the table's order.
    pub fn columns(&self) -> Vec<&'a str> {
        self.definition.column_names().collect()
    }
}

/// The values of a filter, a slice of texts; NULL is `NULL`. Indexing beyond the last gives an empty text, so that a
/// closure that asks `params()[0]` of every shape does not panic on one without a filter.
#[derive(Clone, Debug)]
pub struct ShapeParamValues<'a>(Vec<&'a str>);

impl<'a> Deref for ShapeParamValues<'a> {
    type Target = [&'a str];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> Index<usize> for ShapeParamValues<'a> {
    type Output = &'a str;

    fn index(&self, index: usize) -> &Self::Output {
        self.0.get(index).unwrap_or(&"")
    }
}
