//! Subscripts and slices of arrays.

use super::choose::evaluated;
use super::compare::narrowed;
use super::operand::{Operand, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::expr::Subscript;
use crate::predicate::term::{Part, Term};
use crate::predicate::{CheckError, Expr, Value};

impl<'a> Checker<'a> {
    /// `value[1]`, `value[1:2]`
    pub(super) fn subscript(
        &mut self,
        value: &'a Expr,
        subscripts: &'a [Subscript],
        at: usize,
    ) -> Result<Typed<'a>, CheckError> {
        let refused = CheckError::Unsupported { at, what: "A_Indirection" };
        let Operand::Typed(value) = self.operand(value)? else { return Err(refused) };
        let PgType::Array(element) = &value.ty else { return Err(refused) };
        if !Value::is_supported(&value.ty) {
            return Err(CheckError::UnsupportedType { at, ty: value.ty.to_string() });
        }
        let is_slice = subscripts.iter().any(|subscript| matches!(subscript, Subscript::Slice(..)));
        let mut bounds = Vec::with_capacity(subscripts.len());
        for subscript in subscripts {
            bounds.push(match subscript {
                Subscript::At(index) => (None, Some(self.index(index)?)),
                Subscript::Slice(low, high) => {
                    let low = low.as_ref().map(|low| self.index(low)).transpose()?;
                    (low, high.as_ref().map(|high| self.index(high)).transpose()?)
                }
            });
        }
        if is_slice {
            // One slice makes all of them slices, which begin at 1.
            for (subscript, (low, _)) in subscripts.iter().zip(&mut bounds) {
                if matches!(subscript, Subscript::At(_)) {
                    *low = Some(one());
                }
            }
        }
        let ty = if is_slice { value.ty.clone() } else { (**element).clone() };
        let term = Term::Part(Box::new(Part { value: value.term, bounds, is_slice }));
        evaluated(Typed { term, ty, collation: value.collation }, at)
    }

    fn index(&mut self, expr: &'a Expr) -> Result<Term, CheckError> {
        let typed = match self.operand(expr)? {
            Operand::Unknown(unknown) => self.resolve(unknown, &PgType::Int4)?,
            Operand::Typed(typed) => typed,
        };
        let is_number = types::is_int(&typed.ty);
        let term = narrowed(typed.term, &PgType::Int4);
        // Postgres would cast an `int8`, if it can.
        let fits = term.constant().map_or(typed.ty != PgType::Int8, |constant| constant.ty != PgType::Int8);
        if is_number && fits { Ok(term) } else { Err(CheckError::Unsupported { at: expr.at, what: "A_Indirection" }) }
    }
}

fn one() -> Term {
    Term::Constant(Box::new(crate::predicate::term::Constant::new(PgType::Int4, Value::Int(1))))
}
