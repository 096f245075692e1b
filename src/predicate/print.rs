//! [`Expr`] as SQL, parenthesised so that precedence has no say.

use std::fmt::{self, Display, Formatter};

use super::expr::{Comparison, Expr, Function, IsTest, Node, TypeName};
use crate::pg::{quote_ident, quote_literal};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Column(name) => f.write_str(&quote_ident(name)),
            Node::Null => f.write_str("NULL"),
            Node::Bool(true) => f.write_str("TRUE"),
            Node::Bool(false) => f.write_str("FALSE"),
            // A sign would otherwise meet an operator, or bind looser than a cast.
            Node::Number(number) if number.starts_with('-') => write!(f, "({number})"),
            Node::Number(number) => f.write_str(number),
            Node::Text(text) => f.write_str(quote_literal(text).trim_start()),
            Node::Param(number) => write!(f, "${number}"),
            Node::And(items) => write!(f, "({})", list(items, " AND ")),
            Node::Or(items) => write!(f, "({})", list(items, " OR ")),
            Node::Not(value) => write!(f, "(NOT {value})"),
            Node::Compare(op, left, right) => write!(f, "({left} {op} {right})"),
            Node::Distinct { left, right, negated } => {
                write!(f, "({left} IS {}DISTINCT FROM {right})", not(*negated))
            }
            Node::Like { value, pattern, escape, ignore_case, negated } => {
                let like = if *ignore_case { "ILIKE" } else { "LIKE" };
                write!(f, "({value} {}{like} {pattern}", not(*negated))?;
                match escape {
                    Some(escape) => write!(f, " ESCAPE {escape})"),
                    None => f.write_str(")"),
                }
            }
            Node::In { value, list: items, negated } => {
                write!(f, "({value} {}IN ({}))", not(*negated), list(items, ", "))
            }
            Node::Quantified { op, value, array, all } => {
                write!(f, "({value} {op} {} ({array}))", if *all { "ALL" } else { "ANY" })
            }
            Node::Between { value, low, high, symmetric, negated } => {
                let symmetric = if *symmetric { "SYMMETRIC " } else { "" };
                write!(f, "({value} {}BETWEEN {symmetric}{low} AND {high})", not(*negated))
            }
            Node::Is { value, test, negated } => write!(f, "({value} IS {}{test})", not(*negated)),
            Node::Cast(value, ty) => write!(f, "CAST({value} AS {ty})"),
            Node::Array(items) => write!(f, "ARRAY[{}]", list(items, ", ")),
            Node::Call(function, items) => write!(f, "{function}({})", list(items, ", ")),
        }
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

/// Items and what stands between them.
fn list<'e>(items: &'e [Expr], between: &'e str) -> impl Display + 'e {
    struct List<'e>(&'e [Expr], &'e str);
    impl Display for List<'_> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            for (position, item) in self.0.iter().enumerate() {
                if position > 0 {
                    f.write_str(self.1)?;
                }
                item.fmt(f)?;
            }
            Ok(())
        }
    }
    List(items, between)
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        })
    }
}

impl Display for IsTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "NULL",
            Self::True => "TRUE",
            Self::False => "FALSE",
            Self::Unknown => "UNKNOWN",
        })
    }
}

/// Postgres' own, whatever else has that name. `COALESCE` is no function there, and has no schema.
impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coalesce => f.write_str("COALESCE"),
            other => write!(f, "pg_catalog.{}", other.name()),
        }
    }
}

/// Quoted, for the internal names mean what they say only so (`"char"`).
impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", quote_ident(schema))?;
        }
        write!(f, "{}{}", quote_ident(&self.name), if self.array { "[]" } else { "" })
    }
}
