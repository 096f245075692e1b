//! A filter that has been checked against one table.

use serde::{Deserialize, Serialize};

use super::{CheckError, EvalError, Expr, Value};
use crate::pg::TableSchema;

/// The value of a `$n`: Postgres text, with the type if the caller knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bind {
    /// The value in its type's output form; `None` for NULL.
    pub value: Option<String>,
    /// Its type.
    #[serde(default, rename = "type")]
    pub ty: BindType,
}

/// What is known of a bind's type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BindType {
    /// To be inferred from its use, as Postgres does with a quoted literal.
    #[default]
    Unknown,
    /// A type with this OID.
    Oid(u32),
    /// A type that only the catalog knows, by name.
    Named {
        /// Its schema, if given.
        schema: Option<String>,
        /// Its name; of an array, that of its elements.
        name: String,
        /// An array of it.
        array: bool,
    },
}

/// A row to evaluate: values by position in [`TableSchema::columns`].
pub trait Row {
    /// The value's text, `None` for NULL.
    fn text(&self, column: usize) -> Option<&[u8]>;
}

/// A checked filter in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Predicate {
    _todo: (),
}

/// A condition that every row of the shape meets, fit to find the shape by: the column's value is one of these.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexKey {
    /// Position in [`TableSchema::columns`].
    pub column: usize,
    /// The values, never NULL; hash and equality are those of the column's type.
    pub values: Vec<Value>,
}

impl Predicate {
    /// Checks `expr` against `table` with the values of its `$n`.
    pub fn check(_expr: &Expr, _binds: &[Bind], _table: &TableSchema) -> Result<Self, CheckError> {
        Ok(Self { _todo: () })
    }

    /// Whether the row is in: TRUE and nothing else is (NULL is not).
    pub fn matches(&self, _row: &impl Row) -> Result<bool, EvalError> {
        Ok(true)
    }

    /// The canonical text, literals lifted into `$n` in the order of printing: what two equal filters share whatever
    /// their values.
    pub fn template(&self) -> &str {
        "true"
    }

    /// The values of the template's `$n`, as text.
    pub fn params(&self) -> impl Iterator<Item = Option<&str>> {
        std::iter::empty()
    }

    /// SQL for Postgres, every value inlined as a typed literal, fully parenthesised.
    pub fn sql(&self) -> String {
        "true".into()
    }

    /// The positions of the columns it reads, ascending.
    pub fn columns(&self) -> &[usize] {
        &[]
    }

    /// The equality conditions by which the router may find it, best first. Empty: evaluate it for every change.
    pub fn index_keys(&self) -> &[IndexKey] {
        &[]
    }
}
