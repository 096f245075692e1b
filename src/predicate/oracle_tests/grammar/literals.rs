//! Names of types and literals in all their forms.

use super::super::Oracle;
use super::tree;
use crate::predicate::Expr;

#[tokio::test]
async fn types_and_literals_are_those_that_postgres_reads() {
    let oracle = Oracle::start().await;
    oracle.client.batch_execute("CREATE TABLE g (a int)").await.unwrap();
    for ty in TYPES {
        same(&oracle, &format!("NULL::{ty}")).await;
        same(&oracle, &format!("CAST (NULL AS {ty}[])")).await;
        same(&oracle, &format!("NULL::{ty} ARRAY[3]")).await;
    }
    for literal in LITERALS {
        same(&oracle, literal).await;
    }
    for text in NOT_READ {
        let theirs = tree(&oracle, text).await;
        assert!(text.parse::<Expr>().is_err(), "{text} was taken");
        assert!(theirs.is_err(), "{text}: {theirs:?}");
    }
}

/// That Postgres sees the same tree in a text and in what we print of it.
async fn same(oracle: &Oracle, text: &str) {
    let theirs = tree(oracle, text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    let expr: Expr = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(tree(oracle, &expr.to_string()).await, Ok(theirs), "{text} was read as {expr}");
}

const TYPES: &[&str] = &[
    "int",
    "integer",
    "smallint",
    "bigint",
    "real",
    "double precision",
    "float",
    "float(24)",
    "float(25)",
    "boolean",
    "decimal",
    "dec(10)",
    "numeric(10, 2)",
    "numeric(3, -2)",
    "numeric",
    "char",
    "char(3)",
    "character varying",
    "character varying(3)",
    "national character varying(4)",
    "national char(4)",
    "nchar(5)",
    "nchar varying",
    "varchar(5)",
    "bpchar",
    "\"char\"",
    "bit",
    "bit(3)",
    "bit varying",
    "bit varying(4)",
    "varbit(4)",
    "time",
    "time(3)",
    "time with time zone",
    "time(3) with time zone",
    "timestamp without time zone",
    "timestamp(0) without time zone",
    "timestamp(3) with time zone",
    "timestamptz(3)",
    "interval",
    "interval(3)",
    "interval year",
    "interval month",
    "interval day",
    "interval hour",
    "interval minute",
    "interval second",
    "interval second(2)",
    "interval year to month",
    "interval day to hour",
    "interval day to minute",
    "interval day to second",
    "interval day to second(3)",
    "interval hour to minute",
    "interval hour to second(0)",
    "interval minute to second",
    "pg_catalog.int4",
    "pg_catalog.\"numeric\"(4, 1)",
    "public.g",
];

const LITERALS: &[&str] = &[
    "interval '1' year",
    "interval '1' day to second(3)",
    "interval(2) '1.239 seconds'",
    "char 'abc'",
    "char(2) 'abc'",
    "bit '101'",
    "bit(2) '101'",
    "N'abc'",
    "n'a'\n'b'",
    "varchar(2) 'abc'",
    "numeric(3, 1) '1.25'",
    "pg_catalog.varchar(2) 'abc'",
    "\"varchar\"(2) 'abc'",
    "timestamp(1) with time zone '2020-01-01 00:00:00.66'",
    "time '12:00'",
    "double precision '1'",
    "float(3) '1.5'",
    "date $$2020-01-01$$",
    "text E'\\n'",
    "B'101'",
    "b''",
    "X'1F'",
    "x'0a'\n'fF'",
    "B'1'\n '0' -- c\n '1'",
    "'a'\n'b'\n\n'c'",
    "E'a\\'b'\n'\\x41'",
    "E'\\u0041\\U00000042\\103\\b\\f\\n\\r\\t\\v\\\\'",
    "U&'d\\0061t\\+000061'",
    "U&'d!0061t!+000061' UESCAPE '!'",
    "U&'d!!' /* c */ uescape\n'!'",
    "U&'\\D83D\\DE00'",
    "U&'a\\0041'\n'b\\0042'",
    "U&\"\\0061\"",
    "U&\"*0061\" UESCAPE '*'",
    "$a$x $$ y$a$",
    "1.",
    ".5",
    "1e10",
    "1.5E-3",
    "-2147483648",
    "- 9223372036854775808",
    "- - 5",
    "2147483648",
    "1e400",
    "ARRAY[]::int[]",
    "ARRAY[[1,2],[3,4]]",
    "ARRAY[ARRAY[1,2],ARRAY[3,4]]",
    "ROW() IS NULL",
    "(1, 'a', NULL) IS NULL",
];

const NOT_READ: &[&str] = &[
    "NULL::int(3)",
    "NULL::float(0)",
    "NULL::time(1, 2)",
    "NULL::interval month to year",
    "NULL::interval year to day",
    "NULL::interval day(3)",
    "NULL::national varchar",
    "NULL::position",
    "NULL::left(",
    "int[] '{1}'",
    "interval year '1'",
    "'a' 'b'",
    "B'1' '0'",
    "U&'a' UESCAPE 'ab'",
    "U&'a' UESCAPE '+'",
    "U&'a' UESCAPE",
    "U&'\\00'",
    "U&'\\D83D'",
    "E'\\u00'",
    "E'\\ud83d'",
    "'a' UESCAPE '!'",
    "B'2'",
    "X'G'",
    "1a",
    "1.5e",
    "0x1F",
    "1_000",
    "$1a",
    "ARRAY[[1], ARRAY[2]]",
    "ARRAY[1, [2]]",
    "ARRAY[[1] + 1]",
    "[1]",
    "(1,)",
    "ROW(1,)",
    "a.1",
    "a.b.",
    ".a",
    "OPERATOR(a) 1",
    "1 OPERATOR(=>) 1",
    "1 => 1",
    "OPERATOR(a.b 1",
    "< 1",
    "1 +",
];
