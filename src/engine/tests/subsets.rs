//! Rows that are read beside a log.

use super::*;
use crate::engine::SubsetError;
use crate::shape::Subset;

/// The body of a subset of all rows.
async fn subset(engine: &Engine, live: &Arc<LiveShape>, skips_log: bool) -> Value {
    let mut body = engine.subset(live, Subset::default(), skips_log).await.unwrap();
    let mut text = Vec::new();
    while let Some(piece) = body.next().await.unwrap() {
        text.extend_from_slice(&piece);
    }
    serde_json::from_slice(&text).unwrap()
}

#[tokio::test]
async fn a_reader_that_skips_the_log_gets_what_was_streamed_before_it_was_visible() {
    let mut unseen = UnseenRow::write().await;
    let (engine, live) = (unseen.engine.clone(), unseen.log.live.clone());
    // Who stays where it is in the log finds the row there, and the snapshot tells that it is not in it.
    let before = subset(&engine, &live, false).await;
    assert_eq!((before["data"].as_array().unwrap().len(), before["metadata"]["xip_list"].is_array()), (0, true));
    let mut skipping = Box::pin(subset(&engine, &live, true));
    tokio::select! {
        _ = &mut skipping => panic!("it lacks a row that its reader has skipped"),
        _ = unseen.sql.rows("SELECT pg_sleep(0.3)") => {}
    }
    unseen.show().await;
    assert_eq!(skipping.await["data"][0]["value"], serde_json::json!({"id": "1"}));
    engine.stop().await;
}

#[tokio::test]
async fn a_large_subset_comes_whole_and_one_that_nobody_reads_gives_its_connection_back() {
    let stand = Stand::start("CREATE TABLE t (id int PRIMARY KEY, v text)").await;
    stand.sql.run("INSERT INTO t SELECT n, repeat(n::text, 100) FROM generate_series(1, 60000) n").await;
    let live = shape(&stand.engine, Shape::table("t").log(crate::protocol::LogMode::ChangesOnly)).await;
    let body = subset(&stand.engine, &live, false).await;
    assert_eq!(body["data"].as_array().unwrap().len(), 60_000);
    // As many as there are connections, and one more.
    let mut unread = Vec::new();
    for _ in 0..16 {
        unread.push(stand.engine.subset(&live, Subset::default(), false).await.unwrap());
    }
    drop(unread);
    assert_eq!(subset(&stand.engine, &live, false).await["data"].as_array().unwrap().len(), 60_000);
    stand.stop().await;
}

#[tokio::test]
async fn a_table_that_is_gone_is_told() {
    let stand = Stand::start("CREATE TABLE t (id int PRIMARY KEY)").await;
    let live = shape(&stand.engine, Shape::table("t")).await;
    stand.sql.run("DROP TABLE t").await;
    let refused = stand.engine.subset(&live, Subset::default(), false).await.unwrap_err();
    assert!(matches!(refused, SubsetError::Snapshot(_)), "{refused}");
    // It is found out at once, not with the next change.
    live.subscribe().wait_for(|state| state.status == ShapeStatus::Gone).await.unwrap();
    stand.stop().await;
}
