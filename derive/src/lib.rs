//! `#[derive(Syncable)]` for `diesel-electric`: parse, check, emit.

mod attributes;
mod emit;
mod model;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes the table of a Diesel model available as a shape: `Todo::shape()`.
///
/// It stands beside Diesel's own derives and reads the same attributes. The shape has the columns that the model's
/// fields stand for, so it lives on when the table gets another column.
///
/// ```text
/// #[derive(Queryable, Selectable, Identifiable, Syncable)]
/// #[diesel(table_name = todos)]
/// #[syncable(filter = todos::archived.eq(false), replica = "full")]
/// struct Todo {
///     id: i64,
///     title: String,
///     #[diesel(column_name = owner_id)]
///     owner: i64,
///     #[syncable(skip)]
///     secret: Option<String>,
/// }
/// ```
///
/// # Attributes of Diesel
///
/// - `#[diesel(table_name = path::to::table)]`: the table. Without it, as in Diesel: the model's name in snake case with
///   an `s`.
/// - `#[diesel(primary_key(a, b))]`: these columns must be among those that are synced.
/// - `#[diesel(column_name = name)]` on a field: its column. Without it, the field's name.
/// - `#[diesel(embed)]` and `#[diesel(select_expression = ..)]` on a field are no single column, and refused unless the
///   field is skipped.
/// - `#[diesel(base_query = ..)]` is refused: say with `#[syncable(filter = ..)]` what of it is to be synced.
/// - All others do not matter to syncing.
///
/// # Attributes of its own
///
/// - `#[syncable(filter = expression)]`: only rows for which this Diesel expression on the model's table holds. The
///   filters of a narrower shape are joined to it by AND. It needs the traits in scope that it would need anywhere, such as
///   `diesel::ExpressionMethods`.
/// - `#[syncable(replica = "full")]`: updates and deletes carry the whole row. `"default"`: the key and what has changed.
/// - `#[syncable(skip)]` on a field: its column is not synced.
#[proc_macro_derive(Syncable, attributes(diesel, syncable))]
pub fn syncable(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::Model::read(&input).map_or_else(syn::Error::into_compile_error, |model| emit::emit(&model)).into()
}
