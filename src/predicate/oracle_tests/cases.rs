//! Single filters on single rows: what random filters have found.
//!
//! Each verdict is asked of Postgres too, so that none of them is only ours.

use std::sync::Arc;

use super::table::{Oids, TYPES, plain_column};
use super::{Oracle, TextRow};
use crate::pg::{PgType, RelationId, TableName, TableSchema};
use crate::predicate::{Bind, CheckError, Expr, Predicate};

const COLUMNS: &[(&str, &str)] = &[
    ("id", "int4"),
    ("a", "int4"),
    ("b", "text"),
    ("arr", "int4[]"),
    ("num", "numeric"),
    ("f8", "float8"),
    ("f4", "float4"),
    ("c", "char(5)"),
    ("u", "uuid"),
    ("i", "interval"),
    ("d", "date"),
    ("ts", "timestamp"),
    ("v", "varchar(8)"),
    ("cs", "bpchar[]"),
    ("s", "mood"),
    ("small", "small"),
    ("smalls", "small[]"),
    ("t", "time"),
];

fn schema(oids: &Oids) -> TableSchema {
    let of = |name: &str| match name.trim_end_matches("(5)").trim_end_matches("(8)") {
        "char" => PgType::Bpchar,
        "mood" | "small" => super::table::custom(name, oids),
        built_in => PgType::from_name(built_in).unwrap(),
    };
    let column = |(name, ty): &(&str, &str)| match ty.strip_suffix("[]") {
        Some(element) => plain_column(name, PgType::Array(Arc::new(of(element))), 1),
        None => plain_column(name, of(ty), 0),
    };
    let (id, name, columns) = (RelationId(1), TableName::new("public", "t"), COLUMNS.iter().map(column).collect());
    TableSchema { id, name, columns, primary_key: vec![0] }
}

/// The values of a row as SQL; NULL elsewhere.
pub(super) type Row<'a> = &'a [(&'a str, &'a str)];

/// A row without values.
pub(super) const NULL: Row<'_> = &[];

/// Filters on rows, and what they are: `t`, `f`, or `-` for NULL.
pub(super) async fn hold(cases: &[(&str, Row<'_>, &str)]) {
    let oracle = Cases::start().await;
    for (filter, row, expected) in cases {
        oracle.holds(filter, row, expected).await;
    }
}

pub(super) struct Cases {
    oracle: Oracle,
    schema: TableSchema,
}

impl Cases {
    pub(super) async fn start() -> Self {
        let oracle = Oracle::start().await;
        oracle.client.batch_execute(TYPES).await.unwrap();
        let schema = schema(&oracle.oids().await);
        Self { oracle, schema }
    }

    pub(super) fn check(&self, filter: &str, binds: &[Bind]) -> Result<Predicate, CheckError> {
        let expr = filter.parse::<Expr>().unwrap_or_else(|error| panic!("{filter}: {error}"));
        Predicate::check_here(&expr, binds, &self.schema)
    }

    /// That the filter is `expected` (`t`, `f`, or `-` for NULL) on a row with these values, NULL elsewhere.
    pub(super) async fn holds(&self, filter: &str, row: &[(&str, &str)], expected: &str) {
        let row = selected(row);
        let text = self.oracle.rows(&format!("SELECT * FROM {row}")).await.unwrap().remove(0);
        let predicate = self.check(filter, &[]).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let ours = predicate.matches(&TextRow(text));
        let theirs = |sql: String| async move {
            let rows = self.oracle.rows(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            rows[0][0].clone().unwrap_or_else(|| "-".to_owned())
        };
        assert_eq!(theirs(format!("SELECT ({filter}) FROM {row}")).await, expected, "{filter}, Postgres");
        assert_eq!(theirs(format!("SELECT ({}) FROM {row}", predicate.sql())).await, expected, "{filter}, as SQL");
        assert_eq!(ours, Ok(expected == "t"), "{filter}");
    }

    /// That both raise an error on a row with these values; what Postgres says.
    pub(super) async fn raises(&self, filter: &str, row: &[(&str, &str)]) -> String {
        let row = selected(row);
        let text = self.oracle.rows(&format!("SELECT * FROM {row}")).await.unwrap().remove(0);
        let ours = self.check(filter, &[]).unwrap().matches(&TextRow(text)).expect_err(filter).to_string();
        let theirs = self.oracle.rows(&format!("SELECT ({filter}) FROM {row}")).await.expect_err(filter);
        assert_eq!(ours, theirs, "{filter}");
        theirs
    }

    /// Whether Postgres is to evaluate it.
    pub(super) fn is_handed_on(&self, filter: &str) -> bool {
        let expr = filter.parse::<Expr>().unwrap();
        Predicate::check(&expr, &[], &self.schema).unwrap().handed_on().is_some()
    }

    /// That both refuse the filter; what we say.
    pub(super) async fn refused(&self, filter: &str) -> String {
        let nulls = COLUMNS.iter().map(|(name, ty)| format!("CAST(NULL AS {ty}) AS {name}")).collect::<Vec<_>>();
        let sql = format!("SELECT 1 FROM (SELECT {}) AS t WHERE {filter}", nulls.join(", "));
        assert!(self.oracle.rows(&sql).await.is_err(), "Postgres takes {filter}");
        self.refused_here(filter)
    }

    /// That we refuse it, whatever Postgres does.
    pub(super) fn refused_here(&self, filter: &str) -> String {
        match filter.parse::<Expr>() {
            Err(error) => error.to_string(),
            Ok(expr) => Predicate::check_here(&expr, &[], &self.schema).expect_err(filter).to_string(),
        }
    }
}

/// A table of one row with these values, NULL elsewhere; not to be folded, for a constant raises what a column may never meet.
fn selected(row: &[(&str, &str)]) -> String {
    let value = |(name, ty): &(&str, &str)| {
        let value = row.iter().find(|(column, _)| column == name).map_or("NULL", |(_, value)| value);
        let collate = if matches!(*name, "b" | "c" | "v" | "cs") { " COLLATE \"C\"" } else { "" };
        format!("CAST({value} AS {ty}){collate} AS {name}")
    };
    format!("(SELECT {} OFFSET 0) AS t", COLUMNS.iter().map(value).collect::<Vec<_>>().join(", "))
}

#[tokio::test]
async fn only_postgres_knows_other_orders_than_that_of_bytes() {
    let cases = Cases::start().await;
    let mut icu = cases.schema.clone();
    for collation in icu.columns.iter_mut().filter_map(|column| column.collation.as_mut()) {
        (collation.name, collation.is_bytewise) = ("und-x-icu".into(), false);
    }
    let expr: Expr = "b < 'a'".parse().unwrap();
    assert!(matches!(Predicate::check_here(&expr, &[], &icu), Err(CheckError::CollationOrder { .. })));
}

#[tokio::test]
async fn an_escaped_percent_is_not_a_backslash() {
    let cases = Cases::start().await;
    cases.holds("b LIKE 'a\\%b'", &[("b", "'a\\b'")], "f").await;
    cases.holds("b NOT ILIKE 'a\\%b'", &[("b", "'a\\b'")], "t").await;
}

#[tokio::test]
async fn dates_beyond_timestamps_compare_but_cannot_be_cast() {
    let cases = Cases::start().await;
    let late = [("d", "'5874897-12-31'"), ("ts", "'294276-12-31'")];
    cases.holds("d > ts", &late, "t").await;
    cases.holds("ts >= ALL('{5874897-12-31}'::date[])", &late, "f").await;
    let refused = cases.refused("'5874897-12-31'::date::timestamp > ts").await;
    assert!(refused.ends_with("a date is out of range for type timestamp"), "{refused}");
    let cast = cases.check("d::timestamp > ts", &[]).unwrap();
    let row = vec![None; 10].into_iter().chain([Some("5874897-12-31".into()), Some("2000-01-01 00:00:00".into())]);
    assert!(cast.matches(&TextRow(row.collect())).is_err());
}

#[tokio::test]
async fn an_interval_is_no_date_and_a_time_has_no_t() {
    let cases = Cases::start().await;
    cases.holds("t = '2024-02-29 12:00+02'", &[("t", "'12:00'")], "t").await;
    assert!(cases.refused("t = '2024-02-29T12:00'").await.contains("invalid syntax for type time"));
    assert!(cases.refused("i = '1999-12-31'").await.contains("invalid syntax for type interval"));
}

#[tokio::test]
async fn blanks_do_not_count_in_arrays_of_char() {
    let cases = Cases::start().await;
    cases.holds("cs <= ARRAY[c]", &[("c", "'a'"), ("cs", "ARRAY['a    '::char(5)]")], "t").await;
    cases.holds("cs = ARRAY[c]", &[("c", "'a'"), ("cs", "ARRAY['a'::char(3)]")], "t").await;
    // Nor in constants that become char, be they few or many enough for a set.
    let row = [("c", "'a'")];
    cases.holds("c = 'a '::varchar", &row, "t").await;
    cases.holds("c = ANY(ARRAY['a ', 'b']::varchar[])", &row, "t").await;
    cases.holds("c = ANY('{1,2,3,4,5,6,7,8,9,\"a \"}'::varchar[])", &row, "t").await;
}

#[tokio::test]
async fn domains_are_their_base_types_also_in_arrays() {
    let cases = Cases::start().await;
    cases.holds("smalls >= '{7}'", &[("smalls", "'{7,8}'")], "t").await;
    cases.holds("smalls = ARRAY[small, small]", &[("smalls", "'{7,7}'"), ("small", "7")], "t").await;
    cases.holds("7 = ANY(smalls)", &[("smalls", "'{7,8}'")], "t").await;
    cases.holds("small = 7", &[("small", "7")], "t").await;
    // It may have a check, which is not known here.
    assert!(cases.refused_here("a::small = 1").ends_with("unknown cast from type int4 to type small"));
}
