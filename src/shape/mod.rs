//! From a Diesel query, or a hand-written definition, to a [`Shape`]. Pure: knows no database.
//!
//! Ways to a shape, all through [`IntoShape`]:
//! - `diesel`: tables, queries and boxed queries. The one place that uses Diesel's unstable feature; what cannot be
//!   synced does not compile, or is refused by name. `bind_text` turns the values of a query into Postgres' text.
//! - `typed`: the shape of a model with `#[derive(Syncable)]`.
//! - `builder` and `json`: definitions written by hand.
//! - `wire`: those that clients of the protocol send; `subset`: which of their rows a client asks for at once.
//!
//! And back: `matching` says which shapes are meant, `announcement` and `statement` tell other services, `view` shows one.
//!
//! Invariants of what [`IntoShape::into_shape`] yields: every `$n` of the filter has its bind; columns, if listed, are
//! at least one and distinct.
//!
//! Called by: `service`, `http`, `interrupt`. `Definition`, the resolved form, is the engine's.

mod announcement;
mod bind_text;
mod bind_value;
mod builder;
mod columns;
mod definition;
mod diesel;
mod error;
mod json;
mod matching;
mod statement;
mod subset;
mod typed;
mod view;
mod wire;

pub use crate::predicate::Scope;
pub use announcement::Announcement;
pub use bind_value::BindValue;
pub use builder::Shape;
pub use definition::{Definition, Meant};
pub use error::{BindError, ShapeError};
pub use matching::{IntoShapeMatch, ShapeMatch};
pub use statement::{INTERRUPT_PREFIX, InterruptOnCommit};
pub use subset::Subset;
pub use typed::{Syncable, TypedShape, model};
pub use view::{ShapeParamValues, ShapeView};
pub use wire::{ClientShape, WireLimits};

/// What can become a shape: a table, a Diesel query or boxed query on one table, the shape of a model, or a
/// hand-written [`Shape`].
///
/// A shape is a set of rows of one table, so a query may have filters and a list of plain columns, which must hold the
/// primary key. Anything else does not compile; where the types do not tell (the clauses of a boxed query, a computed
/// select list, a subquery), it is refused by name.
///
/// ```
/// use diesel::prelude::*;
/// use diesel_electric::{IntoShape, Shape};
///
/// diesel::table! {
///     todos (id) {
///         id -> Int8,
///         owner_id -> Int8,
///         title -> Text,
///     }
/// }
///
/// todos::table.into_shape()?;
/// todos::table.filter(todos::owner_id.eq(7)).select((todos::id, todos::title)).into_shape()?;
/// todos::table.into_boxed().filter(todos::title.like("a%")).into_shape()?;
/// Shape::table("todos").filter_sql("owner_id = $1").bind(7).into_shape()?;
///
/// let refused = todos::table.into_boxed().limit(3).into_shape().unwrap_err();
/// assert!(refused.to_string().contains("cannot have LIMIT"));
/// # Ok::<_, diesel_electric::ShapeError>(())
/// ```
///
/// An order, for one, does not compile:
///
/// ```compile_fail
/// # use diesel::prelude::*;
/// # use diesel_electric::IntoShape;
/// # diesel::table! { todos (id) { id -> Int8, title -> Text } }
/// todos::table.order(todos::title).into_shape();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be synced as a shape",
    label = "not a shape",
    note = "a shape is the rows of one table: a `diesel::table!` with an optional `.filter(..)` and `.select(..)`, \
            the shape of a model (`Todo::shape()`), or a hand-written `Shape::table(..)`",
    note = "joins, aliases, groups, set operations, `.only()`, table samples, raw SQL and statements that write cannot be \
            synced"
)]
pub trait IntoShape {
    /// The definition.
    ///
    /// # Errors
    /// If it asks for something that cannot be synced; the error names it.
    fn into_shape(self) -> Result<Shape, ShapeError>;
}
