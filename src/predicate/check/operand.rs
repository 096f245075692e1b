//! What the checker knows of an operand.

use super::collate::Named;
use crate::pg::{Collation, PgType};
use crate::predicate::CheckError;
use crate::predicate::term::{Constant, Term};

/// An expression whose type is known, or one that takes it from its use.
#[derive(Clone, Debug)]
pub(super) enum Operand<'a> {
    Typed(Typed<'a>),
    Unknown(Unknown<'a>),
}

#[derive(Clone, Debug)]
pub(super) struct Typed<'a> {
    pub(super) term: Term,
    /// Never a domain.
    pub(super) ty: PgType,
    pub(super) collation: Order<'a>,
}

/// A literal in quotes, a NULL or a `$n` without type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unknown<'a> {
    pub(super) at: usize,
    /// `None` for NULL.
    pub(super) text: Option<&'a str>,
    /// n, of a `$n`.
    pub(super) param: Option<u32>,
    /// What is written behind it with COLLATE.
    pub(super) collation: Option<&'static Named>,
}

/// By what a text is ordered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order<'a> {
    /// By what it is compared with: constants, and types without collation.
    Any,
    Known(&'a Collation),
    /// By the locale of the database, which is not known here.
    Default,
    /// By what is written with COLLATE, which goes before all others.
    Explicit(&'a Collation),
    /// By none, since two columns disagree; the one of them that makes more trouble.
    Conflict(&'a Collation),
    /// Two that are written disagree: Postgres refuses that.
    Mismatch,
}

impl Order<'_> {
    /// What is left of it where it is not seen that it was written.
    pub(super) fn weakened(self) -> Self {
        match self {
            Self::Explicit(collation) => Self::Known(collation),
            other => other,
        }
    }

    /// That of what is made of two texts.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, order) | (order, Self::Any) => order,
            (Self::Mismatch, _) | (_, Self::Mismatch) => Self::Mismatch,
            (Self::Explicit(a), Self::Explicit(b)) if a != b => Self::Mismatch,
            (explicit @ Self::Explicit(_), _) | (_, explicit @ Self::Explicit(_)) => explicit,
            (Self::Default, order) | (order, Self::Default) => order,
            (Self::Known(a), Self::Known(b)) if a == b => self,
            (Self::Known(a) | Self::Conflict(a), Self::Known(b) | Self::Conflict(b)) => {
                Self::Conflict(if a.is_deterministic && (a.is_bytewise || !b.is_deterministic) { b } else { a })
            }
        }
    }
}

impl Typed<'_> {
    pub(super) fn condition(term: Term) -> Self {
        Self { term, ty: PgType::Bool, collation: Order::Any }
    }

    pub(super) fn constant(constant: Constant) -> Self {
        Self { ty: constant.ty.clone(), term: Term::Constant(Box::new(constant)), collation: Order::Any }
    }
}

/// Larger operands are not taken apart into several comparisons: nested, they would double at each level.
const MOST_REPEATED: usize = 64;

impl<'a> Operand<'a> {
    pub(super) fn collation(&self) -> Order<'a> {
        match self {
            Self::Typed(typed) => typed.collation,
            Self::Unknown(unknown) => unknown.collation.map_or(Order::Any, |named| Order::Explicit(&named.collation)),
        }
    }
}

impl Operand<'_> {
    /// A bare NULL.
    pub(super) fn null(at: usize) -> Self {
        Self::Unknown(Unknown { at, text: None, param: None, collation: None })
    }

    /// Refuses an operand that is to stand in several terms, if it is large.
    pub(super) fn repeatable(&self, at: usize) -> Result<(), CheckError> {
        match self {
            Self::Typed(typed) if typed.term.size() > MOST_REPEATED => {
                Err(CheckError::Unsupported { at, what: "an operand of this size" })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Typed(typed) => typed.term.is_constant(),
            Self::Unknown(_) => true,
        }
    }

    /// Whether it is a column or a constant, of which nothing can go wrong.
    pub(super) fn is_plain(&self) -> bool {
        match self {
            Self::Typed(typed) => matches!(typed.term, Term::Column(_) | Term::Constant(_)),
            Self::Unknown(_) => true,
        }
    }

    /// Its type, if it has one.
    pub(super) fn ty(&self) -> Option<&PgType> {
        match self {
            Self::Typed(typed) => Some(&typed.ty),
            Self::Unknown(_) => None,
        }
    }
}
