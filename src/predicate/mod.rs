//! The where language: parse, type-check, evaluate, print canonically. Pure.
//!
//! Journey: text -> [`Expr`] (parsed, untyped) -> [`Predicate`] (checked against one table, canonical, ready to run).
//!
//! - `parse`, `expr`, `print`: the text, its tree, and back.
//! - `check`: types, overloads and collations, as Postgres finds them in its catalogs, of which `function` and `cast` are the
//!   parts that are known here. What is beyond them is `handed_on`, for Postgres to evaluate.
//! - `term`, `eval`, `quick`, `like`, `regex`, `value`: the typed tree, run on rows.
//! - `canonical`, `template`, `keys`: when two filters are one, and by what a change finds them.

#[cfg(test)]
mod arbitrary;
mod canonical;
mod cast;
mod check;
mod error;
mod eval;
mod expr;
mod function;
mod handed_on;
mod keys;
mod like;
#[cfg(test)]
#[cfg(feature = "embedded")]
mod oracle_tests;
mod parse;
mod print;
mod quick;
mod regex;
mod template;
mod term;
mod value;

pub use check::{Bind, BindType, Predicate, Row, Scope, SubsetFilter};
pub use error::{CheckError, EvalError, OrderError, ParseError};
pub use expr::Expr;
pub use handed_on::HandedOn;
pub use keys::{IndexKey, Wanted};
pub use parse::{FilterLimits, OrderBy};
pub use template::Template;
pub use value::{Rank, Value};
