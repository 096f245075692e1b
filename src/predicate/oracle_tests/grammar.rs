//! The parser against Postgres: how operators bind where no parentheses tell, and what cannot be said at all.

use cluster::Random;

use super::{Oracle, SEED};
use crate::predicate::{Expr, ParseError};

/// Everything is boolean, so that any tree has a type. `LIKE` is lent to booleans for that.
const TABLE: &str = "CREATE TABLE g (a bool, b bool, c bool, \"A\" bool[]); \
     CREATE FUNCTION same(bool, bool) RETURNS bool LANGUAGE sql IMMUTABLE RETURN $1 IS NULL; \
     CREATE OPERATOR public.~~ (FUNCTION = same, LEFTARG = bool, RIGHTARG = bool); \
     CREATE OPERATOR public.!~~ (FUNCTION = same, LEFTARG = bool, RIGHTARG = bool); \
     CREATE OPERATOR public.~~* (FUNCTION = same, LEFTARG = bool, RIGHTARG = bool); \
     CREATE OPERATOR public.!~~* (FUNCTION = same, LEFTARG = bool, RIGHTARG = bool)";

#[tokio::test]
async fn filters_without_parentheses_are_the_trees_that_postgres_sees() {
    let mut random = Random::from_environment(SEED);
    let oracle = Oracle::start().await;
    oracle.client.batch_execute(TABLE).await.unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..1500 {
        let text = chain(&mut random);
        let theirs = tree(&oracle, &text).await;
        match text.parse::<Expr>() {
            Ok(expr) => {
                accepted += 1;
                assert_eq!(tree(&oracle, &expr.to_string()).await, theirs, "{text} was read as {expr}");
            }
            Err(error) => {
                refused += 1;
                assert!(matches!(error, ParseError::Syntax { .. }), "{text}: {error}");
                assert!(theirs.clone().is_err_and(|error| error.starts_with("syntax error")), "{text}: {error}");
            }
        }
    }
    assert!(accepted > 500 && refused > 50, "{accepted} accepted, {refused} refused");
}

#[tokio::test]
async fn words_that_need_quotes_are_those_of_postgres() {
    let oracle = Oracle::start().await;
    let words = oracle.rows("SELECT word, catcode FROM pg_get_keywords()").await.unwrap();
    for word in &words {
        let (word, code) = (word[0].as_deref().unwrap(), word[1].as_deref().unwrap());
        // These begin an expression of their own.
        if matches!(word, "not" | "null" | "true" | "false" | "case" | "array" | "cast") {
            continue;
        }
        let is_column = word.parse::<Expr>().is_ok();
        assert_eq!(is_column, matches!(code, "U" | "C"), "{word}");
    }
}

/// How Postgres prints the tree.
async fn tree(oracle: &Oracle, condition: &str) -> Result<String, String> {
    let view = format!("CREATE OR REPLACE TEMP VIEW v AS SELECT ({condition}) AS x FROM g");
    oracle.rows(&view).await?;
    let rows = oracle.rows("SELECT pg_get_viewdef('v'::regclass)").await?;
    Ok(rows[0][0].clone().unwrap())
}

fn chain(random: &mut Random) -> String {
    let mut text = operand(random);
    for _ in 0..=random.index(5) {
        let next = operand(random);
        text = match random.index(12) {
            0 => format!("{text} {}", random.pick(&["ISNULL", "NOTNULL", "IS NULL", "IS NOT TRUE", "IS UNKNOWN"])),
            1 => format!("{text} {}IN ({next}, {})", random.pick(&["", "NOT "]), operand(random)),
            2 => {
                let between = random.pick(&["BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "BETWEEN ASYMMETRIC"]);
                let low = if random.one_in(3) { inner(random) } else { next };
                format!("{text} {between} {low} AND {}", operand(random))
            }
            3 => format!("{text} {} {}(\"A\")", random.pick(COMPARISONS), random.pick(&["ANY", "ALL", "SOME"])),
            4 | 5 => {
                format!("{text} {} {next}", random.pick(&["LIKE", "NOT LIKE", "~~", "!~~", "~~*", "!~~*", "ILIKE"]))
            }
            6 => format!("{text} {} {next}", random.pick(&["IS DISTINCT FROM", "IS NOT DISTINCT FROM"])),
            7 | 8 => format!("{text} {} {next}", random.pick(COMPARISONS)),
            _ => format!("{text} {} {next}", random.pick(&["AND", "OR"])),
        };
    }
    text
}

/// An operator inside the lower bound of a `BETWEEN`.
fn inner(random: &mut Random) -> String {
    let operators = &["=", "<", "AND", "OR", "LIKE", "~~", "IS DISTINCT FROM"];
    format!("{} {} {}", operand(random), random.pick(operators), operand(random))
}

const COMPARISONS: &[&str] = &["=", "<>", "!=", "<", "<=", ">", ">="];

fn operand(random: &mut Random) -> String {
    let not = random.pick(&["", "", "", "NOT "]);
    let cast = random.pick(&["", "", "", "::bool"]);
    let operand =
        random.pick(&["a", "b", "c", "TRUE", "NULL::bool", "bool 't'", "(a < b)", "(a = b)", "cast(a as bool)"]);
    format!("{not}{operand}{cast}")
}
