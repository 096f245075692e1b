//! The functions and operators that are evaluated here: a catalog in the manner of Postgres' own, `pg_proc` and
//! `pg_operator`.
//!
//! For every name in it all of Postgres' overloads are listed, those that only Postgres can evaluate without
//! [`Function::run`]: so the checker finds the overload that Postgres finds, or knows that it must be asked. A file per
//! family of types. Comparisons, LIKE and casts are not among them: they have terms of their own.

mod args;
mod array;
mod bytea;
mod date_time;
mod elsewhere;
mod float;
mod integer;
mod json;
mod numeric;
#[cfg(test)]
#[cfg(feature = "embedded")]
mod oracle_tests;
#[cfg(test)]
#[cfg(feature = "embedded")]
mod tests;
mod text;

pub(super) use args::Args;
pub(super) use date_time::day_of;
pub(super) use float::{OVERFLOW, UNDERFLOW};
pub(super) use integer::{NO_INT2, NO_INT4, NO_INT8};
#[cfg(test)]
#[cfg(feature = "embedded")]
pub(super) use oracle_tests::differs_by_version;

use std::fmt;

use super::{EvalError, Value};
use crate::pg::PgType;

/// One overload of a function or an operator.
pub(super) struct Function {
    /// In lower case; of an operator its symbol. An operator with one argument stands before it.
    pub(super) name: &'static str,
    pub(super) arguments: &'static [Ty],
    pub(super) result: Ty,
    pub(super) traits: Traits,
    /// `None`: only Postgres can.
    pub(super) run: Option<Run>,
}

/// How a function behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    /// NULL if an argument is.
    pub(super) is_strict: bool,
    /// The last argument may come any number of times, but for `"any"` at least once.
    pub(super) is_variadic: bool,
    pub(super) collation: Needs,
    /// Of a function that is evaluated here for some constants only: whether it is for these.
    pub(super) accepts: Option<Accepts>,
    /// Arguments of type `"any"` come as the text that Postgres prints for them.
    pub(super) prints: bool,
}

/// Looks at the arguments of a call; `None` is one that is NULL or not constant.
pub(super) type Accepts = fn(&[Option<&Value>]) -> bool;

impl Traits {
    /// Of most functions: NULL if an argument is, and whatever the collation.
    pub(super) const STRICT: Self =
        Self { is_strict: true, is_variadic: false, collation: Needs::Nothing, accepts: None, prints: false };

    /// Evaluated here only for the constants that `accepts` takes; else Postgres is asked.
    const fn accepting(self, accepts: Accepts) -> Self {
        Self { accepts: Some(accepts), ..self }
    }

    const fn called_on_null(self) -> Self {
        Self { is_strict: false, ..self }
    }

    const fn printing(self) -> Self {
        Self { prints: true, ..self }
    }

    const fn variadic(self) -> Self {
        Self { is_variadic: true, ..self }
    }

    const fn needs(self, collation: Needs) -> Self {
        Self { collation, ..self }
    }
}

/// Computes the result; `None` is NULL. Of a strict function no argument is NULL.
pub(super) type Run = fn(&Args<'_>) -> Result<Option<Value>, EvalError>;

/// What a function asks of the collation of its text arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// That equal texts are equal bytes.
    Equality,
    /// That upper and lower case are known.
    Case,
}

/// The type of an argument or result. Types that the evaluator does not know are named, since a literal could be of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Is(PgType),
    ArrayOf(PgType),
    /// `anyelement`: all of them in one signature are one type.
    Element,
    /// `anyarray` of that.
    Array,
    /// `anycompatible`: all of them are brought to one type.
    Common,
    /// `anycompatiblearray` of that.
    CommonArray,
    /// `"any"`: whatever it is.
    Any,
    /// Another by name, as `pg_type.typname` has it.
    Other(&'static str),
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.name, self.arguments)
    }
}

/// A function by its arguments' types: `function!("abs", (Int4) -> Int4, run)`. Without `run` only Postgres evaluates it;
/// [`Traits`] other than [`Traits::STRICT`] come last, after a semicolon. Names of built-in types are written as in
/// [`PgType`]; others as `Other("point")`, `ArrayOf(Text)`, `Element` and so on.
macro_rules! function {
    ($name:literal, ($($argument:ident $(($of:tt))?),*) -> $result:ident $(($result_of:tt))?
        $(, $run:expr)? $(; $traits:expr)?) => {
        $crate::predicate::function::Function {
            name: $name,
            arguments: &[$($crate::predicate::function::ty!($argument $(($of))?)),*],
            result: $crate::predicate::function::ty!($result $(($result_of))?),
            traits: $crate::predicate::function::traits!($($traits)?),
            run: $crate::predicate::function::run!($($run)?),
        }
    };
}

macro_rules! traits {
    () => {
        $crate::predicate::function::Traits::STRICT
    };
    ($traits:expr) => {
        $traits
    };
}

macro_rules! ty {
    (Element) => {
        $crate::predicate::function::Ty::Element
    };
    (Array) => {
        $crate::predicate::function::Ty::Array
    };
    (Common) => {
        $crate::predicate::function::Ty::Common
    };
    (CommonArray) => {
        $crate::predicate::function::Ty::CommonArray
    };
    (Any) => {
        $crate::predicate::function::Ty::Any
    };
    (Other($name:literal)) => {
        $crate::predicate::function::Ty::Other($name)
    };
    (ArrayOf($of:ident)) => {
        $crate::predicate::function::Ty::ArrayOf($crate::pg::PgType::$of)
    };
    ($name:ident) => {
        $crate::predicate::function::Ty::Is($crate::pg::PgType::$name)
    };
}

macro_rules! run {
    () => {
        None
    };
    ($run:expr) => {
        Some($run)
    };
}

use {function, run, traits, ty};

/// Every family but those of [`date_time`].
static FAMILIES: &[&[Function]] = &[
    array::FUNCTIONS,
    bytea::FUNCTIONS,
    elsewhere::FUNCTIONS,
    float::FUNCTIONS,
    integer::FUNCTIONS,
    json::FUNCTIONS,
    numeric::FUNCTIONS,
    text::FUNCTIONS,
];

/// The whole catalog.
fn catalog() -> impl Iterator<Item = &'static Function> {
    FAMILIES.iter().chain(date_time::FAMILIES).copied().flatten()
}

/// The overloads of a function, or of an operator by its symbol.
pub(super) fn overloads(name: &str) -> impl Iterator<Item = &'static Function> {
    catalog().filter(move |function| function.name == name)
}
