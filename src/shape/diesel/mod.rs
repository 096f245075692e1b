//! Diesel's tables, queries and boxed queries as shapes.
//!
//! The one folder that uses Diesel's unstable feature: the types of statements and their clauses, and the rendering of
//! a clause alone. Everything else sees a [`TableShape`] or a condition as [`Expr`] and binds.
//!
//! What cannot be synced does not compile: [`SingleTableQuery`] is implemented for a select from one table without the
//! clauses that `clauses` names. Two things the types do not tell, and are refused by name when the shape is built:
//! what a boxed query hides, and a select list that is not plain columns.

mod clauses;
mod lookup;
mod render;
mod table;

pub(super) use render::{columns, condition};
pub use table::PlainTable;
pub(super) use table::refuse_missing_key;

use diesel::QuerySource;
use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, BoxedSelectStatement, FromClause, QueryFragment, SelectStatement};

use self::clauses::{NotDistinct, NotGrouped, NotHaving, NotLimited, NotLocking, NotOrdered};
use self::table::TableShape;
use super::{IntoShape, Shape, ShapeError};

/// A select from one table that can be synced.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be synced as a shape",
    label = "not a select from one table",
    note = "a shape is the rows of one table: a `diesel::table!` with an optional `.filter(..)` and `.select(..)`",
    note = "set operations, raw SQL and statements that write cannot be synced"
)]
pub trait SingleTableQuery {
    /// The shape it selects.
    fn compile(&self) -> Result<Shape, ShapeError>;
}

impl<Q> IntoShape for Q
where
    Q: AsQuery,
    Q::Query: SingleTableQuery,
{
    fn into_shape(self) -> Result<Shape, ShapeError> {
        self.as_query().compile()?.into_shape()
    }
}

impl<T, S, D, W, O, L, G, H, K> SingleTableQuery for SelectStatement<FromClause<T>, S, D, W, O, L, G, H, K>
where
    T: QuerySource,
    T::FromClause: PlainTable,
    S: QueryFragment<Pg>,
    W: QueryFragment<Pg>,
    D: NotDistinct,
    O: NotOrdered,
    L: NotLimited,
    G: NotGrouped,
    H: NotHaving,
    K: NotLocking,
{
    fn compile(&self) -> Result<Shape, ShapeError> {
        let mut shape = TableShape::of::<T::FromClause>()?;
        shape.select(&self.select)?;
        shape.restrict(&self.where_clause)?;
        Ok(shape.finish())
    }
}

/// Without `GROUP BY`, whose type a boxed query keeps.
impl<ST, T> SingleTableQuery for BoxedSelectStatement<'_, ST, FromClause<T>, Pg>
where
    T: QuerySource,
    T::FromClause: PlainTable,
{
    fn compile(&self) -> Result<Shape, ShapeError> {
        let mut shape = TableShape::of::<T::FromClause>()?;
        shape.refuse("DISTINCT", &self.distinct)?;
        shape.refuse("GROUP BY", &self.group_by)?;
        shape.refuse("HAVING", &self.having)?;
        shape.refuse("ORDER BY", &self.order)?;
        shape.refuse("LIMIT", &self.limit_offset.limit)?;
        shape.refuse("OFFSET", &self.limit_offset.offset)?;
        shape.select(&self.select)?;
        shape.restrict(&self.where_clause)?;
        Ok(shape.finish())
    }
}

#[cfg(test)]
mod tests;
