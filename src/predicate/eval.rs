//! Runs a checked filter on a row, in three-valued logic: `None` is NULL.
//!
//! Nothing is allocated for the common types: text is compared as bytes where it lies, numbers are read from it.

mod array;
mod choose;

use std::borrow::Cow;
use std::cmp::Ordering;

use smallvec::SmallVec;

use super::cast::Conversion;
use super::expr::{Comparison, IsTest};
use super::function::Args;
use super::like::{is_like, lower, with_backslash};
use super::quick::{self, Lane, integer};
use super::term::{Call, ColumnRef, Compare, Convert, Is, Like, Matches, Members, Quantified, Reader, Set, Term};
use super::{EvalError, Row, Value};
use crate::pg::PgType;

type Truth = Option<bool>;

/// A value at work.
#[derive(Debug)]
pub(super) enum Operand<'a> {
    Text(&'a [u8]),
    Constant(&'a Value),
    Value(Value),
}

/// No row: constants are folded with it.
pub(super) struct NoRow;

impl Row for NoRow {
    fn text(&self, _column: usize) -> Option<&[u8]> {
        None
    }
}

impl Term {
    /// Its value as a condition.
    pub(super) fn truth(&self, row: &impl Row) -> Result<Truth, EvalError> {
        match self {
            Self::Known(truth) => Ok(*truth),
            Self::HandedOn(_) => Ok(Some(true)),
            Self::And(terms) => all(terms, row),
            Self::Or(terms) => any(terms, row),
            Self::Not(term) => Ok(term.truth(row)?.map(|truth| !truth)),
            Self::Compare(compare) => compare.truth(row),
            Self::Distinct(distinct) => {
                let (left, right) = (distinct.left.operand(row)?, distinct.right.operand(row)?);
                let equal = match (&left, &right) {
                    (Some(left), Some(right)) => left.equals(right, distinct.padded),
                    (left, right) => left.is_none() && right.is_none(),
                };
                Ok(Some(equal == distinct.negated))
            }
            Self::Quantified(quantified) => quantified.truth(row),
            Self::Each(each) => each.truth(row),
            Self::Matches(matches) => matches.truth(row),
            Self::Like(like) => like.truth(row),
            Self::Is(is) => is.truth(row).map(Some),
            Self::Column(_)
            | Self::Constant(_)
            | Self::Convert(_)
            | Self::Array(_)
            | Self::Call(_)
            | Self::Choose(_)
            | Self::Case(_)
            | Self::Collate(_)
            | Self::Part(_) => Ok(self.operand(row)?.map(|operand| operand.is_true())),
        }
    }

    fn operand<'a>(&'a self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        match self {
            Self::Column(column) => column.operand(row),
            Self::Constant(constant) => Ok(constant.value.as_ref().map(Operand::of)),
            Self::Convert(convert) => convert.operand(row),
            Self::Call(call) => call.operand(row),
            Self::Choose(choose) => choose.operand(row),
            Self::Case(branches) => branches.operand(row),
            Self::Part(part) => part.operand(row),
            Self::Collate(collated) => collated.inner.operand(row),
            Self::Array(elements) => {
                let elements = elements.iter().map(|element| Ok(element.operand(row)?.map(Operand::into_value)));
                let elements = elements.collect::<Result<_, EvalError>>()?;
                Ok(Some(Operand::Value(Value::Array(Box::new(super::value::Array::flat(elements))))))
            }
            condition => Ok(condition.truth(row)?.map(|truth| Operand::Value(Value::Bool(truth)))),
        }
    }

    fn is_null(&self, row: &impl Row) -> Result<bool, EvalError> {
        match self {
            // Also of types that cannot be read.
            Self::Column(column) => Ok(row.text(column.position).is_none()),
            other => Ok(other.operand(row)?.is_none()),
        }
    }
}

/// The value of a term without columns.
pub(super) fn folded_value(term: &Term) -> Result<Option<Value>, EvalError> {
    Ok(term.operand(&NoRow)?.map(Operand::into_value))
}

fn all(terms: &[Term], row: &impl Row) -> Result<Truth, EvalError> {
    let mut truth = Some(true);
    for term in terms {
        match term.truth(row)? {
            Some(true) => {}
            Some(false) => return Ok(Some(false)),
            None => truth = None,
        }
    }
    Ok(truth)
}

fn any(terms: &[Term], row: &impl Row) -> Result<Truth, EvalError> {
    let mut truth = Some(false);
    for term in terms {
        match term.truth(row)? {
            Some(false) => {}
            Some(true) => return Ok(Some(true)),
            None => truth = None,
        }
    }
    Ok(truth)
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

impl Compare {
    fn truth(&self, row: &impl Row) -> Result<Truth, EvalError> {
        if let Lane::Order(order) = quick::order(self, row)? {
            return Ok(order.map(|order| self.op.holds(order)));
        }
        // Both first, for either may raise an error.
        let (Some(left), Some(right)) = (self.left.operand(row)?, self.right.operand(row)?) else { return Ok(None) };
        Ok(Some(match self.op {
            Comparison::Eq => left.equals(&right, self.padded),
            Comparison::Ne => !left.equals(&right, self.padded),
            op => op.holds(left.compare(&right, self.padded)),
        }))
    }
}

impl Quantified {
    fn truth(&self, row: &impl Row) -> Result<Truth, EvalError> {
        let value = self.value.operand(row)?;
        if let (Some(members), Some(value)) = (&self.members, &value) {
            let found = if members.contains(value, self.padded) { Some(true) } else { members.otherwise() };
            return Ok(if self.all { found.map(|found| !found) } else { found });
        }
        let Some(array) = self.array.operand(row)? else { return Ok(None) };
        let elements = array.elements();
        if elements.is_empty() {
            return Ok(Some(self.all));
        }
        let Some(value) = value else { return Ok(None) };
        let mut truth = Some(self.all);
        for element in elements {
            let Some(element) = element else {
                truth = None;
                continue;
            };
            let converted = Operand::of(element).converted(&self.element)?;
            if self.op.holds(value.compare(&converted, self.padded)) != self.all {
                return Ok(Some(!self.all));
            }
        }
        Ok(truth)
    }
}

impl Members {
    fn contains(&self, value: &Operand<'_>, padded: bool) -> bool {
        match (&self.values, value) {
            (Set::Text(texts), value) => {
                value.bytes().is_some_and(|bytes| texts.contains(if padded { trimmed(bytes) } else { bytes }))
            }
            (Set::Values(values), Operand::Constant(value)) => values.contains(*value),
            (Set::Values(values), Operand::Value(value)) => values.contains(value),
            (Set::Values(_), Operand::Text(_)) => false,
        }
    }

    /// For a value that is not among them.
    fn otherwise(&self) -> Truth {
        if self.has_null { None } else { Some(false) }
    }
}

impl Like {
    fn truth(&self, row: &impl Row) -> Result<Truth, EvalError> {
        let Some(value) = self.value.operand(row)? else { return Ok(None) };
        let Some(pattern) = self.pattern.operand(row)? else { return Ok(None) };
        let (Some(value), Some(pattern)) = (value.bytes(), pattern.bytes()) else { return Ok(None) };
        let mut pattern = Cow::Borrowed(pattern);
        if let Some(escape) = &self.escape {
            let Some(escape) = escape.operand(row)? else { return Ok(None) };
            let text = |bytes| String::from_utf8_lossy(bytes);
            let escaped = with_backslash(&text(&pattern), &text(escape.bytes().unwrap_or_default()))?;
            pattern = Cow::Owned(escaped.into_bytes());
        }
        let found = match self.case {
            None => is_like(value, &pattern)?,
            Some(case) => is_like(&lower(value, case), &lower(&pattern, case))?,
        };
        Ok(Some(found != self.negated))
    }
}

impl Matches {
    fn truth(&self, row: &impl Row) -> Result<Truth, EvalError> {
        let value = self.value.operand(row)?;
        let text = value.as_ref().and_then(Operand::bytes).map(String::from_utf8_lossy);
        Ok(text.map(|text| self.regex.is_match(&text) != self.negated))
    }
}

impl Call {
    fn operand<'a>(&'a self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        let mut operands: SmallVec<[Option<Operand<'a>>; 3]> = SmallVec::new();
        for argument in &self.arguments {
            operands.push(argument.operand(row)?);
        }
        let Some(run) =
            self.function.run.filter(|_| !self.function.traits.is_strict || operands.iter().all(Option::is_some))
        else {
            return Ok(None);
        };
        Ok(run(&Args::new(&operands, self.case))?.map(Operand::Value))
    }
}

impl Is {
    fn truth(&self, row: &impl Row) -> Result<bool, EvalError> {
        let holds = match self.test {
            IsTest::Null => self.value.is_null(row)?,
            IsTest::Unknown => self.value.truth(row)?.is_none(),
            IsTest::True => self.value.truth(row)? == Some(true),
            IsTest::False => self.value.truth(row)? == Some(false),
        };
        Ok(holds != self.negated)
    }
}

impl Convert {
    fn operand<'a>(&'a self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        match (&self.how, &self.inner) {
            // It comes as Postgres prints it.
            (Conversion::Print(_), Term::Column(column)) => Ok(row.text(column.position).map(Operand::Text)),
            (how, inner) => inner.operand(row)?.map(|operand| operand.converted(how)).transpose(),
        }
    }
}

impl ColumnRef {
    #[inline]
    fn operand<'a>(&self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        let Some(text) = row.text(self.position) else { return Ok(None) };
        let value = match &self.reader {
            Reader::Text => return Ok(Some(Operand::Text(text))),
            Reader::Int => integer(text).map(Value::Int),
            Reader::Bool => match text {
                b"t" => Some(Value::Bool(true)),
                b"f" => Some(Value::Bool(false)),
                _ => None,
            },
            Reader::Uuid => parse(text, &PgType::Uuid),
            Reader::Other(ty) => parse(text, ty),
        };
        value.map(|value| Some(Operand::Value(value))).ok_or_else(|| quick::invalid(self))
    }
}

fn parse(text: &[u8], ty: &PgType) -> Option<Value> {
    Value::parse(std::str::from_utf8(text).ok()?, ty).ok()
}

fn trimmed(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [rest @ .., b' '] = text {
        text = rest;
    }
    text
}

impl<'a> Operand<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.as_bytes()),
            other => Self::Constant(other),
        }
    }

    /// The same value, not owned.
    fn borrowed(&self) -> Operand<'_> {
        match self {
            Self::Text(text) => Operand::Text(text),
            Self::Constant(value) => Operand::Constant(value),
            Self::Value(value) => Operand::Constant(value),
        }
    }

    fn value(&self) -> Option<&Value> {
        match self {
            Self::Text(_) => None,
            Self::Constant(value) => Some(value),
            Self::Value(value) => Some(value),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(String::from_utf8_lossy(text).into()),
            Self::Constant(value) => value.clone(),
            Self::Value(value) => value,
        }
    }

    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text),
            Self::Constant(Value::Text(text)) | Self::Value(Value::Text(text)) => Some(text.as_bytes()),
            _ => None,
        }
    }

    fn elements(&self) -> &[Option<Value>] {
        match self.value() {
            Some(Value::Array(array)) => array.elements(),
            _ => &[],
        }
    }

    fn is_true(&self) -> bool {
        matches!(self.value(), Some(Value::Bool(true)))
    }

    #[inline]
    fn equals(&self, other: &Self, padded: bool) -> bool {
        match (self.bytes(), other.bytes()) {
            (Some(a), Some(b)) if padded => trimmed(a) == trimmed(b),
            (Some(a), Some(b)) => a == b,
            _ => self.value() == other.value(),
        }
    }

    #[inline]
    fn compare(&self, other: &Self, padded: bool) -> Ordering {
        match (self.bytes(), other.bytes()) {
            (Some(a), Some(b)) if padded => trimmed(a).cmp(trimmed(b)),
            (Some(a), Some(b)) => a.cmp(b),
            _ => self.value().cmp(&other.value()),
        }
    }

    fn converted(self, how: &Conversion) -> Result<Self, EvalError> {
        let value = match (how, self) {
            (Conversion::Trim, Self::Text(text)) => return Ok(Self::Text(trimmed(text))),
            (Conversion::Relabel | Conversion::Pad, same) => return Ok(same),
            (how, Self::Text(text)) => how.apply_to_text(&String::from_utf8_lossy(text))?,
            (how, Self::Constant(value)) => how.apply(value)?,
            (how, Self::Value(value)) => how.apply(&value)?,
        };
        Ok(Self::Value(value))
    }
}
