//! `value op ANY (array)` and ALL of operators other than comparisons: LIKE, and those of the catalog.

use super::call::{Callee, select};
use super::collate::{self, Use};
use super::compare::Operator;
use super::like::{self, raw};
use super::logic::folded;
use super::operand::{Operand, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::cast::Conversion;
use crate::predicate::expr::Name;
use crate::predicate::term::{ColumnRef, Each, Reader, Term, Test};
use crate::predicate::{CheckError, Expr};

impl<'a> Checker<'a> {
    pub(super) fn each(
        &mut self,
        (op, all): (&Name, bool),
        value: &'a Expr,
        array: &'a Expr,
        at: usize,
    ) -> Result<Term, CheckError> {
        let (value, array) = (self.operand(value)?, self.operand(array)?);
        let is_ours = matches!(op.schema.as_deref(), None | Some("pg_catalog"));
        let (ignores_case, negated) = match op.name.as_str() {
            "~~" => (false, false),
            "!~~" => (false, true),
            "~~*" => (true, false),
            "!~~*" => (true, true),
            _ => return self.each_called(Callee { name: op, is_operator: true, at }, all, value, array),
        };
        if !is_ours {
            return Err(CheckError::UnknownOperator { at, operator: op.name.clone(), unary: false });
        }
        let value = self.typed(value, &PgType::Text)?;
        let array = self.typed(array, &PgType::Array(PgType::Text.into()))?;
        let element = element(&array, all, at)?;
        let symbol = if ignores_case { "ILIKE" } else { "LIKE" };
        if !types::is_text(&value.ty) || !types::is_text(&element) {
            let (left, right) = (value.ty.to_string(), element.to_string());
            return Err(CheckError::NoOperator { at, op: symbol.to_owned(), left, right });
        }
        collate::check(&value, &array, Operator { symbol, needs: Use::Equality, at })?;
        let order = value.collation.with(array.collation);
        let case = if ignores_case { Some(like::case(order, &array.term, at)?) } else { None };
        let test = Test::Like { case, negated };
        let each = Each { all, test, value: raw(value, at)?, element: Conversion::Relabel, array: array.term };
        folded(Term::Each(Box::new(each)), at)
    }

    /// An operator of the catalog, found as it would be for the value and one element.
    fn each_called(
        &mut self,
        callee: Callee<'_>,
        all: bool,
        value: Operand<'a>,
        array: Operand<'a>,
    ) -> Result<Term, CheckError> {
        let at = callee.at;
        let array = match array {
            Operand::Typed(array) => array,
            Operand::Unknown(unknown) => {
                let parameter = select(callee, &[value.ty().cloned(), None])
                    .and_then(|candidate| candidate.parameters.into_iter().nth(1).flatten());
                let element = parameter.ok_or_else(|| callee.unknown(2))?;
                self.resolve(unknown, &PgType::Array(element.into()))?
            }
        };
        let element = element(&array, all, at)?;
        let stand_in = Typed { term: stand_in(), ty: element, collation: array.collation };
        let found = self.call_of(callee, vec![value, Operand::Typed(stand_in)])?;
        let refused = CheckError::UnknownOperator { at, operator: callee.name.name.clone(), unary: false };
        let Term::Call(call) = found.term else { return Err(refused) };
        let Ok([value, converted]) = <[Term; 2]>::try_from(call.arguments) else { return Err(refused) };
        let element = match converted {
            Term::Convert(convert) if convert.written.is_none() => convert.how,
            Term::Column(_) => Conversion::Relabel,
            _ => return Err(refused),
        };
        if found.ty != PgType::Bool {
            return Err(refused);
        }
        let test = Test::Call { function: call.function, case: call.case };
        folded(Term::Each(Box::new(Each { all, test, value, element, array: array.term })), at)
    }

    fn typed(&mut self, operand: Operand<'a>, ty: &PgType) -> Result<Typed<'a>, CheckError> {
        match operand {
            Operand::Unknown(unknown) => self.resolve(unknown, ty),
            Operand::Typed(typed) => Ok(typed),
        }
    }
}

/// The type of an array's elements.
fn element(array: &Typed<'_>, all: bool, at: usize) -> Result<PgType, CheckError> {
    match &array.ty {
        PgType::Array(element) => Ok((**element).clone()),
        _ => Err(CheckError::NotAnArray { at, quantifier: if all { "ALL" } else { "ANY" } }),
    }
}

/// In the place of an element while the operator is looked for.
fn stand_in() -> Term {
    Term::Column(Box::new(ColumnRef { position: usize::MAX, reader: Reader::Bool }))
}
