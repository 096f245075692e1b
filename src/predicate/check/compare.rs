//! Comparisons of two operands.

use super::collate::{self, Use};
use super::logic::{folded, joined};
use super::operand::{Operand, Typed};
use super::row;
use super::types::{self, Plan};
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::canonical::symbol;
use crate::predicate::cast::Conversion;
use crate::predicate::expr::{Comparison, IsTest, Node};
use crate::predicate::term::{Compare, Constant, Convert, Distinct, Is, Term};
use crate::predicate::{CheckError, Expr, Value};

/// The bounds of a BETWEEN.
pub(super) struct Range<'a> {
    pub(super) low: &'a Expr,
    pub(super) high: &'a Expr,
    pub(super) symmetric: bool,
}

/// Two terms represented alike.
pub(super) struct Sides {
    pub(super) left: Term,
    pub(super) right: Term,
    pub(super) padded: bool,
}

/// An operator where it stands.
#[derive(Clone, Copy)]
pub(super) struct Operator {
    pub(super) symbol: &'static str,
    pub(super) needs: Use,
    pub(super) at: usize,
}

impl Operator {
    pub(super) fn of(op: Comparison, at: usize) -> Self {
        let needs = if matches!(op, Comparison::Eq | Comparison::Ne) { Use::Equality } else { Use::Order };
        Self { symbol: symbol(op), needs, at }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn comparison(
        &mut self,
        op: Comparison,
        left: &'a Expr,
        right: &'a Expr,
        at: usize,
    ) -> Result<Term, CheckError> {
        if row::values(left).is_some() {
            return self.row_comparison(op, left, right, at);
        }
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        self.compare(op, left, right, at)
    }

    pub(super) fn compare(
        &mut self,
        op: Comparison,
        left: Operand<'a>,
        right: Operand<'a>,
        at: usize,
    ) -> Result<Term, CheckError> {
        let Sides { left, right, padded } = self.sides(left, right, Operator::of(op, at))?;
        // Postgres knows this without asking the other side, which may raise an error. A column does not, and its
        // filters keep one template whatever their values.
        if (is_null(&left) && !matches!(right, Term::Column(_)))
            || (is_null(&right) && !matches!(left, Term::Column(_)))
        {
            return Ok(Term::Known(None));
        }
        folded(Term::Compare(Box::new(Compare { op, padded, left, right })), at)
    }

    pub(super) fn distinct(
        &mut self,
        left: &'a Expr,
        right: &'a Expr,
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        if row::values(left).is_some() {
            return self.row_distinct(left, right, negated, at);
        }
        // A bare NULL has no type, and needs none.
        let other = match (&left.node, &right.node) {
            (Node::Null, _) => Some(right),
            (_, Node::Null) => Some(left),
            _ => None,
        };
        if let Some(other) = other {
            return self.is(other, IsTest::Null, !negated);
        }
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        let operator = Operator { symbol: "IS DISTINCT FROM", needs: Use::Equality, at };
        let Sides { left, right, padded } = self.sides(left, right, operator)?;
        folded(Term::Distinct(Box::new(Distinct { negated, padded, left, right })), at)
    }

    /// BETWEEN is what it abbreviates, as in Postgres.
    pub(super) fn between(
        &mut self,
        value: &'a Expr,
        range: &Range<'a>,
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        if row::values(value).is_some() {
            return self.row_between(value, range, negated, at);
        }
        let value = self.operand(value)?;
        let (low, high) = (self.operand(range.low)?, self.operand(range.high)?);
        let repeated = if range.symmetric { vec![&value, &low, &high] } else { vec![&value] };
        repeated.into_iter().try_for_each(|operand| operand.repeatable(at))?;
        let (from, to) = if negated { (Comparison::Lt, Comparison::Gt) } else { (Comparison::Ge, Comparison::Le) };
        let mut within = |low: &Operand<'a>, high: &Operand<'a>| {
            let from = self.compare(from, value.clone(), low.clone(), at)?;
            let to = self.compare(to, value.clone(), high.clone(), at)?;
            Ok(joined(vec![from, to], negated))
        };
        let straight = within(&low, &high)?;
        if !range.symmetric {
            return Ok(straight);
        }
        let turned = within(&high, &low)?;
        Ok(joined(vec![straight, turned], !negated))
    }

    /// Gives both operands their types, and the representation in which they are compared.
    pub(super) fn sides(
        &mut self,
        left: Operand<'a>,
        right: Operand<'a>,
        operator: Operator,
    ) -> Result<Sides, CheckError> {
        let (left, right) = match (left, right) {
            (Operand::Typed(left), Operand::Typed(right)) => (left, right),
            (Operand::Typed(left), Operand::Unknown(right)) => {
                let ty = types::of_unknown_beside(&left.ty);
                (left, self.resolve(right, &ty)?)
            }
            (Operand::Unknown(left), Operand::Typed(right)) => {
                let ty = types::of_unknown_beside(&right.ty);
                (self.resolve(left, &ty)?, right)
            }
            (Operand::Unknown(left), Operand::Unknown(right)) => {
                (self.resolve(left, &PgType::Text)?, self.resolve(right, &PgType::Text)?)
            }
        };
        let plan = planned(&left.ty, &right.ty, operator)?;
        collate::check(&left, &right, operator)?;
        let (left_type, right_type) = (left.ty.clone(), right.ty.clone());
        let (left, right) = (converted(left, plan.left, operator.at)?, converted(right, plan.right, operator.at)?);
        let padded = plan.padded;
        Ok(Sides { left: narrowed(left, &right_type), right: narrowed(right, &left_type), padded })
    }
}

/// Whether it is NULL for every row.
fn is_null(term: &Term) -> bool {
    match term {
        Term::Known(truth) => truth.is_none(),
        Term::Constant(constant) => constant.value.is_none(),
        Term::Convert(convert) => is_null(&convert.inner),
        Term::Compare(compare) => is_null(&compare.left) || is_null(&compare.right),
        // `x IN (NULL)`
        Term::Quantified(quantified) => match quantified.array.constant().map(|array| &array.value) {
            Some(Some(Value::Array(array))) => matches!(array.elements(), [None]),
            _ => false,
        },
        _ => false,
    }
}

/// How the types are compared, or why they are not.
pub(super) fn planned(left: &PgType, right: &PgType, operator: Operator) -> Result<Plan, CheckError> {
    let at = operator.at;
    if let Some(ty) = [left, right].into_iter().find(|ty| !Value::is_supported(ty)) {
        return Err(CheckError::UnsupportedType { at, ty: ty.to_string() });
    }
    if operator.needs == Use::Order && [left, right].into_iter().any(is_jsonb) {
        // Texts in it are ordered by the collation of the database.
        return Err(CheckError::CollationOrder { at, collation: "of the database".to_owned() });
    }
    types::plan(left, right).ok_or_else(|| CheckError::NoOperator {
        at,
        op: operator.symbol.to_owned(),
        left: left.to_string(),
        right: right.to_string(),
    })
}

fn is_jsonb(ty: &PgType) -> bool {
    match ty.base() {
        PgType::Array(element) => is_jsonb(element),
        ty => *ty == PgType::Jsonb,
    }
}

/// The term as it is compared: constants at once, others when a row comes.
pub(super) fn converted(typed: Typed<'_>, how: Conversion, at: usize) -> Result<Term, CheckError> {
    match typed.term {
        Term::Constant(constant) => converted_constant(*constant, how, at),
        term if how.is_relabel() => Ok(term),
        inner => Ok(Term::Convert(Box::new(Convert { inner, how, written: None }))),
    }
}

fn converted_constant(constant: Constant, how: Conversion, at: usize) -> Result<Term, CheckError> {
    let ty = how.result(&constant.ty);
    let Some(value) = &constant.value else { return Ok(Term::Constant(Box::new(Constant::null(ty)))) };
    let new = how.apply(value).map_err(|reason| CheckError::Constant { at, reason })?;
    if new.has_no_text() {
        return Ok(Term::Convert(Box::new(Convert { inner: Term::Constant(Box::new(constant)), how, written: None })));
    }
    Ok(Term::Constant(Box::new(Constant::new(ty, new))))
}

/// A constant however it was written: an integer takes the integer type of the other side if it fits, and only its place in
/// the order of values counts.
pub(super) fn narrowed(term: Term, other: &PgType) -> Term {
    match term {
        Term::Constant(constant) if types::is_int(&constant.ty) && types::is_int(other) => {
            let fits = constant.text.as_deref().is_none_or(|text| Value::parse(text, other).is_ok());
            let ty = if fits { other.clone() } else { constant.ty.clone() };
            Term::Constant(Box::new(Constant { ty, ..*constant }))
        }
        Term::Constant(constant) => Term::Constant(Box::new(constant.canonical())),
        other => other,
    }
}

impl<'a> Checker<'a> {
    /// `value IS [NOT] NULL / TRUE / FALSE / UNKNOWN`
    pub(super) fn is(&mut self, value: &'a Expr, test: IsTest, negated: bool) -> Result<Term, CheckError> {
        let at = value.at;
        let context = match test {
            IsTest::Null => {
                if let Some(row) = row::values(value) {
                    return self.row_is_null(row, negated, at);
                }
                let value = match self.operand(value)? {
                    Operand::Typed(typed) => typed.term,
                    // Its type does not matter.
                    Operand::Unknown(unknown) => Term::Known(unknown.text.map(|_| true)),
                };
                return folded(Term::Is(Box::new(Is { negated, test, value })), at);
            }
            IsTest::True => "IS TRUE",
            IsTest::False => "IS FALSE",
            IsTest::Unknown => "IS UNKNOWN",
        };
        let value = self.condition(value, context)?;
        folded(Term::Is(Box::new(Is { negated, test, value })), at)
    }
}
