//! What may begin an expression.

use super::frame::{Frame, Operand, wrap};
use super::level::{Level, is_infix_only};
use super::lex::Kind;
use super::pending::Pending;
use super::types::literal_type;
use super::words::{is_reserved, is_reserved_for_all, is_session_value};
use super::{Next, Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::{Expr, Name, Node};

pub(super) const SUBQUERY: &str = "subqueries are not supported yet";

/// What depends on who asks, and when.
const SESSION_VALUE: &str = "SQLValueFunction is not supported in this context: pass its value as a parameter";

impl Parser<'_> {
    /// Reads an operand; `None` if something has begun that waits for one.
    pub(super) fn operand(&mut self) -> Result<Option<Operand>, ParseError> {
        let at = self.cursor.at();
        if self.wants_inner() {
            return self.open_array(at, true);
        }
        let leaf = match &self.cursor.peek().kind {
            Kind::Number(number) => Node::Number(number.clone()),
            Kind::Text(text) => Node::Text(text.clone()),
            Kind::Bits(bits) => Node::Bits(bits.clone()),
            Kind::Param(number) => {
                let number = *number;
                self.cursor.advance();
                return self.indirect(Operand::leaf(at, Node::Param(number)));
            }
            Kind::Mark('(') => {
                self.cursor.advance();
                return self.open(at).map(|()| None);
            }
            Kind::Operator(operator) => {
                let operator = operator.clone();
                return self.prefix(at, &operator).map(|()| None);
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

    /// With the subscripts and fields that follow.
    fn indirect(&mut self, operand: Operand) -> Result<Option<Operand>, ParseError> {
        self.indirection(operand).map(Next::operand)
    }

    /// Refuses a query after an opening parenthesis.
    pub(super) fn refuse_query(&self) -> Result<(), ParseError> {
        let is_query = match self.cursor.word() {
            Some("select" | "with" | "table") => true,
            Some("values") => self.cursor.is_mark(1, '('),
            _ => false,
        };
        if is_query { Err(self.subquery(self.cursor.at(), SUBQUERY)) } else { Ok(()) }
    }

    pub(super) fn subquery(&self, at: usize, message: &'static str) -> ParseError {
        if self.is_subset { ParseError::SubqueryInSubset } else { unsupported(at, message) }
    }

    fn prefix(&mut self, at: usize, operator: &str) -> Result<(), ParseError> {
        if is_infix_only(operator) {
            return Err(self.cursor.unexpected());
        }
        self.cursor.advance();
        self.begin(Frame::new(
            at,
            match operator {
                "-" => Pending::Sign { negative: true },
                "+" => Pending::Sign { negative: false },
                _ => Pending::Operator { op: Name::bare(operator), left: None, level: Level::Other },
            },
        ))
    }

    fn word(&mut self, at: usize, word: &str) -> Result<Option<Operand>, ParseError> {
        let leaf = match word {
            "null" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            "not" if !self.in_b_expr() => {
                self.cursor.advance();
                self.begin(Frame::new(at, Pending::Not))?;
                return Ok(None);
            }
            "cast" => {
                self.cursor.advance();
                self.cursor.expect_mark('(')?;
                self.refuse_query()?;
                self.begin(Frame::new(at, Pending::Cast))?;
                return Ok(None);
            }
            "array" => {
                self.cursor.advance();
                if self.cursor.is_mark(0, '(') {
                    return Err(self.subquery(at, SUBQUERY));
                }
                return self.open_array(at, false);
            }
            "case" => {
                self.cursor.advance();
                return self.begin_case(at).map(|()| None);
            }
            "operator" if self.cursor.is_mark(1, '(') => {
                let op = self.qualified_operator()?;
                self.begin(Frame::new(at, Pending::Operator { op, left: None, level: Level::Other }))?;
                return Ok(None);
            }
            word if is_session_value(word) && (word != "current_schema" || !self.cursor.is_mark(1, '(')) => {
                return Err(unsupported(at, SESSION_VALUE));
            }
            word => return self.word_or_name(at, word),
        };
        self.cursor.advance();
        Ok(Some(Operand::leaf(at, leaf)))
    }

    fn word_or_name(&mut self, at: usize, word: &str) -> Result<Option<Operand>, ParseError> {
        let is_call = self.cursor.is_mark(1, '(') || (word == "collation" && self.cursor.word_ahead(1) == Some("for"));
        if is_call && let Some(begun) = self.special_call(at, word)? {
            return Ok(begun.operand());
        }
        self.name(at)
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
        let column = Operand::leaf(at, Node::Column(self.column(at, parts)?));
        self.indirect(column)
    }

    /// `type 'literal'`
    fn typed_literal(&mut self, at: usize) -> Result<Option<Operand>, ParseError> {
        let start = self.cursor.position;
        let Some((ty, text)) = literal_type(&mut self.cursor)? else {
            self.cursor.position = start;
            return Ok(None);
        };
        let Expr { node, at: text_at } = text;
        wrap(Operand::leaf(text_at, node), at, |text| Node::Cast(text, ty)).map(Some)
    }
}
