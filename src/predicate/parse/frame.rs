//! What has been begun and waits for the expression that is read next.
//!
//! The parser keeps these on a stack of its own instead of recursing: a text may open thousands of parentheses.

use super::MAX_DEPTH;
use super::pending::Pending;
use crate::predicate::ParseError;
use crate::predicate::expr::{Expr, Node};

/// An expression that has been read.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) expr: Expr,
    /// How many nodes there are from it to its deepest leaf.
    pub(super) depth: usize,
}

impl Operand {
    pub(super) fn leaf(at: usize, node: Node) -> Self {
        Self { expr: Expr { node, at }, depth: 1 }
    }
}

#[derive(Debug)]
pub(super) struct Frame {
    /// Where its node stands: at the operator.
    at: usize,
    /// Of the deepest operand so far.
    depth: usize,
    pub(super) kind: Pending,
}

impl Frame {
    pub(super) fn new(at: usize, kind: Pending) -> Self {
        Self { at, depth: 0, kind }
    }

    /// A frame that begins with an operand.
    pub(super) fn after(operand: Operand, at: usize, kind: impl FnOnce(Expr) -> Pending) -> Self {
        Self { at, depth: operand.depth, kind: kind(operand.expr) }
    }

    /// `first AND ..`, or `OR`; nested ones of the same kind are one.
    pub(super) fn junction(first: Operand, at: usize, any: bool) -> Self {
        let Operand { expr, depth } = first;
        match expr.node {
            Node::Or(items) if any => Self { at: expr.at, depth: depth - 1, kind: Pending::Junction { any, items } },
            Node::And(items) if !any => Self { at: expr.at, depth: depth - 1, kind: Pending::Junction { any, items } },
            node => {
                let items = vec![Expr { node, at: expr.at }];
                Self { at, depth, kind: Pending::Junction { any, items } }
            }
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// A further operand before the last.
    pub(super) fn note(&mut self, operand: Operand) -> Expr {
        self.depth = self.depth.max(operand.depth);
        operand.expr
    }

    /// The expression, now that its last operand is there; for brackets, their content's end.
    pub(super) fn finish(mut self, last: Operand) -> Result<Operand, ParseError> {
        if let Pending::Group = self.kind {
            return Ok(last);
        }
        let is_same = match (&self.kind, &last.expr.node) {
            (Pending::Junction { any, .. }, Node::Or(_)) => *any,
            (Pending::Junction { any, .. }, Node::And(_)) => !*any,
            _ => false,
        };
        let inner = last.depth - usize::from(is_same);
        self.depth = self.depth.max(inner) + self.kind.hidden_levels();
        let node = self.kind.node(last.expr);
        build(self.at, self.depth, node)
    }

    /// Notes that an operand of it is that deep.
    pub(super) fn deepen(&mut self, depth: usize) {
        self.depth = self.depth.max(depth);
    }

    /// How deep the operands are that have been noted.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

/// A node over operands of which the deepest has this depth.
pub(super) fn build(at: usize, depth: usize, node: Node) -> Result<Operand, ParseError> {
    // A sign that has been folded into its number adds nothing.
    let depth = if matches!(node, Node::Number(_)) { 1 } else { depth + 1 };
    if depth > MAX_DEPTH {
        return Err(ParseError::TooDeep { at, limit: MAX_DEPTH });
    }
    Ok(Operand { expr: Expr { node, at }, depth })
}

/// A node over one operand.
pub(super) fn wrap(operand: Operand, at: usize, node: impl FnOnce(Box<Expr>) -> Node) -> Result<Operand, ParseError> {
    build(at, operand.depth, node(Box::new(operand.expr)))
}
