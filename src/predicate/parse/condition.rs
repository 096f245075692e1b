//! What makes a condition of an expression: `AND`, `OR`, `IS`, `IN`, `BETWEEN`, `LIKE`, `SIMILAR TO`.

use super::frame::{Frame, Operand, build, wrap};
use super::level::Level;
use super::pending::{Like, Matching, Pending};
use super::worded::form_name;
use super::{Next, Parser};
use crate::predicate::ParseError;
use crate::predicate::expr::{Expr, IsTest, JsonKind, Name, Node};

impl Parser<'_> {
    /// Whether Postgres allows no logic where the parser is (`b_expr` in its grammar): the lower bound of a `BETWEEN`.
    pub(super) fn in_b_expr(&self) -> bool {
        self.bracket().is_some_and(|frame| match &frame.kind {
            Pending::Low { .. } => true,
            Pending::Worded(worded) => worded.is_restricted(),
            _ => false,
        })
    }

    /// The conjunction, or the middle of `BETWEEN`.
    pub(super) fn and(&mut self, operand: Operand, at: usize) -> Result<Next, ParseError> {
        if !self.in_b_expr() {
            let operand = self.make_room(operand, Level::And)?;
            return self.junction(operand, at, false);
        }
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let low = frame.note(operand);
        let Pending::Low { value, symmetric, negated } = frame.kind else { return Err(self.cursor.unexpected()) };
        frame.kind = Pending::High { value, low, symmetric, negated };
        self.cursor.advance();
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    pub(super) fn junction(&mut self, first: Operand, at: usize, any: bool) -> Result<Next, ParseError> {
        self.count_term(at)?;
        self.cursor.advance();
        self.begin(Frame::junction(first, at, any))?;
        Ok(Next::Begun)
    }

    /// `IS ..`, `ISNULL`, `NOTNULL`
    pub(super) fn test(&mut self, operand: Operand, at: usize, word: &str) -> Result<Next, ParseError> {
        let operand = self.make_room(operand, Level::Is)?;
        self.cursor.advance();
        if word != "is" {
            let negated = word == "notnull";
            return wrap(operand, at, |value| Node::Is { value, test: IsTest::Null, negated }).map(Next::Operand);
        }
        let negated = self.cursor.eat("not");
        let test = match self.cursor.word() {
            Some("distinct") if self.cursor.word_ahead(1) == Some("from") => {
                self.cursor.advance();
                self.cursor.advance();
                self.begin(Frame::after(operand, at, |left| Pending::Distinct { left, negated }))?;
                return Ok(Next::Begun);
            }
            _ if self.in_b_expr() => return Err(self.cursor.unexpected()),
            Some("null") => IsTest::Null,
            Some("true") => IsTest::True,
            Some("false") => IsTest::False,
            Some("unknown") => IsTest::Unknown,
            Some("document") => {
                let message = "IS DOCUMENT is not supported".into();
                return Err(ParseError::Unsupported { at, message });
            }
            Some("json") => return self.json(operand, at, negated),
            _ => return self.normalized(operand, at, negated),
        };
        self.cursor.advance();
        wrap(operand, at, |value| Node::Is { value, test, negated }).map(Next::Operand)
    }

    /// `JSON`, and perhaps which
    fn json(&mut self, operand: Operand, at: usize, negated: bool) -> Result<Next, ParseError> {
        self.cursor.advance();
        let kind = match self.cursor.word() {
            Some("value") => Some(JsonKind::Any),
            Some("object") => Some(JsonKind::Object),
            Some("array") => Some(JsonKind::Array),
            Some("scalar") => Some(JsonKind::Scalar),
            _ => None,
        };
        if kind.is_some() {
            self.cursor.advance();
        }
        let kind = kind.unwrap_or(JsonKind::Any);
        wrap(operand, at, |value| Node::IsJson { value, kind, negated }).map(Next::Operand)
    }

    /// `[form] NORMALIZED`
    fn normalized(&mut self, operand: Operand, at: usize, negated: bool) -> Result<Next, ParseError> {
        let form_at = self.cursor.at();
        let form = self.cursor.word().and_then(form_name);
        if form.is_some() {
            self.count_term(form_at)?;
            self.cursor.advance();
        }
        if !self.cursor.eat("normalized") {
            return Err(self.cursor.unexpected());
        }
        let form = form.map(|form| Expr { node: Node::Text(form), at: form_at });
        let Operand { expr, depth } = operand;
        let arguments = std::iter::once(expr).chain(form).collect();
        let call = build(at, depth, Node::Call(Name::built_in("is_normalized"), arguments))?;
        if negated { wrap(call, at, Node::Not) } else { Ok(call) }.map(Next::Operand)
    }

    /// `[NOT] IN`, `LIKE` and their like.
    pub(super) fn predicate(
        &mut self,
        operand: Operand,
        at: usize,
        word: &str,
        negated: bool,
    ) -> Result<Next, ParseError> {
        let operand = self.make_room(operand, Level::Like)?;
        (0..=usize::from(negated)).for_each(|_| self.cursor.advance());
        let kind = match word {
            "in" => {
                self.cursor.expect_mark('(')?;
                self.refuse_query()?;
                self.begin(Frame::after(operand, at, |value| Pending::In { value, list: Vec::new(), negated }))?;
                return Ok(Next::Begun);
            }
            "between" => {
                let symmetric = self.cursor.eat("symmetric");
                let _ = !symmetric && self.cursor.eat("asymmetric");
                self.begin(Frame::after(operand, at, |value| Pending::Low { value, symmetric, negated }))?;
                return Ok(Next::Begun);
            }
            "ilike" => Matching::Ilike,
            "like" => Matching::Like,
            _ if self.cursor.eat("to") => Matching::Similar,
            _ => return Err(self.cursor.unexpected()),
        };
        let like = Like { kind, negated };
        if kind != Matching::Similar
            && let Some(all) = self.quantifier()?
        {
            let op = Name::bare(like.symbol());
            self.begin(Frame::after(operand, at, |value| Pending::Quantified { op, value, all }))?;
            return Ok(Next::Begun);
        }
        self.begin(Frame::after(operand, at, |value| Pending::Like { value, like }))?;
        Ok(Next::Begun)
    }

    /// Whether a pattern is being read that may be followed by `ESCAPE`.
    pub(super) fn in_like(&self) -> bool {
        let open = self.frames.iter().rev().take_while(|frame| frame.kind.level().is_some());
        open.map(|frame| &frame.kind).any(is_like)
    }

    pub(super) fn escape(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let operand = self.reduce(operand, |pending| !is_like(pending))?;
        let Some(mut frame) = self.frames.pop_if(|frame| is_like(&frame.kind)) else {
            return Err(self.cursor.unexpected());
        };
        let pattern = frame.note(operand);
        self.count_term(self.cursor.at())?;
        if let Pending::Like { value, like } = frame.kind {
            frame.kind = Pending::Escape { value, pattern, like };
        }
        self.cursor.advance();
        self.begin(frame)?;
        Ok(Next::Begun)
    }
}

fn is_like(pending: &Pending) -> bool {
    matches!(pending, Pending::Like { .. })
}
