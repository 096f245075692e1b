//! What has been begun and waits for the expression that is read next.
//!
//! The parser keeps these on a stack of its own instead of recursing: a text may open thousands of parentheses.

use super::MAX_DEPTH;
use crate::predicate::ParseError;
use crate::predicate::expr::{Choice, Comparison, Expr, Name, Node};

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

/// How tightly operators bind, loosest first (the table of precedence in `gram.y`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Is,
    Compare,
    Like,
    /// Operators without a level of their own.
    Other,
    Add,
    Multiply,
    Power,
    Sign,
    Cast,
}

impl Level {
    /// Whether `a op b op c` is an error.
    pub(super) fn is_nonassociative(self) -> bool {
        matches!(self, Self::Is | Self::Compare | Self::Like)
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

#[derive(Debug)]
pub(super) enum Pending {
    /// `(`
    Group,
    /// `value IN (`
    In {
        value: Expr,
        list: Vec<Expr>,
        negated: bool,
    },
    /// `ARRAY[`
    Array(Vec<Expr>),
    /// `function(`
    Call(Name, Vec<Expr>),
    /// `COALESCE (` and its like
    Choose(Choice, Vec<Expr>),
    /// `op`, or `left op`
    Operator {
        op: Name,
        left: Option<Expr>,
        level: Level,
    },
    /// `value op ANY (`
    Quantified {
        op: Comparison,
        value: Expr,
        all: bool,
    },
    /// `CAST (`
    Cast,
    /// `value BETWEEN`, before `AND`
    Low {
        value: Expr,
        symmetric: bool,
        negated: bool,
    },
    /// `value BETWEEN low AND`
    High {
        value: Expr,
        low: Expr,
        symmetric: bool,
        negated: bool,
    },
    Not,
    Sign {
        negative: bool,
    },
    Junction {
        any: bool,
        items: Vec<Expr>,
    },
    Compare(Comparison, Expr),
    Distinct {
        left: Expr,
        negated: bool,
    },
    Like {
        value: Expr,
        like: Like,
    },
    Escape {
        value: Expr,
        pattern: Expr,
        like: Like,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Like {
    pub(super) ignore_case: bool,
    pub(super) negated: bool,
    /// Written as `~~`, which binds tighter and has no `ESCAPE`.
    pub(super) operator: bool,
}

impl Pending {
    /// Its level; `None` if only a closing mark ends it, or `AND` that of a `BETWEEN`.
    pub(super) fn level(&self) -> Option<Level> {
        match self {
            Self::Group
            | Self::In { .. }
            | Self::Array(_)
            | Self::Call(..)
            | Self::Choose(..)
            | Self::Quantified { .. }
            | Self::Cast
            | Self::Low { .. } => None,
            Self::Junction { any: true, .. } => Some(Level::Or),
            Self::Junction { any: false, .. } => Some(Level::And),
            Self::Not => Some(Level::Not),
            Self::Distinct { .. } => Some(Level::Is),
            Self::Compare(..) => Some(Level::Compare),
            Self::Like { like: Like { operator: true, .. }, .. } => Some(Level::Other),
            Self::Like { .. } | Self::Escape { .. } | Self::High { .. } => Some(Level::Like),
            Self::Operator { level, .. } => Some(*level),
            Self::Sign { .. } => Some(Level::Sign),
        }
    }
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
        self.depth = self.depth.max(inner);
        let node = self.kind.node(last.expr);
        build(self.at, self.depth, node)
    }

    /// `ARRAY[]`
    pub(super) fn empty_array(at: usize) -> Operand {
        Operand::leaf(at, Node::Array(Vec::new()))
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

impl Pending {
    fn node(self, last: Expr) -> Node {
        let boxed = Box::new;
        match self {
            Self::Group | Self::Cast | Self::Low { .. } => last.node,
            Self::In { value, mut list, negated } => {
                list.push(last);
                Node::In { value: boxed(value), list, negated }
            }
            Self::Array(mut items) => {
                items.push(last);
                Node::Array(items)
            }
            Self::Call(function, mut items) => {
                items.push(last);
                Node::Call(function, items)
            }
            Self::Choose(choice, mut items) => {
                items.push(last);
                Node::Choose(choice, items)
            }
            Self::Operator { op, left, .. } => Node::Operator { op, left: left.map(boxed), right: boxed(last) },
            Self::Quantified { op, value, all } => {
                Node::Quantified { op, value: boxed(value), array: boxed(last), all }
            }
            Self::High { value, low, symmetric, negated } => {
                Node::Between { value: boxed(value), low: boxed(low), high: boxed(last), symmetric, negated }
            }
            Self::Not => Node::Not(boxed(last)),
            Self::Sign { negative } => signed(negative, last),
            Self::Junction { any, items } => {
                let items = Expr::joined(any, items, last);
                if any { Node::Or(items) } else { Node::And(items) }
            }
            Self::Compare(op, left) => Node::Compare(op, boxed(left), boxed(last)),
            Self::Distinct { left, negated } => Node::Distinct { left: boxed(left), right: boxed(last), negated },
            Self::Like { value, like } => like.node(value, last, None),
            Self::Escape { value, pattern, like } => like.node(value, pattern, Some(last)),
        }
    }
}

impl Like {
    fn node(self, value: Expr, pattern: Expr, escape: Option<Expr>) -> Node {
        let Self { ignore_case, negated, .. } = self;
        let (value, pattern, escape) = (Box::new(value), Box::new(pattern), escape.map(Box::new));
        Node::Like { value, pattern, escape, ignore_case, negated }
    }
}

/// The sign belongs to the number, as Postgres folds it; before anything else it is an operator.
fn signed(negative: bool, operand: Expr) -> Node {
    let Node::Number(number) = operand.node else {
        let op = Name::bare(if negative { "-" } else { "+" });
        return Node::Operator { op, left: None, right: Box::new(operand) };
    };
    Node::Number(match number.strip_prefix('-') {
        _ if !negative => number,
        Some(positive) => positive.to_owned(),
        None => format!("-{number}"),
    })
}
