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
    // Commits wait for a standby that there is not, if they are told to: written and streamed, but visible to nobody.
    let settings = [("synchronous_standby_names", "nobody"), ("synchronous_commit", "local")];
    let start = move || cluster::Cluster::start_with(&settings);
    let cluster = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
    let url = cluster.url("postgres");
    let (sql, writer) = (Session::open(&url).await, Session::open(&url).await);
    sql.run("CREATE TABLE t (id int PRIMARY KEY)").await;
    let engine = engine(&url).await.unwrap();
    let mut log = Materialised::new(shape(&engine, Shape::table("t")).await);
    writer.run("SET synchronous_commit = on").await;
    let pid = writer.rows("SELECT pg_backend_pid()").await[0][0].clone().unwrap();
    let mut writing = Box::pin(writer.run("INSERT INTO t VALUES (1)"));
    let streamed = async {
        while log.rows.is_empty() {
            log.wait().await;
            log.catch_up().await;
        }
    };
    tokio::select! {
        () = &mut writing => panic!("the commit does not wait"),
        () = streamed => {}
    }
    // Who stays where it is in the log finds the row there, and the snapshot tells that it is not in it.
    let before = subset(&engine, &log.live, false).await;
    assert_eq!((before["data"].as_array().unwrap().len(), before["metadata"]["xip_list"].is_array()), (0, true));
    let mut skipping = Box::pin(subset(&engine, &log.live, true));
    tokio::select! {
        _ = &mut skipping => panic!("it lacks a row that its reader has skipped"),
        _ = sql.rows("SELECT pg_sleep(0.3)") => {}
    }
    sql.run(&format!("SELECT pg_cancel_backend({pid})")).await;
    writing.await;
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
