//! The text of a filter.

use std::sync::LazyLock;

use crate::pg::{Collation, Column, Generated, PgType, RelationId, TableName, TableSchema};
use crate::predicate::{Expr, FilterLimits, OrderBy, Predicate};

/// A table with columns of some types, named by letters.
static TABLE: LazyLock<TableSchema> = LazyLock::new(|| {
    let types = [
        ("a", PgType::Bool),
        ("b", PgType::Bool),
        ("i", PgType::Int4),
        ("n", PgType::Numeric),
        ("f", PgType::Float8),
        ("t", PgType::Text),
        ("p", PgType::Bpchar),
        ("d", PgType::Date),
        ("z", PgType::Timestamptz),
        ("v", PgType::Interval),
        ("j", PgType::Jsonb),
        ("l", PgType::Array(PgType::Int4.into())),
    ];
    let column = |(name, ty): (&str, PgType)| {
        let is_text = matches!(ty, PgType::Text | PgType::Bpchar);
        let collation = Collation {
            name: "C".to_owned(),
            sql_name: "\"pg_catalog\".\"C\"".to_owned(),
            is_bytewise: true,
            is_deterministic: true,
        };
        Column {
            name: name.to_owned(),
            ty,
            type_modifier: -1,
            dimensions: 0,
            not_null: false,
            generated: Generated::No,
            collation: is_text.then_some(collation),
        }
    };
    let (id, name) = (RelationId(1), TableName::new("public", "t"));
    TableSchema { id, name, columns: types.map(column).into(), primary_key: Vec::new() }
});

/// A filter: what is read prints as what reads the same, and so does its canonical SQL.
pub fn where_text(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let _ = text.parse::<OrderBy>();
    let _ = Expr::parse_subset(&text, FilterLimits::default());
    let _ = Expr::parse_diesel(&text, &TABLE.name);
    let Ok(expr) = text.parse::<Expr>() else { return false };
    let printed = expr.to_string();
    assert_eq!(printed.parse::<Expr>().as_ref(), Ok(&expr), "{printed} is read back");
    if expr.highest_param() == 0 {
        canonical(&expr);
    }
    true
}

fn canonical(expr: &Expr) {
    let Ok(predicate) = Predicate::check(expr, &[], &TABLE) else { return };
    let sql = predicate.sql();
    let again = sql.parse::<Expr>().map_err(|error| error.to_string());
    let again = again.and_then(|expr| Predicate::check(&expr, &[], &TABLE).map_err(|error| error.to_string()));
    assert_eq!(again.map(|again| again.sql()), Ok(sql), "of {expr}");
}
