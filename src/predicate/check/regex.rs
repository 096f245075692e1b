//! `~`, `~*` and their opposites, which SIMILAR TO becomes too.

use super::call::Callee;
use super::collate::{self, Use};
use super::compare::Operator;
use super::like::{folding, raw};
use super::logic::folded;
use super::operand::{Operand, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::CheckError;
use crate::predicate::like::Case;
use crate::predicate::regex::{Mode, compiled};
use crate::predicate::term::{Matches, Term};

/// Whether the operator matches a text with a pattern.
pub(super) fn is_match(symbol: &str) -> bool {
    matches!(symbol, "~" | "~*" | "!~" | "!~*")
}

impl<'a> Checker<'a> {
    /// `value ~ pattern`
    pub(super) fn matched(
        &mut self,
        callee: Callee<'_>,
        value: Operand<'a>,
        pattern: Operand<'a>,
    ) -> Result<Term, CheckError> {
        let (at, symbol) = (callee.at, callee.name.name.as_str());
        let refused = || callee.unknown(2);
        let value = self.as_text(value)?;
        let pattern = self.as_text(pattern)?;
        let is_pattern = matches!(pattern.ty, PgType::Text | PgType::Varchar);
        let Some(text) = pattern.term.constant().filter(|_| is_pattern && types::is_text(&value.ty)) else {
            return Err(refused());
        };
        collate::check(&value, &pattern, Operator { symbol: "~", needs: Use::Equality, at })?;
        let order = value.collation.with(pattern.collation);
        let ignores_case = symbol.ends_with('*');
        let case = folding(order, at);
        let mode = Mode { ignores_case, is_ascii: case == Ok(Case::Ascii) };
        if ignores_case {
            case?;
        }
        let regex = compiled(text.text.as_deref().ok_or_else(refused)?, mode).ok_or_else(refused)?;
        let negated = symbol.starts_with('!');
        let matches = Matches { negated, ignores_case, value: raw(value, at)?, pattern: pattern.term, regex };
        folded(Term::Matches(Box::new(matches)), at)
    }

    fn as_text(&mut self, operand: Operand<'a>) -> Result<Typed<'a>, CheckError> {
        match operand {
            Operand::Unknown(unknown) => self.resolve(unknown, &PgType::Text),
            Operand::Typed(typed) => Ok(typed),
        }
    }
}
