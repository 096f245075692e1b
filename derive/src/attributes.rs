//! The attributes `#[diesel(..)]` and `#[syncable(..)]` as lists of items.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Ident, LitStr, Path, Result, Token, Type, parenthesized};

/// One item, such as `table_name = todos`.
pub(crate) struct Item {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// What an item says.
pub(crate) enum Value {
    /// Nothing more: `embed`.
    None,
    /// `table_name = path`
    Path(Path),
    /// A name, as identifier or in quotes.
    Name(Ident),
    /// `primary_key(a, b)`
    Names(Vec<Ident>),
    /// `filter = expression`
    Expr(Expr),
    /// Something that does not matter here.
    Ignored,
}

/// All items of the attributes called `name`.
pub(crate) fn items(attributes: &[Attribute], name: &str) -> Result<Vec<Item>> {
    let mut all = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        all.extend(attribute.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated)?);
    }
    Ok(all)
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            value(&name, input)?
        } else if input.peek(syn::token::Paren) {
            let list;
            parenthesized!(list in input);
            if name == "primary_key" {
                let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&list, Ident::parse_any)?;
                Value::Names(names.into_iter().collect())
            } else {
                list.parse::<proc_macro2::TokenStream>()?;
                Value::Ignored
            }
        } else {
            Value::None
        };
        Ok(Self { name, value })
    }
}

fn value(name: &Ident, input: ParseStream<'_>) -> Result<Value> {
    Ok(match name.to_string().as_str() {
        "table_name" => Value::Path(input.parse()?),
        "column_name" if input.peek(LitStr) => Value::Name(raw(&input.parse()?)?),
        "column_name" => Value::Name(Ident::parse_any(input)?),
        // Types with generics are not expressions.
        "sql_type" | "serialize_as" | "deserialize_as" | "select_expression_type" | "base_query_type" => {
            input.parse::<Type>()?;
            Value::Ignored
        }
        _ => Value::Expr(input.parse()?),
    })
}

/// A quoted name as an identifier, which may be a keyword.
fn raw(name: &LitStr) -> Result<Ident> {
    let text = name.value();
    let ident = syn::parse_str::<Ident>(&text).or_else(|_| syn::parse_str(&format!("r#{text}")));
    let mut ident = ident.map_err(|_| Error::new(name.span(), format!("`{text}` is no identifier")))?;
    ident.set_span(name.span());
    Ok(ident)
}
