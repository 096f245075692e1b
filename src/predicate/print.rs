//! [`Expr`] as SQL, parenthesised so that precedence has no say.

use std::fmt::{self, Display, Formatter};

use super::expr::{Choice, Comparison, Expr, IsTest, JsonKind, Name, Node, Subscript, TypeName};
use super::parse::is_infix_only;
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
            Node::Choose(choice, items) => write!(f, "{choice}({})", list(items, ", ")),
            Node::Operator { op, left: Some(left), right } => write!(f, "({left} {} {right})", Symbol(op)),
            Node::Operator { op, left: None, right } => prefix(f, op, right),
            Node::QuantifiedOperator { op, value, array, all } => {
                write!(f, "({value} {} {} ({array}))", Symbol(op), if *all { "ALL" } else { "ANY" })
            }
            Node::Case { operand, whens, otherwise } => {
                f.write_str("(CASE")?;
                operand.iter().try_for_each(|operand| write!(f, " {operand}"))?;
                whens.iter().try_for_each(|(when, then)| write!(f, " WHEN {when} THEN {then}"))?;
                otherwise.iter().try_for_each(|otherwise| write!(f, " ELSE {otherwise}"))?;
                f.write_str(" END)")
            }
            Node::Subscript { value, subscripts } => {
                write!(f, "({value})")?;
                subscripts.iter().try_for_each(|subscript| subscript.fmt(f))
            }
            Node::Collate(value, collation) => write!(f, "({value} COLLATE {collation})"),
            Node::Row(items) => write!(f, "ROW({})", list(items, ", ")),
            Node::Bits(bits) => {
                let (kind, digits) = bits.split_at_checked(1).unwrap_or((bits, ""));
                write!(f, "{kind}{}", quote_literal(digits).trim_start())
            }
            Node::IsJson { value, kind, negated } => write!(f, "({value} IS {}{kind})", not(*negated)),
            Node::Field(value, field) => write!(f, "({value}).{}", quote_ident(field)),
        }
    }
}

/// What cannot stand before an operand by itself is written out, and so is a sign that a number would take for its own.
fn prefix(f: &mut Formatter<'_>, op: &Name, operand: &Expr) -> fmt::Result {
    let is_sign = matches!(op.name.as_str(), "+" | "-") && matches!(operand.node, Node::Number(_));
    if op.schema.is_none() && (is_infix_only(&op.name) || is_sign) {
        return write!(f, "(OPERATOR({}) {operand})", op.name);
    }
    write!(f, "({} {operand})", Symbol(op))
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

/// Quoted.
impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", quote_ident(schema))?;
        }
        f.write_str(&quote_ident(&self.name))
    }
}

/// The name of an operator, which is never quoted.
struct Symbol<'a>(&'a Name);

impl Display for Symbol<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.schema {
            Some(schema) => write!(f, "OPERATOR({}.{})", quote_ident(schema), self.0.name),
            None => f.write_str(&self.0.name),
        }
    }
}

impl Display for Choice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql())
    }
}

impl Display for Subscript {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(index) => write!(f, "[{index}]"),
            Self::Slice(low, high) => {
                f.write_str("[")?;
                low.iter().try_for_each(|low| low.fmt(f))?;
                f.write_str(":")?;
                high.iter().try_for_each(|high| high.fmt(f))?;
                f.write_str("]")
            }
        }
    }
}

impl Display for JsonKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "JSON",
            Self::Object => "JSON OBJECT",
            Self::Array => "JSON ARRAY",
            Self::Scalar => "JSON SCALAR",
        })
    }
}

/// Quoted, for the internal names mean what they say only so (`"char"`).
impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", quote_ident(schema))?;
        }
        f.write_str(&quote_ident(&self.name))?;
        for (position, modifier) in self.modifiers.iter().enumerate() {
            write!(f, "{}{modifier}", if position == 0 { "(" } else { ", " })?;
        }
        f.write_str(if self.modifiers.is_empty() { "" } else { ")" })?;
        f.write_str(if self.array { "[]" } else { "" })
    }
}
