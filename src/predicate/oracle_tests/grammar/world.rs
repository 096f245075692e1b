//! A table in which nearly every expression has a type: all its operators and functions take booleans, or texts.

use super::super::Oracle;

/// Operators that stand between operands, besides the comparisons and LIKE.
pub(super) const BINARY: &[&str] = &["+", "-", "*", "/", "%", "^", "||", "~", "!~", "@>", "#", "&", "<->", "->", "?"];
/// Operators that stand before one.
pub(super) const UNARY: &[&str] = &["+", "-", "@", "~", "!!", "|/"];
const LIKES: &[&str] = &["~~", "!~~", "~~*", "!~~*"];

/// Functions of Postgres' own that its grammar calls, with the arguments that they get for booleans.
const BUILT_IN: &[&str] = &[
    "timezone(bool, bool)",
    "similar_to_escape(bool)",
    "similar_to_escape(bool, bool)",
    "like_escape(bool, bool)",
    "is_normalized(bool)",
    "is_normalized(bool, text)",
    "normalize(bool)",
    "normalize(bool, text)",
    "overlaps(bool, bool, bool, bool)",
    "overlay(bool, bool, bool)",
    "overlay(bool, bool, bool, bool)",
    "position(bool, bool)",
    "substring(bool, bool)",
    "substring(bool, bool, bool)",
    "substring(bool, int, int)",
    "btrim(bool)",
    "btrim(bool, bool)",
    "ltrim(bool)",
    "ltrim(bool, bool)",
    "rtrim(bool)",
    "rtrim(bool, bool)",
    "extract(text, bool)",
];

/// Makes it. Columns of booleans are `a`, `b`, `c`, those of texts `d`, `e`.
pub(super) async fn create(oracle: &Oracle) {
    let mut sql =
        "SET allow_system_table_mods = on; CREATE SCHEMA s; CREATE TYPE pair AS (a bool, b text, \"C\" bool[]); \
         CREATE TABLE g (a bool, b bool, c bool, d text, e text, i int, \"A\" bool[], \"D\" text[], p pair)"
            .to_owned();
    let mut add = |statement: String| {
        sql.push_str("; ");
        sql.push_str(&statement);
    };
    let function = |signature: &str, result: &str| {
        format!("CREATE FUNCTION {signature} RETURNS {result} LANGUAGE sql IMMUTABLE RETURN NULL::{result}")
    };
    for (ty, name) in [("bool", "f"), ("text", "ft")] {
        for schema in ["public", "s"] {
            let operator = |symbol: &str, sides: &str| {
                format!("CREATE OPERATOR {schema}.{symbol} (FUNCTION = {schema}.{name}, {sides})")
            };
            (0..4).for_each(|count| add(function(&format!("{schema}.{name}({})", vec![ty; count].join(", ")), ty)));
            for symbol in BINARY {
                add(operator(symbol, &format!("LEFTARG = {ty}, RIGHTARG = {ty}")));
            }
            for symbol in UNARY {
                add(operator(symbol, &format!("RIGHTARG = {ty}")));
            }
        }
    }
    for symbol in LIKES {
        add(format!("CREATE OPERATOR public.{symbol} (FUNCTION = f, LEFTARG = bool, RIGHTARG = bool)"));
    }
    for signature in BUILT_IN {
        add(function(&format!("pg_catalog.{signature}"), "bool"));
    }
    add(function("pg_catalog.timezone(text, text)", "text"));
    oracle.client.batch_execute(&sql).await.unwrap();
}
