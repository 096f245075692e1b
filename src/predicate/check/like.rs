//! LIKE and ILIKE.

use super::collate::{self, Use};
use super::compare::Operator;
use super::logic::folded;
use super::operand::{Operand, Order, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::cast::Conversion;
use crate::predicate::like::{Case, with_backslash};
use crate::predicate::term::{Constant, Convert, Like, Term};
use crate::predicate::{CheckError, Expr, Value};

/// The operands of a LIKE.
pub(super) struct Sides<'a> {
    pub(super) value: &'a Expr,
    pub(super) pattern: &'a Expr,
    pub(super) escape: Option<&'a Expr>,
}

impl<'a> Checker<'a> {
    pub(super) fn like(
        &mut self,
        sides: &Sides<'a>,
        ignore_case: bool,
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        let value = self.text(sides.value)?;
        let pattern = self.text(sides.pattern)?;
        let escape = sides.escape.map(|escape| self.text(escape)).transpose()?;
        let operator = Operator { symbol: if ignore_case { "ILIKE" } else { "LIKE" }, needs: Use::Equality, at };
        if let Some(other) =
            [Some(&pattern), escape.as_ref(), Some(&value)].into_iter().flatten().find(|t| !types::is_text(&t.ty))
        {
            let (left, right) =
                if types::is_text(&value.ty) { (&value.ty, &other.ty) } else { (&value.ty, &pattern.ty) };
            let (left, right) = (left.to_string(), right.to_string());
            return Err(CheckError::NoOperator { at, op: operator.symbol.to_owned(), left, right });
        }
        collate::check(&value, &pattern, operator)?;
        let order = value.collation.with(pattern.collation);
        let (pattern, escape) = escaped(as_text(pattern), escape.map(as_text), at)?;
        let case = if ignore_case { Some(case(order, &pattern, at)?) } else { None };
        folded(Term::Like(Box::new(Like { negated, value: raw(value, at)?, pattern, escape, case })), at)
    }

    fn text(&mut self, expr: &'a Expr) -> Result<Typed<'a>, CheckError> {
        match self.operand(expr)? {
            Operand::Typed(typed) => Ok(typed),
            Operand::Unknown(unknown) => self.resolve(unknown, &PgType::Text),
        }
    }
}

/// The value as LIKE sees it: `bpchar` with its blanks.
pub(super) fn raw(value: Typed<'_>, at: usize) -> Result<Term, CheckError> {
    let is_padded = value.ty == PgType::Bpchar;
    match value.term {
        Term::Constant(constant) => Ok(text_constant(*constant)),
        // What is made of them has lost the blanks of its constants.
        Term::Choose(_) | Term::Case(_) | Term::Part(_) | Term::Collate(_) | Term::Call(_) if is_padded => {
            Err(CheckError::UnsupportedType { at, ty: value.ty.to_string() })
        }
        other => Ok(other),
    }
}

/// A pattern, which is of type text.
fn as_text(pattern: Typed<'_>) -> Term {
    match pattern.term {
        Term::Constant(constant) if pattern.ty == PgType::Bpchar => {
            let trimmed = constant.text.as_deref().map(|text| text.trim_end_matches(' ').into());
            text_constant(Constant { text: trimmed, ..*constant })
        }
        Term::Constant(constant) => text_constant(*constant),
        inner if pattern.ty == PgType::Bpchar => {
            Term::Convert(Box::new(Convert { inner, how: Conversion::Trim, written: None }))
        }
        other => other,
    }
}

fn text_constant(constant: Constant) -> Term {
    let constant = match constant.text {
        Some(text) => Constant::new(PgType::Text, Value::Text(text)),
        None => Constant::null(PgType::Text),
    };
    Term::Constant(Box::new(constant))
}

/// The pattern without its ESCAPE, as far as both are constants.
fn escaped(pattern: Term, escape: Option<Term>, at: usize) -> Result<(Term, Option<Term>), CheckError> {
    let Some(escape) = escape else { return Ok((pattern, None)) };
    let (Some(text), Some(by)) = (pattern.constant(), escape.constant()) else { return Ok((pattern, Some(escape))) };
    let (Some(text), Some(by)) = (&text.text, &by.text) else {
        return Ok((Term::Constant(Box::new(Constant::null(PgType::Text))), None));
    };
    let converted = with_backslash(text, by).map_err(|reason| CheckError::Constant { at, reason })?;
    Ok((Term::Constant(Box::new(Constant::new(PgType::Text, Value::Text(converted.into())))), None))
}

/// How ILIKE folds case, where that is known.
pub(super) fn case(order: Order<'_>, pattern: &Term, at: usize) -> Result<Case, CheckError> {
    let is_ascii = pattern.constant().is_some_and(|pattern| pattern.text.as_deref().is_none_or(str::is_ascii));
    let (name, is_bytewise) = locale(order);
    // In these languages I is not the upper case of i.
    let turkic = ["tr", "az"].iter().any(|language| name.to_ascii_lowercase().starts_with(language));
    if !is_bytewise && is_ascii && !turkic {
        return Ok(Case::Unicode);
    }
    folding(order, at)
}

/// How letters change their case under a collation.
pub(super) fn folding(order: Order<'_>, at: usize) -> Result<Case, CheckError> {
    match locale(order) {
        ("C" | "POSIX", true) => Ok(Case::Ascii),
        (_, true) => Ok(Case::Unicode),
        (name, false) => Err(CheckError::IlikePattern { at, collation: name.to_owned() }),
    }
}

/// The name of a collation, and whether text is ordered by bytes under it.
fn locale(order: Order<'_>) -> (&str, bool) {
    match order {
        Order::Known(collation) | Order::Explicit(collation) => (collation.name.as_str(), collation.is_bytewise),
        Order::Any | Order::Default | Order::Conflict(_) | Order::Mismatch => ("of the database", false),
    }
}
