//! Literals and parameters become constants of a type.

use super::collate;
use super::operand::{Operand, Typed, Unknown};
use super::types;
use super::walk::Checker;
use super::{Bind, BindType};
use crate::pg::{CustomType, PgType};
use crate::predicate::expr::TypeName;
use crate::predicate::term::Constant;
use crate::predicate::{CheckError, Value};

impl<'a> Checker<'a> {
    /// `$number`
    pub(super) fn parameter(&self, number: u32, at: usize) -> Result<Operand<'a>, CheckError> {
        let bind = self.bind(number, at)?;
        let unknown = Unknown { at, text: bind.value.as_deref(), param: Some(number), collation: None };
        let Some(ty) = self.bind_type(&bind.ty, at)? else { return Ok(Operand::Unknown(unknown)) };
        constant(unknown, &ty).map(|constant| Operand::Typed(Typed::constant(constant)))
    }

    /// What was given for `$number`.
    pub(in crate::predicate) fn bind(&self, number: u32, at: usize) -> Result<&'a Bind, CheckError> {
        let bind = number.checked_sub(1).and_then(|index| self.binds.get(usize::try_from(index).ok()?));
        bind.ok_or(CheckError::MissingParameter { at, number })
    }

    /// The base type of a bind; `None` if its use decides.
    pub(in crate::predicate) fn bind_type(&self, ty: &BindType, at: usize) -> Result<Option<PgType>, CheckError> {
        let (found, name) = match ty {
            BindType::Unknown => return Ok(None),
            BindType::Oid(oid) => {
                let custom = || self.custom_type(|custom| custom.oid == *oid);
                (PgType::from_oid(*oid).or_else(custom), format!("with OID {oid}"))
            }
            BindType::Named { schema, name, array } => {
                let name =
                    TypeName { schema: schema.clone(), name: name.clone(), modifiers: Vec::new(), array: *array };
                (self.named_type(&name).filter(has_text_as_binary), name.name)
            }
        };
        let found = found.ok_or(CheckError::UnsupportedType { at, ty: name })?;
        Ok(Some(base(&found)))
    }

    /// The type of this name: a built-in one, or one that a column of the table has. Its modifiers are not looked at.
    pub(super) fn named_type(&self, name: &TypeName) -> Option<PgType> {
        let schema = name.schema.as_deref();
        let built_in = || match schema {
            None | Some("pg_catalog") => PgType::from_name(&name.name),
            Some(_) => None,
        };
        let custom =
            |custom: &CustomType| custom.name == name.name && schema.is_none_or(|schema| schema == custom.schema);
        let ty = built_in().or_else(|| self.custom_type(custom))?;
        Some(if name.array { PgType::Array(ty.into()) } else { ty })
    }

    fn custom_type(&self, wanted: impl Fn(&CustomType) -> bool) -> Option<PgType> {
        self.table.columns.iter().find_map(|column| {
            let ty = match &column.ty {
                PgType::Array(element) => element,
                ty => ty,
            };
            matches!(ty, PgType::Custom(custom) if wanted(custom)).then(|| ty.clone())
        })
    }

    /// Gives a literal or parameter its type.
    pub(super) fn resolve(&mut self, unknown: Unknown<'a>, ty: &PgType) -> Result<Typed<'a>, CheckError> {
        let ty = base(ty);
        if let Some(number) = unknown.param {
            let first = self.resolved.entry(number).or_insert_with(|| ty.clone());
            if !types::same(first, &ty) {
                return Err(CheckError::TypeConflict { number, first: first.to_string(), second: ty.to_string() });
            }
        }
        let typed = constant(unknown, &ty).map(Typed::constant)?;
        match unknown.collation {
            Some(named) => collate::under(typed, named, unknown.at),
            None => Ok(typed),
        }
    }

    /// A numeric literal: the smallest of int4, int8 and numeric that holds it.
    pub(super) fn number(text: &str, at: usize) -> Result<Operand<'a>, CheckError> {
        let fits = |ty: PgType| Value::parse(text, &ty).ok().map(|value| Constant::new(ty, value));
        let constant = fits(PgType::Int4).or_else(|| fits(PgType::Int8)).or_else(|| fits(PgType::Numeric));
        let invalid = || CheckError::InvalidSyntax { at, ty: PgType::Numeric.to_string(), value: text.to_owned() };
        constant.map(|constant| Operand::Typed(Typed::constant(constant))).ok_or_else(invalid)
    }
}

/// The text as a value of `ty`.
fn constant(unknown: Unknown<'_>, ty: &PgType) -> Result<Constant, CheckError> {
    let at = unknown.at;
    if !Value::is_supported(ty) {
        return Err(CheckError::UnsupportedType { at, ty: ty.to_string() });
    }
    let Some(text) = unknown.text else { return Ok(Constant::null(ty.clone())) };
    let invalid = |_| CheckError::InvalidSyntax { at, ty: ty.to_string(), value: text.to_owned() };
    let value = Value::parse(text, ty).map_err(invalid)?;
    let mut constant = Constant::new(ty.clone(), value);
    if *ty == PgType::Bpchar {
        // LIKE sees the blanks.
        constant.text = Some(text.into());
    }
    Ok(constant)
}

/// Whether the binary form of a type's values is their text, as who gave a bind by its type's name has taken it to be.
fn has_text_as_binary(ty: &PgType) -> bool {
    match base(ty) {
        PgType::Array(element) => has_text_as_binary(&element),
        PgType::Text | PgType::Varchar | PgType::Bpchar | PgType::Name | PgType::Json | PgType::Custom(_) => true,
        _ => false,
    }
}

/// Without domains, also in arrays.
pub(super) fn base(ty: &PgType) -> PgType {
    match ty.base() {
        PgType::Array(element) => PgType::Array(base(element).into()),
        other => other.clone(),
    }
}
