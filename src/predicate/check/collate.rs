//! Refuses what only the server's collations can tell.

use std::sync::LazyLock;

use super::compare::Operator;
use super::operand::{Operand, Order, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::{Collation, PgType, quote_ident};
use crate::predicate::expr::Name;
use crate::predicate::term::{Collated, Term};
use crate::predicate::{CheckError, Expr};

/// What an operator asks of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Equality,
    Order,
}

/// A collation of Postgres' own that orders text by its bytes.
#[derive(Debug)]
pub(super) struct Named {
    /// In `pg_collation`.
    pub(super) name: &'static str,
    pub(super) collation: Collation,
}

/// `ucs_basic` knows no letters but those of ASCII, like C.
static NAMED: LazyLock<Vec<Named>> = LazyLock::new(|| {
    let named = |(name, as_column): (&'static str, &str)| Named {
        name,
        collation: Collation {
            name: as_column.to_owned(),
            sql_name: format!("\"pg_catalog\".{}", quote_ident(name)),
            is_bytewise: true,
            is_deterministic: true,
        },
    };
    [("C", "C"), ("POSIX", "POSIX"), ("ucs_basic", "C"), ("pg_c_utf8", "C.UTF-8")].map(named).into()
});

impl<'a> Checker<'a> {
    /// `inner COLLATE name`
    pub(super) fn collated(&mut self, inner: &'a Expr, name: &Name, at: usize) -> Result<Operand<'a>, CheckError> {
        let is_ours = matches!(name.schema.as_deref(), None | Some("pg_catalog"));
        let named: Option<&'static Named> = NAMED.iter().find(|named| is_ours && named.name == name.name);
        let named = named.ok_or(CheckError::Unsupported { at, what: "CollateClause" })?;
        Ok(match self.operand(inner)? {
            Operand::Unknown(mut unknown) => {
                unknown.collation = Some(named);
                Operand::Unknown(unknown)
            }
            Operand::Typed(typed) => Operand::Typed(under(typed, named, at)?),
        })
    }
}

/// The value under an explicit collation.
pub(super) fn under<'a>(typed: Typed<'a>, named: &'static Named, at: usize) -> Result<Typed<'a>, CheckError> {
    if !is_collatable(&typed.ty) {
        return Err(CheckError::Unsupported { at, what: "CollateClause" });
    }
    let term = Term::Collate(Box::new(Collated { inner: typed.term, name: named.name }));
    Ok(Typed { term, ty: typed.ty, collation: Order::Explicit(&named.collation) })
}

/// Whether text of both sides can be compared here.
pub(super) fn check(left: &Typed<'_>, right: &Typed<'_>, operator: Operator) -> Result<(), CheckError> {
    let order = left.collation.with(right.collation);
    let at = operator.at;
    deterministic(order, at)?;
    if operator.needs == Use::Equality || !is_collatable(&left.ty) {
        return Ok(());
    }
    let refused = |name: &str| Err(CheckError::CollationOrder { at, collation: name.to_owned() });
    match order {
        Order::Known(collation) | Order::Explicit(collation) if collation.is_bytewise => Ok(()),
        Order::Known(collation) | Order::Explicit(collation) | Order::Conflict(collation) => refused(&collation.name),
        Order::Any | Order::Default | Order::Mismatch => refused("of the database"),
    }
}

/// Refuses text whose equality is not that of its bytes.
pub(super) fn deterministic(order: Order<'_>, at: usize) -> Result<(), CheckError> {
    match order {
        Order::Known(collation) | Order::Conflict(collation) if !collation.is_deterministic => {
            Err(CheckError::CollationEquality { at, collation: collation.name.clone() })
        }
        Order::Conflict(_) => Err(CheckError::Unsupported { at, what: "a conflict of collations" }),
        Order::Mismatch => Err(CheckError::Unsupported { at, what: "CollateClause" }),
        _ => Ok(()),
    }
}

fn is_collatable(ty: &PgType) -> bool {
    match ty {
        PgType::Array(element) => is_collatable(element),
        other => types::is_text(other),
    }
}
