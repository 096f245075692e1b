//! What can be wrong with a filter.

use std::borrow::Cow;

/// What the protocol counts the positions of syntax errors from: the length of `SELECT 1 WHERE `.
const PREAMBLE: usize = 15;

/// The same for orders: the length of `SELECT 1 ORDER BY `.
const ORDER_PREAMBLE: usize = 18;

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
    /// What Postgres knows and a shape cannot have.
    #[error("At location {at}: {message}")]
    Unsupported {
        /// Where.
        at: usize,
        /// Its name and what is said of it.
        message: Cow<'static, str>,
    },
    /// `ORDER BY`, `LIMIT` and the like.
    #[error("malformed query ending with SQL clauses")]
    Clauses,
    /// More than one statement.
    #[error("unescaped \";\" causing statement split")]
    Statements,
    /// Longer than any client can mean.
    #[error("WHERE clause is bigger than maximum size of {limit} bytes")]
    TooLong {
        /// The longest accepted.
        limit: usize,
    },
    /// A query in the condition of a subset.
    #[error("Subqueries are not allowed in subsets")]
    SubqueryInSubset,
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

/// The filter does not fit the table. The messages are part of the protocol; `at` is a byte offset in the filter's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// No such column.
    #[error("At location {at}: unknown reference {name}{}", hint(.similar.as_deref()))]
    UnknownReference {
        /// Where.
        at: usize,
        /// As written.
        name: String,
        /// A column of nearly that name.
        similar: Option<String>,
    },
    /// A `$n` without value.
    #[error("At location {at}: parameter ${number} was not provided")]
    MissingParameter {
        /// Where.
        at: usize,
        /// n.
        number: u32,
    },
    /// A `$n` whose uses demand two types.
    #[error("type conflict for ${number}: {first} and {second}")]
    TypeConflict {
        /// n.
        number: u32,
        /// The type of its first use.
        first: String,
        /// The type of another.
        second: String,
    },
    /// The whole is no condition.
    #[error("WHERE clause must return a boolean")]
    NotBoolean,
    /// A literal or parameter is no value of the type it must have.
    #[error("At location {at}: invalid syntax for type {ty}: {value}")]
    InvalidSyntax {
        /// Where.
        at: usize,
        /// The type.
        ty: String,
        /// As written.
        value: String,
    },
    /// Values of the type cannot be compared here.
    #[error("At location {at}: unsupported type {ty}")]
    UnsupportedType {
        /// Where.
        at: usize,
        /// The type.
        ty: String,
    },
    /// No operator takes these types.
    #[error("At location {at}: Could not select an operator overload for {left} {op} {right}")]
    NoOperator {
        /// Where.
        at: usize,
        /// The operator.
        op: String,
        /// The type to its left.
        left: String,
        /// The type to its right.
        right: String,
    },
    /// A cast that does not exist, or is not exact.
    #[error("At location {at}: unknown cast from type {from} to type {to}")]
    UnknownCast {
        /// Where.
        at: usize,
        /// What is cast.
        from: String,
        /// To what.
        to: String,
    },
    /// A function that only Postgres evaluates.
    #[error("At location {at}: unknown or unsupported function {name}/{arguments}")]
    UnknownFunction {
        /// Where.
        at: usize,
        /// Its name.
        name: String,
        /// How many arguments it has.
        arguments: usize,
    },
    /// A function that is not evaluated here for arguments of these types.
    #[error("At location {at}: Could not select a function overload for {name}({arguments})")]
    NoFunction {
        /// Where.
        at: usize,
        /// Its name.
        name: String,
        /// The types of its arguments.
        arguments: String,
    },
    /// An operator that is not evaluated here.
    #[error("At location {at}: unknown {} operator \"{operator}\"", if *.unary { "unary" } else { "binary" })]
    UnknownOperator {
        /// Where.
        at: usize,
        /// As written.
        operator: String,
        /// Whether it has one operand.
        unary: bool,
    },
    /// Something else that is not evaluated here.
    #[error("At location {at}: {what} is not supported in this context")]
    Unsupported {
        /// Where.
        at: usize,
        /// Postgres' name for it.
        what: &'static str,
    },
    /// `ANY` or `ALL` of something else.
    #[error("At location {at}: argument of {quantifier} must be an array")]
    NotAnArray {
        /// Where.
        at: usize,
        /// `ANY` or `ALL`.
        quantifier: &'static str,
    },
    /// Elements of one array without a common type.
    #[error("At location {at}: ARRAY types {first} and {second} cannot be matched")]
    ArrayTypes {
        /// Where.
        at: usize,
        /// The type so far.
        first: String,
        /// That of an element.
        second: String,
    },
    /// Something must be boolean.
    #[error("At location {at}: argument of {context} must be bool, not {ty}")]
    NotABoolean {
        /// Where.
        at: usize,
        /// Whose argument.
        context: &'static str,
        /// Its type.
        ty: String,
    },
    /// Constants whose operation fails.
    #[error("At location {at}: Failed to apply function to constant arguments: {reason}")]
    Constant {
        /// Where.
        at: usize,
        /// Why.
        reason: EvalError,
    },
    /// Text that only Postgres can put in order.
    #[error(
        "At location {at}: text under the collation {collation} cannot be ordered here; use a column COLLATE \"C\""
    )]
    CollationOrder {
        /// Where.
        at: usize,
        /// Its name.
        collation: String,
    },
    /// Text whose equality is not that of its bytes.
    #[error("At location {at}: text under the nondeterministic collation {collation} cannot be compared here")]
    CollationEquality {
        /// Where.
        at: usize,
        /// Its name.
        collation: String,
    },
    /// Upper and lower case that only Postgres knows.
    #[error(
        "At location {at}: ILIKE with a pattern that is not ASCII is not supported under the collation {collation}"
    )]
    IlikePattern {
        /// Where.
        at: usize,
        /// Its name.
        collation: String,
    },
    /// Nested beyond what is safe.
    #[error("At location {at}: the condition is nested too deeply")]
    TooDeep {
        /// Where.
        at: usize,
    },
}

impl CheckError {
    /// Whether Postgres may know better: what is refused is more than the evaluator can, not wrong in itself.
    pub(super) fn is_beyond(&self) -> bool {
        match self {
            Self::InvalidSyntax { .. }
            | Self::UnsupportedType { .. }
            | Self::NoOperator { .. }
            | Self::UnknownCast { .. }
            | Self::UnknownFunction { .. }
            | Self::NoFunction { .. }
            | Self::UnknownOperator { .. }
            | Self::Unsupported { .. }
            | Self::NotAnArray { .. }
            | Self::ArrayTypes { .. }
            | Self::CollationOrder { .. }
            | Self::CollationEquality { .. }
            | Self::IlikePattern { .. } => true,
            Self::UnknownReference { .. }
            | Self::MissingParameter { .. }
            | Self::TypeConflict { .. }
            | Self::NotBoolean
            | Self::NotABoolean { .. }
            | Self::Constant { .. }
            | Self::TooDeep { .. } => false,
        }
    }

    /// The message without values: for logs, and for clients that have not written the filter.
    pub fn without_values(&self) -> String {
        match self {
            Self::InvalidSyntax { at, ty, .. } => format!("At location {at}: invalid syntax for type {ty}"),
            other => other.to_string(),
        }
    }
}

fn hint(similar: Option<&str>) -> String {
    similar.map_or_else(String::new, |name| format!(" - did you mean `{name}`?"))
}

/// The text is no order of a subset. The messages are part of the protocol; `at` is a byte offset in the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The grammar of Postgres has no such text.
    #[error("At location {}: {} {}", .at + ORDER_PREAMBLE, .message, at_or_near(.near.as_deref()))]
    Syntax {
        /// Where.
        at: usize,
        /// What Postgres calls it.
        message: &'static str,
        /// What stands there.
        near: Option<String>,
    },
    /// Something else than a column, by the name that Postgres has for it.
    #[error("At location {}: {node} expressions are not allowed in ORDER BY clauses", .at + ORDER_PREAMBLE)]
    Expression {
        /// Where.
        at: usize,
        /// Its name.
        node: &'static str,
    },
    /// No such column.
    #[error("At location {}: unknown reference {name}{}", .at + ORDER_PREAMBLE, hint(.similar.as_deref()))]
    UnknownReference {
        /// Where.
        at: usize,
        /// As written.
        name: String,
        /// A column of nearly that name.
        similar: Option<String>,
    },
    /// More than one statement.
    #[error("Unexpected `;` in order by")]
    Statements,
    /// Longer than any client can mean.
    #[error("ORDER BY clause is bigger than maximum size of {limit} bytes")]
    TooLong {
        /// The longest accepted.
        limit: usize,
    },
}

/// A row on which the filter raises an error, as Postgres would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The stream carries what the type does not have: a new enum label, say.
    #[error("the value of column {column} is none of its type as known here")]
    InvalidValue {
        /// Its position in the table.
        column: usize,
    },
    /// A pattern that ends in a lone `\`.
    #[error("LIKE pattern must not end with escape character")]
    TrailingEscape,
    /// More than one character.
    #[error("invalid escape string")]
    InvalidEscape,
    /// A numeric beyond the range of a float.
    #[error("a number is out of range for type float8")]
    OutOfRange,
    /// A text that is no value of the type that it is cast to.
    #[error("invalid input syntax for type {ty}")]
    InvalidInput {
        /// The type, in Postgres' words.
        ty: &'static str,
    },
    /// What a function or operator refuses, in Postgres' words.
    #[error("{0}")]
    Refused(&'static str),
    /// A date beyond the range of timestamps, cast to one.
    #[error("a date is out of range for type timestamp")]
    DateOutOfRange,
}
