//! How tightly operators bind (the table of precedence in `gram.y`).

/// Loosest first.
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
    /// `AT TIME ZONE`
    At,
    Collate,
    Sign,
    Cast,
}

impl Level {
    /// That of an operator that is no comparison.
    pub(super) fn of(operator: &str) -> Self {
        match operator {
            "+" | "-" => Self::Add,
            "*" | "/" | "%" => Self::Multiply,
            "^" => Self::Power,
            _ => Self::Other,
        }
    }

    /// Whether `a op b op c` is an error.
    pub(super) fn is_nonassociative(self) -> bool {
        matches!(self, Self::Is | Self::Compare | Self::Like)
    }
}

/// Whether an operator stands between operands only, unless it is written `OPERATOR(..)`.
pub(in crate::predicate) fn is_infix_only(operator: &str) -> bool {
    matches!(operator, "<" | ">" | "=" | "<=" | ">=" | "<>" | "*" | "/" | "%" | "^")
}
