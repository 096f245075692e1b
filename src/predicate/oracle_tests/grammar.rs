//! The parser against Postgres: how operators bind where no parentheses tell, and what cannot be said at all.

mod literals;
mod world;
mod write;

use cluster::{Random, setting};

use super::{Oracle, SEED};
use crate::predicate::{Expr, ParseError};

/// How many texts are compared, if the environment does not tell.
const TEXTS: u64 = 1500;

/// What Postgres says besides "syntax error" of what has no tree.
const OTHER_WORDS: &[&str] = &["trailing junk", "wrong number of parameters", "unterminated", "zero-length"];

#[tokio::test]
async fn filters_without_parentheses_are_the_trees_that_postgres_sees() {
    let mut random = Random::from_environment(SEED);
    let oracle = Oracle::start().await;
    world::create(&oracle).await;
    let (mut same, mut accepted, mut refused) = (0, 0, 0);
    let count = setting("DIESEL_ELECTRIC_ORACLE_TEXTS").unwrap_or(TEXTS);
    for round in 0..count {
        let mut text = write::text(&mut random);
        if round % 4 == 3 {
            text = write::mutated(&mut random, &text);
        }
        text = format!("({text})");
        if closes_before_its_end(&text) {
            continue;
        }
        let theirs = tree(&oracle, &text).await;
        match text.parse::<Expr>() {
            Ok(expr) => {
                accepted += 1;
                let ours = tree(&oracle, &expr.to_string()).await;
                if theirs.is_ok() {
                    same += 1;
                    assert_eq!(ours, theirs, "{text} was read as {expr}");
                } else {
                    // It has no type; but it has a tree.
                    assert!(!is_syntax(&theirs) && ours.is_err(), "{text} was read as {expr}: {theirs:?}, {ours:?}");
                }
            }
            Err(ParseError::Syntax { .. }) => {
                refused += 1;
                assert!(is_syntax(&theirs), "{text}: {:?}, {theirs:?}", text.parse::<Expr>());
            }
            Err(_) => {}
        }
    }
    let told = format!("{same} trees compared of {accepted} accepted, {refused} refused");
    eprintln!("{told}");
    assert!(same * 3 > count && refused * 20 > count, "{told}");
}

/// Whether its first parenthesis is not that at its end.
fn closes_before_its_end(text: &str) -> bool {
    let depths = text.chars().scan(0, |depth, character| {
        *depth += i32::from(character == '(') - i32::from(character == ')');
        Some(*depth)
    });
    depths.take(text.chars().count() - 1).min().is_some_and(|least| least < 1)
}

fn is_syntax(answer: &Result<String, String>) -> bool {
    let Err(message) = answer else { return false };
    message.starts_with("syntax error") || OTHER_WORDS.iter().any(|words| message.contains(words))
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
async fn tree(oracle: &Oracle, expression: &str) -> Result<String, String> {
    let view = format!("DROP VIEW IF EXISTS v; CREATE TEMP VIEW v AS SELECT {expression} AS x FROM g");
    oracle.rows(&view).await?;
    let rows = oracle.rows("SELECT pg_get_viewdef('v'::regclass)").await?;
    Ok(rows[0][0].clone().unwrap())
}
