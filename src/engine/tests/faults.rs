use std::sync::Arc;
use std::time::Duration;

use cluster::Cluster;

use super::*;
use crate::engine::{CreateError, EngineStatus, StartError};

const SCHEMA: &str = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)";

/// Waits for the status to be reached anew.
async fn reaches(engine: &Engine, wanted: EngineStatus) {
    let mut statuses = engine.shared().status.subscribe();
    statuses.wait_for(|status| *status == wanted).await.unwrap();
}

async fn gone(shape: &mut Materialised) {
    shape.state.wait_for(|state| state.status == ShapeStatus::Gone).await.unwrap();
}

/// The rows of a new shape, with a change that came after it was made.
async fn works(stand: &mut Stand) {
    let mut shape = stand.shape(Shape::table("t")).await;
    shape.catch_up().await;
    stand.sql.run("INSERT INTO t SELECT max(id) + 1 FROM t").await;
    stand.sentinel = stand.shape(Shape::table("sentinel")).await;
    stand.settle().await;
    shape.catch_up().await;
    let mut rows = stand.sql.rows("SELECT id FROM t").await;
    rows.sort();
    assert_eq!(shape.table(&["id"]), rows);
}

#[tokio::test]
async fn a_lost_connection_ends_shapes_and_is_made_anew() {
    let mut stand = Stand::start(SCHEMA).await;
    let mut shape = stand.shape(Shape::table("t")).await;
    let end = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = current_database()";
    stand.sql.run(end).await;
    reaches(&stand.engine, EngineStatus::Starting).await;
    let definition = stand.engine.resolve(&Shape::table("sentinel"), Evaluator::Postgres).await.unwrap();
    // Shapes that are there can be had; new ones cannot be made.
    assert!(stand.engine.get_or_create(&definition).await.is_ok());
    let other = stand.engine.resolve(&Shape::table("t").columns(["id"]), Evaluator::Postgres).await.unwrap();
    assert!(matches!(stand.engine.get_or_create(&other).await, Err(CreateError::NotActive)));
    stand.sql.run("DELETE FROM t").await;
    stand.sql.run("INSERT INTO t VALUES (5)").await;
    gone(&mut shape).await;
    reaches(&stand.engine, EngineStatus::Active).await;
    works(&mut stand).await;
    stand.stop().await;
}

#[tokio::test]
async fn a_dropped_publication_is_made_anew() {
    let mut stand = Stand::start(SCHEMA).await;
    let shape = stand.shape(Shape::table("t")).await;
    let [[Some(name)]] = &stand
        .sql
        .rows("SELECT pubname FROM pg_publication")
        .await
        .try_into()
        .map(|[row]: [Vec<Option<String>>; 1]| [<[Option<String>; 1]>::try_from(row).unwrap()])
        .unwrap()
    else {
        panic!("one publication")
    };
    stand.sql.run(&format!("DROP PUBLICATION {name}")).await;
    // The next change finds out.
    stand.sql.run("INSERT INTO t VALUES (2)").await;
    let mut shape = shape;
    gone(&mut shape).await;
    reaches(&stand.engine, EngineStatus::Active).await;
    works(&mut stand).await;
    stand.stop().await;
}

#[tokio::test]
async fn a_server_that_comes_later_or_again_is_followed() {
    let cluster = Arc::new(tokio::task::spawn_blocking(Cluster::start).await.unwrap().unwrap());
    let url = cluster.url("postgres");
    cluster.psql("postgres", SCHEMA).unwrap();
    cluster.stop().unwrap();
    let engine = engine(&url).await.unwrap();
    assert_eq!(engine.status(), EngineStatus::Starting);
    for id in 10..12 {
        let start = cluster.clone();
        tokio::task::spawn_blocking(move || start.start_again()).await.unwrap().unwrap();
        engine.active().await;
        let mut shape = Materialised::new(shape(&engine, Shape::table("t")).await);
        shape.catch_up().await;
        cluster.psql("postgres", &format!("INSERT INTO t VALUES ({id})")).unwrap();
        while !shape.rows.contains_key(&format!("\"public\".\"t\"/\"{id}\"")) {
            shape.wait().await;
            shape.catch_up().await;
        }
        let stop = cluster.clone();
        tokio::task::spawn_blocking(move || stop.stop()).await.unwrap().unwrap();
        reaches(&engine, EngineStatus::Starting).await;
    }
    cluster.start_again().unwrap();
    engine.active().await;
    engine.stop().await;
    assert_eq!(cluster.psql("postgres", "SELECT count(*) FROM pg_publication").unwrap(), "0", "also those of before");
}

#[tokio::test]
async fn what_trying_again_will_not_mend_is_told_at_the_start() {
    let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
    let Err(StartError::Source(error)) = engine(&format!("{}_nowhere", database.url())).await else {
        panic!("it started")
    };
    assert!(error.is_fatal(), "{error}");
}

#[tokio::test]
async fn stopping_ends_the_engine_in_the_middle_of_anything() {
    let stand = Stand::start(SCHEMA).await;
    stand.sql.run("INSERT INTO t SELECT generate_series(2, 100000)").await;
    let definition = stand.engine.resolve(&Shape::table("t"), Evaluator::Postgres).await.unwrap();
    let making = stand.engine.get_or_create(&definition);
    let stopped = async {
        stand.sql.run("UPDATE t SET id = -id").await;
        tokio::time::timeout(Duration::from_secs(20), stand.engine.stop()).await.expect("it stops in time");
    };
    // Whatever comes of the shape, nobody waits for ever.
    let (_, ()) = futures_util::future::join(making, stopped).await;
    assert_eq!(stand.engine.status(), EngineStatus::Stopped);
    assert!(stand.sql.rows("SELECT FROM pg_publication").await.is_empty());
}
