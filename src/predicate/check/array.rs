//! IN, ANY, ALL and `ARRAY[..]`.

use std::collections::HashSet;

use super::collate;
use super::compare::{Operator, converted, planned};
use super::logic::{folded, joined};
use super::operand::{Operand, Order, Typed};
use super::row;
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::cast::Conversion;
use crate::predicate::expr::Comparison;
use crate::predicate::term::{Compare, Constant, Convert, Members, Quantified, Set, Term};
use crate::predicate::value::Array;
use crate::predicate::{CheckError, Expr, Value};

type Elements = Vec<Option<Value>>;

/// Fewer constants are compared one by one.
const SET_FROM: usize = 9;

/// `= ANY`, `<> ALL` and so on.
#[derive(Clone, Copy)]
pub(super) struct Quantifier {
    pub(super) op: Comparison,
    pub(super) all: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        value: &'a Expr,
        array: &'a Expr,
        at: usize,
    ) -> Result<Term, CheckError> {
        let (value, array) = (self.operand(value)?, self.operand(array)?);
        self.quantify(quantifier, value, array, at)
    }

    fn quantify(
        &mut self,
        quantifier: Quantifier,
        value: Operand<'a>,
        array: Operand<'a>,
        at: usize,
    ) -> Result<Term, CheckError> {
        let (value, array) = self.quantified_types(value, array)?;
        let PgType::Array(element) = &array.ty else {
            return Err(CheckError::NotAnArray { at, quantifier: if quantifier.all { "ALL" } else { "ANY" } });
        };
        let operator = Operator::of(quantifier.op, at);
        let plan = planned(&value.ty, element, operator)?;
        collate::check(&value, &array, operator)?;
        let is_long_set = matches!((quantifier.op, quantifier.all), (Comparison::Eq, false) | (Comparison::Ne, true));
        let (array, element) = match array.term {
            Term::Constant(constant) => {
                let new = plan.right.result(element);
                let elements = constant_elements(&constant, &plan.right, at)?;
                if elements.iter().flatten().flatten().any(Value::has_no_text) {
                    (Term::Constant(constant), plan.right)
                } else {
                    (array_beside(&value.ty, &new, elements), Conversion::Relabel)
                }
            }
            other => (other, plan.right),
        };
        let members = if is_long_set { members(&array) } else { None };
        let value = match converted(value, plan.left, at)? {
            Term::Constant(constant) => Term::Constant(Box::new(constant.canonical())),
            other => other,
        };
        let Quantifier { op, all } = quantifier;
        let term = Quantified { op, all, padded: plan.padded, value, element, array, members };
        folded(Term::Quantified(Box::new(term)), at)
    }

    fn quantified_types(
        &mut self,
        value: Operand<'a>,
        array: Operand<'a>,
    ) -> Result<(Typed<'a>, Typed<'a>), CheckError> {
        let array_of = |ty: &PgType| PgType::Array(types::of_unknown_beside(ty).into());
        Ok(match (value, array) {
            (Operand::Typed(value), Operand::Typed(array)) => (value, array),
            (Operand::Typed(value), Operand::Unknown(array)) => {
                let ty = array_of(&value.ty);
                (value, self.resolve(array, &ty)?)
            }
            (Operand::Unknown(value), Operand::Typed(array)) => {
                let element = match &array.ty {
                    PgType::Array(element) => types::of_unknown_beside(element),
                    other => other.clone(),
                };
                (self.resolve(value, &element)?, array)
            }
            (Operand::Unknown(value), Operand::Unknown(array)) => {
                (self.resolve(value, &PgType::Text)?, self.resolve(array, &array_of(&PgType::Text))?)
            }
        })
    }

    /// `value [NOT] IN (list)`, in Postgres' two parts: what reads no columns is an array of one type, the rest is
    /// compared one by one.
    pub(super) fn in_list(
        &mut self,
        value: &'a Expr,
        list: &'a [Expr],
        negated: bool,
        at: usize,
    ) -> Result<Term, CheckError> {
        if row::values(value).is_some() {
            return self.row_in_list(value, list, negated, at);
        }
        let value = self.operand(value)?;
        let operands = list.iter().map(|expr| self.operand(expr)).collect::<Result<Vec<_>, _>>()?;
        let (op, all) = if negated { (Comparison::Ne, true) } else { (Comparison::Eq, false) };
        let constants: Vec<_> = operands.iter().filter(|operand| operand.is_constant()).cloned().collect();
        let reads_columns = constants.len() < operands.len();
        let mut terms = Vec::new();
        // What is not in the array is compared in the order in which it was written.
        let rest: Vec<_> = match common(Some(&value), &constants) {
            Some(element) if constants.len() > 1 && !matches!(element, PgType::Array(_)) => {
                let array = self.collected(constants, &element, at)?;
                terms.push(self.quantify(Quantifier { op, all }, value.clone(), Operand::Typed(array), at)?);
                operands.into_iter().filter(|operand| !operand.is_constant()).collect()
            }
            _ => operands,
        };
        if reads_columns {
            value.repeatable(at)?;
        }
        for operand in rest {
            terms.push(as_array(self.compare(op, value.clone(), operand, at)?, all));
        }
        Ok(joined(terms, !negated))
    }

    /// `ARRAY[..]`
    pub(super) fn array(&mut self, elements: &'a [Expr], at: usize) -> Result<Typed<'a>, CheckError> {
        let operands = elements.iter().map(|expr| self.operand(expr)).collect::<Result<Vec<_>, _>>()?;
        let element = common(None, &operands);
        let Some(element) = element else {
            let mut known = operands.iter().filter_map(Operand::ty);
            let first = known.next().map(ToString::to_string).unwrap_or_default();
            let second = known.find(|ty| ty.to_string() != first).map(ToString::to_string).unwrap_or_default();
            return Err(CheckError::ArrayTypes { at, first, second });
        };
        self.collected(operands, &element, at)
    }

    /// An array of `element`: one constant if all are constants.
    pub(super) fn collected(
        &mut self,
        operands: Vec<Operand<'a>>,
        element: &PgType,
        at: usize,
    ) -> Result<Typed<'a>, CheckError> {
        if !Value::is_supported(element) || matches!(element, PgType::Array(_)) {
            return Err(CheckError::UnsupportedType { at, ty: format!("{element}[]") });
        }
        let ty = PgType::Array(element.clone().into());
        let mut collation = Order::Any;
        let mut terms = Vec::with_capacity(operands.len());
        for operand in operands {
            let typed = match operand {
                Operand::Unknown(unknown) => self.resolve(unknown, element)?,
                Operand::Typed(typed) => super::cast::cast_typed(typed, element, at)?,
            };
            collation = collation.with(typed.collation);
            terms.push(without_padding(typed));
        }
        let values: Option<Vec<_>> =
            terms.iter().map(|term| term.constant().map(|constant| constant.value.clone())).collect();
        let term = if let Some(values) = values {
            let array = Value::Array(Box::new(Array::flat(values)));
            Term::Constant(Box::new(Constant::new(ty.clone(), array)))
        } else {
            // The cast is written, for the elements may be of a domain.
            let (how, written) = (Conversion::Relabel, Some(ty.clone()));
            Term::Convert(Box::new(Convert { inner: Term::Array(terms), how, written }))
        };
        Ok(Typed { term, ty, collation })
    }
}

/// An element as arrays hold it: of `bpchar` without the blanks that a row's text has.
pub(super) fn without_padding(typed: Typed<'_>) -> Term {
    match typed.term {
        inner if typed.ty == PgType::Bpchar && !inner.is_constant() => {
            Term::Convert(Box::new(Convert { inner, how: Conversion::Trim, written: None }))
        }
        term => term,
    }
}

/// The type to which all can be brought, text if none is known.
pub(super) fn common(value: Option<&Operand<'_>>, operands: &[Operand<'_>]) -> Option<PgType> {
    let mut known = value.into_iter().chain(operands).filter_map(Operand::ty);
    let Some(first) = known.next() else { return Some(PgType::Text) };
    known.try_fold(first.clone(), |common, ty| types::common(&common, ty))
}

/// The elements of a constant array as they are compared; `None` if it is NULL.
fn constant_elements(constant: &Constant, how: &Conversion, at: usize) -> Result<Option<Elements>, CheckError> {
    let Some(Value::Array(array)) = &constant.value else { return Ok(None) };
    let converted = |value: &Option<Value>| value.as_ref().map(|value| how.apply(value)).transpose();
    let elements = array.elements().iter().map(converted).collect::<Result<_, _>>();
    elements.map(Some).map_err(|reason| CheckError::Constant { at, reason })
}

/// An array of `element` in one dimension, as ANY and ALL know no more. Integers take the type of `value` if all fit.
fn array_beside(value: &PgType, element: &PgType, elements: Option<Elements>) -> Term {
    let fits = |element_value: &Value| Value::parse(&element_value.print(element), value).is_ok();
    let narrow = types::is_int(element)
        && types::is_int(value)
        && elements.as_ref().is_none_or(|elements| elements.iter().flatten().all(fits));
    let ty = PgType::Array(if narrow { value } else { element }.clone().into());
    Term::Constant(Box::new(match elements {
        Some(elements) => Constant::new(ty, Value::Array(Box::new(Array::flat(elements)))).canonical(),
        None => Constant::null(ty),
    }))
}

/// A comparison with a constant, printed as the array of that one constant, so that IN and ANY are alike.
fn as_array(term: Term, all: bool) -> Term {
    let Term::Compare(compare) = term else { return term };
    let Compare { op, padded, left, right } = *compare;
    match right {
        Term::Constant(constant) if !matches!(constant.ty, PgType::Array(_)) => {
            let ty = PgType::Array(constant.ty.clone().into());
            let array = Value::Array(Box::new(Array::flat(vec![constant.value])));
            let array = Term::Constant(Box::new(Constant::new(ty, array)));
            let element = Conversion::Relabel;
            Term::Quantified(Box::new(Quantified { op, all, padded, value: left, element, array, members: None }))
        }
        right => Term::Compare(Box::new(Compare { op, padded, left, right })),
    }
}

/// The elements of a long constant array as a set.
fn members(array: &Term) -> Option<Members> {
    let Some(Value::Array(array)) = &array.constant()?.value else { return None };
    let elements = array.elements();
    if elements.len() < SET_FROM {
        return None;
    }
    let has_null = elements.iter().any(Option::is_none);
    let is_text = elements.iter().flatten().any(|value| matches!(value, Value::Text(_)));
    let values = if is_text {
        let text = |value: &Value| match value {
            Value::Text(text) => Some(Box::from(text.as_bytes())),
            _ => None,
        };
        Set::Text(elements.iter().flatten().filter_map(text).collect())
    } else {
        Set::Values(elements.iter().flatten().cloned().collect::<HashSet<_>>())
    };
    Some(Members { values, has_null })
}
