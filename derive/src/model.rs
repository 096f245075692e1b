//! What the derive knows of a model, checked.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Generics, Ident, Lit, Path, Result};

use crate::attributes::{Item, Value, items};

/// A model that can be synced.
pub(crate) struct Model<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) table: Path,
    /// The columns that are synced, in the order of the fields.
    pub(crate) columns: Vec<Ident>,
    pub(crate) filter: Option<Expr>,
    pub(crate) is_full: bool,
}

impl<'a> Model<'a> {
    pub(crate) fn read(input: &'a DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new(input.ident.span(), "`Syncable` can be derived for structs alone"));
        };
        let columns = columns(&data.fields)?;
        if columns.is_empty() {
            return Err(Error::new(input.ident.span(), "a model without columns cannot be synced"));
        }
        let mut model = Self {
            name: &input.ident,
            generics: &input.generics,
            table: default_table(&input.ident).into(),
            columns,
            filter: None,
            is_full: false,
        };
        model.read_diesel(&items(&input.attrs, "diesel")?)?;
        for item in items(&input.attrs, "syncable")? {
            model.read_syncable(item)?;
        }
        Ok(model)
    }

    fn read_diesel(&mut self, items: &[Item]) -> Result<()> {
        let mut has_table = false;
        for Item { name, value } in items {
            match value {
                Value::Path(_) if has_table => return Err(Error::new(name.span(), "a model has one `table_name`")),
                Value::Path(path) => {
                    self.table = path.clone();
                    has_table = true;
                }
                Value::Names(keys) => self.check_key(keys)?,
                _ if name == "base_query" => {
                    return Err(Error::new(
                        name.span(),
                        "`base_query` says nothing about syncing: say with `#[syncable(filter = ..)]` which rows are to be \
                         synced, or derive `Syncable` for a model without it",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_key(&self, keys: &[Ident]) -> Result<()> {
        let is_synced = |key: &&Ident| self.columns.iter().any(|column| column.unraw() == key.unraw());
        match keys.iter().find(|key| !is_synced(key)) {
            None => Ok(()),
            Some(key) => Err(Error::new(
                key.span(),
                format!("`{key}` is part of the primary key, by which clients tell rows apart: it must be synced"),
            )),
        }
    }

    fn read_syncable(&mut self, Item { name, value }: Item) -> Result<()> {
        match (name.to_string().as_str(), value) {
            ("filter", Value::Expr(Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))) => {
                Err(Error::new(text.span(), "write a Diesel expression, such as `filter = todos::done.eq(false)`"))
            }
            ("filter", Value::Expr(_)) if self.filter.is_some() => {
                Err(Error::new(name.span(), "a model has one `filter`: join conditions by `.and(..)`"))
            }
            ("filter", Value::Expr(filter)) => {
                self.filter = Some(filter);
                Ok(())
            }
            ("replica", Value::Expr(Expr::Lit(ExprLit { lit: Lit::Str(mode), .. }))) => {
                self.is_full = match mode.value().as_str() {
                    "full" => true,
                    "default" => false,
                    _ => return Err(Error::new(mode.span(), "`replica` is \"full\" or \"default\"")),
                };
                Ok(())
            }
            _ => Err(Error::new(
                name.span(),
                "a model has `#[syncable(filter = expression)]` and `#[syncable(replica = \"full\")]`; \
                 `#[syncable(skip)]` belongs to a field",
            )),
        }
    }
}

/// Diesel's own rule: the name in snake case with an `s`.
fn default_table(model: &Ident) -> Ident {
    let mut table = String::new();
    for c in model.unraw().to_string().chars() {
        if c.is_uppercase() && !table.is_empty() {
            table.push('_');
        }
        table.extend(c.to_lowercase());
    }
    table.push('s');
    Ident::new(&table, model.span())
}

fn columns(fields: &Fields) -> Result<Vec<Ident>> {
    let mut columns = Vec::new();
    for field in fields {
        if !is_skipped(field)? {
            columns.push(column(field)?);
        }
    }
    Ok(columns)
}

fn is_skipped(field: &Field) -> Result<bool> {
    let mut is_skipped = false;
    for Item { name, value } in items(&field.attrs, "syncable")? {
        if name != "skip" || !matches!(value, Value::None) {
            return Err(Error::new(name.span(), "a field has `#[syncable(skip)]` alone"));
        }
        is_skipped = true;
    }
    Ok(is_skipped)
}

fn column(field: &Field) -> Result<Ident> {
    let mut column = field.ident.clone();
    for Item { name, value } in items(&field.attrs, "diesel")? {
        match value {
            Value::Name(given) => column = Some(given),
            _ if name == "embed" => {
                return Err(Error::new(
                    name.span(),
                    "`Syncable` cannot look into an embedded struct: list its columns as fields, or leave them out with \
                     `#[syncable(skip)]`",
                ));
            }
            _ if name == "select_expression" => {
                return Err(Error::new(
                    name.span(),
                    "what is computed cannot be synced: leave the field out with `#[syncable(skip)]`",
                ));
            }
            _ => {}
        }
    }
    let unnamed = || Error::new(field.span(), "a field without a name needs `#[diesel(column_name = ..)]`");
    column.ok_or_else(unnamed)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn the_default_table_is_diesels() {
        for (model, table) in [("Todo", "todos"), ("TodoItem", "todo_items"), ("HTTPLog", "h_t_t_p_logs")] {
            assert_eq!(default_table(&Ident::new(model, Span::call_site())), table);
        }
    }
}
