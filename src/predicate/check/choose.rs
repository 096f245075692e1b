//! COALESCE, NULLIF, GREATEST, LEAST and CASE.

use super::array::common;
use super::cast::cast_typed;
use super::collate::{self, Use};
use super::compare::{Operator, planned};
use super::operand::{Operand, Order, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::eval::folded_value;
use crate::predicate::expr::{Choice, Comparison};
use crate::predicate::term::{Branches, Choose, Constant, Term};
use crate::predicate::{CheckError, Expr, Value};

/// A CASE as written.
pub(super) struct CaseParts<'a> {
    pub(super) operand: Option<&'a Expr>,
    pub(super) whens: &'a [(Expr, Expr)],
    pub(super) otherwise: Option<&'a Expr>,
}

impl<'a> Checker<'a> {
    pub(super) fn choose(&mut self, choice: Choice, list: &'a [Expr], at: usize) -> Result<Typed<'a>, CheckError> {
        let operands = list.iter().map(|expr| self.operand(expr).map_err(never_met));
        let operands = operands.collect::<Result<Vec<_>, _>>()?;
        if choice == Choice::NullIf {
            return match <[Operand<'a>; 2]>::try_from(operands) {
                Ok([value, other]) => self.null_if(value, other, at),
                Err(_) => Err(CheckError::Unsupported { at, what: "NullIfExpr" }),
            };
        }
        let what = if choice == Choice::Coalesce { "CoalesceExpr" } else { "MinMaxExpr" };
        let (terms, ty, collation) = self.of_one_type(operands, what, at)?;
        if choice != Choice::Coalesce {
            let operator = Operator { symbol: choice.name(), needs: Use::Order, at };
            planned(&ty, &ty, operator)?;
            let side = Typed { term: Term::Known(None), ty: ty.clone(), collation };
            collate::check(&side, &side, operator)?;
        }
        let padded = ty == PgType::Bpchar;
        let term = Term::Choose(Box::new(Choose { choice, padded, terms }));
        evaluated(Typed { term, ty, collation }, at)
    }

    /// `NULLIF (value, other)` is what it abbreviates: NULL where both are equal, else the first.
    fn null_if(&mut self, value: Operand<'a>, other: Operand<'a>, at: usize) -> Result<Typed<'a>, CheckError> {
        value.repeatable(at)?;
        let result = match (&value, &other) {
            (Operand::Typed(value), _) => value.clone(),
            (Operand::Unknown(value), Operand::Typed(other)) => {
                self.resolve(*value, &types::of_unknown_beside(&other.ty))?
            }
            (Operand::Unknown(value), Operand::Unknown(_)) => self.resolve(*value, &PgType::Text)?,
        };
        let ty = match &other {
            Operand::Typed(other) => compared_as(&result.ty, &other.ty),
            Operand::Unknown(_) => compared_as(&result.ty, &result.ty),
        };
        let collation = result.collation.with(other.collation());
        let equal = self.compare(Comparison::Eq, value, other, at)?;
        let result = cast_typed(result, &ty, at)?;
        let null = Term::Constant(Box::new(Constant::null(ty.clone())));
        let branches = Branches { whens: vec![(equal, null)], otherwise: Some(result.term) };
        evaluated(Typed { term: Term::Case(Box::new(branches)), ty, collation }, at)
    }

    pub(super) fn case(&mut self, case: &CaseParts<'a>, at: usize) -> Result<Typed<'a>, CheckError> {
        let conditions = self.case_conditions(case, at)?;
        // Postgres puts what follows ELSE first when it looks for the type of them all.
        let otherwise = match case.otherwise {
            Some(expr) => self.operand(expr).map_err(never_met)?,
            None => Operand::null(at),
        };
        let mut results = vec![otherwise];
        for (_, then) in case.whens {
            results.push(self.operand(then).map_err(never_met)?);
        }
        let (mut terms, ty, collation) = self.of_one_type(results, "CaseExpr", at)?;
        let results = terms.split_off(1);
        let otherwise = terms.pop().filter(|_| case.otherwise.is_some());
        let branches = Branches { whens: conditions.into_iter().zip(results).collect(), otherwise };
        evaluated(Typed { term: Term::Case(Box::new(branches)), ty, collation }, at)
    }

    /// What stands between WHEN and THEN, compared with the operand if there is one.
    fn case_conditions(&mut self, case: &CaseParts<'a>, at: usize) -> Result<Vec<Term>, CheckError> {
        let operand = match case.operand.map(|expr| self.operand(expr)).transpose()? {
            Some(Operand::Unknown(unknown)) => Some(self.resolve(unknown, &PgType::Text).map(Operand::Typed)?),
            Some(Operand::Typed(typed)) => {
                Some(Operand::Typed(Typed { collation: typed.collation.weakened(), ..typed }))
            }
            None => None,
        };
        if let (Some(operand), true) = (&operand, case.whens.len() > 1) {
            operand.repeatable(at)?;
        }
        let mut conditions = Vec::with_capacity(case.whens.len());
        for (when, _) in case.whens {
            conditions.push(match &operand {
                Some(operand) => {
                    let value = self.operand(when).map_err(never_met)?;
                    self.compare(Comparison::Eq, operand.clone(), value, at)?
                }
                None => self.condition(when, "CASE/WHEN").map_err(never_met)?,
            });
        }
        Ok(conditions)
    }

    /// All of them as one type.
    fn of_one_type(
        &mut self,
        operands: Vec<Operand<'a>>,
        what: &'static str,
        at: usize,
    ) -> Result<(Vec<Term>, PgType, Order<'a>), CheckError> {
        let ty = common(None, &operands).ok_or(CheckError::Unsupported { at, what })?;
        if !Value::is_supported(&ty) {
            return Err(CheckError::UnsupportedType { at, ty: ty.to_string() });
        }
        let mut collation = Order::Any;
        let mut terms = Vec::with_capacity(operands.len());
        for operand in operands {
            let typed = match operand {
                Operand::Unknown(unknown) => self.resolve(unknown, &ty)?,
                Operand::Typed(typed) => cast_typed(typed, &ty, at)?,
            };
            collation = collation.with(typed.collation);
            terms.push(typed.term);
        }
        Ok((terms, ty, collation))
    }
}

/// What raises an error may stand where Postgres never gets to.
fn never_met(error: CheckError) -> CheckError {
    match error {
        CheckError::Constant { at, .. } => CheckError::Unsupported { at, what: "an expression that raises an error" },
        other => other,
    }
}

/// The type that the left side has in Postgres' own comparison of two types.
fn compared_as(left: &PgType, right: &PgType) -> PgType {
    match types::plan(left, right) {
        // Postgres compares a date with a timestamp as it is.
        Some(plan) if !matches!(left, PgType::Date | PgType::Name) => plan.left.result(left),
        _ => left.clone(),
    }
}

/// The value instead of the term, if no column stands in it.
pub(super) fn evaluated(typed: Typed<'_>, at: usize) -> Result<Typed<'_>, CheckError> {
    if !typed.term.reads_constants_alone() {
        return Ok(typed);
    }
    let value = folded_value(&typed.term).map_err(|reason| CheckError::Constant { at, reason })?;
    let ty = typed.ty;
    let constant = value.map_or_else(|| Constant::null(ty.clone()), |value| Constant::new(ty.clone(), value));
    Ok(Typed { collation: typed.collation, ..Typed::constant(constant) })
}
