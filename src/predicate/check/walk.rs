//! Walks the tree as written and builds the typed one.

use std::collections::HashMap;

use super::Bind;
use super::call::Callee;
use super::operand::{Operand, Order, Typed, Unknown};
use crate::pg::{PgType, TableSchema};
use crate::predicate::expr::Node;
use crate::predicate::term::{ColumnRef, Constant, Conversion, Convert, Reader, Term};
use crate::predicate::{CheckError, Expr, Value};

/// Deeper trees would endanger the stack; the parser allows less.
const MAX_DEPTH: usize = 256;

pub(super) struct Checker<'a> {
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

    /// The whole filter.
    pub(super) fn filter(&mut self, expr: &'a Expr) -> Result<Term, CheckError> {
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

    fn node(&mut self, expr: &'a Expr) -> Result<Operand<'a>, CheckError> {
        let at = expr.at;
        let condition = match &expr.node {
            Node::Column(name) => return self.column(name, at).map(Operand::Typed),
            Node::Null => return Ok(Operand::Unknown(Unknown { at, text: None, param: None })),
            Node::Bool(value) => return Ok(Operand::Typed(boolean(*value))),
            Node::Number(text) => return Self::number(text, at),
            Node::Text(text) => return Ok(Operand::Unknown(Unknown { at, text: Some(text), param: None })),
            Node::Param(number) => return self.parameter(*number, at),
            Node::Cast(inner, ty) => return self.cast(inner, ty, at).map(Operand::Typed),
            Node::Array(elements) => return self.array(elements, at).map(Operand::Typed),
            Node::And(list) => self.and(list)?,
            Node::Or(list) => self.or(list)?,
            Node::Not(inner) => self.not(inner)?,
            Node::Compare(op, left, right) => self.comparison(*op, left, right, at)?,
            Node::Distinct { left, right, negated } => self.distinct(left, right, *negated, at)?,
            Node::Like { value, pattern, escape, ignore_case, negated } => {
                let sides = super::like::Sides { value, pattern, escape: escape.as_deref() };
                self.like(&sides, *ignore_case, *negated, at)?
            }
            Node::In { value, list, negated } => self.in_list(value, list, *negated, at)?,
            Node::Quantified { op, value, array, all } => {
                self.quantified(super::array::Quantifier { op: *op, all: *all }, value, array, at)?
            }
            Node::Between { value, low, high, symmetric, negated } => {
                let range = super::compare::Range { low, high, symmetric: *symmetric };
                self.between(value, &range, *negated, at)?
            }
            Node::Is { value, test, negated } => self.is(value, *test, *negated)?,
            Node::Call(name, arguments) => {
                return self.call(Callee { name, is_operator: false, at }, arguments).map(Operand::Typed);
            }
            Node::Operator { op: name, left, right } => {
                let arguments = left.iter().chain([right]).map(|expr| &**expr);
                return self.call(Callee { name, is_operator: true, at }, arguments).map(Operand::Typed);
            }
            Node::QuantifiedOperator { op, .. } => {
                return Err(CheckError::UnknownOperator { at, operator: op.name.clone(), unary: false });
            }
            Node::Choose(..) => return Err(CheckError::Unsupported { at, what: "CoalesceExpr" }),
            Node::Case { .. } => return Err(CheckError::Unsupported { at, what: "CaseExpr" }),
            Node::Subscript { .. } | Node::Field(..) => {
                return Err(CheckError::Unsupported { at, what: "A_Indirection" });
            }
            Node::Collate(..) => return Err(CheckError::Unsupported { at, what: "CollateClause" }),
            Node::Row(_) => return Err(CheckError::Unsupported { at, what: "RowExpr" }),
            Node::Bits(_) => return Err(CheckError::Unsupported { at, what: "BitString" }),
        };
        Ok(Operand::Typed(Typed::condition(condition)))
    }

    fn column(&self, name: &str, at: usize) -> Result<Typed<'a>, CheckError> {
        let table: &'a TableSchema = self.table;
        let Some((position, column)) = table.column(name) else {
            let similar = similar(name, table.columns.iter().map(|column| column.name.as_str()));
            return Err(CheckError::UnknownReference {
                at,
                name: name.to_owned(),
                similar: similar.map(str::to_owned),
            });
        };
        let collation = match &column.collation {
            Some(collation) => Order::Known(collation),
            None if super::types::is_text(column.ty.base()) => Order::Default,
            None => Order::Any,
        };
        let ty = super::binds::base(&column.ty);
        let reader = Reader::new(&ty);
        let mut term = Term::Column(Box::new(ColumnRef { position, name: name.to_owned(), reader }));
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
