//! AND, OR, NOT, and the folding of constants.

use super::walk::Checker;
use crate::predicate::eval::NoRow;
use crate::predicate::term::Term;
use crate::predicate::{CheckError, Expr};

impl<'a> Checker<'a> {
    pub(super) fn and(&mut self, list: &'a [Expr]) -> Result<Term, CheckError> {
        let terms = list.iter().map(|expr| self.condition(expr, "AND")).collect::<Result<Vec<_>, _>>()?;
        Ok(joined(terms, false))
    }

    pub(super) fn or(&mut self, list: &'a [Expr]) -> Result<Term, CheckError> {
        let terms = list.iter().map(|expr| self.condition(expr, "OR")).collect::<Result<Vec<_>, _>>()?;
        Ok(joined(terms, true))
    }

    pub(super) fn not(&mut self, inner: &'a Expr) -> Result<Term, CheckError> {
        Ok(negated(self.condition(inner, "NOT")?))
    }
}

/// AND, or OR, of terms: nested ones of the same kind drawn in, known ones taken out as far as they decide nothing.
pub(super) fn joined(terms: Vec<Term>, or: bool) -> Term {
    let mut flat = Vec::with_capacity(terms.len());
    let mut unknown = false;
    for term in terms {
        match term {
            Term::And(inner) if !or => flat.extend(inner),
            Term::Or(inner) if or => flat.extend(inner),
            Term::Known(Some(value)) if value == or => return Term::Known(Some(or)),
            Term::Known(Some(_)) => {}
            Term::Known(None) => unknown = true,
            other => flat.push(other),
        }
    }
    if unknown {
        flat.push(Term::Known(None));
    }
    match (flat.len(), or) {
        (0, or) => Term::Known(Some(!or)),
        (1, _) => flat.pop().unwrap_or(Term::Known(None)),
        (_, true) => Term::Or(flat),
        (_, false) => Term::And(flat),
    }
}

pub(super) fn negated(term: Term) -> Term {
    match term {
        Term::Not(inner) => *inner,
        Term::Known(truth) => Term::Known(truth.map(|truth| !truth)),
        other => Term::Not(Box::new(other)),
    }
}

/// The value of a condition on constants; others as they are.
pub(super) fn folded(term: Term, at: usize) -> Result<Term, CheckError> {
    if !term.reads_constants_alone() {
        return Ok(term);
    }
    term.truth(&NoRow).map(Term::Known).map_err(|reason| CheckError::Constant { at, reason })
}
