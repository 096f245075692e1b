//! Casts: those that lose nothing.

use super::operand::{Operand, Order, Typed};
use super::types;
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::eval::{convert, in_range};
use crate::predicate::expr::{Node, TypeName};
use crate::predicate::term::{Constant, Conversion, Convert, Term};
use crate::predicate::{CheckError, Expr, Value};

impl<'a> Checker<'a> {
    pub(super) fn cast(&mut self, inner: &'a Expr, name: &TypeName, at: usize) -> Result<Typed<'a>, CheckError> {
        let unsupported = || {
            let array = if name.array { "[]" } else { "" };
            CheckError::UnsupportedType { at, ty: format!("{}{array}", name.name) }
        };
        let to = self.named_type(name).ok_or_else(unsupported)?;
        let (written, to) = (to.clone(), super::binds::base(&to));
        if let (Node::Array(elements), PgType::Array(element)) = (&inner.node, &to) {
            // The elements take the type from the cast.
            let operands = elements.iter().map(|expr| self.operand(expr)).collect::<Result<Vec<_>, _>>()?;
            return self.collected(operands, element, at);
        }
        match self.operand(inner)? {
            Operand::Unknown(unknown) => self.resolve(unknown, &to),
            // A domain may refuse a value.
            Operand::Typed(typed) if written != to => {
                Err(CheckError::UnknownCast { at, from: typed.ty.to_string(), to: written.to_string() })
            }
            Operand::Typed(typed) => cast_typed(typed, &to, at),
        }
    }
}

/// `typed` as `to`.
pub(super) fn cast_typed<'a>(typed: Typed<'a>, to: &PgType, at: usize) -> Result<Typed<'a>, CheckError> {
    if types::same(&typed.ty, to) {
        return Ok(typed);
    }
    let refused = || CheckError::UnknownCast { at, from: typed.ty.to_string(), to: to.to_string() };
    if let Term::Constant(constant) = &typed.term {
        let constant = cast_constant(constant, to, at)?.ok_or_else(refused)?;
        return Ok(Typed { collation: typed.collation, ..Typed::constant(constant) });
    }
    let how = exact(&typed.ty, to).ok_or_else(refused)?;
    let collation = match how {
        Conversion::EnumToText => Order::Default,
        _ => typed.collation,
    };
    let term = Term::Convert(Box::new(Convert { inner: typed.term, how, written: Some(to.clone()) }));
    Ok(Typed { term, ty: to.clone(), collation })
}

fn cast_constant(constant: &Constant, to: &PgType, at: usize) -> Result<Option<Constant>, CheckError> {
    let number = |ty: &PgType| types::is_int(ty) || *ty == PgType::Numeric;
    let narrowed =
        (types::is_int(&constant.ty) && types::is_int(to)) || (number(&constant.ty) && *to == PgType::Float4);
    let Some(value) = &constant.value else {
        let known = narrowed || exact(&constant.ty, to).is_some();
        return Ok(known.then(|| Constant::null(to.clone())));
    };
    if narrowed {
        let text = constant.text.as_deref().unwrap_or_default();
        let invalid = |_| CheckError::InvalidSyntax { at, ty: to.to_string(), value: text.to_owned() };
        let value = Value::parse(text, to).map_err(invalid)?;
        return Ok(Some(Constant::new(to.clone(), value)));
    }
    let Some(how) = exact(&constant.ty, to) else { return Ok(None) };
    let value = match how {
        Conversion::EnumToText => Value::Text(constant.text.as_deref().unwrap_or_default().into()),
        how => {
            let cast = convert(value, how).and_then(|value| in_range(&value, how).map(|()| value));
            cast.map_err(|reason| CheckError::Constant { at, reason })?
        }
    };
    Ok(Some(Constant::new(to.clone(), value)))
}

/// The conversion behind a cast that loses nothing; to a float, no more than Postgres itself does.
fn exact(from: &PgType, to: &PgType) -> Option<Conversion> {
    Some(match (from, to) {
        (PgType::Int2, PgType::Int4 | PgType::Int8)
        | (PgType::Int4, PgType::Int8)
        | (PgType::Float4, PgType::Float8)
        | (PgType::Text | PgType::Varchar | PgType::Name, PgType::Text | PgType::Varchar)
        | (PgType::Timestamp, PgType::Timestamptz)
        | (PgType::Timestamptz, PgType::Timestamp) => Conversion::Relabel,
        (PgType::Text | PgType::Varchar | PgType::Name, PgType::Bpchar) => Conversion::Pad,
        (PgType::Bpchar, PgType::Text | PgType::Varchar) => Conversion::Trim,
        (PgType::Int2 | PgType::Int4 | PgType::Int8, PgType::Numeric) => Conversion::IntToNumeric,
        (PgType::Int2 | PgType::Int4 | PgType::Int8, PgType::Float8) => Conversion::IntToFloat,
        (PgType::Numeric, PgType::Float8) => Conversion::NumericToFloat,
        (PgType::Date, PgType::Timestamp | PgType::Timestamptz) => Conversion::DateToTimestamp,
        (PgType::Time, PgType::Interval) => Conversion::TimeToInterval,
        (PgType::Time, PgType::Timetz) => Conversion::TimeToTimetz,
        (from, PgType::Text | PgType::Varchar) if from.enum_labels().is_some() => Conversion::EnumToText,
        _ => return None,
    })
}
