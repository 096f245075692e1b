//! Refuses what only the server's collations can tell.

use super::compare::Operator;
use super::operand::{Order, Typed};
use super::types;
use crate::pg::{Collation, PgType};
use crate::predicate::CheckError;

/// What an operator asks of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Equality,
    Order,
}

/// Whether text of both sides can be compared here.
pub(super) fn check(left: &Typed<'_>, right: &Typed<'_>, operator: Operator) -> Result<(), CheckError> {
    let at = operator.at;
    let known = [left, right].into_iter().filter_map(|side| known(side.collation));
    if let Some(collation) = known.clone().find(|collation| !collation.is_deterministic) {
        return Err(CheckError::CollationEquality { at, collation: collation.name.clone() });
    }
    if operator.needs == Use::Equality || !is_collatable(&left.ty) {
        return Ok(());
    }
    let refused = |name: &str| Err(CheckError::CollationOrder { at, collation: name.to_owned() });
    if [left, right].iter().any(|side| matches!(side.collation, Order::Default)) || known.clone().next().is_none() {
        return refused("of the database");
    }
    match known.clone().find(|collation| !collation.is_bytewise) {
        Some(collation) => refused(&collation.name),
        None => Ok(()),
    }
}

/// Refuses text whose equality is not that of its bytes.
pub(super) fn deterministic(typed: &Typed<'_>, at: usize) -> Result<(), CheckError> {
    match known(typed.collation) {
        Some(collation) if !collation.is_deterministic => {
            Err(CheckError::CollationEquality { at, collation: collation.name.clone() })
        }
        _ => Ok(()),
    }
}

fn known(order: Order<'_>) -> Option<&Collation> {
    match order {
        Order::Known(collation) => Some(collation),
        Order::Any | Order::Default => None,
    }
}

fn is_collatable(ty: &PgType) -> bool {
    match ty {
        PgType::Array(element) => is_collatable(element),
        other => types::is_text(other),
    }
}
