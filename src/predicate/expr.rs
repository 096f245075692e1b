//! The tree of a filter as written, before types are known.

/// A filter as written: column names, literals, `$n`, operators. Prints as fully parenthesised SQL that parses back to
/// the same tree.
#[derive(Clone, Debug)]
pub struct Expr {
    pub(super) node: Node,
    /// Where it stands in the text, in bytes from its start; 0 where there is no text.
    pub(super) at: usize,
}

/// Positions do not count: the same tree written otherwise is equal.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Eq for Expr {}

/// What an [`Expr`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A column, as stored: no quotes, folded where it was written without.
    Column(String),
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// A numeric literal as written, without a sign unless folded into it: `7`, `1.50`, `-1e3`.
    Number(String),
    /// A string literal's content. Of unknown type, as in Postgres.
    Text(String),
    /// `$n`, counted from 1.
    Param(u32),
    /// All must hold; two or more, none of them an `And`.
    And(Vec<Expr>),
    /// One must hold; two or more, none of them an `Or`.
    Or(Vec<Expr>),
    /// `NOT x`
    Not(Box<Expr>),
    /// `left op right`
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `left IS [NOT] DISTINCT FROM right`
    Distinct { left: Box<Expr>, right: Box<Expr>, negated: bool },
    /// `value [NOT] LIKE pattern [ESCAPE escape]`, or `ILIKE`
    Like { value: Box<Expr>, pattern: Box<Expr>, escape: Option<Box<Expr>>, ignore_case: bool, negated: bool },
    /// `value [NOT] IN (list)`; the list is not empty.
    In { value: Box<Expr>, list: Vec<Expr>, negated: bool },
    /// `value op ANY (array)`, or `ALL`
    Quantified { op: Comparison, value: Box<Expr>, array: Box<Expr>, all: bool },
    /// `value [NOT] BETWEEN [SYMMETRIC] low AND high`
    Between { value: Box<Expr>, low: Box<Expr>, high: Box<Expr>, symmetric: bool, negated: bool },
    /// `value IS [NOT] NULL / TRUE / FALSE / UNKNOWN`
    Is { value: Box<Expr>, test: IsTest, negated: bool },
    /// `value::type`, `CAST (value AS type)`, `type 'literal'`
    Cast(Box<Expr>, TypeName),
    /// `ARRAY[..]`
    Array(Vec<Expr>),
    /// `function(arguments)`
    Call(Function, Vec<Expr>),
}

/// A function, all of which are immutable or as good as that, and raise no errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Function {
    Upper,
    Lower,
    Length,
    Concat,
    Coalesce,
}

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "length" => Self::Length,
            "concat" => Self::Concat,
            "coalesce" => Self::Coalesce,
            _ => return None,
        })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Length => "length",
            Self::Concat => "concat",
            Self::Coalesce => "coalesce",
        }
    }
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    /// What holds with both sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }
}

/// What `IS` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum IsTest {
    Null,
    True,
    False,
    Unknown,
}

/// A type as written in a cast: built-in names in Postgres' internal spelling (`int4`, not `integer`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TypeName {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    /// Whether it is an array of that.
    pub(super) array: bool,
}

impl Expr {
    /// Both must hold.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        let at = self.at;
        let items = match self.node {
            Node::And(items) => items,
            node => vec![Expr { node, at }],
        };
        Expr { node: Node::And(Self::joined(false, items, other)), at }
    }

    /// The items of an `And` (`any`: an `Or`) with one more at the end, whose own items they become if it is the same.
    pub(super) fn joined(any: bool, mut items: Vec<Expr>, last: Expr) -> Vec<Expr> {
        match last.node {
            Node::Or(mut more) if any => Self::append(items, &mut more),
            Node::And(mut more) if !any => Self::append(items, &mut more),
            node => {
                items.push(Expr { node, at: last.at });
                items
            }
        }
    }

    fn append(mut items: Vec<Expr>, more: &mut Vec<Expr>) -> Vec<Expr> {
        items.append(more);
        items
    }

    /// The same tree with every `$n` renumbered to `$(n + by)`.
    #[must_use]
    pub fn shift_params(mut self, by: u32) -> Expr {
        self.each_mut(&mut |node| {
            if let Node::Param(n) = node {
                *n = n.saturating_add(by);
            }
        });
        self
    }

    /// The highest `$n`; 0 without any.
    pub fn highest_param(&self) -> u32 {
        let own = if let Node::Param(n) = self.node { n } else { 0 };
        self.children().into_iter().map(Expr::highest_param).max().map_or(own, |of_children| of_children.max(own))
    }

    pub(super) fn each_mut(&mut self, visit: &mut impl FnMut(&mut Node)) {
        visit(&mut self.node);
        for child in self.node.children_mut() {
            child.each_mut(visit);
        }
    }

    pub(super) fn children(&self) -> Vec<&Expr> {
        match &self.node {
            Node::Column(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Param(_) => vec![],
            Node::And(items) | Node::Or(items) | Node::Array(items) | Node::Call(_, items) => items.iter().collect(),
            Node::Not(value) | Node::Is { value, .. } | Node::Cast(value, _) => vec![value],
            Node::Compare(_, left, right) | Node::Distinct { left, right, .. } => vec![left, right],
            Node::Like { value, pattern, escape, .. } => {
                [value, pattern].into_iter().chain(escape).map(|child| &**child).collect()
            }
            Node::In { value, list, .. } => std::iter::once(&**value).chain(list).collect(),
            Node::Quantified { value, array, .. } => vec![value, array],
            Node::Between { value, low, high, .. } => vec![value, low, high],
        }
    }
}

impl Node {
    fn children_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Column(_) | Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Param(_) => vec![],
            Self::And(items) | Self::Or(items) | Self::Array(items) | Self::Call(_, items) => {
                items.iter_mut().collect()
            }
            Self::Not(value) | Self::Is { value, .. } | Self::Cast(value, _) => vec![value],
            Self::Compare(_, left, right) | Self::Distinct { left, right, .. } => vec![left, right],
            Self::Like { value, pattern, escape, .. } => {
                [value, pattern].into_iter().chain(escape).map(|child| &mut **child).collect()
            }
            Self::In { value, list, .. } => std::iter::once(&mut **value).chain(list).collect(),
            Self::Quantified { value, array, .. } => vec![value, array],
            Self::Between { value, low, high, .. } => vec![value, low, high],
        }
    }
}
