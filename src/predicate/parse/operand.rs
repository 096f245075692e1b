//! What may begin an expression.

use super::frame::{Frame, Level, Operand, Pending, wrap};
use super::lex::Kind;
use super::types::type_name;
use super::words::{is_reserved, is_reserved_for_all, is_session_value};
use super::{Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::{Choice, Expr, Name, Node};

pub(super) const SUBQUERY: &str = "subqueries are not supported yet";

impl Parser<'_> {
    /// Reads an operand; `None` if something has begun that waits for one.
    pub(super) fn operand(&mut self) -> Result<Option<Operand>, ParseError> {
        let at = self.cursor.at();
        let leaf = match &self.cursor.peek().kind {
            Kind::Number(number) => Node::Number(number.clone()),
            Kind::Text(text) => Node::Text(text.clone()),
            Kind::Param(number) => Node::Param(*number),
            Kind::Typed(kind) => {
                return Err(ParseError::Unsupported { at, message: format!("{kind} values are not supported").into() });
            }
            Kind::Mark('(') => {
                self.cursor.advance();
                self.refuse_query()?;
                self.begin(Frame::new(at, Pending::Group))?;
                return Ok(None);
            }
            Kind::Operator(operator) => {
                let operator = operator.clone();
                return self.sign(at, operator).map(|()| None);
            }
            Kind::Word(word) => {
                let word = word.clone();
                return self.word(at, &word);
            }
            Kind::Quoted(_) => return self.name(at),
            Kind::Mark(_) | Kind::End => return Err(self.cursor.unexpected()),
        };
        self.cursor.advance();
        Ok(Some(Operand::leaf(at, leaf)))
    }

    /// Refuses a query after an opening parenthesis.
    pub(super) fn refuse_query(&self) -> Result<(), ParseError> {
        match self.cursor.word() {
            Some("select" | "values" | "with" | "table") => Err(self.subquery(self.cursor.at(), SUBQUERY)),
            _ => Ok(()),
        }
    }

    fn subquery(&self, at: usize, message: &'static str) -> ParseError {
        if self.is_subset { ParseError::SubqueryInSubset } else { unsupported(at, message) }
    }

    fn sign(&mut self, at: usize, operator: String) -> Result<(), ParseError> {
        let negative = match operator.as_str() {
            "-" => true,
            "+" => false,
            "<" | ">" | "=" | "<=" | ">=" | "<>" | "*" | "/" | "%" | "^" => return Err(self.cursor.unexpected()),
            _ => {
                self.cursor.advance();
                let op = Name::bare(&operator);
                self.begin(Frame::new(at, Pending::Operator { op, left: None, level: Level::Other }))?;
                return Ok(());
            }
        };
        self.cursor.advance();
        self.begin(Frame::new(at, Pending::Sign { negative }))?;
        Ok(())
    }

    fn word(&mut self, at: usize, word: &str) -> Result<Option<Operand>, ParseError> {
        let leaf = match word {
            "null" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            "not" if !self.in_between() => {
                self.cursor.advance();
                self.begin(Frame::new(at, Pending::Not))?;
                return Ok(None);
            }
            "cast" => {
                self.cursor.advance();
                self.cursor.expect_mark('(')?;
                self.begin(Frame::new(at, Pending::Cast))?;
                return Ok(None);
            }
            "array" => return self.array(at),
            "case" => return Err(unsupported(at, "CaseExpr is not supported in this context")),
            "row" if self.cursor.is_mark(1, '(') => {
                return Err(unsupported(at, "RowExpr is not supported in this context"));
            }
            "exists" if self.cursor.is_mark(1, '(') => {
                return Err(self.subquery(at, "EXISTS is not supported yet"));
            }
            word if is_session_value(word) && (word != "current_schema" || !self.cursor.is_mark(1, '(')) => {
                return Err(unsupported(at, "SQLValueFunction is not supported in this context"));
            }
            _ => return self.name(at),
        };
        self.cursor.advance();
        Ok(Some(Operand::leaf(at, leaf)))
    }

    /// Whether the lower bound of a `BETWEEN` is being read, in which Postgres allows no logic.
    pub(super) fn in_between(&self) -> bool {
        let bracket = self.frames.iter().rev().find(|frame| frame.kind.level().is_none());
        bracket.is_some_and(|frame| matches!(frame.kind, Pending::Low { .. }))
    }

    fn array(&mut self, at: usize) -> Result<Option<Operand>, ParseError> {
        self.cursor.advance();
        if self.cursor.is_mark(0, '(') {
            return Err(self.subquery(at, SUBQUERY));
        }
        self.cursor.expect_mark('[')?;
        if self.cursor.eat_mark(']') {
            return Ok(Some(Frame::empty_array(at)));
        }
        if self.cursor.is_mark(0, '[') {
            return Err(unsupported(self.cursor.at(), "arrays of more than one dimension are not supported here"));
        }
        self.begin(Frame::new(at, Pending::Array(Vec::new())))?;
        Ok(None)
    }

    /// A column, a function's call or the type of a literal.
    fn name(&mut self, at: usize) -> Result<Option<Operand>, ParseError> {
        if let Some(literal) = self.typed_literal(at)? {
            return Ok(Some(literal));
        }
        let first = self.cursor.word().map(str::to_owned);
        if first.as_deref().is_some_and(is_reserved_for_all) {
            return Err(self.cursor.unexpected());
        }
        let parts = self.parts()?;
        if self.cursor.is_mark(0, '(') {
            return self.call(at, parts);
        }
        if first.as_deref().is_some_and(is_reserved) {
            self.cursor.position -= 1;
            return Err(self.cursor.unexpected());
        }
        Ok(Some(Operand::leaf(at, Node::Column(self.column(at, parts)?))))
    }

    /// `type 'literal'`
    fn typed_literal(&mut self, at: usize) -> Result<Option<Operand>, ParseError> {
        let start = self.cursor.position;
        let literal = type_name(&mut self.cursor).and_then(|ty| match &self.cursor.peek().kind {
            Kind::Text(text) => Some((ty, Expr { node: Node::Text(text.clone()), at: self.cursor.at() })),
            _ => None,
        });
        let Some((ty, text)) = literal else {
            self.cursor.position = start;
            return Ok(None);
        };
        self.cursor.advance();
        let ty = ty.plain()?;
        wrap(Operand::leaf(text.at, text.node), at, |text| Node::Cast(text, ty)).map(Some)
    }

    /// A name with its qualifiers.
    fn parts(&mut self) -> Result<Vec<String>, ParseError> {
        let mut parts = Vec::new();
        loop {
            match &self.cursor.peek().kind {
                Kind::Word(part) | Kind::Quoted(part) => parts.push(part.clone()),
                Kind::Operator(star) if star == "*" && !parts.is_empty() => parts.push("*".to_owned()),
                _ => return Err(self.cursor.unexpected()),
            }
            self.cursor.advance();
            if !self.cursor.eat_mark('.') {
                return Ok(parts);
            }
        }
    }

    /// The call of a function, whose parenthesis comes next.
    fn call(&mut self, at: usize, mut parts: Vec<String>) -> Result<Option<Operand>, ParseError> {
        let start = self.cursor.position;
        self.refuse_aggregate(at)?;
        self.cursor.position = start;
        let name = parts.pop().unwrap_or_default();
        let schema = if parts.is_empty() { None } else { Some(parts.join(".")) };
        self.cursor.advance();
        let choice = if schema.is_none() { Choice::named(&name) } else { None };
        let name = Name { schema, name };
        if self.cursor.eat_mark(')') {
            return Ok(Some(Operand::leaf(at, Node::Call(name, Vec::new()))));
        }
        let pending = match choice {
            Some(choice) => Pending::Choose(choice, Vec::new()),
            None => Pending::Call(name, Vec::new()),
        };
        self.begin(Frame::new(at, pending))?;
        Ok(None)
    }

    /// Refuses what computes over many rows.
    fn refuse_aggregate(&mut self, at: usize) -> Result<(), ParseError> {
        self.cursor.advance();
        let is_star = matches!(&self.cursor.peek().kind, Kind::Operator(star) if star == "*");
        if is_star || self.cursor.word() == Some("distinct") {
            return Err(unsupported(at, "aggregation is not supported in this context"));
        }
        if self.cursor.word() == Some("variadic") {
            return Err(unsupported(at, "explicit VARIADIC function calls are not currently supported"));
        }
        self.cursor.skip_group();
        match self.cursor.word() {
            Some("over" | "filter" | "within") => Err(unsupported(at, "aggregation is not supported in this context")),
            _ => Ok(()),
        }
    }

    /// The column's name, without the qualifiers that may be there.
    fn column(&self, at: usize, mut parts: Vec<String>) -> Result<String, ParseError> {
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
}
