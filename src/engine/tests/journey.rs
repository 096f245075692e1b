use super::*;
use crate::protocol::ReplicaMode;

#[tokio::test]
async fn rows_come_by_snapshot_and_changes_by_the_log() {
    let mut stand = Stand::start("CREATE TABLE t (id int PRIMARY KEY, a text)").await;
    stand.sql.run("INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 300) n").await;
    let mut shape = stand.shape(Shape::table("t")).await;
    shape.catch_up().await;
    assert_eq!(shape.rows.len(), 300);
    assert!(shape.live.state().snapshot_chunks.unwrap() > 1, "several chunks");

    stand.sql.run("INSERT INTO t VALUES (301, NULL); UPDATE t SET a = 'new' WHERE id = 1").await;
    stand.sql.run("DELETE FROM t WHERE id = 2; UPDATE t SET id = 400 WHERE id = 3").await;
    stand.sql.run("BEGIN; INSERT INTO t VALUES (500, 'never'); ROLLBACK").await;
    stand.settle().await;
    shape.catch_up().await;
    let log = [
        r#"insert {"a":null,"id":"301"}"#,
        r#"update {"a":"new","id":"1"}"#,
        r#"delete {"id":"2"}"#,
        r#"delete {"id":"3"}"#,
        r#"insert {"a":"row 3","id":"400"}"#,
    ];
    assert_eq!(shape.log, log);
    let mut rows = stand.sql.rows("SELECT id, a FROM t").await;
    rows.sort();
    assert_eq!(shape.table(&["id", "a"]), rows);

    stand.sql.run("TRUNCATE t").await;
    stand.settle().await;
    assert_eq!(shape.live.state().status, ShapeStatus::Gone);
    let mut again = stand.shape(Shape::table("t")).await;
    again.catch_up().await;
    assert!(again.rows.is_empty() && again.live.handle() != shape.live.handle());
    stand.stop().await;
}

#[tokio::test]
async fn untouched_out_of_line_values_are_not_sent_but_known() {
    let mut stand = Stand::start("CREATE TABLE t (id int PRIMARY KEY, a int, b text)").await;
    stand.sql.run("ALTER TABLE t ALTER b SET STORAGE EXTERNAL; INSERT INTO t VALUES (1, 1, repeat('x', 20000))").await;
    let mut default = stand.shape(Shape::table("t")).await;
    let mut full = stand.shape(Shape::table("t").replica(ReplicaMode::Full)).await;
    default.catch_up().await;
    full.catch_up().await;
    stand.sql.run("UPDATE t SET a = 2").await;
    stand.settle().await;
    default.catch_up().await;
    full.catch_up().await;
    assert_eq!(default.log, [r#"update {"a":"2","id":"1"}"#]);
    assert!(full.log[0].len() > 20000, "the whole row");
    assert_eq!(default.table(&["id", "a", "b"]), full.table(&["id", "a", "b"]));
    stand.stop().await;
}

#[tokio::test]
async fn a_changed_table_ends_its_shapes_and_is_looked_up_anew() {
    let mut stand = Stand::start("CREATE TABLE t (id int PRIMARY KEY)").await;
    let shape = stand.shape(Shape::table("t")).await;
    stand.sql.run("ALTER TABLE t ADD b int DEFAULT 5; INSERT INTO t VALUES (1)").await;
    stand.settle().await;
    assert_eq!(shape.live.state().status, ShapeStatus::Gone);
    let mut again = stand.shape(Shape::table("t")).await;
    again.catch_up().await;
    assert_eq!(again.table(&["id", "b"]), [[Some("1".to_owned()), Some("5".to_owned())]]);
    stand.stop().await;
}

#[tokio::test]
async fn a_snapshot_waits_for_what_was_streamed_before_it_was_visible() {
    let mut unseen = UnseenRow::write().await;
    let engine = unseen.engine.clone();
    assert!(unseen.sql.rows("SELECT FROM t").await.is_empty());
    let definition = engine.resolve(&Shape::table("t").columns(["id"]), Evaluator::Postgres).await.unwrap();
    let mut making = Box::pin(engine.get_or_create(&definition));
    tokio::select! {
        _ = &mut making => panic!("its snapshot lacks a row that its log will not bring"),
        _ = unseen.sql.rows("SELECT pg_sleep(0.3)") => {}
    }
    unseen.show().await;
    let mut second = Materialised::new(making.await.unwrap());
    second.catch_up().await;
    assert_eq!(second.table(&["id"]), unseen.log.table(&["id"]));
    assert!(second.log.is_empty(), "by the snapshot, not by the log");
    engine.stop().await;
}
