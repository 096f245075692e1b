//! What may follow an expression.

use super::frame::{Frame, Level, Like, Operand, Pending, wrap};
use super::lex::{CAST, Kind};
use super::types::cast_target;
use super::words::begins_clause;
use super::{Next, Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::{Comparison, IsTest, Name, Node};

impl Parser<'_> {
    /// Reads what follows an operand.
    pub(super) fn infix(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let at = self.cursor.at();
        match &self.cursor.peek().kind {
            Kind::Operator(operator) => {
                let operator = operator.clone();
                self.operator(operand, at, &operator)
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
                self.close(operand, mark).map(Next::Operand)
            }
            Kind::Mark(',') => self.comma(operand, at),
            Kind::Mark('[' | '.') => Err(unsupported(at, "A_Indirection is not supported in this context")),
            Kind::End => {
                let operand = self.reduce(operand, |_| true)?;
                if self.frames.is_empty() { Ok(Next::End(operand)) } else { Err(self.cursor.unexpected()) }
            }
            _ => Err(self.cursor.unexpected()),
        }
    }

    /// Finishes what an operator of this level cannot take its left operand from.
    fn make_room(&mut self, operand: Operand, level: Level) -> Result<Operand, ParseError> {
        let reaches = |pending: &Pending| pending.level().is_some_and(|other| other > level);
        let operand = self.reduce(operand, reaches)?;
        if self.frames.last().and_then(|frame| frame.kind.level()) != Some(level) {
            return Ok(operand);
        }
        if level.is_nonassociative() {
            return Err(self.cursor.unexpected());
        }
        self.reduce(operand, |pending| pending.level() == Some(level))
    }

    fn operator(&mut self, operand: Operand, at: usize, operator: &str) -> Result<Next, ParseError> {
        let like = match operator {
            "~~" => Some((false, false)),
            "~~*" => Some((true, false)),
            "!~~" => Some((false, true)),
            "!~~*" => Some((true, true)),
            _ => None,
        };
        if let Some((ignore_case, negated)) = like {
            return self.like(operand, at, Like { ignore_case, negated, operator: true });
        }
        let comparison = match operator {
            "=" => Comparison::Eq,
            "<>" => Comparison::Ne,
            "<" => Comparison::Lt,
            "<=" => Comparison::Le,
            ">" => Comparison::Gt,
            ">=" => Comparison::Ge,
            _ => return self.other_operator(operand, at, operator),
        };
        let operand = self.make_room(operand, Level::Compare)?;
        self.cursor.advance();
        let all = match self.cursor.word() {
            Some("any" | "some") => false,
            Some("all") => true,
            _ => {
                self.begin(Frame::after(operand, at, |left| Pending::Compare(comparison, left)))?;
                return Ok(Next::Begun);
            }
        };
        self.cursor.advance();
        self.cursor.expect_mark('(')?;
        self.refuse_query()?;
        self.begin(Frame::after(operand, at, |value| Pending::Quantified { op: comparison, value, all }))?;
        Ok(Next::Begun)
    }

    /// An operator that is neither a comparison nor LIKE.
    fn other_operator(&mut self, operand: Operand, at: usize, operator: &str) -> Result<Next, ParseError> {
        let level = match operator {
            "+" | "-" => Level::Add,
            "*" | "/" | "%" => Level::Multiply,
            "^" => Level::Power,
            _ => Level::Other,
        };
        let operand = self.make_room(operand, level)?;
        self.cursor.advance();
        let op = Name::bare(operator);
        self.begin(Frame::after(operand, at, |left| Pending::Operator { op, left: Some(left), level }))?;
        Ok(Next::Begun)
    }

    fn keyword(&mut self, operand: Operand, at: usize, word: &str) -> Result<Next, ParseError> {
        if self.in_between() && !matches!(word, "and" | "is" | "collate" | "at") {
            return Err(self.cursor.unexpected());
        }
        match word {
            "and" => self.and(operand, at),
            "or" => {
                let operand = self.make_room(operand, Level::Or)?;
                self.junction(operand, at, true)
            }
            "is" => self.is(operand, at),
            "isnull" | "notnull" => {
                let operand = self.make_room(operand, Level::Is)?;
                self.cursor.advance();
                let negated = word == "notnull";
                wrap(operand, at, |value| Node::Is { value, test: IsTest::Null, negated }).map(Next::Operand)
            }
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
            "collate" => Err(unsupported(at, "CollateClause is not supported in this context")),
            "at" => Err(ParseError::UnknownFunction { at, name: "timezone".to_owned(), arguments: 2 }),
            "operator" if self.cursor.is_mark(1, '(') => Err(unsupported(at, "OPERATOR() is not supported")),
            _ if begins_clause(word) && self.frames.iter().all(|frame| frame.kind.level().is_some()) => {
                Err(ParseError::Clauses)
            }
            _ => Err(self.cursor.unexpected()),
        }
    }

    /// The conjunction, or the middle of `BETWEEN`.
    fn and(&mut self, operand: Operand, at: usize) -> Result<Next, ParseError> {
        if !self.in_between() {
            let operand = self.make_room(operand, Level::And)?;
            return self.junction(operand, at, false);
        }
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let low = frame.note(operand);
        if let Pending::Low { value, symmetric, negated } = frame.kind {
            frame.kind = Pending::High { value, low, symmetric, negated };
        }
        self.cursor.advance();
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    fn junction(&mut self, first: Operand, at: usize, any: bool) -> Result<Next, ParseError> {
        self.count_term(at)?;
        self.cursor.advance();
        self.begin(Frame::junction(first, at, any))?;
        Ok(Next::Begun)
    }

    fn is(&mut self, operand: Operand, at: usize) -> Result<Next, ParseError> {
        let operand = self.make_room(operand, Level::Is)?;
        self.cursor.advance();
        let negated = self.cursor.eat("not");
        let test = match self.cursor.word() {
            Some("distinct") if self.cursor.word_ahead(1) == Some("from") => {
                self.cursor.advance();
                self.cursor.advance();
                self.begin(Frame::after(operand, at, |left| Pending::Distinct { left, negated }))?;
                return Ok(Next::Begun);
            }
            _ if self.in_between() => return Err(self.cursor.unexpected()),
            Some("null") => IsTest::Null,
            Some("true") => IsTest::True,
            Some("false") => IsTest::False,
            Some("unknown") => IsTest::Unknown,
            Some(word @ ("document" | "json" | "normalized" | "nfc" | "nfd" | "nfkc" | "nfkd")) => {
                let message = format!("IS {} is not supported", word.to_uppercase()).into();
                return Err(ParseError::Unsupported { at, message });
            }
            _ => return Err(self.cursor.unexpected()),
        };
        self.cursor.advance();
        wrap(operand, at, |value| Node::Is { value, test, negated }).map(Next::Operand)
    }

    /// `[NOT] IN`, `LIKE` and their like.
    fn predicate(&mut self, operand: Operand, at: usize, word: &str, negated: bool) -> Result<Next, ParseError> {
        if matches!(word, "like" | "ilike") {
            return self.like(operand, at, Like { ignore_case: word == "ilike", negated, operator: false });
        }
        let operand = self.make_room(operand, Level::Like)?;
        self.skip(if negated { 2 } else { 1 });
        let frame = match word {
            "in" => {
                self.cursor.expect_mark('(')?;
                self.refuse_query()?;
                Frame::after(operand, at, |value| Pending::In { value, list: Vec::new(), negated })
            }
            "between" => {
                let symmetric = self.cursor.eat("symmetric");
                let _ = !symmetric && self.cursor.eat("asymmetric");
                Frame::after(operand, at, |value| Pending::Low { value, symmetric, negated })
            }
            _ => {
                let name = "similar_to_escape".to_owned();
                return Err(ParseError::UnknownFunction { at, name, arguments: 1 });
            }
        };
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    fn skip(&mut self, count: usize) {
        (0..count).for_each(|_| self.cursor.advance());
    }

    fn like(&mut self, operand: Operand, at: usize, like: Like) -> Result<Next, ParseError> {
        let level = if like.operator { Level::Other } else { Level::Like };
        let operand = self.make_room(operand, level)?;
        self.skip(if like.negated && !like.operator { 2 } else { 1 });
        if matches!(self.cursor.word(), Some("any" | "some" | "all")) {
            return Err(unsupported(self.cursor.at(), "LIKE with ANY or ALL is not supported"));
        }
        self.begin(Frame::after(operand, at, |value| Pending::Like { value, like }))?;
        Ok(Next::Begun)
    }

    fn escape(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let is_like = |pending: &Pending| matches!(pending, Pending::Like { like: Like { operator: false, .. }, .. });
        let operand = self.reduce(operand, |pending| !is_like(pending))?;
        let Some(mut frame) = self.frames.pop_if(|frame| is_like(&frame.kind)) else {
            return Err(self.cursor.unexpected());
        };
        let pattern = frame.note(operand);
        if let Pending::Like { value, like } = frame.kind {
            frame.kind = Pending::Escape { value, pattern, like };
        }
        self.cursor.advance();
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    /// The end of `CAST (operand AS`.
    fn cast(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let Some(frame) = self.frames.pop_if(|frame| matches!(frame.kind, Pending::Cast)) else {
            return Err(self.cursor.unexpected());
        };
        self.cursor.advance();
        let ty = cast_target(&mut self.cursor)?;
        self.cursor.expect_mark(')')?;
        wrap(operand, frame.at(), |value| Node::Cast(value, ty)).map(Next::Operand)
    }

    fn close(&mut self, operand: Operand, mark: char) -> Result<Operand, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let closes = |pending: &Pending| match pending {
            Pending::Group
            | Pending::In { .. }
            | Pending::Quantified { .. }
            | Pending::Call(..)
            | Pending::Choose(..) => mark == ')',
            Pending::Array(_) => mark == ']',
            _ => false,
        };
        let Some(frame) = self.frames.pop_if(|frame| closes(&frame.kind)) else {
            return Err(self.cursor.unexpected());
        };
        self.cursor.advance();
        frame.finish(operand)
    }

    fn comma(&mut self, operand: Operand, at: usize) -> Result<Next, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let item = frame.note(operand);
        match &mut frame.kind {
            Pending::In { list, .. } => list.push(item),
            Pending::Array(items) | Pending::Call(_, items) | Pending::Choose(_, items) => items.push(item),
            Pending::Group => {
                return Err(unsupported(frame.at(), "RowExpr is not supported in this context"));
            }
            _ => return Err(self.cursor.unexpected()),
        }
        self.count_term(at)?;
        self.cursor.advance();
        self.begin(frame)?;
        Ok(Next::Begun)
    }
}
