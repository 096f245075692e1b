//! The typed tree: what the checker builds, the evaluator runs and the canonical form prints.

use std::borrow::Cow;
use std::collections::HashSet;

use regex_lite::Regex;

use super::cast::Conversion;
use super::expr::{Choice, Comparison, IsTest};
use super::function::Function;
use super::like::Case;
use super::{HandedOn, Value};
use crate::pg::PgType;

/// A typed expression. Values of both sides of a comparison are represented alike: where types differ, a
/// [`Term::Convert`] stands between.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// A column: its position and base type.
    Column(Box<ColumnRef>),
    Constant(Box<Constant>),
    Convert(Box<Convert>),
    /// `ARRAY[..]` with elements that are not all constant.
    Array(Vec<Term>),
    /// A condition whose value is known; `None` is NULL.
    Known(Option<bool>),
    And(Vec<Term>),
    Or(Vec<Term>),
    Not(Box<Term>),
    Compare(Box<Compare>),
    Distinct(Box<Distinct>),
    Quantified(Box<Quantified>),
    Like(Box<Like>),
    Is(Box<Is>),
    Call(Box<Call>),
    /// What Postgres evaluates: true here. Only ever a part of the whole filter's AND, or the whole.
    HandedOn(Box<HandedOn>),
    Choose(Box<Choose>),
    Case(Box<Branches>),
    Collate(Box<Collated>),
    Part(Box<Part>),
    Each(Box<Each>),
    Matches(Box<Matches>),
}

#[derive(Clone, Debug)]
pub(super) struct ColumnRef {
    pub(super) position: usize,
    pub(super) reader: Reader,
}

/// How a column's text becomes an operand. The common types have their own, free of allocation.
#[derive(Clone, Debug)]
pub(super) enum Reader {
    Bool,
    Int,
    Text,
    Uuid,
    Other(PgType),
}

/// A value of a type.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) ty: PgType,
    /// `None` for NULL.
    pub(super) value: Option<Value>,
    /// What Postgres prints for it.
    pub(super) text: Option<Box<str>>,
}

#[derive(Clone, Debug)]
pub(super) struct Convert {
    pub(super) inner: Term,
    pub(super) how: Conversion,
    /// The type, if the cast was written; else Postgres finds it by itself.
    pub(super) written: Option<PgType>,
}

#[derive(Clone, Debug)]
pub(super) struct Compare {
    pub(super) op: Comparison,
    /// As `bpchar`: trailing blanks do not count.
    pub(super) padded: bool,
    pub(super) left: Term,
    pub(super) right: Term,
}

/// `left IS [NOT] DISTINCT FROM right`
#[derive(Clone, Debug)]
pub(super) struct Distinct {
    pub(super) negated: bool,
    pub(super) padded: bool,
    pub(super) left: Term,
    pub(super) right: Term,
}

/// `value op ANY (array)`, or `ALL`
#[derive(Clone, Debug)]
pub(super) struct Quantified {
    pub(super) op: Comparison,
    pub(super) all: bool,
    pub(super) padded: bool,
    pub(super) value: Term,
    /// What each element goes through before it is compared.
    pub(super) element: Conversion,
    pub(super) array: Term,
    /// The elements of a long constant array, for `= ANY` and `<> ALL`.
    pub(super) members: Option<Members>,
}

/// A set of constants.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pub(super) values: Set,
    pub(super) has_null: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Set {
    /// Apart, because a row's text is looked up as it stands.
    Text(HashSet<Box<[u8]>>),
    Values(HashSet<Value>),
}

/// `value [NOT] LIKE pattern [ESCAPE escape]`, or `ILIKE`
#[derive(Clone, Debug)]
pub(super) struct Like {
    pub(super) negated: bool,
    pub(super) value: Term,
    pub(super) pattern: Term,
    pub(super) escape: Option<Term>,
    /// For `ILIKE`.
    pub(super) case: Option<Case>,
}

/// `function(arguments)`, `left op right`, `op right`
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) function: &'static Function,
    pub(super) is_operator: bool,
    pub(super) arguments: Vec<Term>,
    /// How letters change their case, for functions that ask.
    pub(super) case: Case,
}

/// COALESCE, GREATEST, LEAST; NULLIF is a CASE.
#[derive(Clone, Debug)]
pub(super) struct Choose {
    pub(super) choice: Choice,
    /// As `bpchar`: trailing blanks do not count.
    pub(super) padded: bool,
    pub(super) terms: Vec<Term>,
}

/// `inner COLLATE name`
#[derive(Clone, Debug)]
pub(super) struct Collated {
    pub(super) inner: Term,
    /// One of Postgres' own.
    pub(super) name: &'static str,
}

/// `value[1]`, `value[1:2][:]`
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) value: Term,
    /// `[low:high]`; without a slice the second alone.
    pub(super) bounds: Vec<(Option<Term>, Option<Term>)>,
    pub(super) is_slice: bool,
}

impl Part {
    fn terms(&self) -> impl Iterator<Item = &Term> {
        let bounds = self.bounds.iter().flat_map(|(low, high)| low.iter().chain(high));
        std::iter::once(&self.value).chain(bounds)
    }
}

/// `value op ANY (array)`, or `ALL`, of operators that are no comparisons.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub(super) all: bool,
    pub(super) test: Test,
    pub(super) value: Term,
    /// What each element goes through before.
    pub(super) element: Conversion,
    pub(super) array: Term,
}

/// `value ~ pattern`, `~*`, or their opposites
#[derive(Clone, Debug)]
pub(super) struct Matches {
    pub(super) negated: bool,
    pub(super) ignores_case: bool,
    pub(super) value: Term,
    /// A constant.
    pub(super) pattern: Term,
    pub(super) regex: Regex,
}

/// What a value and an element are asked.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Like { case: Option<Case>, negated: bool },
    Call { function: &'static Function, case: Case },
}

/// `CASE WHEN .. THEN .. ELSE .. END`
#[derive(Clone, Debug)]
pub(super) struct Branches {
    pub(super) whens: Vec<(Term, Term)>,
    pub(super) otherwise: Option<Term>,
}

impl Branches {
    fn terms(&self) -> impl Iterator<Item = &Term> {
        self.whens.iter().flat_map(|(when, then)| [when, then]).chain(&self.otherwise)
    }
}

/// `value IS [NOT] NULL / TRUE / FALSE / UNKNOWN`
#[derive(Clone, Debug)]
pub(super) struct Is {
    pub(super) negated: bool,
    pub(super) test: IsTest,
    pub(super) value: Term,
}

impl Reader {
    pub(super) fn new(ty: &PgType) -> Self {
        match ty.base() {
            PgType::Bool => Self::Bool,
            PgType::Int2 | PgType::Int4 | PgType::Int8 => Self::Int,
            PgType::Text | PgType::Varchar | PgType::Name | PgType::Bpchar => Self::Text,
            PgType::Uuid => Self::Uuid,
            other => Self::Other(other.clone()),
        }
    }
}

impl Constant {
    pub(super) fn null(ty: PgType) -> Self {
        Self { ty, value: None, text: None }
    }

    /// Whether it is NULL, or an array that holds one.
    pub(super) fn has_null(&self) -> bool {
        match &self.value {
            None => true,
            Some(Value::Array(array)) => array.elements().iter().any(Option::is_none),
            Some(_) => false,
        }
    }

    /// The same, printed as all that are equal to it.
    pub(super) fn canonical(self) -> Self {
        match self.value.as_ref().map(Value::canonical) {
            Some(Cow::Owned(value)) => Self::new(self.ty, value),
            _ => self,
        }
    }

    /// `value` of type `ty`.
    pub(super) fn new(ty: PgType, value: Value) -> Self {
        let text = value.print(&ty);
        let value = match value {
            // As rows are read; LIKE sees the blanks in the text.
            Value::Text(text) if ty == PgType::Bpchar => Value::Text(text.trim_end_matches(' ').into()),
            value => value,
        };
        Self { text: Some(text.into()), ty, value: Some(value) }
    }
}

impl Term {
    /// Whether its value does not depend on the row.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Constant(_) | Self::Known(_) => true,
            Self::Convert(convert) => convert.inner.is_constant(),
            Self::Collate(collated) => collated.inner.is_constant(),
            _ => false,
        }
    }

    pub(super) fn constant(&self) -> Option<&Constant> {
        match self {
            Self::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// Whether no column stands in it.
    pub(super) fn reads_constants_alone(&self) -> bool {
        self.columns().is_empty()
    }

    /// How many nodes it has.
    pub(super) fn size(&self) -> usize {
        1 + match self {
            Self::Column(_) | Self::Constant(_) | Self::Known(_) | Self::HandedOn(_) => 0,
            Self::Convert(convert) => convert.inner.size(),
            Self::Array(terms) | Self::And(terms) | Self::Or(terms) => terms.iter().map(Self::size).sum(),
            Self::Not(inner) => inner.size(),
            Self::Compare(compare) => compare.left.size() + compare.right.size(),
            Self::Distinct(distinct) => distinct.left.size() + distinct.right.size(),
            Self::Quantified(any) => any.value.size() + any.array.size(),
            Self::Like(like) => like.value.size() + like.pattern.size() + like.escape.as_ref().map_or(0, Self::size),
            Self::Is(is) => is.value.size(),
            Self::Call(call) => call.arguments.iter().map(Self::size).sum(),
            Self::Choose(choose) => choose.terms.iter().map(Self::size).sum(),
            Self::Case(branches) => branches.terms().map(Self::size).sum(),
            Self::Collate(collated) => collated.inner.size(),
            Self::Part(part) => part.terms().map(Self::size).sum(),
            Self::Each(each) => each.value.size() + each.array.size(),
            Self::Matches(matches) => matches.value.size() + matches.pattern.size(),
        }
    }

    /// The positions of the columns in it, ascending.
    pub(super) fn columns(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect_columns(&mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect_columns(&self, found: &mut Vec<usize>) {
        match self {
            Self::Column(column) => found.push(column.position),
            Self::Constant(_) | Self::Known(_) => {}
            Self::Convert(convert) => convert.inner.collect_columns(found),
            Self::Array(terms) | Self::And(terms) | Self::Or(terms) => collect(terms, found),
            Self::Not(inner) => inner.collect_columns(found),
            Self::Compare(compare) => collect([&compare.left, &compare.right], found),
            Self::Distinct(distinct) => collect([&distinct.left, &distinct.right], found),
            Self::Quantified(any) => collect([&any.value, &any.array], found),
            Self::Like(like) => collect([&like.value, &like.pattern].into_iter().chain(&like.escape), found),
            Self::Is(is) => is.value.collect_columns(found),
            Self::Call(call) => collect(&call.arguments, found),
            Self::HandedOn(part) => found.extend(part.columns()),
            Self::Choose(choose) => collect(&choose.terms, found),
            Self::Case(branches) => collect(branches.terms(), found),
            Self::Collate(collated) => collated.inner.collect_columns(found),
            Self::Part(part) => collect(part.terms(), found),
            Self::Each(each) => collect([&each.value, &each.array], found),
            Self::Matches(matches) => matches.value.collect_columns(found),
        }
    }
}

fn collect<'a>(terms: impl IntoIterator<Item = &'a Term>, found: &mut Vec<usize>) {
    for term in terms {
        term.collect_columns(found);
    }
}
