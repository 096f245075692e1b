//! Text into [`Expr`], by the grammar of Postgres (`a_expr` in its `gram.y`); what needs more than a row is refused by name.
//!
//! Called by `shape` (filters as SQL, where clauses that Diesel rendered) and, through it, for the protocol's `where`.
//! An operator-precedence parser on a stack of its own: neither parsing nor what it yields can exhaust the thread's,
//! and left and right nesting of `AND` and `OR`, parentheses or not, is flattened on the way.
//!
//! Map: `lex` and `string` make tokens, `operand` reads what may begin an expression, `infix` and `condition` what may
//! follow one, `bracket` what is enclosed, `case`, `call` and `worded` what has words of its own. A `frame` holds what is
//! not finished, of a kind in `pending`, which binds as `level` says. `name` and `types` read names.

mod bracket;
mod call;
mod case;
mod condition;
mod cursor;
mod frame;
mod infix;
mod level;
mod lex;
mod name;
mod operand;
mod order;
mod pending;
mod string;
#[cfg(test)]
mod tests;
mod types;
mod worded;
mod words;

pub(super) use level::is_infix_only;

pub use order::OrderBy;

use std::str::FromStr;

use self::cursor::Cursor;
use self::frame::{Frame, Operand};
use self::pending::Pending;
use super::{Expr, ParseError};
use crate::pg::TableName;

/// Longest text accepted of a client, in bytes.
const MAX_LENGTH: usize = 65_536;
/// Most nodes accepted from the root to a leaf; what evaluates, prints and drops the tree recurses.
const MAX_DEPTH: usize = 240;
/// The same of a client: what canonical SQL makes of it, such as two comparisons of a `BETWEEN`, can still be read.
const MAX_CLIENT_DEPTH: usize = 100;
/// Most conditions, elements, arguments and branches accepted.
const MAX_TERMS: usize = 10_000;

impl FromStr for Expr {
    type Err = ParseError;

    /// Reads a condition, in which columns have no qualifier.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text, None, false).map(|operand| operand.expr)
    }
}

/// How large a filter of a client may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterLimits {
    /// Its text, in bytes.
    pub bytes: usize,
    /// How many nodes there are from the root to a leaf.
    pub depth: usize,
}

/// The most there is.
impl Default for FilterLimits {
    fn default() -> Self {
        Self { bytes: MAX_LENGTH, depth: MAX_CLIENT_DEPTH }
    }
}

impl Expr {
    /// Reads a condition that a client has sent: none is larger than the limits allow.
    pub(crate) fn parse_wire(text: &str, limits: FilterLimits) -> Result<Self, ParseError> {
        limits.parse(text, false)
    }

    /// Reads the condition of a subset. Only Postgres runs it, so it may call functions that are not known here.
    pub(crate) fn parse_subset(text: &str, limits: FilterLimits) -> Result<Self, ParseError> {
        limits.parse(text, true)
    }

    /// Reads a condition as Diesel renders it: columns may be qualified by the table, with its schema or without.
    pub(crate) fn parse_diesel(text: &str, table: &TableName) -> Result<Self, ParseError> {
        parse(text, Some(table), false).map(|operand| operand.expr)
    }
}

impl FilterLimits {
    fn parse(self, text: &str, is_subset: bool) -> Result<Expr, ParseError> {
        if text.len() > self.bytes {
            return Err(ParseError::TooLong { limit: self.bytes });
        }
        let Operand { expr, depth } = parse(text, None, is_subset)?;
        if depth > self.depth {
            return Err(ParseError::TooDeep { at: expr.at, limit: self.depth });
        }
        Ok(expr)
    }
}

fn parse(text: &str, table: Option<&TableName>, is_subset: bool) -> Result<Operand, ParseError> {
    if let Some(at) = text.find('\0') {
        return Err(ParseError::Syntax { at, message: "invalid character", near: Some("\\0".to_owned()) });
    }
    let parser = Parser { cursor: Cursor::new(text)?, table, is_subset, frames: Vec::new(), terms: 1 };
    parser.run()
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    table: Option<&'t TableName>,
    /// Whether functions may be called.
    is_subset: bool,
    /// What has been begun, outermost first.
    frames: Vec<Frame>,
    terms: usize,
}

impl Parser<'_> {
    fn run(mut self) -> Result<Operand, ParseError> {
        loop {
            let Some(mut operand) = self.operand()? else { continue };
            // Whatever follows an operand either makes a larger operand of it, or is to be followed by another.
            loop {
                operand = match self.infix(operand)? {
                    Next::Operand(operand) => operand,
                    Next::Begun => break,
                    Next::End(operand) => return Ok(operand),
                };
            }
        }
    }

    /// Waits for the next operand.
    fn begin(&mut self, frame: Frame) -> Result<(), ParseError> {
        let is_open = |frame: &Frame| frame.kind.level().is_some();
        // Each would become a level of the tree; looking back for a bracket stays cheap.
        if self.frames.iter().rev().take(MAX_DEPTH).filter(|frame| is_open(frame)).count() == MAX_DEPTH {
            return Err(ParseError::TooDeep { at: frame.at(), limit: MAX_DEPTH });
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Finishes what binds tighter than the operator that comes next would, down to a bracket at most.
    fn reduce(&mut self, mut operand: Operand, tighter: impl Fn(&Pending) -> bool) -> Result<Operand, ParseError> {
        while let Some(frame) = self.frames.pop_if(|frame| frame.kind.level().is_some() && tighter(&frame.kind)) {
            operand = frame.finish(operand)?;
        }
        Ok(operand)
    }

    /// Counts one more term.
    fn count_term(&mut self, at: usize) -> Result<(), ParseError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(ParseError::TooManyTerms { at, limit: MAX_TERMS });
        }
        Ok(())
    }
}

/// What follows an operand.
enum Next {
    /// It has become this.
    Operand(Operand),
    /// It waits in a frame for another operand.
    Begun,
    /// Nothing: it is the whole.
    End(Operand),
}

impl Next {
    fn operand(self) -> Option<Operand> {
        match self {
            Self::Operand(operand) | Self::End(operand) => Some(operand),
            Self::Begun => None,
        }
    }
}

fn unsupported(at: usize, message: &'static str) -> ParseError {
    ParseError::Unsupported { at, message: message.into() }
}
