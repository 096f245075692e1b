//! Filters that Postgres evaluates, as far as the service does not.

use diesel_electric::{Evaluators, Shape, ShapeMatch};
use serde_json::json;

use super::support::{after, stand, stand_with};
use crate::support::Stand;

const SCHEMA: &str = "
    CREATE EXTENSION citext;
    CREATE EXTENSION hstore;
    CREATE TYPE place AS (x int, y int);
    CREATE TABLE things (id int PRIMARY KEY, n int, a text, other text, c citext, e text COLLATE \"en-x-icu\",
        p place, h hstore, at timestamptz);
    CREATE FUNCTION is_odd(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 1';
    CREATE FUNCTION is_long(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN length($1) > 3; END';
    CREATE FUNCTION unsure(int) RETURNS bool LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
    CREATE FUNCTION since(timestamptz, timestamptz) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > $2';
";

async fn things() -> Stand {
    let stand = stand().await;
    stand.db.run(SCHEMA).await;
    stand
}

fn shape(filter: &str) -> String {
    let filter = filter.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
    format!("/v1/shape?table=things&columns=id,n,other&where={filter}&")
}

#[tokio::test]
async fn rows_come_and_go_as_postgres_says() {
    let stand = things().await;
    for (filter, column, inside, outside) in [
        ("is_odd(n)", "n", "3", "4"),
        ("is_long(a) AND id = 1", "a", "'long'", "'no'"),
        ("c = 'ABC'", "c", "'aBc'", "'abd'"),
        ("c IN ('x', 'ABC') AND n IS NULL", "c", "'abC'", "NULL"),
        ("e < 'b'", "e", "'A'", "'C'"),
        ("to_tsvector('simple', a) @@ to_tsquery('simple', 'live & shape')", "a", "'the shape is live'", "'alive'"),
        ("a ~ '^x+(?=y)'", "a", "'xxy'", "'xxz'"),
        ("a SIMILAR TO '(ab|cd)+'", "a", "'abcd'", "'abc'"),
        ("(p).x > 1", "p", "'(2,0)'", "'(1,2)'"),
        ("h -> 'k' = 'v'", "h", "'k=>v'", "'k=>w'"),
        ("CASE WHEN is_odd(n) THEN a = 'odd' ELSE a = 'even' END", "a", "'even'", "'odd'"),
    ] {
        let shape = shape(filter);
        let put = |id: i32, value: &str| format!("INSERT INTO things (id, {column}) VALUES ({id}, {value})");
        stand.db.run("DELETE FROM things").await;
        stand.db.run(&put(2, outside)).await;
        if !filter.contains("id = 1") {
            stand.db.run(&put(3, inside)).await;
        }
        let (mut last, words) = stand.sync(&shape).await;
        assert_eq!(words.iter().any(|word| word == "insert 3"), !filter.contains("id = 1"), "{filter}: {words:?}");
        assert!(!words.iter().any(|word| word == "insert 2"), "{filter}: {words:?}");
        for (change, word) in [
            (put(1, inside), "insert 1"),
            ("UPDATE things SET other = 'x' WHERE id = 1".to_owned(), "update 1"),
            (format!("UPDATE things SET {column} = {outside} WHERE id = 1"), "delete 1"),
            (format!("UPDATE things SET {column} = {inside} WHERE id = 1"), "insert 1"),
            ("DELETE FROM things WHERE id = 1".to_owned(), "delete 1"),
        ] {
            stand.db.run(&change).await;
            last = stand.live(&shape, &last).await;
            assert_eq!(last.words(), [word, "up-to-date"], "{filter}: {change}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn what_is_not_immutable_is_refused_by_name() {
    let stand = things().await;
    for (filter, text) in [
        ("now() > at", "function now() is not immutable"),
        ("random() > 0", "function random() is not immutable"),
        ("unsure(n)", "function unsure() is not immutable"),
        ("n = 1 AND a = current_user", "SQLValueFunction is not supported in this context"),
        ("to_tsvector(a) @@ 'x'::tsquery", "function to_tsvector() is not immutable"),
        ("since(at, 'tomorrow')", "`tomorrow` means another moment each time"),
        ("since(at, '  NOW ')", "`now` means another moment each time"),
        ("since(at, 'Yesterday 12:00')", "`yesterday` means another moment each time"),
        ("nothing(n)", "unknown or unsupported function nothing/1"),
        ("is_odd(n) AND count(*) > 1", "aggregation is not supported in this context"),
    ] {
        let answer = stand.get(&format!("{}offset=-1", shape(filter))).await;
        assert_eq!(answer.status, 400, "{filter}: {answer:#?}");
        let (field, said) = answer.refusal();
        assert!(field == "where" && said.starts_with("At location ") && said.contains(text), "{filter}: {said}");
    }
    // By the service itself or by Postgres.
    for filter in ["at > 'now'", "at > ' NOW '", "at = 'Today'::timestamptz", "at::date < 'tomorrow'"] {
        let answer = stand.get(&format!("{}offset=-1", shape(filter))).await;
        assert_eq!((answer.status.as_u16(), answer.refusal().0), (400, "where"), "{filter}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_subset_stays_within_such_a_shape() {
    let stand = things().await;
    stand.db.run("INSERT INTO things (id, n, c) VALUES (1, 1, 'a'), (2, 2, 'A'), (3, 3, 'A'), (4, 5, 'b')").await;
    let changes_only = format!("{}log=changes_only&", shape("is_odd(n) AND c = 'a'"));
    let last = stand.sync(&changes_only).await.0;
    let subset = format!("{}&subset__order_by=id+DESC&subset__where=n+%3C+10", after(&changes_only, &last));
    let answer = stand.get(&subset).await;
    let ids: Vec<_> = answer.json()["data"].as_array().unwrap().iter().map(|row| row["value"]["id"].clone()).collect();
    assert_eq!(ids, [json!("3"), json!("1")]);
    stand.stop().await;
}

#[tokio::test]
async fn an_interrupt_knows_such_a_shape() {
    let stand = things().await;
    let odd = shape("is_odd(n) AND c = 'a'");
    let last = stand.sync(&odd).await.0;
    let held = stand.held(&format!("{}&live=true", after(&odd, &last)));
    stand.waiting("things", 1).await;
    let same = || Shape::table("things").filter_sql("is_odd( n )and c=$1").bind("a");
    let other = || Shape::table("things").filter_sql("is_odd(n) AND c = 'b'");
    assert_eq!(stand.sync.interrupt(other()).await.unwrap(), 0);
    while stand.sync.interrupt(same()).await.unwrap() != 1 {
        tokio::task::yield_now().await;
    }
    let any = || ShapeMatch::table("things").filter_sql("is_odd(n) AND c = $1");
    while stand.sync.interrupt(any()).await.unwrap() != 1 {
        tokio::task::yield_now().await;
    }
    assert!(stand.sync.interrupt(Shape::table("things").filter_sql("nothing(n)")).await.is_err());
    held.abort();
    stand.stop().await;
}

#[tokio::test]
async fn postgres_need_not_be_asked() {
    let text = "At location 0: unknown or unsupported function is_odd/1";
    for (evaluators, by_route) in [(Evaluators::WithPostgresForRoutes, true), (Evaluators::WithoutPostgres, false)] {
        let stand = stand_with(|builder| builder.evaluators(evaluators)).await;
        stand.db.run(SCHEMA).await;
        let answer = stand.get(&format!("{}offset=-1", shape("is_odd(n)"))).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, ("where", text.to_owned())));
        let interrupted = stand.sync.interrupt(Shape::table("things").filter_sql("is_odd(n)")).await;
        assert_eq!(interrupted.is_ok(), by_route);
        stand.stop().await;
    }
}

#[tokio::test]
async fn case_105_of_evaluation_a_row_that_raises_ends_the_shape_and_no_new_one_can_begin() {
    let stand = things().await;
    let shape = shape("1/n = 1");
    stand.db.run("INSERT INTO things (id, n) VALUES (1, 1), (2, 2)").await;
    let (last, words) = stand.sync(&shape).await;
    assert_eq!(words, ["insert 1", "snapshot-end", "up-to-date"]);
    stand.db.run("INSERT INTO things (id, n) VALUES (3, 0)").await;
    let refused = stand.live(&shape, &last).await;
    assert_eq!(refused.status.as_u16(), 503, "{refused:?}");
    assert_eq!(refused.json()["message"], "Unable to create initial snapshot: division by zero");
    stand.db.run("DELETE FROM things WHERE id = 3").await;
    let again = stand.live(&shape, &last).await;
    again.refetch(&last.handle());
    stand.stop().await;
}

#[tokio::test]
async fn case_106_of_evaluation_text_has_one_order_in_snapshot_and_stream() {
    let stand = things().await;
    let shape = shape("e < 'a'");
    // By bytes, the first of each pair would be below; in English, it is not.
    stand.db.run("INSERT INTO things (id, e) VALUES (1, 'B'), (2, '1')").await;
    let (last, words) = stand.sync(&shape).await;
    assert_eq!(words, ["insert 2", "snapshot-end", "up-to-date"]);
    stand.db.run("INSERT INTO things (id, e) VALUES (3, 'B'), (4, '1')").await;
    assert_eq!(stand.live(&shape, &last).await.words(), ["insert 4", "up-to-date"]);
    stand.stop().await;
}
