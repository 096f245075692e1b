//! The kinds of what has been begun, and what they become with their last operand.

use super::case::Branches;
use super::level::Level;
use super::worded::Worded;
use crate::predicate::expr::{Choice, Comparison, Expr, Name, Node, Subscript};

#[derive(Debug)]
pub(super) enum Pending {
    /// `(`
    Group,
    /// `(a,`, or `ROW (`
    Row {
        items: Vec<Expr>,
        /// What stands before, of `row OVERLAPS row`.
        overlaps: Option<Vec<Expr>>,
    },
    /// `value IN (`
    In {
        value: Expr,
        list: Vec<Expr>,
        negated: bool,
    },
    /// `ARRAY[`, or `[` in one
    Array {
        items: Vec<Expr>,
        /// Without the word.
        is_inner: bool,
        /// Whether its items are written without it.
        has_inner: bool,
    },
    /// `function(`
    Call(Name, Vec<Expr>),
    /// `COALESCE (` and its like
    Choose(Choice, Vec<Expr>),
    /// A function whose arguments stand between words.
    Worded(Worded),
    /// `value op ANY (`
    Quantified {
        op: Name,
        value: Expr,
        all: bool,
    },
    /// `CAST (`
    Cast,
    /// `CASE`
    Case(Branches),
    /// `value[`, after other subscripts
    Subscript {
        value: Expr,
        done: Vec<Subscript>,
        low: Bound,
    },
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
    /// `op`, or `left op`
    Operator {
        op: Name,
        left: Option<Expr>,
        level: Level,
    },
    /// `value AT TIME ZONE`
    Zone(Expr),
}

/// What of a subscript has been read.
#[derive(Debug)]
pub(super) enum Bound {
    Nothing,
    /// The first bound of a slice, if it has one.
    Low(Option<Expr>),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Like {
    pub(super) kind: Matching,
    pub(super) negated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matching {
    Like,
    Ilike,
    /// `SIMILAR TO`
    Similar,
}

impl Pending {
    /// Its level; `None` if only a closing mark or word ends it, or `AND` that of a `BETWEEN`.
    pub(super) fn level(&self) -> Option<Level> {
        match self {
            Self::Group
            | Self::Row { .. }
            | Self::In { .. }
            | Self::Array { .. }
            | Self::Call(..)
            | Self::Choose(..)
            | Self::Worded(_)
            | Self::Quantified { .. }
            | Self::Cast
            | Self::Case(_)
            | Self::Subscript { .. }
            | Self::Low { .. } => None,
            Self::Junction { any: true, .. } => Some(Level::Or),
            Self::Junction { any: false, .. } => Some(Level::And),
            Self::Not => Some(Level::Not),
            Self::Distinct { .. } => Some(Level::Is),
            Self::Like { .. } | Self::Escape { .. } | Self::High { .. } => Some(Level::Like),
            Self::Operator { level, .. } => Some(*level),
            Self::Zone(_) => Some(Level::At),
            Self::Sign { .. } => Some(Level::Sign),
        }
    }

    /// How many levels of the tree it adds besides its own.
    pub(super) fn hidden_levels(&self) -> usize {
        let (Self::Like { like, .. } | Self::Escape { like, .. }) = self else { return 0 };
        usize::from(like.kind == Matching::Similar)
    }

    /// What it becomes. What needs more than its last operand, such as `CASE`, is not finished here.
    pub(super) fn node(self, last: Expr) -> Node {
        let boxed = Box::new;
        let with = |mut items: Vec<Expr>, last| {
            items.push(last);
            items
        };
        match self {
            Self::Group | Self::Cast | Self::Case(_) | Self::Worded(_) | Self::Subscript { .. } | Self::Low { .. } => {
                last.node
            }
            Self::In { value, list, negated } => Node::In { value: boxed(value), list: with(list, last), negated },
            Self::Row { items, overlaps: None } => Node::Row(with(items, last)),
            Self::Row { items, overlaps: Some(before) } => {
                Node::Call(Name::built_in("overlaps"), before.into_iter().chain(with(items, last)).collect())
            }
            Self::Array { items, .. } => Node::Array(with(items, last)),
            Self::Call(function, items) => Node::Call(function, with(items, last)),
            Self::Choose(choice, items) => Node::Choose(choice, with(items, last)),
            Self::Quantified { op, value, all } => quantified(op, value, last, all),
            Self::High { value, low, symmetric, negated } => {
                Node::Between { value: boxed(value), low: boxed(low), high: boxed(last), symmetric, negated }
            }
            Self::Not => Node::Not(boxed(last)),
            Self::Sign { negative } => signed(negative, last),
            Self::Junction { any, items } => {
                let items = Expr::joined(any, items, last);
                if any { Node::Or(items) } else { Node::And(items) }
            }
            Self::Distinct { left, negated } => Node::Distinct { left: boxed(left), right: boxed(last), negated },
            Self::Like { value, like } => like.node(value, last, None),
            Self::Escape { value, pattern, like } => like.node(value, pattern, Some(last)),
            Self::Operator { op, left: Some(left), .. } => operated(op, left, last),
            Self::Operator { op, left: None, .. } => Node::Operator { op, left: None, right: boxed(last) },
            Self::Zone(value) => Node::Call(Name::built_in("timezone"), vec![last, value]),
        }
    }
}

impl Like {
    /// The operator that it stands for.
    pub(super) fn symbol(self) -> &'static str {
        match (self.kind, self.negated) {
            (Matching::Like, false) => "~~",
            (Matching::Like, true) => "!~~",
            (Matching::Ilike, false) => "~~*",
            (Matching::Ilike, true) => "!~~*",
            (Matching::Similar, false) => "~",
            (Matching::Similar, true) => "!~",
        }
    }

    /// What an operator stands for that is `LIKE` by another name.
    fn of_operator(op: &Name) -> Option<Self> {
        let all = [(Matching::Like, false), (Matching::Ilike, false), (Matching::Like, true), (Matching::Ilike, true)];
        let mut all = all.into_iter().map(|(kind, negated)| Self { kind, negated });
        all.find(|like| op.schema.is_none() && op.name == like.symbol())
    }

    fn node(self, value: Expr, pattern: Expr, escape: Option<Expr>) -> Node {
        let Self { kind, negated, .. } = self;
        if kind == Matching::Similar {
            let at = pattern.at;
            let arguments = std::iter::once(pattern).chain(escape).collect();
            let regex = Node::Call(Name::built_in("similar_to_escape"), arguments);
            let right = Box::new(Expr { node: regex, at });
            return Node::Operator { op: Name::bare(self.symbol()), left: Some(Box::new(value)), right };
        }
        let (value, pattern, escape) = (Box::new(value), Box::new(pattern), escape.map(Box::new));
        Node::Like { value, pattern, escape, ignore_case: kind == Matching::Ilike, negated }
    }
}

/// `left op right`
fn operated(op: Name, left: Expr, right: Expr) -> Node {
    if let Some(like) = Like::of_operator(&op) {
        return like.node(left, right, None);
    }
    let (left, right) = (Box::new(left), Box::new(right));
    match Comparison::named(&op) {
        Some(op) => Node::Compare(op, left, right),
        None => Node::Operator { op, left: Some(left), right },
    }
}

fn quantified(op: Name, value: Expr, array: Expr, all: bool) -> Node {
    let (value, array) = (Box::new(value), Box::new(array));
    match Comparison::named(&op) {
        Some(op) => Node::Quantified { op, value, array, all },
        None => Node::QuantifiedOperator { op, value, array, all },
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
