//! Typed values.

/// A value of one of the types that the evaluator knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `bool`
    Bool(bool),
}
