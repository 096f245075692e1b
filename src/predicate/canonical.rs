//! Prints the typed tree: as a template with its values lifted into `$n`, and as SQL with every value in place.
//!
//! Fully parenthesised, columns quoted and unqualified, every value with its type: Postgres resolves the same operators
//! as the checker did.

use super::HandedOn;
use super::expr::{Comparison, IsTest};
use super::term::{Branches, Call, Constant, Convert, Each, Is, Like, Matches, Part, Quantified, Term, Test};
use crate::pg::{PgType, quote_ident, quote_literal};

/// `term` with `$n` for its constants.
pub(super) fn template(term: &Term, names: &Names<'_>) -> String {
    let mut printer = Printer { out: String::new(), values: Lifted(Vec::new()), names };
    printer.term(term);
    printer.out
}

/// The constants of `term`, in the order of printing.
pub(super) fn params(term: &Term) -> Vec<&Constant> {
    let mut printer = Printer { out: String::new(), values: Lifted(Vec::new()), names: &Names::default() };
    printer.term(term);
    printer.values.0
}

/// `term` as SQL.
pub(super) fn sql(term: &Term, names: &Names<'_>) -> String {
    let mut printer = Printer { out: String::new(), values: InPlace, names };
    printer.term(term);
    printer.out
}

/// The columns of a filter by position, ascending, and their names.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub(super) columns: &'a [usize],
    pub(super) names: &'a [String],
}

/// How the values are printed.
trait Values<'t> {
    fn constant(&mut self, constant: &'t Constant, out: &mut String);
    fn handed_on(&mut self, part: &'t HandedOn, out: &mut String);
}

/// As `$n`.
struct Lifted<'t>(Vec<&'t Constant>);

impl<'t> Values<'t> for Lifted<'t> {
    fn constant(&mut self, constant: &'t Constant, out: &mut String) {
        self.0.push(constant);
        out.push('$');
        out.push_str(itoa::Buffer::new().format(self.0.len()));
    }

    fn handed_on(&mut self, part: &'t HandedOn, out: &mut String) {
        let (pieces, constants) = part.template();
        let mut constants = constants.iter();
        for (position, piece) in pieces.iter().enumerate() {
            if position > 0
                && let Some(constant) = constants.next()
            {
                self.constant(constant, out);
            }
            out.push_str(piece);
        }
    }
}

/// As literals.
struct InPlace;

impl Values<'_> for InPlace {
    fn constant(&mut self, constant: &Constant, out: &mut String) {
        out.push_str(&constant.text.as_deref().map_or_else(|| "NULL".to_owned(), quote_literal));
        out.push_str("::");
        out.push_str(&constant.ty.sql_name());
    }

    fn handed_on(&mut self, part: &HandedOn, out: &mut String) {
        out.push_str(part.sql());
    }
}

struct Printer<'n, V> {
    out: String,
    values: V,
    names: &'n Names<'n>,
}

impl<'t, V: Values<'t>> Printer<'_, V> {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn term(&mut self, term: &'t Term) {
        match term {
            Term::Column(column) => self.column(column.position),
            Term::Constant(constant) => self.values.constant(constant, &mut self.out),
            Term::HandedOn(part) => self.values.handed_on(part, &mut self.out),
            Term::Convert(convert) => self.convert(convert),
            Term::Array(elements) => {
                self.text("ARRAY[");
                self.list(elements, ", ");
                self.text("]");
            }
            Term::Known(Some(true)) => self.text("true"),
            Term::Known(Some(false)) => self.text("false"),
            Term::Known(None) => self.text("NULL::\"pg_catalog\".\"bool\""),
            Term::And(terms) => self.junction(terms, " AND "),
            Term::Or(terms) => self.junction(terms, " OR "),
            Term::Not(inner) => {
                self.text("(NOT ");
                self.term(inner);
                self.text(")");
            }
            Term::Compare(compare) => self.infix(&compare.left, symbol(compare.op), &compare.right),
            Term::Distinct(distinct) => {
                let op = if distinct.negated { "IS NOT DISTINCT FROM" } else { "IS DISTINCT FROM" };
                self.infix(&distinct.left, op, &distinct.right);
            }
            Term::Quantified(quantified) => self.quantified(quantified),
            Term::Like(like) => self.like(like),
            Term::Is(is) => self.is(is),
            Term::Call(call) => self.call(call),
            Term::Choose(choose) => {
                self.text(choose.choice.sql());
                self.text("(");
                self.list(&choose.terms, ", ");
                self.text(")");
            }
            Term::Case(branches) => self.case(branches),
            Term::Part(part) => self.part(part),
            Term::Each(each) => self.each(each),
            Term::Matches(matches) => self.matches(matches),
            Term::Collate(collated) => {
                self.text("(");
                self.term(&collated.inner);
                self.text(" COLLATE \"pg_catalog\".");
                self.text(&quote_ident(collated.name));
                self.text(")");
            }
        }
    }

    fn column(&mut self, position: usize) {
        let place = self.names.columns.binary_search(&position).ok();
        if let Some(name) = place.and_then(|place| self.names.names.get(place)) {
            self.text(&quote_ident(name));
        }
    }

    fn list(&mut self, terms: &'t [Term], separator: &str) {
        for (i, term) in terms.iter().enumerate() {
            if i > 0 {
                self.text(separator);
            }
            self.term(term);
        }
    }

    fn junction(&mut self, terms: &'t [Term], separator: &str) {
        self.text("(");
        self.list(terms, separator);
        self.text(")");
    }

    fn infix(&mut self, left: &'t Term, op: &str, right: &'t Term) {
        self.text("(");
        self.term(left);
        self.text(" ");
        self.text(op);
        self.text(" ");
        self.term(right);
        self.text(")");
    }

    fn convert(&mut self, convert: &'t Convert) {
        let Some(ty) = &convert.written else { return self.term(&convert.inner) };
        self.text("(");
        self.term(&convert.inner);
        self.text(")::");
        self.text(&match (convert.how.modifiers(), ty) {
            (None, ty) => ty.sql_name(),
            (Some(modifiers), PgType::Array(element)) => format!("{}{modifiers}[]", element.sql_name()),
            (Some(modifiers), ty) => format!("{}{modifiers}", ty.sql_name()),
        });
    }

    fn quantified(&mut self, quantified: &'t Quantified) {
        self.text("(");
        self.term(&quantified.value);
        self.text(" ");
        self.text(symbol(quantified.op));
        self.text(if quantified.all { " ALL (" } else { " ANY (" });
        self.term(&quantified.array);
        self.text("))");
    }

    fn like(&mut self, like: &'t Like) {
        self.text("(");
        self.term(&like.value);
        self.text(if like.negated { " NOT" } else { "" });
        self.text(if like.case.is_some() { " ILIKE " } else { " LIKE " });
        self.term(&like.pattern);
        if let Some(escape) = &like.escape {
            self.text(" ESCAPE ");
            self.term(escape);
        }
        self.text(")");
    }

    /// By its full name: a function of the user's may have the same, and types that fit better.
    fn call(&mut self, call: &'t Call) {
        let name = call.function.name;
        if !call.is_operator {
            self.text("\"pg_catalog\".");
            self.text(&quote_ident(name));
            self.text("(");
            self.list(&call.arguments, ", ");
            self.text(")");
            return;
        }
        let (left, right) = match call.arguments.as_slice() {
            [left, right] => (Some(left), Some(right)),
            other => (None, other.first()),
        };
        self.text("(");
        if let Some(left) = left {
            self.term(left);
            self.text(" ");
        }
        self.text("OPERATOR(\"pg_catalog\".");
        self.text(name);
        self.text(") ");
        if let Some(right) = right {
            self.term(right);
        }
        self.text(")");
    }

    fn case(&mut self, branches: &'t Branches) {
        self.text("(CASE");
        for (when, then) in &branches.whens {
            self.text(" WHEN ");
            self.term(when);
            self.text(" THEN ");
            self.term(then);
        }
        if let Some(otherwise) = &branches.otherwise {
            self.text(" ELSE ");
            self.term(otherwise);
        }
        self.text(" END)");
    }

    fn part(&mut self, part: &'t Part) {
        let bound = |printer: &mut Self, term: &'t Option<Term>| {
            if let Some(term) = term {
                printer.text("(");
                printer.term(term);
                printer.text(")");
            }
        };
        self.text("(");
        self.term(&part.value);
        self.text(")");
        for (low, high) in &part.bounds {
            self.text("[");
            bound(self, low);
            self.text(if part.is_slice { ":" } else { "" });
            bound(self, high);
            self.text("]");
        }
    }

    fn matches(&mut self, matches: &'t Matches) {
        self.text("(");
        self.term(&matches.value);
        self.text(" OPERATOR(\"pg_catalog\".");
        self.text(if matches.negated { "!~" } else { "~" });
        self.text(if matches.ignores_case { "*) " } else { ") " });
        self.term(&matches.pattern);
        self.text(")");
    }

    fn each(&mut self, each: &'t Each) {
        let symbol = match &each.test {
            Test::Call { function, .. } => function.name,
            Test::Like { case: None, negated: false } => "~~",
            Test::Like { case: None, negated: true } => "!~~",
            Test::Like { case: Some(_), negated: false } => "~~*",
            Test::Like { case: Some(_), negated: true } => "!~~*",
        };
        self.text("(");
        self.term(&each.value);
        self.text(" OPERATOR(\"pg_catalog\".");
        self.text(symbol);
        self.text(if each.all { ") ALL (" } else { ") ANY (" });
        self.term(&each.array);
        self.text("))");
    }

    fn is(&mut self, is: &'t Is) {
        self.text("(");
        self.term(&is.value);
        self.text(if is.negated { " IS NOT " } else { " IS " });
        self.text(match is.test {
            IsTest::Null => "NULL",
            IsTest::True => "TRUE",
            IsTest::False => "FALSE",
            IsTest::Unknown => "UNKNOWN",
        });
        self.text(")");
    }
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
