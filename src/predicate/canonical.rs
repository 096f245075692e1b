//! Prints the typed tree: as a template with its values lifted into `$n`, and as SQL with every value in place.
//!
//! Fully parenthesised, columns quoted and unqualified, every value with its type: Postgres resolves the same operators
//! as the checker did.

use super::expr::{Comparison, IsTest};
use super::term::{Constant, Convert, Like, Quantified, Term};
use crate::pg::{quote_ident, quote_literal};

/// `term` with `$n` for its constants, and these in order.
pub(super) fn template(term: &Term) -> (String, Vec<Constant>) {
    let mut params = Vec::new();
    let mut text = String::new();
    print(term, &mut text, &mut |constant, text| {
        params.push(constant.clone());
        text.push('$');
        text.push_str(itoa::Buffer::new().format(params.len()));
    });
    (text, params)
}

/// `term` as SQL.
pub(super) fn sql(term: &Term) -> String {
    let mut text = String::new();
    print(term, &mut text, &mut |constant, text| {
        text.push_str(&constant.text.as_deref().map_or_else(|| "NULL".to_owned(), quote_literal));
        text.push_str("::");
        text.push_str(&constant.ty.sql_name());
    });
    text
}

type Lift<'a> = &'a mut dyn FnMut(&Constant, &mut String);

fn print(term: &Term, text: &mut String, lift: Lift<'_>) {
    match term {
        Term::Column(column) => text.push_str(&quote_ident(&column.name)),
        Term::Constant(constant) => lift(constant, text),
        Term::Convert(convert) => print_convert(convert, text, lift),
        Term::Array(elements) => {
            text.push_str("ARRAY[");
            print_list(elements, ", ", text, lift);
            text.push(']');
        }
        Term::Known(Some(true)) => text.push_str("true"),
        Term::Known(Some(false)) => text.push_str("false"),
        Term::Known(None) => text.push_str("NULL::\"pg_catalog\".\"bool\""),
        Term::And(terms) => in_parentheses(terms, " AND ", text, lift),
        Term::Or(terms) => in_parentheses(terms, " OR ", text, lift),
        Term::Not(inner) => {
            text.push_str("(NOT ");
            print(inner, text, lift);
            text.push(')');
        }
        Term::Compare(compare) => infix(&compare.left, symbol(compare.op), &compare.right, text, lift),
        Term::Distinct(distinct) => {
            let op = if distinct.negated { "IS NOT DISTINCT FROM" } else { "IS DISTINCT FROM" };
            infix(&distinct.left, op, &distinct.right, text, lift);
        }
        Term::Quantified(quantified) => print_quantified(quantified, text, lift),
        Term::Like(like) => print_like(like, text, lift),
        Term::Is(is) => {
            text.push('(');
            print(&is.value, text, lift);
            text.push_str(if is.negated { " IS NOT " } else { " IS " });
            text.push_str(match is.test {
                IsTest::Null => "NULL",
                IsTest::True => "TRUE",
                IsTest::False => "FALSE",
                IsTest::Unknown => "UNKNOWN",
            });
            text.push(')');
        }
    }
}

fn print_list(terms: &[Term], separator: &str, text: &mut String, lift: Lift<'_>) {
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            text.push_str(separator);
        }
        print(term, text, lift);
    }
}

fn in_parentheses(terms: &[Term], separator: &str, text: &mut String, lift: Lift<'_>) {
    text.push('(');
    print_list(terms, separator, text, lift);
    text.push(')');
}

fn infix(left: &Term, op: &str, right: &Term, text: &mut String, lift: Lift<'_>) {
    text.push('(');
    print(left, text, lift);
    text.push(' ');
    text.push_str(op);
    text.push(' ');
    print(right, text, lift);
    text.push(')');
}

fn print_convert(convert: &Convert, text: &mut String, lift: Lift<'_>) {
    let Some(ty) = &convert.written else { return print(&convert.inner, text, lift) };
    text.push('(');
    print(&convert.inner, text, lift);
    text.push_str(")::");
    text.push_str(&ty.sql_name());
}

fn print_quantified(quantified: &Quantified, text: &mut String, lift: Lift<'_>) {
    text.push('(');
    print(&quantified.value, text, lift);
    text.push(' ');
    text.push_str(symbol(quantified.op));
    text.push_str(if quantified.all { " ALL (" } else { " ANY (" });
    print(&quantified.array, text, lift);
    text.push_str("))");
}

fn print_like(like: &Like, text: &mut String, lift: Lift<'_>) {
    text.push('(');
    print(&like.value, text, lift);
    text.push_str(if like.negated { " NOT" } else { "" });
    text.push_str(if like.case.is_some() { " ILIKE " } else { " LIKE " });
    print(&like.pattern, text, lift);
    if let Some(escape) = &like.escape {
        text.push_str(" ESCAPE ");
        print(escape, text, lift);
    }
    text.push(')');
}

pub(super) fn symbol(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => "=",
        Comparison::Ne => "<>",
        Comparison::Lt => "<",
        Comparison::Le => "<=",
        Comparison::Gt => ">",
        Comparison::Ge => ">=",
    }
}
