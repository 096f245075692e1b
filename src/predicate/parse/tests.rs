use proptest::prelude::*;

use crate::pg::{Column, Generated, PgType, RelationId, TableName, TableSchema};
use crate::predicate::{Expr, ParseError, Predicate, Row, arbitrary};

/// The filter as the printer parenthesises it.
#[track_caller]
fn read(text: &str) -> String {
    text.parse::<Expr>().unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

#[track_caller]
fn refused(text: &str) -> String {
    text.parse::<Expr>().map(|expr| expr.to_string()).expect_err(text).to_string()
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(expr in arbitrary::expr()) {
        let text = expr.to_string();
        prop_assert_eq!(text.parse::<Expr>(), Ok(expr), "{}", text);
    }

    #[test]
    fn no_text_panics(text in "[\\PC\n]{0,40}") {
        let _ = text.parse::<Expr>();
    }

    #[test]
    fn no_tokens_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..12)) {
        let text = words.join(" ");
        if let Ok(expr) = text.parse::<Expr>() {
            prop_assert_eq!(expr.to_string().parse::<Expr>().unwrap(), expr);
        }
    }
}

const WORDS: &[&str] = &[
    "a",
    "b",
    "1",
    "1.5",
    "'x'",
    "$1",
    "(",
    ")",
    "[",
    "]",
    ",",
    "and",
    "or",
    "not",
    "=",
    "<",
    "~~",
    "!~~*",
    "like",
    "ilike",
    "escape",
    "in",
    "between",
    "symmetric",
    "is",
    "null",
    "true",
    "unknown",
    "distinct from",
    "isnull",
    "::",
    "int4",
    "cast (",
    "as",
    "array[",
    "any (",
    "all (",
    "date",
    "-",
    "+",
    "||",
    ".",
    "\"Q\"",
    "e'\\n'",
];

#[test]
fn operators_bind_as_in_postgres() {
    for (text, expected) in [
        ("a = 1 OR b = 2 AND NOT c = 3", r#"(("a" = 1) OR (("b" = 2) AND (NOT ("c" = 3))))"#),
        ("a = b IS NULL", r#"(("a" = "b") IS NULL)"#),
        ("a = b LIKE c", r#"("a" = ("b" LIKE "c"))"#),
        ("a IS NULL = b", r#"(("a" IS NULL) = "b")"#),
        ("NOT a IS NULL", r#"(NOT ("a" IS NULL))"#),
        ("a = NOT b = c", r#"("a" = (NOT ("b" = "c")))"#),
        ("a BETWEEN b AND c AND d", r#"(("a" BETWEEN "b" AND "c") AND "d")"#),
        ("a BETWEEN b = c AND d = e", r#"(("a" BETWEEN ("b" = "c") AND "d") = "e")"#),
        ("a LIKE b ESCAPE c AND d", r#"(("a" LIKE "b" ESCAPE "c") AND "d")"#),
        ("a LIKE b ~~ c", r#"("a" LIKE ("b" LIKE "c"))"#),
        ("a ~~ b ~~ c", r#"(("a" LIKE "b") LIKE "c")"#),
        ("a <> -1::int4", r#"("a" <> (- CAST(1 AS "int4")))"#),
        ("a = b::text::varchar", r#"("a" = CAST(CAST("b" AS "text") AS "varchar"))"#),
        ("NOT a IN (1) OR b", r#"((NOT ("a" IN (1))) OR "b")"#),
        ("a IS DISTINCT FROM b AND c", r#"(("a" IS DISTINCT FROM "b") AND "c")"#),
        ("a ~ b || c", r#"(("a" ~ "b") || "c")"#),
        ("-a ^ 2", r#"((- "a") ^ 2)"#),
        ("- 2 ^ 2", "((-2) ^ 2)"),
        ("a - b * c ^ d % e", r#"("a" - (("b" * ("c" ^ "d")) % "e"))"#),
        ("@ a + b", r#"(@ ("a" + "b"))"#),
        ("@ a * ~ b ~ c", r#"((@ ("a" * (~ "b"))) ~ "c")"#),
        ("~ - a", r#"(~ (- "a"))"#),
        ("a < b COLLATE \"C\"", r#"("a" < ("b" COLLATE "C"))"#),
        ("- a COLLATE \"C\"", r#"((- "a") COLLATE "C")"#),
        ("a AT TIME ZONE 'UTC' + i", r#"("pg_catalog"."timezone"('UTC', "a") + "i")"#),
        ("a ^ b AT TIME ZONE c COLLATE d", r#"("a" ^ "pg_catalog"."timezone"(("c" COLLATE "d"), "b"))"#),
        ("a::int + 1", r#"(CAST("a" AS "int4") + 1)"#),
        ("a[1]::text", r#"CAST(("a")[1] AS "text")"#),
        ("a OPERATOR(pg_catalog.*) b + c", r#"("a" OPERATOR("pg_catalog".*) ("b" + "c"))"#),
        ("a LIKE b || c ESCAPE d || e", r#"("a" LIKE ("b" || "c") ESCAPE ("d" || "e"))"#),
        ("a BETWEEN b + 1 AND c + 1 OR d", r#"(("a" BETWEEN ("b" + 1) AND ("c" + 1)) OR "d")"#),
        ("a = ANY (b) = c", r#"(("a" = ANY ("b")) = "c")"#),
        ("a IN (1) IN (2)", r#"(("a" IN (1)) IN (2))"#),
    ] {
        let read = text.parse::<Expr>().map_or_else(|error| error.to_string(), |expr| expr.to_string());
        assert_eq!(read, expected, "{text}");
    }
}

#[test]
fn every_form_is_read() {
    for (text, expected) in [
        ("A = \"A\"", r#"("a" = "A")"#),
        ("a != 1", r#"("a" <> 1)"#),
        ("a=-1", r#"("a" = (-1))"#),
        ("a = - -1", r#"("a" = 1)"#),
        ("a = +.5e-3", r#"("a" = .5e-3)"#),
        ("a !~~* 'x'", r#"("a" NOT ILIKE 'x')"#),
        ("a NOT ILIKE 'x' ESCAPE ''", r#"("a" NOT ILIKE 'x' ESCAPE '')"#),
        ("a NOT IN (1, $2, NULL)", r#"("a" NOT IN (1, $2, NULL))"#),
        ("a = ANY($1)", r#"("a" = ANY ($1))"#),
        ("a <= SOME(ARRAY[1,2])", r#"("a" <= ANY (ARRAY[1, 2]))"#),
        ("a <> ALL('{}')", r#"("a" <> ALL ('{}'))"#),
        ("a NOT BETWEEN SYMMETRIC 2 AND 1", r#"("a" NOT BETWEEN SYMMETRIC 2 AND 1)"#),
        ("a BETWEEN ASYMMETRIC 2 AND 1", r#"("a" BETWEEN 2 AND 1)"#),
        ("a ISNULL OR b NOTNULL", r#"(("a" IS NULL) OR ("b" IS NOT NULL))"#),
        ("a IS NOT UNKNOWN", r#"("a" IS NOT UNKNOWN)"#),
        ("a IS NOT DISTINCT FROM NULL", r#"("a" IS NOT DISTINCT FROM NULL)"#),
        ("inet '::1' = a", r#"(CAST('::1' AS "inet") = "a")"#),
        ("a = timestamp with time zone 'epoch'", r#"("a" = CAST('epoch' AS "timestamptz"))"#),
        (
            "a::double precision[] = ARRAY[]::float(24) array[3]",
            r#"(CAST("a" AS "float8"[]) = CAST(ARRAY[] AS "float4"[]))"#,
        ),
        ("cast(a as character varying) = b::s.\"T\"", r#"(CAST("a" AS "varchar") = CAST("b" AS "s"."T"))"#),
        ("((a)) /* b /* c */ */ -- d", r#""a""#),
        ("CASE WHEN a THEN b END", r#"(CASE WHEN "a" THEN "b" END)"#),
        (
            "case a + 1 when 2 then b when 3 then c else d end",
            r#"(CASE ("a" + 1) WHEN 2 THEN "b" WHEN 3 THEN "c" ELSE "d" END)"#,
        ),
        ("a[1] = 1", r#"(("a")[1] = 1)"#),
        ("a[1][2:3][:b + 1][c:][:]", r#"("a")[1][2:3][:("b" + 1)]["c":][:]"#),
        ("(a[1])[2].\"F\"", r#"((("a")[1])[2])."F""#),
        ("$1[1].f.g", r#"((($1)[1])."f")."g""#),
        ("a COLLATE \"C\" < b", r#"(("a" COLLATE "C") < "b")"#),
        ("a COLLATE pg_catalog.\"C\" = b", r#"(("a" COLLATE "pg_catalog"."C") = "b")"#),
        ("a AT TIME ZONE 'UTC' = b", r#"("pg_catalog"."timezone"('UTC', "a") = "b")"#),
        ("(a, b) = ROW(1, 2)", r#"(ROW("a", "b") = ROW(1, 2))"#),
        ("ROW() IS NULL OR ROW(a) IN ((1))", r#"((ROW() IS NULL) OR (ROW("a") IN (1)))"#),
        ("(a, b) IN ((1, 2), (3, 4))", r#"(ROW("a", "b") IN (ROW(1, 2), ROW(3, 4)))"#),
        ("(a, b) OVERLAPS ROW(c, d)", r#""pg_catalog"."overlaps"("a", "b", "c", "d")"#),
        ("a = B'101' OR b = X'1F'", r#"(("a" = b'101') OR ("b" = x'1f'))"#),
        ("n'x' = a", r#"(CAST('x' AS "bpchar") = "a")"#),
        ("a OPERATOR(pg_catalog.=) OPERATOR(s.@) b", r#"("a" OPERATOR("pg_catalog".=) (OPERATOR("s".@) "b"))"#),
        ("a OPERATOR(=) OPERATOR(-) 1", r#"("a" = (OPERATOR(-) 1))"#),
        ("a::numeric(10, -2) = b::varchar(5)", r#"(CAST("a" AS "numeric"(10, -2)) = CAST("b" AS "varchar"(5)))"#),
        ("a::char = b::bit", r#"(CAST("a" AS "bpchar"(1)) = CAST("b" AS "bit"(1)))"#),
        ("char 'abc' = bit '101'", r#"(CAST('abc' AS "bpchar") = CAST('101' AS "bit"))"#),
        ("a = timestamp(3) with time zone 'epoch'", r#"("a" = CAST('epoch' AS "timestamptz"(3)))"#),
        ("a::interval day to second(3) = b", r#"(CAST("a" AS "interval"(7176, 3)) = "b")"#),
        ("a = interval '1' year", r#"("a" = CAST('1' AS "interval"(4)))"#),
        ("a = s.\"T\"(7) 'x'", r#"("a" = CAST('x' AS "s"."T"(7)))"#),
        ("f(a, -1, s.g()) = \"coalesce\"(a)", r#"("f"("a", (-1), "s"."g"()) = "coalesce"("a"))"#),
        ("coalesce(a, 1) = nullif(b, greatest(1, 2))", r#"(COALESCE("a", 1) = NULLIF("b", GREATEST(1, 2)))"#),
        ("ARRAY[[1, 2], [3, 4]] = ARRAY[[]]", "(ARRAY[ARRAY[1, 2], ARRAY[3, 4]] = ARRAY[ARRAY[]])"),
        ("a ~ ANY (b) OR a NOT ILIKE ALL (b)", r#"(("a" ~ ANY ("b")) OR ("a" !~~* ALL ("b")))"#),
        ("a SIMILAR TO b", r#"("a" ~ "pg_catalog"."similar_to_escape"("b"))"#),
        ("a NOT SIMILAR TO b ESCAPE c", r#"("a" !~ "pg_catalog"."similar_to_escape"("b", "c"))"#),
        ("a IS NOT NFKC NORMALIZED", r#"(NOT "pg_catalog"."is_normalized"("a", 'NFKC'))"#),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn arguments_between_words_are_those_of_calls() {
    for (text, expected) in [
        ("substring(a from 2 for 3)", r#""pg_catalog"."substring"("a", 2, 3)"#),
        ("substring(a for 3 from 2)", r#""pg_catalog"."substring"("a", 2, 3)"#),
        ("substring(a from 2)", r#""pg_catalog"."substring"("a", 2)"#),
        ("substring(a for 3)", r#""pg_catalog"."substring"("a", 1, CAST(3 AS "int4"))"#),
        ("substring(a similar b escape c)", r#""pg_catalog"."substring"("a", "b", "c")"#),
        ("substring(a, 2, 3)", r#""substring"("a", 2, 3)"#),
        ("substring()", r#""substring"()"#),
        ("position(a in b)", r#""pg_catalog"."position"("b", "a")"#),
        ("trim(a)", r#""pg_catalog"."btrim"("a")"#),
        ("trim(both from a)", r#""pg_catalog"."btrim"("a")"#),
        ("trim(leading 'x' from a)", r#""pg_catalog"."ltrim"("a", 'x')"#),
        ("trim(trailing from a, 'x')", r#""pg_catalog"."rtrim"("a", 'x')"#),
        ("trim(from a)", r#""pg_catalog"."btrim"("a")"#),
        ("trim(a, 'x')", r#""pg_catalog"."btrim"("a", 'x')"#),
        ("overlay(a placing b from 2)", r#""pg_catalog"."overlay"("a", "b", 2)"#),
        ("overlay(a placing b from 2 for 3)", r#""pg_catalog"."overlay"("a", "b", 2, 3)"#),
        ("overlay(a, b)", r#""overlay"("a", "b")"#),
        ("extract(year from a)", r#""pg_catalog"."extract"('year', "a")"#),
        ("extract('Epoch' from a)", r#""pg_catalog"."extract"('Epoch', "a")"#),
        ("normalize(a)", r#""pg_catalog"."normalize"("a")"#),
        ("normalize(a, nfd)", r#""pg_catalog"."normalize"("a", 'NFD')"#),
        ("collation for (a)", r#""pg_catalog"."pg_collation_for"("a")"#),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    for text in [
        "substring(a from 2 from 3)",
        "substring(a similar b)",
        "substring(a, 1 from 2)",
        "position(a, b)",
        "position(a)",
        "trim(a, b from c)",
        "trim()",
        "overlay(a from 2)",
        "extract(year, a)",
        "normalize(a, b)",
        "nullif(a)",
        "nullif(a, b, c)",
        "coalesce()",
        "a from b",
        "f(a from b)",
    ] {
        assert!(text.parse::<Expr>().is_err(), "{text}");
    }
}

#[test]
fn strings_are_read_in_every_form() {
    for (text, content) in [
        ("'it''s \\n'", "it's \\n"),
        ("E'a\\n\\x41\\101\\u00e9\\U0001F600\\'\\q'''", "a\nAAé😀'q'"),
        ("E'\\ud83d\\ude00'", "😀"),
        ("E'\\xc3\\xa9'", "é"),
        ("U&'\\0041\\+01F600\\\\'", "A😀\\"),
        ("$$it's$$", "it's"),
        ("$t$a $$ b$t$", "a $$ b"),
        ("'a'\n -- c\n 'b'", "ab"),
    ] {
        let expected = Expr { node: crate::predicate::expr::Node::Text(content.to_owned()), at: 0 };
        assert_eq!(text.parse::<Expr>().unwrap(), expected, "{text}");
    }
}

#[test]
fn syntax_errors_count_from_the_start_of_the_statement() {
    for (text, expected) in [
        ("1 x 1", r#"At location 17: syntax error at or near "x""#),
        ("a =", "At location 18: syntax error at end of input"),
        ("", "At location 15: syntax error at end of input"),
        ("a = 'x", r#"At location 19: unterminated quoted string at or near "'x""#),
        ("a = 0x1F", r#"At location 19: trailing junk after numeric literal at or near "0x1F""#),
        ("é = = 1", r#"At location 20: syntax error at or near "=""#),
        ("a = b = c", r#"At location 21: syntax error at or near "=""#),
        ("a < b > c", r#"At location 21: syntax error at or near ">""#),
        ("a LIKE b LIKE c", r#"At location 24: syntax error at or near "LIKE""#),
        ("a BETWEEN b OR c AND d", r#"At location 27: syntax error at or near "OR""#),
        ("(a = 1", "At location 21: syntax error at end of input"),
        ("a = 1)", r#"At location 20: syntax error at or near ")""#),
        ("a IN ()", r#"At location 21: syntax error at or near ")""#),
        ("a::int array[b]", r#"At location 28: syntax error at or near "b""#),
        ("left = 1", r#"At location 15: syntax error at or near "left""#),
        ("a = $0", r#"At location 19: parameter number out of range at or near "$0""#),
        ("a = \"\"", "At location 19: zero-length delimited identifier at or near \"\"\"\""),
        ("a = B'2'", r#"At location 19: not a valid binary digit at or near "B'2'""#),
        ("f(a)[1] = 1", r#"At location 19: syntax error at or near "[""#),
        ("ARRAY[1][1] = 1", r#"At location 23: syntax error at or near "[""#),
        ("a BETWEEN b COLLATE c AND d", r#"At location 27: syntax error at or near "COLLATE""#),
        ("CASE WHEN a ELSE b END", r#"At location 27: syntax error at or near "ELSE""#),
        ("CASE END", r#"At location 20: syntax error at or near "END""#),
        ("a::int(3) = 1", r#"At location 21: syntax error at or near "(""#),
        ("(a, b) OVERLAPS (c)", r#"At location 33: syntax error at or near ")""#),
        ("a /* b", r#"At location 17: unterminated /* comment at or near "/* b""#),
        ("a\0", r#"At location 16: invalid character at or near "\0""#),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn what_needs_more_than_a_row_is_refused_by_name() {
    for (text, expected) in [
        ("t.zz = 1", "At location 0: unknown reference t.zz"),
        ("count(*) = 1", "At location 0: aggregation is not supported in this context"),
        ("count(DISTINCT a) = 1", "At location 0: aggregation is not supported in this context"),
        ("a = sum(a) OVER ()", "At location 4: aggregation is not supported in this context"),
        ("sum(f(a)) FILTER (WHERE b) = 1", "At location 0: aggregation is not supported in this context"),
        ("rank() WITHIN GROUP (ORDER BY a) = 1", "At location 0: aggregation is not supported in this context"),
        ("f(VARIADIC a)", "At location 0: explicit VARIADIC function calls are not currently supported"),
        ("f(1, VARIADIC a)", "At location 0: explicit VARIADIC function calls are not currently supported"),
        ("f(a => 1)", "At location 2: named arguments are not supported: write all arguments in their order"),
        ("f(1, a := 1)", "At location 5: named arguments are not supported: write all arguments in their order"),
        (
            "a = current_date",
            "At location 4: SQLValueFunction is not supported in this context: pass its value as a parameter",
        ),
        ("a IN (SELECT 1)", "At location 6: subqueries are not supported yet"),
        ("a = (SELECT 1)", "At location 5: subqueries are not supported yet"),
        ("a = ANY (SELECT 1)", "At location 9: subqueries are not supported yet"),
        ("a LIKE ALL (SELECT 1)", "At location 12: subqueries are not supported yet"),
        ("(a, b) IN (SELECT 1, 2)", "At location 11: subqueries are not supported yet"),
        ("a = ARRAY(SELECT 1)", "At location 4: subqueries are not supported yet"),
        ("coalesce((SELECT 1), 2) = 1", "At location 10: subqueries are not supported yet"),
        ("EXISTS (SELECT 1)", "At location 0: EXISTS is not supported yet"),
        ("(a).* = 1", "At location 3: A_Star is not supported in this context: name one field"),
        ("a = 1 ORDER BY a", "malformed query ending with SQL clauses"),
        ("a = 1 LIMIT 1", "malformed query ending with SQL clauses"),
        ("1; drop", "unescaped \";\" causing statement split"),
        ("a;", "unescaped \";\" causing statement split"),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn diesel_may_qualify_columns_by_their_table() {
    let table = TableName::new("app", "To do");
    let read = |text: &str| Expr::parse_diesel(text, &table).map(|expr| expr.to_string());
    assert_eq!(read(r#""app"."To do"."id" = "To do".n"#).unwrap(), r#"("id" = "n")"#);
    for text in [r#""other"."id" = 1"#, r#""x"."To do"."id" = 1"#, r#"a.app."To do".id = 1"#, r#""To do".* = 1"#] {
        assert!(matches!(read(text), Err(ParseError::UnknownReference { at: 0, .. })), "{text}");
    }
}

#[test]
fn long_names_are_cut_as_in_postgres() {
    let long = "x".repeat(70);
    let cut = format!("\"{}\"", "x".repeat(63));
    assert_eq!(read(&long), cut);
    assert_eq!(read(&format!("\"{long}\"")), cut);
    assert_eq!(read(&format!("a{}", "é".repeat(40))), format!("\"a{}\"", "é".repeat(31)));
    assert!(refused(&format!("a {} b", "@".repeat(64))).contains("operator too long at or near"));
}

#[test]
fn nested_junctions_become_one() {
    let expected = "a AND b AND c AND d".parse::<Expr>().unwrap();
    for text in ["((a AND b) AND c) AND d", "a AND (b AND (c AND d))", "(a AND b) AND (c AND d)"] {
        assert_eq!(text.parse::<Expr>().unwrap(), expected, "{text}");
    }
    let pair = |text: &str| text.parse::<Expr>().unwrap();
    assert_eq!(pair("a AND b").and(pair("c AND d")), expected);
    assert_eq!(read("(a OR b) AND (c OR d)"), r#"(("a" OR "b") AND ("c" OR "d"))"#);
}

#[test]
fn parameters_are_shifted() {
    let expr = "a = $1 OR b IN ($3, 1) OR c LIKE $2 ESCAPE $4".parse::<Expr>().unwrap();
    assert_eq!(expr.highest_param(), 4);
    assert_eq!("a".parse::<Expr>().unwrap().highest_param(), 0);
    assert_eq!(expr.shift_params(2).to_string(), r#"(("a" = $3) OR ("b" IN ($5, 1)) OR ("c" LIKE $4 ESCAPE $6))"#);
}

/// Runs on as much stack as a thread has by default, whatever the tests have been given.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn thousands_of_terms_and_parentheses_fit_the_stack() {
    on_a_small_stack(|| {
        let chain = vec!["a"; 10_000].join(" or ");
        let left = format!("{}a{}", "(".repeat(9_000), " or a)".repeat(9_000));
        let right = format!("{}a{}", "a or(".repeat(9_000), ")".repeat(9_000));
        for text in [chain, left, right] {
            let expr: Expr = text.parse().unwrap();
            assert_eq!(expr.to_string().parse::<Expr>().unwrap(), expr.clone());
        }
        let deepest = format!("{}a{}", "a and (b or (".repeat(49), "))".repeat(49));
        let expr: Expr = deepest.parse().unwrap();
        assert_eq!(expr.to_string().parse::<Expr>().unwrap(), expr.clone());
        let (term, table) = (r#""t"."owner_id" = $1"#, TableName::new("public", "t"));
        let diesel = format!("{}{term}{}", "(".repeat(9_999), format!(" OR {term})").repeat(9_999));
        assert_eq!(Expr::parse_diesel(&diesel, &table).unwrap().highest_param(), 1);
        let parentheses = format!("{}a{}", "(".repeat(32_000), ")".repeat(32_000));
        assert_eq!(read(&parentheses), "\"a\"");
        assert!("(".repeat(65_536).parse::<Expr>().is_err());
        assert!("not ".repeat(16_000).parse::<Expr>().is_err());
        assert!("- ".repeat(30_000).parse::<Expr>().is_err());
        assert!("not(".repeat(16_000).parse::<Expr>().is_err());
        assert!(format!("{}a", "a = (".repeat(12_000)).parse::<Expr>().is_err());
    });
}

/// A table of one boolean column, and a row of it.
struct OneBool;

impl Row for OneBool {
    fn text(&self, _column: usize) -> Option<&[u8]> {
        Some(b"f")
    }
}

fn one_bool() -> TableSchema {
    let (name, ty, generated) = ("a".to_owned(), PgType::Bool, Generated::No);
    let column = Column { name, ty, type_modifier: -1, dimensions: 0, not_null: false, generated, collation: None };
    let (id, name) = (RelationId(1), TableName::new("public", "t"));
    TableSchema { id, name, columns: vec![column], primary_key: vec![] }
}

/// What can be nested, and how many levels each of it is.
const NESTS: &[(&str, &str, usize)] = &[
    ("a and (a or (", "))", 2),
    ("not (", ")", 1),
    ("(a = ", ")", 1),
    ("(a is distinct from ", ")", 1),
    ("(", " is not true)", 1),
    ("(a in (", ", false))", 1),
    ("(a between false and ", ")", 1),
    ("(a = any (array[false, ", "]))", 2),
    ("cast (", " as bool)", 1),
    ("coalesce(a, ", ")", 1),
    ("nullif(a, ", ")", 1),
    ("case when ", " then a end", 1),
    ("case ", " when a then false else true end", 1),
    ("(array[a, ", "])[2]", 2),
    ("(a = all (array[a, ", "]))", 2),
    ("((a, a) = (true, ", "))", 2),
    ("f(", ")", 1),
    ("(a #> ", ")", 1),
    ("(@ ", ")", 1),
    ("(", " collate \"C\")", 1),
    ("(", ").f", 1),
];

fn nested(levels: usize, (open, close, each): (&str, &str, usize)) -> String {
    format!("{}a{}", open.repeat(levels / each), close.repeat(levels / each))
}

#[test]
fn whatever_is_accepted_can_be_checked_run_and_printed_on_a_small_stack() {
    let terms = vec!["a = true"; 10_000].join(" or ");
    let deepest = NESTS.iter().map(|nest| nested(super::MAX_DEPTH - 1, *nest));
    for text in deepest.chain([terms]) {
        on_a_small_stack(move || {
            let expr: Expr = text.parse().unwrap_or_else(|error| panic!("{text:.60}: {error}"));
            assert_eq!(expr.to_string().parse::<Expr>().unwrap(), expr, "{text:.60}");
            // Not all of it has a type.
            let Ok(predicate) = Predicate::check(&expr, &[], &one_bool()) else { return };
            let _ = predicate.matches(&OneBool);
            assert!(!predicate.clone().sql().is_empty());
        });
    }
}

#[test]
fn canonical_sql_of_whatever_a_client_may_send_reads_back() {
    let limits = crate::predicate::FilterLimits::default();
    for nest in NESTS {
        on_a_small_stack(move || {
            let text = nested(limits.depth - 1, *nest);
            let expr = Expr::parse_wire(&text, limits).unwrap();
            let Ok(predicate) = Predicate::check(&expr, &[], &one_bool()) else { return };
            let again: Expr = predicate.sql().parse().unwrap_or_else(|error| panic!("{text:.60}: {error}"));
            assert_eq!(Predicate::check(&again, &[], &one_bool()).as_ref(), Ok(&predicate), "{text:.60}");
        });
    }
}

#[test]
fn limits_are_kept() {
    on_a_small_stack(|| {
        let nested = |depth: usize| format!("{}a{}", "not (".repeat(depth - 1), ")".repeat(depth - 1));
        let limits = crate::predicate::FilterLimits::default();
        assert!(Expr::parse_wire(&nested(100), limits).is_ok());
        let error = Expr::parse_wire(&nested(101), limits).unwrap_err();
        assert_eq!(error.to_string(), "At location 0: expression is nested deeper than 100 levels");
        assert!(nested(240).parse::<Expr>().is_ok());
        assert_eq!(refused(&nested(241)), "At location 0: expression is nested deeper than 240 levels");
        for (open, close) in
            [("not ", ""), ("a + -", ""), ("a ~ ", ""), ("f(", ")"), ("(a, ", ")"), ("case when ", " then a end")]
        {
            let deep = |levels: usize| format!("{}a{}", open.repeat(levels), close.repeat(levels));
            assert!(deep(119).parse::<Expr>().is_ok(), "{open}");
            assert!(refused(&deep(300)).ends_with("nested deeper than 240 levels"), "{open}");
        }
        assert!(refused(&format!("a{}", "[1]".repeat(10_001))).ends_with("more than 10000 terms"));
        assert!(refused(&format!("f(a{})", ", a".repeat(10_001))).ends_with("more than 10000 terms"));
        assert!(refused(&format!("case{} end", " when a then b".repeat(10_001))).ends_with("more than 10000 terms"));
        assert_eq!(refused("a = $65536"), "At location 19: parameter number out of range at or near \"$65536\"");
        let terms = vec!["a"; 10_001].join(" or ");
        assert_eq!(refused(&terms), "At location 49997: expression has more than 10000 terms");
        let zones = format!("a in (1{})", ", a at time zone b".repeat(4_999));
        let expr: Expr = zones.parse().unwrap();
        assert_eq!(expr.to_string().parse::<Expr>().unwrap(), expr);
        let list = format!("a in (1{})", ",1".repeat(10_000));
        assert!(refused(&list).ends_with("more than 10000 terms"));
        let long = format!("a{}", " ".repeat(65_535));
        assert!(Expr::parse_wire(&long, limits).is_ok());
        let error = Expr::parse_wire(&format!("{long} "), limits).unwrap_err();
        assert_eq!(error.to_string(), "WHERE clause is bigger than maximum size of 65536 bytes");
    });
}
