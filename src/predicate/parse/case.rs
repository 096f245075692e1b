//! `CASE`: conditions and results between words.

use super::Parser;
use super::frame::{Frame, Operand, build};
use super::pending::Pending;
use crate::predicate::ParseError;
use crate::predicate::expr::{Expr, Node};

/// What of it has been read.
#[derive(Debug, Default)]
pub(super) struct Branches {
    operand: Option<Expr>,
    whens: Vec<(Expr, Expr)>,
    /// A condition whose result is to come.
    when: Option<Expr>,
    otherwise: Option<Expr>,
    reading: Part,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Operand,
    When,
    Then,
    Else,
}

impl Branches {
    /// Takes what has been read before `word`, if the word can stand there.
    fn take(&mut self, expr: Expr, word: &str) -> bool {
        let next = match (self.reading, word) {
            (Part::Operand | Part::Then, "when") => Part::When,
            (Part::When, "then") => Part::Then,
            (Part::Then, "else") => Part::Else,
            (Part::Then | Part::Else, "end") => self.reading,
            _ => return false,
        };
        match self.reading {
            Part::Operand => self.operand = Some(expr),
            Part::When => self.when = Some(expr),
            Part::Then => self.whens.extend(self.when.take().map(|when| (when, expr))),
            Part::Else => self.otherwise = Some(expr),
        }
        self.reading = next;
        true
    }
}

impl Parser<'_> {
    /// After the word.
    pub(super) fn begin_case(&mut self, at: usize) -> Result<(), ParseError> {
        let reading = if self.cursor.eat("when") { Part::When } else { Part::Operand };
        self.begin(Frame::new(at, Pending::Case(Branches { reading, ..Branches::default() })))
    }

    /// `WHEN`, `THEN`, `ELSE` or `END`; the whole if that is its end.
    pub(super) fn case_word(&mut self, operand: Operand, word: &str) -> Result<Option<Operand>, ParseError> {
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let expr = frame.note(operand);
        let (at, depth) = (frame.at(), frame.depth());
        let Pending::Case(branches) = &mut frame.kind else { return Err(self.cursor.unexpected()) };
        if !branches.take(expr, word) {
            return Err(self.cursor.unexpected());
        }
        if word == "end" {
            self.cursor.advance();
            let Branches { operand, whens, otherwise, .. } = std::mem::take(branches);
            let (operand, otherwise) = (operand.map(Box::new), otherwise.map(Box::new));
            return build(at, depth, Node::Case { operand, whens, otherwise }).map(Some);
        }
        self.count_term(self.cursor.at())?;
        self.cursor.advance();
        self.begin(frame)?;
        Ok(None)
    }
}
