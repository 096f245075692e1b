//! What may follow an expression.

use super::frame::{Frame, Operand, wrap};
use super::level::Level;
use super::lex::{CAST, Kind};
use super::pending::Pending;
use super::types::cast_target;
use super::words::begins_clause;
use super::{Next, Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::{Comparison, Name, Node};

impl Parser<'_> {
    /// Reads what follows an operand.
    pub(super) fn infix(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let at = self.cursor.at();
        match &self.cursor.peek().kind {
            Kind::Operator(operator) => {
                let op = Name::bare(operator);
                let level = if Comparison::named(&op).is_some() { Level::Compare } else { Level::of(operator) };
                let operand = self.make_room(operand, level)?;
                self.cursor.advance();
                self.operator(operand, at, (op, level))
            }
            Kind::Word(word) => {
                let word = word.clone();
                self.keyword(operand, at, &word)
            }
            Kind::Mark(CAST) => {
                self.cursor.advance();
                let operand = self.make_room(operand, Level::Cast)?;
                let ty = cast_target(&mut self.cursor)?;
                wrap(operand, at, |value| Node::Cast(value, ty)).map(Next::Operand)
            }
            Kind::Mark(mark @ (')' | ']')) => {
                let mark = *mark;
                self.close(operand, mark)
            }
            Kind::Mark(',') => self.comma(operand, at),
            Kind::Mark(':') => self.slice(operand),
            Kind::End => {
                let operand = self.reduce(operand, |_| true)?;
                if self.frames.is_empty() { Ok(Next::End(operand)) } else { Err(self.cursor.unexpected()) }
            }
            _ => Err(self.cursor.unexpected()),
        }
    }

    /// Finishes what an operator of this level cannot take its left operand from.
    pub(super) fn make_room(&mut self, operand: Operand, level: Level) -> Result<Operand, ParseError> {
        let binds = |pending: &Pending| match pending.level() {
            Some(other) if other == level => !level.is_nonassociative(),
            other => other > Some(level),
        };
        let operand = self.reduce(operand, binds)?;
        if level.is_nonassociative() && self.frames.last().and_then(|frame| frame.kind.level()) == Some(level) {
            return Err(self.cursor.unexpected());
        }
        Ok(operand)
    }

    /// After an operator, for which there is room.
    fn operator(&mut self, operand: Operand, at: usize, (op, level): (Name, Level)) -> Result<Next, ParseError> {
        let all = self.quantifier()?;
        self.begin(Frame::after(operand, at, |value| match all {
            Some(all) => Pending::Quantified { op, value, all },
            None => Pending::Operator { op, left: Some(value), level },
        }))?;
        Ok(Next::Begun)
    }

    /// `ANY (` or `ALL (`, and which.
    pub(super) fn quantifier(&mut self) -> Result<Option<bool>, ParseError> {
        let all = match self.cursor.word() {
            Some("any" | "some") => false,
            Some("all") => true,
            _ => return Ok(None),
        };
        if self.in_b_expr() {
            return Err(self.cursor.unexpected());
        }
        self.cursor.advance();
        self.cursor.expect_mark('(')?;
        self.refuse_query()?;
        Ok(Some(all))
    }

    fn keyword(&mut self, operand: Operand, at: usize, word: &str) -> Result<Next, ParseError> {
        if let Some(word) = self.separator(word) {
            return self.separate(operand, word);
        }
        if self.in_b_expr() && !matches!(word, "and" | "is" | "operator") {
            return Err(self.cursor.unexpected());
        }
        match word {
            "and" => self.and(operand, at),
            "or" => {
                let operand = self.make_room(operand, Level::Or)?;
                self.junction(operand, at, true)
            }
            "is" | "isnull" | "notnull" => self.test(operand, at, word),
            "not" => match self.cursor.word_ahead(1) {
                Some(next @ ("in" | "like" | "ilike" | "between" | "similar")) => {
                    let next = next.to_owned();
                    self.predicate(operand, at, &next, true)
                }
                _ => Err(self.cursor.unexpected()),
            },
            "in" | "like" | "ilike" | "between" | "similar" => self.predicate(operand, at, word, false),
            "escape" => self.escape(operand),
            "as" => self.cast(operand),
            "when" | "then" | "else" | "end" => {
                self.case_word(operand, word).map(|whole| whole.map_or(Next::Begun, Next::Operand))
            }
            "collate" => {
                let operand = self.make_room(operand, Level::Collate)?;
                self.cursor.advance();
                let collation = self.qualified_name()?;
                wrap(operand, at, |value| Node::Collate(value, collation)).map(Next::Operand)
            }
            "at" => self.zone(operand, at),
            "operator" => {
                let operand = self.make_room(operand, Level::Other)?;
                let op = self.qualified_operator()?;
                self.operator(operand, at, (op, Level::Other))
            }
            "order" if matches!(self.bracket().map(|frame| &frame.kind), Some(Pending::Call(..))) => {
                Err(unsupported(at, "ORDER BY in the call of a function is not supported: it is for aggregates"))
            }
            _ if begins_clause(word) && self.bracket().is_none() => Err(ParseError::Clauses),
            _ => Err(self.cursor.unexpected()),
        }
    }

    /// `AT TIME ZONE`
    fn zone(&mut self, operand: Operand, at: usize) -> Result<Next, ParseError> {
        let operand = self.make_room(operand, Level::At)?;
        self.count_term(at)?;
        for word in ["at", "time", "zone"] {
            if !self.cursor.eat(word) {
                return Err(self.cursor.unexpected());
            }
        }
        self.begin(Frame::after(operand, at, Pending::Zone))?;
        Ok(Next::Begun)
    }
}
