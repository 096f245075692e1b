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
    /// `function(arguments)`, also where SQL has words of its own for it (`EXTRACT`, `AT TIME ZONE`).
    Call(Name, Vec<Expr>),
    /// `COALESCE (values)` and its like, which are no functions to Postgres.
    Choose(Choice, Vec<Expr>),
    /// `left op right`, or `op right`, where `op` is neither a comparison nor LIKE.
    Operator { op: Name, left: Option<Box<Expr>>, right: Box<Expr> },
    /// `value op ANY (array)`, or `ALL`, of any other operator.
    QuantifiedOperator { op: Name, value: Box<Expr>, array: Box<Expr>, all: bool },
    /// `CASE [operand] WHEN .. THEN .. ELSE .. END`
    Case { operand: Option<Box<Expr>>, whens: Vec<(Expr, Expr)>, otherwise: Option<Box<Expr>> },
    /// `value[1]`, `value[1:2][:]`
    Subscript { value: Box<Expr>, subscripts: Vec<Subscript> },
    /// `value COLLATE collation`
    Collate(Box<Expr>, Name),
    /// `ROW (values)`, `(a, b)`
    Row(Vec<Expr>),
    /// `B'101'`, `X'1F'`: as written, in lower case, the letter in front.
    Bits(String),
    /// `value IS [NOT] JSON`, or one kind of it (Postgres 16)
    IsJson { value: Box<Expr>, kind: JsonKind, negated: bool },
    /// `(value).field` of a composite
    Field(Box<Expr>, String),
}

/// The name of a function, operator or collation, as stored. Without a schema Postgres searches its path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

/// What is written like a function and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Choice {
    Coalesce,
    NullIf,
    Greatest,
    Least,
}

/// What stands between `[` and `]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subscript {
    At(Expr),
    /// `[low:high]`
    Slice(Option<Expr>, Option<Expr>),
}

impl Name {
    /// One without a schema.
    pub(super) fn bare(name: &str) -> Self {
        Self { schema: None, name: name.to_owned() }
    }

    /// One of Postgres' own.
    pub(super) fn built_in(name: &str) -> Self {
        Self { schema: Some("pg_catalog".to_owned()), name: name.to_owned() }
    }
}

impl Choice {
    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Coalesce, Self::NullIf, Self::Greatest, Self::Least].into_iter().find(|choice| choice.name() == name)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Coalesce => "coalesce",
            Self::NullIf => "nullif",
            Self::Greatest => "greatest",
            Self::Least => "least",
        }
    }

    /// As it is printed.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Coalesce => "COALESCE",
            Self::NullIf => "NULLIF",
            Self::Greatest => "GREATEST",
            Self::Least => "LEAST",
        }
    }
}

impl Subscript {
    fn children(&self) -> impl Iterator<Item = &Expr> {
        match self {
            Self::At(index) => [Some(index), None],
            Self::Slice(low, high) => [low.as_ref(), high.as_ref()],
        }
        .into_iter()
        .flatten()
    }

    fn children_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        match self {
            Self::At(index) => [Some(index), None],
            Self::Slice(low, high) => [low.as_mut(), high.as_mut()],
        }
        .into_iter()
        .flatten()
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
    /// The one that an operator without a schema is.
    pub(super) fn named(op: &Name) -> Option<Self> {
        let found = match op.name.as_str() {
            "=" => Self::Eq,
            "<>" => Self::Ne,
            "<" => Self::Lt,
            "<=" => Self::Le,
            ">" => Self::Gt,
            ">=" => Self::Ge,
            _ => return None,
        };
        op.schema.is_none().then_some(found)
    }

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

/// What `IS JSON` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum JsonKind {
    Any,
    Object,
    Array,
    Scalar,
}

/// A type as written in a cast: built-in names in Postgres' internal spelling (`int4`, not `integer`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TypeName {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    /// `(8, 2)`
    pub(super) modifiers: Vec<i32>,
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
            Node::Column(_)
            | Node::Null
            | Node::Bool(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Bits(_)
            | Node::Param(_) => vec![],
            Node::And(items)
            | Node::Or(items)
            | Node::Array(items)
            | Node::Call(_, items)
            | Node::Choose(_, items)
            | Node::Row(items) => items.iter().collect(),
            Node::Not(value)
            | Node::Is { value, .. }
            | Node::Cast(value, _)
            | Node::Collate(value, _)
            | Node::IsJson { value, .. }
            | Node::Field(value, _) => vec![value],
            Node::Operator { left, right, .. } => left.iter().chain([right]).map(|child| &**child).collect(),
            Node::Case { operand, whens, otherwise } => {
                let whens = whens.iter().flat_map(|(when, then)| [when, then]);
                operand.as_deref().into_iter().chain(whens).chain(otherwise.as_deref()).collect()
            }
            Node::Subscript { value, subscripts } => {
                std::iter::once(&**value).chain(subscripts.iter().flat_map(Subscript::children)).collect()
            }
            Node::Compare(_, left, right) | Node::Distinct { left, right, .. } => vec![left, right],
            Node::Like { value, pattern, escape, .. } => {
                [value, pattern].into_iter().chain(escape).map(|child| &**child).collect()
            }
            Node::In { value, list, .. } => std::iter::once(&**value).chain(list).collect(),
            Node::Quantified { value, array, .. } | Node::QuantifiedOperator { value, array, .. } => vec![value, array],
            Node::Between { value, low, high, .. } => vec![value, low, high],
        }
    }
}

impl Node {
    fn children_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Column(_)
            | Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Bits(_)
            | Self::Param(_) => vec![],
            Self::And(items)
            | Self::Or(items)
            | Self::Array(items)
            | Self::Call(_, items)
            | Self::Choose(_, items)
            | Self::Row(items) => items.iter_mut().collect(),
            Self::Not(value)
            | Self::Is { value, .. }
            | Self::Cast(value, _)
            | Self::Collate(value, _)
            | Self::IsJson { value, .. }
            | Self::Field(value, _) => vec![value],
            Self::Operator { left, right, .. } => left.iter_mut().chain([right]).map(|child| &mut **child).collect(),
            Self::Case { operand, whens, otherwise } => {
                let whens = whens.iter_mut().flat_map(|(when, then)| [when, then]);
                operand.as_deref_mut().into_iter().chain(whens).chain(otherwise.as_deref_mut()).collect()
            }
            Self::Subscript { value, subscripts } => {
                std::iter::once(&mut **value).chain(subscripts.iter_mut().flat_map(Subscript::children_mut)).collect()
            }
            Self::Compare(_, left, right) | Self::Distinct { left, right, .. } => vec![left, right],
            Self::Like { value, pattern, escape, .. } => {
                [value, pattern].into_iter().chain(escape).map(|child| &mut **child).collect()
            }
            Self::In { value, list, .. } => std::iter::once(&mut **value).chain(list).collect(),
            Self::Quantified { value, array, .. } | Self::QuantifiedOperator { value, array, .. } => vec![value, array],
            Self::Between { value, low, high, .. } => vec![value, low, high],
        }
    }
}
