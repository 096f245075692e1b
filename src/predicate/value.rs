//! Typed values.

/// A value of one of the types that the evaluator knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `bool`
    Bool(bool),
}

impl Value {
    /// stub
    pub fn parse(text: &str, _ty: &crate::pg::PgType) -> Result<Value, ()> {
        Ok(Value::Bool(text == "t"))
    }
}
