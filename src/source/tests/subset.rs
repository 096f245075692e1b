//! Subsets: part of a snapshot's rows, in order.

use super::*;
use crate::predicate::SubsetFilter;
use crate::shape::Subset;

fn condition(sql: &str, may_raise: bool) -> Subset {
    Subset { filter: Some(SubsetFilter { sql: sql.to_owned(), may_raise }), ..Subset::default() }
}

fn within(filter: Option<&str>, subset: Subset) -> SnapshotQuery {
    SnapshotQuery { filter: filter.map(str::to_owned), subset: Some(subset), ..query("t", &["id"]) }
}

async fn fixture() -> Fixture {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY, v text, j json)").await;
    test.execute("INSERT INTO t VALUES (1, 'x', NULL), (2, '7', NULL), (3, '8', NULL), (4, '8', NULL)").await;
    test
}

#[tokio::test]
async fn a_condition_an_order_and_limits_apply_within_the_filter() {
    let test = fixture().await;
    let ordered = Subset { order_by: Some("\"v\" DESC, \"id\" ASC".into()), ..condition("id < 4 OR true", false) };
    for (subset, wanted) in [
        (ordered.clone(), "3\n4\n2\n"),
        (Subset { limit: Some(1), ..ordered.clone() }, "3\n"),
        (Subset { limit: Some(1), offset: Some(2), ..ordered.clone() }, "2\n"),
        (Subset { filter: None, offset: Some(1), ..ordered }, "4\n2\n"),
    ] {
        let mut rows = test.source.snapshot(&within(Some("id > 1"), subset)).await.unwrap();
        assert_eq!(all(&mut *rows).await.unwrap(), wanted);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_statement_is_told_before_a_row_is_looked_at() {
    let test = fixture().await;
    let order = |column: &str| Subset { order_by: Some(column.to_owned()), ..Subset::default() };
    for (subset, text) in [
        (condition("v = 1", false), "operator does not exist: text = integer"),
        (condition("id = 'abc'", false), "invalid input syntax for type integer: \"abc\""),
        (order("j"), "could not identify an ordering operator for type json"),
    ] {
        let Err(SourceError::Subset(refusal)) = test.source.snapshot(&within(None, subset)).await else {
            panic!("it is not refused: {text}")
        };
        assert_eq!(refusal.to_string(), text);
    }
    // That is not the condition's fault.
    let mut gone = within(None, condition("true", false));
    gone.columns = vec!["none".to_owned()];
    gone.filter = Some("none = 1".to_owned());
    let refused = test.source.snapshot(&gone).await.err().unwrap();
    assert!(refused.is_schema_change(), "{refused}");
}

#[tokio::test]
async fn errors_on_rows_hold_no_values_and_are_raised_by_rows_within_the_filter_alone() {
    let test = fixture().await;
    let casts = || condition("v::int4 > 7", true);
    let mut rows = test.source.snapshot(&within(None, casts())).await.unwrap();
    let failed = all(&mut *rows).await.unwrap_err();
    assert_eq!(failed.of_a_value(), Some("22P02"));
    assert!(!failed.to_string().contains('x'), "{failed}");
    // Postgres would look at the cheap condition first.
    let filter = Some("md5(md5(md5(md5(md5(v))))) <> md5(md5(md5(md5(md5('x')))))");
    let mut rows = test.source.snapshot(&within(filter, casts())).await.unwrap();
    assert_eq!(all(&mut *rows).await.unwrap(), "3\n4\n");
}
