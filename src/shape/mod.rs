//! From a Diesel query, or a hand-written definition, to a [`Shape`]. Pure: knows no database.
//!
//! Ways to a shape, all through [`IntoShape`]:
//! - `diesel`: tables, queries and boxed queries. The one place that uses Diesel's unstable feature; what cannot be
//!   synced does not compile, or is refused by name. `bind_text` turns the values of a query into Postgres' text.
//! - `typed`: the shape of a model with `#[derive(Syncable)]`.
//! - `builder` and `json`: definitions written by hand.
//! - `wire`: those that clients of the protocol send.
//!
//! Invariants of what [`IntoShape::into_shape`] yields: every `$n` of the filter has its bind; columns, if listed, are
//! at least one and distinct.
//!
//! Called by: `service`, `http`, `interrupt`. `Definition`, the resolved form, is the engine's.

mod bind_text;
mod bind_value;
mod builder;
mod columns;
mod definition;
mod diesel;
mod error;
mod json;
mod typed;
mod wire;

pub use bind_value::BindValue;
pub use builder::Shape;
pub use definition::Definition;
pub use error::{BindError, ShapeError};
pub use typed::{Syncable, TypedShape, model};
pub use wire::ClientShape;

/// What can become a shape: a table, a Diesel query or boxed query on one table, the shape of a model, or a
/// hand-written [`Shape`].
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
