//! Identifiers as the shape protocol writes them (section 2 of its reference: `table` and `columns`).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::quote_ident;

/// Longest identifier Postgres keeps, in characters as the protocol counts them (`NAMEDATALEN` - 1).
const MAX_LENGTH: usize = 63;

/// A table with its schema, both as stored in the catalog (no quotes, case kept).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableName {
    /// The schema, `public` unless another was named.
    pub schema: String,
    /// The table.
    pub table: String,
}

impl TableName {
    /// The table `table` of `schema`, both taken as stored: nothing is folded or unquoted.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        Self { schema: schema.into(), table: table.into() }
    }

    /// Reads `name` or `schema.name`, where each part is unquoted (then folded to lower case) or `"quoted"`. No
    /// schema means `public`, never the search path.
    ///
    /// # Errors
    /// The texts of the protocol's reference, section 3 step 9.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let parts = split(text, '.')?;
        match parts.as_slice() {
            [table] => Ok(Self::new("public", parse_identifier(table)?)),
            [schema, table] => Ok(Self::new(parse_identifier(schema)?, parse_identifier(table)?)),
            _ => Err(IdentError::TooManyParts(text.to_owned())),
        }
    }

    /// The name for use in SQL: `"schema"."table"`.
    pub fn quoted(&self) -> String {
        format!("{}.{}", quote_ident(&self.schema), quote_ident(&self.table))
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

/// Why a text is no identifier. The messages are part of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentError {
    /// Nothing, or `""`.
    #[error("Invalid zero-length delimited identifier")]
    Empty,
    /// A character that needs quotes.
    #[error("Invalid unquoted identifier contains special characters: {0}")]
    SpecialCharacters(String),
    /// A quote inside a quoted name that is not doubled.
    #[error("Invalid identifier with unescaped quote: {0}")]
    UnescapedQuote(String),
    /// Postgres would cut it off.
    #[error("Identifier is too long (max length is 63)")]
    TooLong,
    /// More than schema and table.
    #[error("Invalid relation identifier, too many delimiters: {0}")]
    TooManyParts(String),
}

/// Reads one identifier: unquoted (folded to lower case) or `"quoted"` with `""` for a quote.
pub fn parse_identifier(text: &str) -> Result<String, IdentError> {
    let name = if let Some(rest) = text.strip_prefix('"') {
        let unescaped = || IdentError::UnescapedQuote(text.to_owned());
        let inner = rest.strip_suffix('"').ok_or_else(unescaped)?;
        // Pairs of quotes are one quote; what is left over was not escaped.
        if inner.replace("\"\"", "").contains('"') {
            return Err(unescaped());
        }
        inner.replace("\"\"", "\"")
    } else {
        let mut characters = text.chars();
        let starts = characters.next().is_none_or(|c| c.is_alphabetic() || c == '_');
        if !starts || !characters.all(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            return Err(IdentError::SpecialCharacters(text.to_owned()));
        }
        text.to_lowercase()
    };
    if name.is_empty() {
        return Err(IdentError::Empty);
    }
    if name.chars().count() > MAX_LENGTH {
        return Err(IdentError::TooLong);
    }
    Ok(name)
}

/// Reads identifiers parted by commas, as the parameter `columns` holds them; blanks around each are dropped.
pub fn parse_column_list(text: &str) -> Result<Vec<String>, IdentError> {
    split(text, ',')?.into_iter().map(|part| parse_identifier(part.trim())).collect()
}

/// Splits at `delimiter` outside double quotes.
fn split(text: &str, delimiter: char) -> Result<Vec<&str>, IdentError> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == delimiter && !quoted {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
    }
    if quoted {
        return Err(IdentError::UnescapedQuote(text.to_owned()));
    }
    parts.push(text.get(start..).unwrap_or_default());
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_postgres_does() {
        for (text, schema, table) in [
            ("items", "public", "items"),
            ("ITEMS", "public", "items"),
            ("\"ITEMS\"", "public", "ITEMS"),
            ("other.things", "other", "things"),
            ("\"a.b\".\"c\"\"d\"", "a.b", "c\"d"),
            ("_a$1", "public", "_a$1"),
        ] {
            assert_eq!(TableName::parse(text), Ok(TableName::new(schema, table)), "{text}");
        }
    }

    #[test]
    fn refuses_with_the_protocols_texts() {
        for (text, message) in [
            (".x", "Invalid zero-length delimited identifier"),
            ("\"\"", "Invalid zero-length delimited identifier"),
            ("a.b.c", "Invalid relation identifier, too many delimiters: a.b.c"),
            ("a b", "Invalid unquoted identifier contains special characters: a b"),
            ("1a", "Invalid unquoted identifier contains special characters: 1a"),
            ("\"a\"b\"\"", "Invalid identifier with unescaped quote: \"a\"b\"\""),
            ("\"a", "Invalid identifier with unescaped quote: \"a"),
        ] {
            assert_eq!(TableName::parse(text).unwrap_err().to_string(), message, "{text}");
        }
        assert_eq!(TableName::parse(&"x".repeat(64)), Err(IdentError::TooLong));
    }

    #[test]
    fn lists_keep_commas_inside_quotes() {
        let columns = parse_column_list("\"id\",\"has,comma\", Plain,\"has\"\"quote\"").unwrap();
        assert_eq!(columns, ["id", "has,comma", "plain", "has\"quote"]);
        assert_eq!(parse_column_list(",,"), Err(IdentError::Empty));
    }
}
