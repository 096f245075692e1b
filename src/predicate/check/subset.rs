//! Conditions of subsets, which only Postgres runs: what must hold before they are sent there. It finds out by itself
//! whether their types fit.

use super::walk::{Checker, similar};
use crate::pg::{Column, PgType, TableSchema};
use crate::predicate::expr::{Choice, Name, Node};
use crate::predicate::{CheckError, Expr};

/// The functions that may stand in it: immutable or as good as that, and without errors.
const FUNCTIONS: [&str; 4] = ["upper", "lower", "length", "concat"];

/// The operators, which may raise errors.
const OPERATORS: [&str; 6] = ["+", "-", "*", "/", "%", "||"];

/// The columns that a client may name.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Of this table.
    pub table: &'a TableSchema,
    /// Their positions; `None` for all.
    pub columns: Option<&'a [usize]>,
}

/// The condition of a subset as SQL, every value in it a literal.
#[derive(Clone, PartialEq, Eq)]
pub struct SubsetFilter {
    /// The SQL, in parentheses.
    pub sql: String,
    /// Whether it may raise an error on some row, by which a client could learn of rows that are not for it.
    pub may_raise: bool,
}

/// Without the values, which are the users'.
impl std::fmt::Debug for SubsetFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubsetFilter").field("may_raise", &self.may_raise).finish_non_exhaustive()
    }
}

impl<'a> Scope<'a> {
    pub(in crate::predicate) fn column(&self, name: &str) -> Option<&'a Column> {
        let (position, column) = self.table.column(name)?;
        self.columns.is_none_or(|columns| columns.contains(&position)).then_some(column)
    }

    /// The name nearest to one that is not there.
    pub(in crate::predicate) fn similar(&self, name: &str) -> Option<String> {
        let names = self.table.columns.iter().map(|column| column.name.as_str());
        similar(name, names.filter(|name| self.column(name).is_some())).map(str::to_owned)
    }
}

impl Expr {
    /// The condition of a subset with the values of its `$n`, for Postgres.
    ///
    /// # Errors
    /// If it names what is not there, or is no condition.
    pub fn for_subset(mut self, params: &[Option<String>], scope: Scope<'_>) -> Result<SubsetFilter, CheckError> {
        check(&self, params, scope)?;
        if !may_be_condition(&self, scope) {
            return Err(CheckError::NotBoolean);
        }
        let may_raise = may_raise(&self);
        self.each_mut(&mut |node| {
            if let Node::Param(number) = *node {
                *node = value(number, params).cloned().flatten().map_or(Node::Null, Node::Text);
            } else if let Node::Call(function, _) = node {
                // Postgres' own, whatever else has that name.
                *function = Name::built_in(&function.name);
            }
        });
        Ok(SubsetFilter { sql: format!("({self})"), may_raise })
    }
}

/// The value of `$number`.
fn value(number: u32, params: &[Option<String>]) -> Option<&Option<String>> {
    params.get(usize::try_from(number.checked_sub(1)?).ok()?)
}

/// That all it names is there. What the parser accepts is not too deep for this.
fn check(expr: &Expr, params: &[Option<String>], scope: Scope<'_>) -> Result<(), CheckError> {
    let at = expr.at;
    match &expr.node {
        Node::Column(name) if scope.column(name).is_none() => {
            return Err(CheckError::UnknownReference { at, name: name.clone(), similar: scope.similar(name) });
        }
        Node::Param(number) if value(*number, params).is_none() => {
            return Err(CheckError::MissingParameter { at, number: *number });
        }
        // Not those by whose values the catalog could be searched.
        Node::Cast(_, ty) if !ty.modifiers.is_empty() || Checker::new(&[], scope.table).named_type(ty).is_none() => {
            return Err(CheckError::UnsupportedType { at, ty: ty.name.clone() });
        }
        Node::Call(function, arguments) if !is_one_of(function, &FUNCTIONS) => {
            return Err(CheckError::UnknownFunction { at, name: function.name.clone(), arguments: arguments.len() });
        }
        Node::Choose(choice, arguments) if *choice != Choice::Coalesce => {
            return Err(CheckError::UnknownFunction { at, name: choice.name().to_owned(), arguments: arguments.len() });
        }
        Node::Operator { op, left, .. } if !is_one_of(op, &OPERATORS) => {
            return Err(CheckError::UnknownOperator { at, operator: op.name.clone(), unary: left.is_none() });
        }
        Node::QuantifiedOperator { op, .. } => {
            return Err(CheckError::UnknownOperator { at, operator: op.name.clone(), unary: false });
        }
        node => {
            if let Some(what) = unsupported(node) {
                return Err(CheckError::Unsupported { at, what });
            }
        }
    }
    expr.children().into_iter().try_for_each(|child| check(child, params, scope))
}

fn is_one_of(name: &Name, known: &[&str]) -> bool {
    matches!(name.schema.as_deref(), None | Some("pg_catalog")) && known.contains(&name.name.as_str())
}

/// What has no place in the condition of a subset, by Postgres' name for it.
fn unsupported(node: &Node) -> Option<&'static str> {
    match node {
        Node::Case { .. } => Some("CaseExpr"),
        Node::Subscript { .. } | Node::Field(..) => Some("A_Indirection"),
        Node::IsJson { .. } => Some("JsonIsPredicate"),
        Node::Collate(..) => Some("CollateClause"),
        Node::Row(_) => Some("RowExpr"),
        Node::Bits(_) => Some("BitString"),
        _ => None,
    }
}

fn may_be_condition(expr: &Expr, scope: Scope<'_>) -> bool {
    match &expr.node {
        Node::Number(_) | Node::Array(_) | Node::Call(..) | Node::Operator { .. } => false,
        Node::Column(name) => scope.column(name).is_some_and(|column| *column.ty.base() == PgType::Bool),
        Node::Cast(_, ty) => ty.name == "bool" && !ty.array,
        Node::Choose(choice, _) => *choice == Choice::Coalesce,
        _ => true,
    }
}

/// Whether evaluating it for a row may fail: where columns are converted or come together, a value may be out of the range
/// of a type; and a pattern from a row may be none.
fn may_raise(expr: &Expr) -> bool {
    if expr.children().into_iter().any(may_raise) {
        return true;
    }
    match &expr.node {
        Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Is { .. } | Node::Call(..) => false,
        Node::Operator { .. } => columns(expr) > 0,
        Node::Like { pattern, escape, .. } => columns(pattern) > 0 || escape.as_deref().is_some_and(|e| columns(e) > 0),
        Node::Cast(inner, ty) => columns(inner) > 0 && (ty.array || !matches!(ty.name.as_str(), "text" | "varchar")),
        _ => columns(expr) > 1 || (columns(expr) > 0 && has_cast(expr)),
    }
}

/// How many columns' own values it comes to; what a function makes of them is in range.
fn columns(expr: &Expr) -> usize {
    match &expr.node {
        Node::Column(_) => 1,
        Node::Call(..) => 0,
        _ => expr.children().into_iter().map(columns).sum(),
    }
}

fn has_cast(expr: &Expr) -> bool {
    matches!(expr.node, Node::Cast(..)) || expr.children().into_iter().any(has_cast)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::{RelationId, TableName};

    fn table() -> TableSchema {
        let column = |(name, ty): (&str, PgType)| Column::plain(name, ty);
        let columns =
            [("id", PgType::Int8), ("title", PgType::Text), ("done", PgType::Bool), ("My x", PgType::Numeric)];
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        TableSchema { id, name, columns: columns.map(column).into(), primary_key: vec![0] }
    }

    fn read(text: &str, params: &[Option<String>], columns: Option<&[usize]>) -> Result<SubsetFilter, String> {
        let table = table();
        let expr =
            Expr::parse_subset(text, crate::predicate::FilterLimits::default()).map_err(|error| error.to_string())?;
        expr.for_subset(params, Scope { table: &table, columns }).map_err(|error| error.to_string())
    }

    fn texts(params: &[&str]) -> Vec<Option<String>> {
        params.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn what_tanstack_emits() {
        for (text, params, sql) in [
            ("true = true", &[][..], "((TRUE = TRUE))"),
            ("\"id\" = ANY($1)", &["{1,2}"], "((\"id\" = ANY ('{1,2}')))"),
            ("\"title\" ILIKE $1 AND NOT \"done\"", &["%'"], "(((\"title\" ILIKE '%''') AND (NOT \"done\")))"),
            (
                "UPPER(\"title\") = UPPER($1)",
                &["a"],
                "((\"pg_catalog\".\"upper\"(\"title\") = \"pg_catalog\".\"upper\"('a')))",
            ),
            ("LENGTH(title) > $1", &["2"], "((\"pg_catalog\".\"length\"(\"title\") > '2'))"),
            (
                "CONCAT(title, $1, \"My x\") LIKE $1",
                &["a"],
                "((\"pg_catalog\".\"concat\"(\"title\", 'a', \"My x\") LIKE 'a'))",
            ),
            ("COALESCE(done, false)", &[], "(COALESCE(\"done\", FALSE))"),
            ("lower(title) IS NULL", &[], "((\"pg_catalog\".\"lower\"(\"title\") IS NULL))"),
        ] {
            assert_eq!(read(text, &texts(params), None).unwrap().sql, sql, "{text}");
        }
        assert_eq!(read("id = $1", &[None], None).unwrap().sql, "((\"id\" = NULL))");
    }

    #[test]
    fn case_107_110_what_is_refused_by_name() {
        for (text, error) in [
            ("zz = 1", "At location 0: unknown reference zz"),
            ("id = $1", "At location 5: parameter $1 was not provided"),
            ("id", "WHERE clause must return a boolean"),
            ("upper(title)", "WHERE clause must return a boolean"),
            ("1 x 1", "At location 17: syntax error at or near \"x\""),
            ("pg_sleep(5) = 1", "At location 0: unknown or unsupported function pg_sleep/1"),
            ("upper(title", "At location 26: syntax error at end of input"),
            ("id IN (SELECT 1)", "Subqueries are not allowed in subsets"),
            ("id = ANY (SELECT 1)", "Subqueries are not allowed in subsets"),
            ("EXISTS (SELECT 1)", "Subqueries are not allowed in subsets"),
            ("id = (SELECT 1)", "Subqueries are not allowed in subsets"),
            ("'pg_authid'::regclass IS NULL", "At location 11: unsupported type regclass"),
            ("id = 1; DROP TABLE t", "unescaped \";\" causing statement split"),
            ("id = 1 LIMIT 3", "malformed query ending with SQL clauses"),
        ] {
            assert_eq!(read(text, &[], None).unwrap_err(), error, "{text}");
        }
        assert!(
            read(&format!("title = '{}'", "x".repeat(70_000)), &[], None)
                .unwrap_err()
                .contains("bigger than maximum size")
        );
        let text = "At location 0: unknown reference title";
        assert_eq!(read("title = 'a'", &[], Some(&[0, 2])).unwrap_err(), text);
        assert!(read("done", &[], Some(&[0, 2])).is_ok());
    }

    #[test]
    fn what_may_fail_on_a_row_is_known() {
        for (text, expected) in [
            ("true = true", false),
            ("id = ANY('{1}') AND title LIKE 'a%' OR done", false),
            ("id IN (1, 2) AND id BETWEEN 1 AND 2 AND CAST('1' AS int8) = 1", false),
            ("title::text ILIKE 'a' AND concat(id, title) = 'x'", false),
            ("title::int4 = 1", true),
            ("title LIKE title", true),
            ("NOT (done AND title LIKE 'a' ESCAPE title)", true),
            ("\"My x\" = '1'::float8", true),
            ("coalesce(id, \"My x\") = 1", true),
            ("id = \"My x\"", true),
        ] {
            assert_eq!(read(text, &[], None).unwrap().may_raise, expected, "{text}");
        }
    }
}
