//! From a Diesel query, or a hand-written definition, to a [`Shape`]. Pure: knows no database.

mod definition;

pub use definition::Definition;

use serde::{Deserialize, Serialize};

use crate::pg::TableName;
use crate::predicate::{Bind, Expr};
use crate::protocol::{LogMode, ReplicaMode};

/// The definition of a shape as its author wrote it: the rows of one table that match a filter. Nothing is looked up
/// yet; the engine resolves it against the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub(crate) table: TableName,
    pub(crate) filter: Option<Expr>,
    pub(crate) binds: Vec<Bind>,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) replica: ReplicaMode,
    pub(crate) log: LogMode,
}

impl Shape {
    /// Whether its author listed columns.
    pub(crate) fn selects(&self) -> bool {
        self.columns.is_some()
    }
}

/// What can become a shape.
pub trait IntoShape {
    /// The definition.
    fn into_shape(self) -> Result<Shape, ShapeError>;
}

impl IntoShape for Shape {
    fn into_shape(self) -> Result<Shape, ShapeError> {
        Ok(self)
    }
}

/// Why something is no shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ShapeError {}
