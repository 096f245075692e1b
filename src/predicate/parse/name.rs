//! Names with their qualifiers: columns, functions, collations, operators.

use super::lex::Kind;
use super::words::is_reserved;
use super::{Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::Name;

impl Parser<'_> {
    /// A name with its qualifiers.
    pub(super) fn parts(&mut self) -> Result<Vec<String>, ParseError> {
        let mut parts = Vec::new();
        loop {
            if matches!(&self.cursor.peek().kind, Kind::Operator(star) if star == "*" && !parts.is_empty()) {
                self.cursor.advance();
                parts.push("*".to_owned());
                return Ok(parts);
            }
            let Some(part) = self.cursor.label() else { return Err(self.cursor.unexpected()) };
            parts.push(part);
            if !self.cursor.eat_mark('.') {
                return Ok(parts);
            }
        }
    }

    /// The column's name, without the qualifiers that may be there.
    pub(super) fn column(&self, at: usize, mut parts: Vec<String>) -> Result<String, ParseError> {
        let name = parts.join(".");
        let last = parts.pop().unwrap_or_default();
        let is_known = match (parts.as_slice(), self.table) {
            ([], _) => true,
            ([table], Some(own)) => *table == own.table,
            ([schema, table], Some(own)) => *schema == own.schema && *table == own.table,
            _ => false,
        };
        if is_known && last != "*" { Ok(last) } else { Err(ParseError::UnknownReference { at, name }) }
    }

    /// That of a collation.
    pub(super) fn qualified_name(&mut self) -> Result<Name, ParseError> {
        let at = self.cursor.at();
        if self.cursor.word().is_some_and(is_reserved) {
            return Err(self.cursor.unexpected());
        }
        let mut parts = self.parts()?;
        let name = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        if !parts.is_empty() || name == "*" {
            return Err(unsupported(at, "names with more than a schema are not supported"));
        }
        Ok(Name { schema, name })
    }

    /// `OPERATOR (schema.op)`
    pub(super) fn qualified_operator(&mut self) -> Result<Name, ParseError> {
        let at = self.cursor.at();
        self.cursor.advance();
        self.cursor.expect_mark('(')?;
        let mut schema = Vec::new();
        let name = loop {
            match &self.cursor.peek().kind {
                Kind::Operator(operator) => break operator.clone(),
                Kind::Word(word) if is_reserved(word) => return Err(self.cursor.unexpected()),
                Kind::Word(part) | Kind::Quoted(part) => schema.push(part.clone()),
                _ => return Err(self.cursor.unexpected()),
            }
            self.cursor.advance();
            self.cursor.expect_mark('.')?;
        };
        self.cursor.advance();
        self.cursor.expect_mark(')')?;
        let last = schema.pop();
        if !schema.is_empty() {
            return Err(unsupported(at, "names with more than a schema are not supported"));
        }
        Ok(Name { schema: last, name })
    }
}
