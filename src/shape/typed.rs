//! The shapes of models.

use std::fmt;
use std::marker::PhantomData;

use diesel::QuerySource;
use diesel::expression::{AppearsOnTable, NonAggregate, SelectableExpression};
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::BoolOrNullableBool;

use super::diesel::{PlainTable, columns, condition, refuse_missing_key};
use super::{IntoShape, Shape, ShapeError};
use crate::protocol::{LogMode, ReplicaMode};

/// A Diesel model whose table can be synced. Derive it; the derive's page tells what it reads.
pub trait Syncable: Sized {
    /// The table of the model.
    type Table: QuerySource<FromClause: PlainTable>;

    /// The rows of the model's table, with the columns that the model has.
    fn shape() -> TypedShape<Self>;
}

/// The shape of a model, which can be narrowed.
///
/// ```
/// use diesel::prelude::*;
/// use diesel_electric::{IntoShape, ReplicaMode, Syncable};
///
/// diesel::table! {
///     todos (id) {
///         id -> Int8,
///         owner_id -> Int8,
///         title -> Text,
///     }
/// }
///
/// #[derive(Queryable, Selectable, Syncable)]
/// #[diesel(table_name = todos)]
/// struct Todo {
///     id: i64,
///     owner_id: i64,
///     title: String,
/// }
///
/// let shape = Todo::shape()
///     .filter(todos::owner_id.eq(7))
///     .columns((todos::id, todos::title))
///     .replica(ReplicaMode::Full)
///     .into_shape()?;
/// # Ok::<_, diesel_electric::ShapeError>(())
/// ```
#[must_use = "a shape does nothing until it is served"]
pub struct TypedShape<M> {
    shape: Shape,
    /// The primary key, as declared to Diesel.
    key: Vec<String>,
    model: PhantomData<fn() -> M>,
}

impl<M: Syncable> TypedShape<M> {
    /// Only rows for which the condition holds. A further filter is joined by AND.
    #[expect(clippy::needless_pass_by_value, reason = "as Diesel's `.filter(..)`")]
    pub fn filter<P>(mut self, predicate: P) -> Self
    where
        P: AppearsOnTable<M::Table> + NonAggregate + QueryFragment<Pg>,
        P::SqlType: BoolOrNullableBool,
    {
        match condition(&predicate, &self.shape.table) {
            Ok(Some((filter, binds))) => self.shape.and(filter, binds),
            Ok(None) => {}
            Err(error) => self.shape.keep(error),
        }
        self
    }

    /// Only these columns, which must be columns of the model and hold the primary key.
    pub fn columns<C>(mut self, selection: C) -> Self
    where
        C: SelectableExpression<M::Table> + QueryFragment<Pg>,
    {
        match columns(&selection, &self.shape.table) {
            Ok(columns) => self.narrow(columns),
            Err(error) => self.shape.keep(error),
        }
        self
    }

    fn narrow(&mut self, columns: Vec<String>) {
        let listed = self.shape.columns.as_deref().unwrap_or_default();
        if let Some(column) = columns.iter().find(|column| !listed.contains(column)).cloned() {
            let table = self.shape.table.clone();
            self.shape.keep(ShapeError::ColumnNotInModel { table, column });
        }
        self.shape.columns = Some(columns);
        self.shape.is_selective = true;
    }

    /// What updates and deletes carry.
    pub fn replica(mut self, replica: ReplicaMode) -> Self {
        self.shape.replica = replica;
        self
    }

    /// Where the log begins.
    pub fn log(mut self, log: LogMode) -> Self {
        self.shape.log = log;
        self
    }
}

impl<M: Syncable> IntoShape for TypedShape<M> {
    fn into_shape(self) -> Result<Shape, ShapeError> {
        let shape = self.shape.into_shape()?;
        refuse_missing_key(&shape.table, &self.key, shape.columns.as_deref().unwrap_or_default())?;
        Ok(shape)
    }
}

/// The shape of a model with these columns, for what the derive writes.
#[doc(hidden)]
pub fn model<M: Syncable>(columns: &[&str]) -> TypedShape<M> {
    type From<M> = <<M as Syncable>::Table as QuerySource>::FromClause;
    let read = || Ok((From::<M>::name()?, From::<M>::key()?));
    let (shape, key) = match read() {
        Ok((table, key)) => (Shape::of(table).columns(columns.iter().copied()), key),
        // Diesel renders what this library cannot read; told by `into_shape`.
        Err(error) => {
            let mut shape = Shape::table("");
            shape.keep(error);
            (shape, Vec::new())
        }
    };
    let mut typed = TypedShape { shape, key, model: PhantomData };
    typed.shape.is_selective = false;
    typed
}

// Not derived: a derive would ask the same of the model.
impl<M> Clone for TypedShape<M> {
    fn clone(&self) -> Self {
        Self { shape: self.shape.clone(), key: self.key.clone(), model: PhantomData }
    }
}

impl<M> fmt::Debug for TypedShape<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shape.fmt(f)
    }
}
