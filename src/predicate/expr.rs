//! The tree of a filter as written, before types are known.

use std::fmt;
use std::str::FromStr;

use super::ParseError;

/// A filter as written: column names, literals, `$n`, operators. Prints as fully parenthesised SQL that parses back to
/// the same tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    _todo: (),
}

impl Expr {
    /// Both must hold.
    #[must_use]
    pub fn and(self, _other: Expr) -> Expr {
        self
    }

    /// The same tree with every `$n` renumbered to `$(n + by)`.
    #[must_use]
    pub fn shift_params(self, _by: u32) -> Expr {
        self
    }

    /// The highest `$n`; 0 without any.
    pub fn highest_param(&self) -> u32 {
        0
    }
}

impl FromStr for Expr {
    type Err = ParseError;

    fn from_str(_text: &str) -> Result<Self, Self::Err> {
        Ok(Self { _todo: () })
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true")
    }
}
