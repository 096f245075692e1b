//! Casts that are written.

use super::call::folded;
use super::operand::{Operand, Order, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::cast::{Conversion, called, explicit, fitting};
use crate::predicate::expr::{Node, TypeName};
use crate::predicate::like::Case;
use crate::predicate::term::{Call, Constant, Convert, Term};
use crate::predicate::{CheckError, EvalError, Expr};

impl<'a> Checker<'a> {
    pub(super) fn cast(&mut self, inner: &'a Expr, name: &TypeName, at: usize) -> Result<Typed<'a>, CheckError> {
        let unsupported = || {
            let array = if name.array { "[]" } else { "" };
            CheckError::UnsupportedType { at, ty: format!("{}{array}", name.name) }
        };
        let to = self.named_type(name).ok_or_else(unsupported)?;
        let fit = match name.modifiers.as_slice() {
            [] => None,
            modifiers => Some(fitting(&to, modifiers).ok_or_else(unsupported)?),
        };
        let typed = self.cast_to(inner, &to, at)?;
        match fit {
            Some(how) => converted(typed, how, at),
            None => Ok(typed),
        }
    }

    /// Without modifiers.
    fn cast_to(&mut self, inner: &'a Expr, to: &PgType, at: usize) -> Result<Typed<'a>, CheckError> {
        let base = super::binds::base(to);
        if *to != base {
            // A domain may refuse a value, or round it.
            let from = self.operand(inner)?.ty().map_or_else(|| "unknown".to_owned(), ToString::to_string);
            return Err(CheckError::UnknownCast { at, from, to: to.to_string() });
        }
        if let (Node::Array(elements), PgType::Array(element)) = (&inner.node, to) {
            // The elements take the type from the cast.
            let operands = elements.iter().map(|expr| self.operand(expr)).collect::<Result<Vec<_>, _>>()?;
            return self.collected(operands, element, at);
        }
        match self.operand(inner)? {
            Operand::Unknown(unknown) => self.resolve(unknown, to),
            Operand::Typed(typed) => cast_typed(typed, to, at),
        }
    }
}

/// `typed` as `to`.
pub(super) fn cast_typed<'a>(typed: Typed<'a>, to: &PgType, at: usize) -> Result<Typed<'a>, CheckError> {
    if types::same(&typed.ty, to) {
        return Ok(typed);
    }
    let refused = || CheckError::UnknownCast { at, from: typed.ty.to_string(), to: to.to_string() };
    if let Some(function) = called(&typed.ty, to) {
        let call = Call { function, is_operator: false, arguments: vec![typed.term], case: Case::Ascii };
        return folded(call, to.clone(), at);
    }
    let how = explicit(&typed.ty, to).ok_or_else(refused)?;
    let collation = match how {
        Conversion::Print(_) | Conversion::Run(..) if types::is_text(to) => Order::Default,
        _ => typed.collation,
    };
    converted(Typed { ty: to.clone(), collation, ..typed }, how, at)
}

/// The term converted to the type that it now has: a constant at once.
fn converted(typed: Typed<'_>, how: Conversion, at: usize) -> Result<Typed<'_>, CheckError> {
    let Typed { term, ty, collation } = typed;
    let term = match term {
        Term::Constant(constant) => Term::Constant(Box::new(cast_constant(&constant, &ty, &how, at)?)),
        inner => Term::Convert(Box::new(Convert { inner, how, written: Some(ty.clone()) })),
    };
    Ok(Typed { term, ty, collation })
}

fn cast_constant(constant: &Constant, to: &PgType, how: &Conversion, at: usize) -> Result<Constant, CheckError> {
    let Some(value) = &constant.value else { return Ok(Constant::null(to.clone())) };
    let value = how.apply(value).map_err(|reason| match reason {
        // Postgres may know the text.
        EvalError::InvalidInput { .. } => CheckError::InvalidSyntax {
            at,
            ty: to.to_string(),
            value: constant.text.as_deref().unwrap_or_default().to_owned(),
        },
        reason => CheckError::Constant { at, reason },
    })?;
    Ok(Constant::new(to.clone(), value))
}
