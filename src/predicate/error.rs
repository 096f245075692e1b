//! What can be wrong with a filter.

use std::borrow::Cow;

/// What the protocol counts the positions of syntax errors from: the length of `SELECT 1 WHERE `.
const PREAMBLE: usize = 15;

/// The text is not a filter. Its message is the one of the protocol; positions are bytes from the start of the filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The grammar of Postgres has no such text. What ends too early has nothing to be near.
    #[error("At location {}: {} {}", .at + PREAMBLE, .message, at_or_near(.near.as_deref()))]
    Syntax {
        /// Where.
        at: usize,
        /// What Postgres calls it.
        message: &'static str,
        /// What stands there.
        near: Option<String>,
    },
    /// No column of the table, or one that is qualified.
    #[error("At location {at}: unknown reference {name}")]
    UnknownReference {
        /// Where.
        at: usize,
        /// As written.
        name: String,
    },
    /// No function that can be evaluated.
    #[error("At location {at}: unknown or unsupported function {name}/{arguments}")]
    UnknownFunction {
        /// Where.
        at: usize,
        /// Its name.
        name: String,
        /// How many arguments it has.
        arguments: usize,
    },
    /// No operator that can be evaluated.
    #[error("At location {at}: unknown {} operator \"{operator}\"", if *.unary { "unary" } else { "binary" })]
    UnknownOperator {
        /// Where.
        at: usize,
        /// As written.
        operator: String,
        /// Whether it has one operand.
        unary: bool,
    },
    /// Something else that Postgres knows and the evaluator does not.
    #[error("At location {at}: {message}")]
    Unsupported {
        /// Where.
        at: usize,
        /// Its name and what is said of it.
        message: Cow<'static, str>,
    },
    /// Arithmetic, say.
    #[error("WHERE clause must return a boolean")]
    NotBoolean,
    /// `ORDER BY`, `LIMIT` and the like.
    #[error("malformed query ending with SQL clauses")]
    Clauses,
    /// More than one statement.
    #[error("unescaped \";\" causing statement split")]
    Statements,
    /// Longer than any client can mean.
    #[error("WHERE clause is longer than {limit} bytes")]
    TooLong {
        /// The longest accepted.
        limit: usize,
    },
    /// Nested too deep to be evaluated by recursion.
    #[error("At location {at}: expression is nested deeper than {limit} levels")]
    TooDeep {
        /// Where.
        at: usize,
        /// The deepest accepted.
        limit: usize,
    },
    /// Too many to be evaluated for every change.
    #[error("At location {at}: expression has more than {limit} terms")]
    TooManyTerms {
        /// Where.
        at: usize,
        /// As many are accepted.
        limit: usize,
    },
}

fn at_or_near(text: Option<&str>) -> String {
    text.map_or_else(|| "at end of input".to_owned(), |text| format!("at or near \"{text}\""))
}

/// The filter does not fit the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {}

/// A row on which the filter raises an error, as Postgres would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {}
