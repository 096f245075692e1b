//! Walks the tree as written and builds the typed one.

use std::collections::HashMap;

use super::Bind;
use super::call::Callee;
use super::choose::CaseParts;
use super::logic::joined;
use super::operand::{Operand, Order, Typed, Unknown};
use crate::pg::{Column, PgType, TableSchema};
use crate::predicate::cast::Conversion;
use crate::predicate::expr::Node;
use crate::predicate::term::{ColumnRef, Constant, Convert, Reader, Term};
use crate::predicate::{CheckError, Expr, HandedOn, Value};

/// Deeper trees would endanger the stack; the parser allows less.
const MAX_DEPTH: usize = 256;

pub(in crate::predicate) struct Checker<'a> {
    pub(super) binds: &'a [Bind],
    pub(super) table: &'a TableSchema,
    /// The types that uses have given to `$n`.
    pub(super) resolved: HashMap<u32, PgType>,
    depth: usize,
}

impl<'a> Checker<'a> {
    pub(super) fn new(binds: &'a [Bind], table: &'a TableSchema) -> Self {
        Self { binds, table, resolved: HashMap::new(), depth: 0 }
    }

    /// The whole filter: what it joins by AND is evaluated here or handed on, part by part.
    pub(super) fn filter(&mut self, expr: &'a Expr) -> Result<Term, CheckError> {
        let (parts, is_junction) = match &expr.node {
            Node::And(parts) => (parts.as_slice(), true),
            _ => (std::slice::from_ref(expr), false),
        };
        let (mut terms, mut handed_on, mut reason) = (Vec::new(), Vec::new(), None);
        for part in parts {
            let resolved = self.resolved.clone();
            self.depth = 0;
            match if is_junction { self.condition(part, "AND") } else { self.whole(part) } {
                Err(error) if error.is_beyond() => {
                    // What it made of a `$n` is not known.
                    self.resolved = resolved;
                    handed_on.push(part.clone());
                    reason.get_or_insert(error);
                }
                term => terms.push(term?),
            }
        }
        let here = joined(terms, false);
        let Some(reason) = reason else { return Ok(here) };
        // Whatever the rest comes to, Postgres is asked: it may refuse this.
        let handed_on = Term::HandedOn(Box::new(HandedOn::new(handed_on, reason, self)?));
        Ok(match here {
            Term::Known(Some(true)) => handed_on,
            Term::And(mut parts) => {
                parts.push(handed_on);
                Term::And(parts)
            }
            here => Term::And(vec![here, handed_on]),
        })
    }

    fn whole(&mut self, expr: &'a Expr) -> Result<Term, CheckError> {
        let typed = match self.operand(expr)? {
            Operand::Unknown(unknown) => self.resolve(unknown, &PgType::Bool)?,
            Operand::Typed(typed) => typed,
        };
        if typed.ty == PgType::Bool { Ok(as_condition(typed.term)) } else { Err(CheckError::NotBoolean) }
    }

    /// Any expression.
    pub(super) fn operand(&mut self, expr: &'a Expr) -> Result<Operand<'a>, CheckError> {
        if self.depth >= MAX_DEPTH {
            return Err(CheckError::TooDeep { at: expr.at });
        }
        self.depth += 1;
        let operand = self.node(expr);
        self.depth -= 1;
        operand
    }

    /// By kinds of nodes, so that each level takes less of the stack.
    fn node(&mut self, expr: &'a Expr) -> Result<Operand<'a>, CheckError> {
        match &expr.node {
            Node::Column(_)
            | Node::Null
            | Node::Bool(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Param(_)
            | Node::Cast(..)
            | Node::Array(_)
            | Node::Collate(..) => self.value(expr),
            Node::Choose(..) | Node::Case { .. } => self.chosen(expr).map(Operand::Typed),
            Node::Call(..)
            | Node::Operator { .. }
            | Node::Subscript { .. }
            | Node::IsJson { .. }
            | Node::Field(..)
            | Node::Bits(_)
            | Node::Row(_) => self.other(expr).map(Operand::Typed),
            _ => self.truth(expr).map(Typed::condition).map(Operand::Typed),
        }
    }

    fn value(&mut self, expr: &'a Expr) -> Result<Operand<'a>, CheckError> {
        let at = expr.at;
        match &expr.node {
            Node::Column(name) => self.column(name, at).map(Operand::Typed),
            Node::Bool(value) => Ok(Operand::Typed(boolean(*value))),
            Node::Number(text) => Self::number(text, at),
            Node::Text(text) => Ok(Operand::Unknown(Unknown { at, text: Some(text), param: None, collation: None })),
            Node::Param(number) => self.parameter(*number, at),
            Node::Cast(inner, ty) => self.cast(inner, ty, at).map(Operand::Typed),
            Node::Array(elements) => self.array(elements, at).map(Operand::Typed),
            Node::Collate(inner, name) => self.collated(inner, name, at),
            _ => Ok(Operand::null(at)),
        }
    }

    fn truth(&mut self, expr: &'a Expr) -> Result<Term, CheckError> {
        let at = expr.at;
        match &expr.node {
            Node::And(list) => self.and(list),
            Node::Or(list) => self.or(list),
            Node::Not(inner) => self.not(inner),
            Node::Compare(op, left, right) => self.comparison(*op, left, right, at),
            Node::Distinct { left, right, negated } => self.distinct(left, right, *negated, at),
            Node::Like { value, pattern, escape, ignore_case, negated } => {
                let sides = super::like::Sides { value, pattern, escape: escape.as_deref() };
                self.like(&sides, *ignore_case, *negated, at)
            }
            Node::In { value, list, negated } => self.in_list(value, list, *negated, at),
            Node::Quantified { op, value, array, all } => {
                self.quantified(super::array::Quantifier { op: *op, all: *all }, value, array, at)
            }
            Node::QuantifiedOperator { op, value, array, all } => self.each((op, *all), value, array, at),
            Node::Between { value, low, high, symmetric, negated } => {
                let range = super::compare::Range { low, high, symmetric: *symmetric };
                self.between(value, &range, *negated, at)
            }
            Node::Is { value, test, negated } => self.is(value, *test, *negated),
            _ => self.condition(expr, "AND"),
        }
    }

    fn chosen(&mut self, expr: &'a Expr) -> Result<Typed<'a>, CheckError> {
        let at = expr.at;
        match &expr.node {
            Node::Choose(choice, list) => self.choose(*choice, list, at),
            Node::Case { operand, whens, otherwise } => {
                let case = CaseParts { operand: operand.as_deref(), whens, otherwise: otherwise.as_deref() };
                self.case(&case, at)
            }
            _ => self.other(expr),
        }
    }

    fn other(&mut self, expr: &'a Expr) -> Result<Typed<'a>, CheckError> {
        let at = expr.at;
        let what = match &expr.node {
            Node::Call(name, arguments) => return self.call(Callee { name, is_operator: false, at }, arguments),
            Node::Operator { op: name, left, right } => {
                let arguments = left.iter().chain([right]).map(|expr| &**expr);
                return self.call(Callee { name, is_operator: true, at }, arguments);
            }
            Node::Subscript { value, subscripts } => return self.subscript(value, subscripts, at),
            Node::Field(..) => "A_Indirection",
            // Servers before 16 do not know it.
            Node::IsJson { .. } => "JsonIsPredicate",
            Node::Bits(_) => "BitString",
            _ => "RowExpr",
        };
        Err(CheckError::Unsupported { at, what })
    }

    /// A column and its position.
    pub(in crate::predicate) fn known(&self, name: &str, at: usize) -> Result<(usize, &'a Column), CheckError> {
        let table: &'a TableSchema = self.table;
        table.column(name).ok_or_else(|| {
            let similar = similar(name, table.columns.iter().map(|column| column.name.as_str()));
            CheckError::UnknownReference { at, name: name.to_owned(), similar: similar.map(str::to_owned) }
        })
    }

    fn column(&self, name: &str, at: usize) -> Result<Typed<'a>, CheckError> {
        let (position, column) = self.known(name, at)?;
        let collation = match &column.collation {
            Some(collation) => Order::Known(collation),
            None if super::types::is_text(column.ty.base()) => Order::Default,
            None => Order::Any,
        };
        let ty = super::binds::base(&column.ty);
        let reader = Reader::new(&ty);
        let mut term = Term::Column(Box::new(ColumnRef { position, reader }));
        if let (PgType::Array(_), true) = (&column.ty, ty != column.ty && Value::is_supported(&ty)) {
            // Postgres takes no array of a domain for one of its base type by itself. An array of a domain over arrays
            // has no base type that it could become.
            let (how, written) = (Conversion::Relabel, Some(ty.clone()));
            term = Term::Convert(Box::new(Convert { inner: term, how, written }));
        }
        Ok(Typed { term, ty, collation })
    }

    /// Like [`Self::operand`], where a boolean must stand.
    pub(super) fn condition(&mut self, expr: &'a Expr, context: &'static str) -> Result<Term, CheckError> {
        let typed = match self.operand(expr)? {
            Operand::Unknown(unknown) => self.resolve(unknown, &PgType::Bool)?,
            Operand::Typed(typed) => typed,
        };
        if typed.ty != PgType::Bool {
            return Err(CheckError::NotABoolean { at: expr.at, context, ty: typed.ty.to_string() });
        }
        Ok(as_condition(typed.term))
    }
}

fn boolean(value: bool) -> Typed<'static> {
    Typed::constant(Constant::new(PgType::Bool, Value::Bool(value)))
}

/// A boolean constant that stands alone is a condition whose value is known.
fn as_condition(term: Term) -> Term {
    match term {
        Term::Constant(constant) => Term::Known(match constant.value {
            Some(Value::Bool(value)) => Some(value),
            _ => None,
        }),
        other => other,
    }
}

/// The name nearest to `name`, if it is near.
pub(super) fn similar<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (name.chars().count() * 2 / 5).max(1);
    let near = names.map(|candidate| (distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate));
    near.filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut previous = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let substituted = previous + usize::from(x != *y);
            previous = *cell;
            left = substituted.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(similar("ownr_id", ["id", "owner_id"].into_iter()), Some("owner_id"));
        assert_eq!(similar("Title", ["title"].into_iter()), Some("title"));
        assert_eq!(similar("zz", ["id", "owner_id"].into_iter()), None);
    }
}
