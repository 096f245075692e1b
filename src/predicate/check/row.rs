//! Rows of values: `(a, b) = (1, 2)` and its like are what they abbreviate, column by column.

use super::compare::Range;
use super::logic::joined;
use super::operand::Operand;
use super::walk::Checker;
use crate::predicate::expr::{Comparison, IsTest, Node};
use crate::predicate::term::{Branches, Term};
use crate::predicate::{CheckError, Expr};

/// The values of a row, if it is written as one.
pub(super) fn values(expr: &Expr) -> Option<&[Expr]> {
    match &expr.node {
        Node::Row(values) => Some(values),
        _ => None,
    }
}

/// The values of two rows of one length. A row within a row is a value to Postgres, and follows other rules.
fn pairs<'a>(left: &'a Expr, right: &'a Expr, at: usize) -> Result<(&'a [Expr], &'a [Expr]), CheckError> {
    match (values(left), values(right)) {
        (Some(left), Some(right)) if left.len() == right.len() && !left.is_empty() && !nests(left) && !nests(right) => {
            Ok((left, right))
        }
        _ => Err(refused(at)),
    }
}

fn nests(values_of_row: &[Expr]) -> bool {
    values_of_row.iter().any(|value| values(value).is_some())
}

fn refused(at: usize) -> CheckError {
    CheckError::Unsupported { at, what: "RowExpr" }
}

/// Whether this pair or, if it is equal, the rest decides. What the rest computes may raise an error, which only those that
/// are equal shall meet.
fn either(before: Term, equal: Term, rest: Term, is_plain: bool) -> Term {
    if is_plain {
        return joined(vec![before, joined(vec![equal, rest], false)], true);
    }
    Term::Case(Box::new(Branches { whens: vec![(equal, rest)], otherwise: Some(before) }))
}

impl<'a> Checker<'a> {
    /// `(a, b) op (c, d)`
    pub(super) fn row_comparison(
        &mut self,
        op: Comparison,
        left: &'a Expr,
        right: &'a Expr,
        at: usize,
    ) -> Result<Term, CheckError> {
        let (left, right) = pairs(left, right, at)?;
        let strict = match op {
            Comparison::Eq | Comparison::Ne => {
                let compared = |(left, right)| self.comparison(op, left, right, at);
                let terms = left.iter().zip(right).map(compared).collect::<Result<_, _>>()?;
                return Ok(joined(terms, op == Comparison::Ne));
            }
            Comparison::Lt | Comparison::Le => Comparison::Lt,
            Comparison::Gt | Comparison::Ge => Comparison::Gt,
        };
        // The last pair decides where all before it are equal.
        let mut decided: Option<Term> = None;
        let mut is_plain = true;
        for (left, right) in left.iter().zip(right).rev() {
            let (left, right) = (self.operand(left)?, self.operand(right)?);
            let pair = [left.clone(), right.clone()];
            let equal = self.compare(Comparison::Eq, left, right, at)?;
            if matches!(equal, Term::Known(None)) && !pair.iter().all(Operand::is_constant) {
                // Postgres computes what it compares with NULL.
                return Err(refused(at));
            }
            let [left, right] = pair;
            decided = Some(match decided {
                None => self.compare(op, left.clone(), right.clone(), at)?,
                Some(rest) => {
                    left.repeatable(at)?;
                    right.repeatable(at)?;
                    let before = self.compare(strict, left.clone(), right.clone(), at)?;
                    either(before, equal, rest, is_plain)
                }
            });
            is_plain &= left.is_plain() && right.is_plain();
        }
        decided.ok_or_else(|| refused(at))
    }

    /// `(a, b) [NOT] IN ((c, d), ..)`
    pub(super) fn row_in_list(
        &mut self,
        value: &'a Expr,
        list: &'a [Expr],
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        let op = if negated { Comparison::Ne } else { Comparison::Eq };
        let terms = list.iter().map(|row| self.row_comparison(op, value, row, at)).collect::<Result<_, _>>()?;
        Ok(joined(terms, !negated))
    }

    /// `(a, b) [NOT] BETWEEN (c, d) AND (e, f)`
    pub(super) fn row_between(
        &mut self,
        value: &'a Expr,
        range: &Range<'a>,
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        let (from, to) = if negated { (Comparison::Lt, Comparison::Gt) } else { (Comparison::Ge, Comparison::Le) };
        let mut within = |low, high| {
            let from = self.row_comparison(from, value, low, at)?;
            let to = self.row_comparison(to, value, high, at)?;
            Ok(joined(vec![from, to], negated))
        };
        let straight = within(range.low, range.high)?;
        if !range.symmetric {
            return Ok(straight);
        }
        let turned = within(range.high, range.low)?;
        Ok(joined(vec![straight, turned], !negated))
    }

    /// `(a, b) IS [NOT] DISTINCT FROM (c, d)`
    pub(super) fn row_distinct(
        &mut self,
        left: &'a Expr,
        right: &'a Expr,
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        let (left, right) = pairs(left, right, at)?;
        let distinct = |(left, right)| self.distinct(left, right, negated, at);
        let terms = left.iter().zip(right).map(distinct).collect::<Result<_, _>>()?;
        Ok(joined(terms, !negated))
    }

    /// `(a, b) IS [NOT] NULL`: whether all are, or none is.
    pub(super) fn row_is_null(&mut self, row: &'a [Expr], negated: bool, at: usize) -> Result<Term, CheckError> {
        if row.is_empty() || nests(row) {
            return Err(refused(at));
        }
        let is_null = |value| self.is(value, IsTest::Null, negated);
        Ok(joined(row.iter().map(is_null).collect::<Result<_, _>>()?, false))
    }
}
