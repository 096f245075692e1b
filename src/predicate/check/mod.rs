//! A filter that has been checked against one table.

mod array;
mod binds;
mod call;
mod cast;
mod choose;
mod collate;
mod compare;
mod each;
mod like;
mod logic;
mod operand;
mod printed;
mod regex;
mod row;
mod subscript;
mod subset;
mod types;
mod walk;

pub use subset::{Scope, SubsetFilter};
pub(super) use walk::Checker;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::canonical;
use super::keys::{IndexKey, index_keys};
use super::template::Template;
use super::term::{Constant, Term};
use super::{CheckError, EvalError, Expr, HandedOn};
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
    /// A type that only the catalog knows, by name. The value is what Diesel wrote, taken as text, which is right for
    /// enums and domains over text; whoever finds another type must refuse it.
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

/// A checked filter in canonical form. Equal filters mean the same and have the same values, however they were written.
#[derive(Clone)]
pub struct Predicate {
    term: Term,
    template: Arc<Template>,
}

impl Predicate {
    /// Checks `expr` against `table` with the values of its `$n`. What cannot be evaluated here as Postgres would is
    /// [handed on](Self::handed_on), if it joins the rest by AND; its own parts by AND are looked at apart.
    ///
    /// # Errors
    /// What Postgres would refuse: by name.
    pub fn check(expr: &Expr, binds: &[Bind], table: &TableSchema) -> Result<Self, CheckError> {
        let term = walk::Checker::new(binds, table).filter(expr)?;
        let template = Arc::new(Template::new(&term, table));
        Ok(Self { term, template })
    }

    /// The same, where nothing may be handed on.
    #[cfg(test)]
    pub(crate) fn check_here(expr: &Expr, binds: &[Bind], table: &TableSchema) -> Result<Self, CheckError> {
        let predicate = Self::check(expr, binds, table)?;
        match predicate.handed_on() {
            Some(part) => Err(part.reason().clone()),
            None => Ok(predicate),
        }
    }

    /// Whether the row is in, as far as [what is handed on](Self::handed_on) does not keep it out: TRUE and nothing else is
    /// (NULL is not).
    ///
    /// # Errors
    /// Postgres would raise one on this row, or the row does not fit the table as known here.
    pub fn matches(&self, row: &impl Row) -> Result<bool, EvalError> {
        Ok(self.term.truth(row)? == Some(true))
    }

    /// What Postgres must evaluate: a row is in if [`matches`](Self::matches) says so and this holds.
    pub fn handed_on(&self) -> Option<&HandedOn> {
        match &self.term {
            Term::HandedOn(part) => Some(part),
            Term::And(parts) => parts.iter().find_map(|part| match part {
                Term::HandedOn(part) => Some(&**part),
                _ => None,
            }),
            _ => None,
        }
    }

    /// The canonical text, literals lifted into `$n` in the order of printing: what two equal filters share whatever
    /// their values.
    pub fn template(&self) -> &str {
        self.template.text()
    }

    /// The same, to be kept once for all filters that have it.
    pub fn shared_template(&self) -> &Arc<Template> {
        &self.template
    }

    /// The same filter with an equal template in place of its own.
    #[must_use]
    pub fn with_template(&self, template: &Arc<Template>) -> Self {
        debug_assert_eq!(self.template, *template);
        Self { term: self.term.clone(), template: template.clone() }
    }

    /// The values of the template's `$n`, as text.
    pub fn params(&self) -> impl Iterator<Item = Option<&str>> {
        canonical::params(&self.term).into_iter().map(|param| param.text.as_deref())
    }

    /// Whether `other` is this filter with some values where this has NULL, alone or in an array.
    pub fn leaves_open(&self, other: &Self) -> bool {
        let fits = |(open, value): (&Constant, &Constant)| open.has_null() || open.text == value.text;
        self.has_params_of(other, fits)
    }

    /// Whether `other` has the same template, and values that fit those of this.
    fn has_params_of(&self, other: &Self, fits: impl Fn((&Constant, &Constant)) -> bool) -> bool {
        let is_alike = Arc::ptr_eq(&self.template, &other.template) || self.template() == other.template();
        let (ours, theirs) = (canonical::params(&self.term), canonical::params(&other.term));
        is_alike && ours.len() == theirs.len() && ours.into_iter().zip(theirs).all(fits)
    }

    /// SQL for Postgres, every value inlined as a typed literal, fully parenthesised.
    pub fn sql(&self) -> String {
        canonical::sql(&self.term, &self.template.names())
    }

    /// The positions of the columns it reads, ascending.
    pub fn columns(&self) -> &[usize] {
        self.template.columns()
    }

    /// Conditions by which the router may find it: every row that is in meets at least one. `None` if it must be
    /// evaluated for every change.
    pub fn index_keys(&self) -> Option<Vec<IndexKey>> {
        index_keys(&self.term)
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Constant, &Constant)| a.text == b.text && a.ty == b.ty;
        self.has_params_of(other, same)
    }
}

impl Eq for Predicate {}

impl Hash for Predicate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.template().hash(state);
        for param in self.params() {
            param.hash(state);
        }
    }
}

/// Without the values, which are the users'.
impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Predicate").field(&self.template()).finish()
    }
}

#[cfg(test)]
mod tests;
