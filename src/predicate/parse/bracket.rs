//! What stands in parentheses and square brackets: groups, rows, lists, arrays, subscripts.

use super::frame::{Frame, Operand, build, wrap};
use super::level::Level;
use super::lex::Kind;
use super::pending::{Bound, Pending};
use super::types::{MODIFIERS, cast_target};
use super::{Next, Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::{Expr, Node, Subscript};

impl Parser<'_> {
    /// The bracket that is open.
    pub(super) fn bracket(&self) -> Option<&Frame> {
        self.frames.iter().rev().find(|frame| frame.kind.level().is_none())
    }

    /// Those of the operators that wait for their last operand in it, innermost first.
    pub(super) fn open_levels(&self) -> impl Iterator<Item = Level> {
        self.frames.iter().rev().map_while(|frame| frame.kind.level())
    }

    /// What follows `(`, which has been read.
    pub(super) fn open(&mut self, at: usize) -> Result<(), ParseError> {
        self.refuse_query()?;
        self.begin(Frame::new(at, Pending::Group))
    }

    /// What follows `ROW (`, which has been read.
    pub(super) fn open_row(&mut self, at: usize, overlaps: Option<Vec<Expr>>) -> Result<Option<Operand>, ParseError> {
        if overlaps.is_none() && self.cursor.eat_mark(')') {
            return Ok(Some(Operand::leaf(at, Node::Row(Vec::new()))));
        }
        self.begin(Frame::new(at, Pending::Row { items: Vec::new(), overlaps }))?;
        Ok(None)
    }

    /// What follows `ARRAY`, which has been read, or the `[` of one within.
    pub(super) fn open_array(&mut self, at: usize, is_inner: bool) -> Result<Option<Operand>, ParseError> {
        self.cursor.expect_mark('[')?;
        if self.cursor.eat_mark(']') {
            let empty = Operand::leaf(at, Node::Array(Vec::new()));
            return if is_inner { self.end_inner(empty).map(Some) } else { Ok(Some(empty)) };
        }
        let has_inner = self.cursor.is_mark(0, '[');
        self.begin(Frame::new(at, Pending::Array { items: Vec::new(), is_inner, has_inner }))?;
        Ok(None)
    }

    /// Whether an array without the word must come next.
    pub(super) fn wants_inner(&self) -> bool {
        let last = self.frames.last();
        last.is_some_and(|frame| matches!(frame.kind, Pending::Array { has_inner: true, .. }))
    }

    /// Nothing can be done with an array without the word.
    fn end_inner(&self, array: Operand) -> Result<Operand, ParseError> {
        if self.cursor.is_mark(0, ',') || self.cursor.is_mark(0, ']') {
            Ok(array)
        } else {
            Err(self.cursor.unexpected())
        }
    }

    pub(super) fn close(&mut self, operand: Operand, mark: char) -> Result<Next, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let closes = |pending: &Pending| match pending {
            Pending::Group
            | Pending::Row { .. }
            | Pending::In { .. }
            | Pending::Quantified { .. }
            | Pending::Call(..)
            | Pending::Choose(..)
            | Pending::Worded(_) => mark == ')',
            Pending::Array { .. } | Pending::Subscript { .. } => mark == ']',
            _ => false,
        };
        let Some(frame) = self.frames.pop_if(|frame| closes(&frame.kind)) else {
            return Err(self.cursor.unexpected());
        };
        match frame.kind {
            Pending::Row { .. } => return self.end_row(frame, operand),
            Pending::Subscript { .. } => return self.end_subscript(frame, Some(operand)),
            _ => self.cursor.advance(),
        }
        match frame.kind {
            Pending::Group => self.indirection(operand),
            Pending::Array { is_inner: true, .. } => {
                frame.finish(operand).and_then(|array| self.end_inner(array)).map(Next::Operand)
            }
            Pending::Call(..) => {
                self.refuse_window(frame.at())?;
                if let Kind::Text(_) = self.cursor.peek().kind {
                    return Err(unsupported(frame.at(), MODIFIERS));
                }
                frame.finish(operand).map(Next::Operand)
            }
            Pending::Worded(_) => self.end_worded(frame, operand).map(Next::Operand),
            _ => frame.finish(operand).map(Next::Operand),
        }
    }

    pub(super) fn comma(&mut self, operand: Operand, at: usize) -> Result<Next, ParseError> {
        if let Some(comma) = self.separator(",") {
            return self.separate(operand, comma);
        }
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let item = frame.note(operand);
        match &mut frame.kind {
            Pending::In { list: items, .. }
            | Pending::Row { items, .. }
            | Pending::Array { items, .. }
            | Pending::Call(_, items)
            | Pending::Choose(_, items) => items.push(item),
            Pending::Group => frame.kind = Pending::Row { items: vec![item], overlaps: None },
            _ => return Err(self.cursor.unexpected()),
        }
        self.count_term(at)?;
        self.cursor.advance();
        self.begin(frame)?;
        if matches!(self.frames.last().map(|frame| &frame.kind), Some(Pending::Call(..))) {
            self.refuse_named_argument()?;
        }
        Ok(Next::Begun)
    }

    /// At the closing parenthesis of a row, perhaps the first of two that may overlap.
    fn end_row(&mut self, frame: Frame, last: Operand) -> Result<Next, ParseError> {
        let Pending::Row { items, overlaps } = &frame.kind else { return Err(self.cursor.unexpected()) };
        let is_pair = items.len() == 1;
        if overlaps.is_some() && !is_pair {
            return Err(self.cursor.unexpected());
        }
        let is_second = overlaps.is_some();
        self.cursor.advance();
        let row = frame.finish(last)?;
        if is_second || self.cursor.word() != Some("overlaps") {
            return Ok(Next::Operand(row));
        }
        let (depth, at) = (row.depth, self.cursor.at());
        let Node::Row(before) = row.expr.node else { return Err(self.cursor.unexpected()) };
        if !is_pair || self.in_b_expr() {
            return Err(self.cursor.unexpected());
        }
        self.count_term(at)?;
        self.cursor.advance();
        let _ = self.cursor.eat("row");
        self.cursor.expect_mark('(')?;
        self.refuse_query()?;
        let mut frame = Frame::new(at, Pending::Row { items: Vec::new(), overlaps: Some(before) });
        frame.deepen(depth - 1);
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    /// Subscripts and fields after what may have them.
    pub(super) fn indirection(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let mut operand = operand;
        loop {
            let at = self.cursor.at();
            if self.cursor.eat_mark('[') {
                let frame = Frame::after(operand, at, |value| Pending::Subscript {
                    value,
                    done: Vec::new(),
                    low: Bound::Nothing,
                });
                return self.begin_subscript(frame);
            }
            if !self.cursor.eat_mark('.') {
                return Ok(Next::Operand(operand));
            }
            if matches!(&self.cursor.peek().kind, Kind::Operator(star) if star == "*") {
                return Err(unsupported(at, "A_Star is not supported in this context: name one field"));
            }
            let Some(field) = self.cursor.label() else { return Err(self.cursor.unexpected()) };
            operand = wrap(operand, at, |value| Node::Field(value, field))?;
        }
    }

    /// What follows the `[` of a subscript, which has been read.
    fn begin_subscript(&mut self, mut frame: Frame) -> Result<Next, ParseError> {
        self.count_term(frame.at())?;
        if self.cursor.eat_mark(':') {
            if let Pending::Subscript { low, .. } = &mut frame.kind {
                *low = Bound::Low(None);
            }
            if self.cursor.is_mark(0, ']') {
                return self.end_subscript(frame, None);
            }
        }
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    /// `:` between the bounds of a slice.
    pub(super) fn slice(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let bound = frame.note(operand);
        match &mut frame.kind {
            Pending::Subscript { low: low @ Bound::Nothing, .. } => *low = Bound::Low(Some(bound)),
            _ => return Err(self.cursor.unexpected()),
        }
        self.cursor.advance();
        if self.cursor.is_mark(0, ']') {
            return self.end_subscript(frame, None);
        }
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    /// At the `]` of a subscript, after which more may come.
    fn end_subscript(&mut self, mut frame: Frame, last: Option<Operand>) -> Result<Next, ParseError> {
        self.cursor.advance();
        let last = last.map(|operand| frame.note(operand));
        let (at, depth) = (frame.at(), frame.depth());
        let Pending::Subscript { value, mut done, low } = frame.kind else { return Err(self.cursor.unexpected()) };
        match (low, last) {
            (Bound::Low(low), high) => done.push(Subscript::Slice(low, high)),
            (Bound::Nothing, Some(index)) => done.push(Subscript::At(index)),
            (Bound::Nothing, None) => return Err(self.cursor.unexpected()),
        }
        if self.cursor.eat_mark('[') {
            let mut frame = Frame::new(at, Pending::Subscript { value, done, low: Bound::Nothing });
            frame.deepen(depth);
            return self.begin_subscript(frame);
        }
        let operand = build(at, depth, Node::Subscript { value: Box::new(value), subscripts: done })?;
        self.indirection(operand)
    }

    /// The end of `CAST (operand AS`.
    pub(super) fn cast(&mut self, operand: Operand) -> Result<Next, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let Some(frame) = self.frames.pop_if(|frame| matches!(frame.kind, Pending::Cast)) else {
            return Err(self.cursor.unexpected());
        };
        self.cursor.advance();
        let ty = cast_target(&mut self.cursor)?;
        self.cursor.expect_mark(')')?;
        wrap(operand, frame.at(), |value| Node::Cast(value, ty)).map(Next::Operand)
    }
}
