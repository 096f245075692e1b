//! Arguments that a function takes as the text that Postgres prints for them.

use super::compare::converted;
use super::operand::Typed;
use super::types;
use crate::pg::PgType;
use crate::predicate::CheckError;
use crate::predicate::cast::{Conversion, explicit};
use crate::predicate::term::Term;

/// Whether a value alone, without its type, tells how it is printed; of an array, its elements.
pub(super) fn prints_alike(ty: &PgType) -> bool {
    match ty {
        PgType::Array(element) => prints_alike(element),
        PgType::Text | PgType::Varchar | PgType::Name | PgType::Bool | PgType::Uuid | PgType::Date => true,
        other => types::is_int(other),
    }
}

/// The value as the text that Postgres prints for it, if that is known.
pub(super) fn printed(typed: Typed<'_>, at: usize) -> Result<Option<Term>, CheckError> {
    let how = Conversion::Print(typed.ty.clone());
    match (&typed.ty, &typed.term) {
        (PgType::Text | PgType::Varchar | PgType::Name, _) => Ok(Some(typed.term)),
        (_, Term::Column(_)) | (PgType::Bool, _) => converted(typed, how, at).map(Some),
        (ty, _) if matches!(explicit(ty, &PgType::Text), Some(Conversion::Print(_))) => {
            converted(typed, how, at).map(Some)
        }
        _ => Ok(None),
    }
}
