//! Shapes that go while their tables stay.

use super::*;
use crate::engine::CreateError;

/// Filters that differ, so that each is another shape.
fn shape_of(value: i64) -> Shape {
    Shape::table("t").filter_sql("k = $1").bind(value)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evicted_shape_ends_and_is_made_anew_when_asked_for() {
    let mut stand = Stand::start("CREATE TABLE t (id int8 PRIMARY KEY, k int8)").await;
    let old = shape(&stand.engine, shape_of(1)).await;
    let definition = old.definition().clone();
    assert!(stand.engine.by_handle(old.handle()).is_some_and(|found| Arc::ptr_eq(&found, &old)));
    stand.engine.evict(&old).await;
    assert_eq!(old.state().status, ShapeStatus::Gone);
    assert!(stand.engine.by_handle(old.handle()).is_none() && stand.engine.find(&definition).is_none());
    let mut new = Materialised::new(stand.engine.get_or_create(&definition).await.unwrap());
    assert_ne!(new.live.handle(), old.handle());
    stand.sql.run("INSERT INTO t VALUES (1, 1), (2, 2)").await;
    stand.settle().await;
    new.catch_up().await;
    assert_eq!(new.rows.len(), 1);
    assert_eq!(old.state().latest, LogOffset::SNAPSHOT_LAST, "nothing is written to it any more");
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_engine_evicts_the_shape_that_was_last_asked_for_longest_ago() {
    let stand = Stand::with_max_shapes("CREATE TABLE t (id int8 PRIMARY KEY, k int8)", 4).await;
    // With that of the stand itself, which always has a reader, it is full.
    let [one, two, three] = [1, 2, 3].map(shape_of);
    let one_live = shape(&stand.engine, one.clone()).await;
    let two_live = shape(&stand.engine, two).await;
    let three_live = shape(&stand.engine, three).await;
    let again = shape(&stand.engine, one).await;
    assert!(Arc::ptr_eq(&one_live, &again));
    let reader = two_live.subscribe();
    let four = shape(&stand.engine, shape_of(4)).await;
    let kept = |live: &LiveShape| stand.engine.by_handle(live.handle()).is_some();
    assert_eq!([&one_live, &two_live, &three_live, &four].map(|live| kept(live)), [true, true, false, true]);
    three_live.subscribe().wait_for(|state| state.status == ShapeStatus::Gone).await.unwrap();
    // When somebody reads each, none goes.
    let readers = [reader, one_live.subscribe(), four.subscribe()];
    let five = stand.engine.resolve(&shape_of(5), Evaluator::Postgres).await.unwrap();
    let refused = stand.engine.get_or_create(&five).await.unwrap_err();
    assert!(matches!(refused, CreateError::TooManyShapes { limit: 4 }), "{refused:?}");
    drop(readers);
    assert!(stand.engine.get_or_create(&five).await.is_ok());
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shape_evicted_while_it_is_made_is_made_anew_for_those_who_wait() {
    let mut stand = Stand::start("CREATE TABLE t (id int8 PRIMARY KEY, k int8)").await;
    let definition = stand.engine.resolve(&shape_of(1), Evaluator::Postgres).await.unwrap();
    let locker = Session::open(stand.database.url()).await;
    locker.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE").await;
    let (engine, wanted) = (stand.engine.clone(), definition.clone());
    let waiting = tokio::spawn(async move { engine.get_or_create(&wanted).await });
    // It cannot come further than to the lock.
    let begun = loop {
        match stand.engine.find(&definition) {
            Some(live) => break live,
            None => tokio::task::yield_now().await,
        }
    };
    stand.engine.evict(&begun).await;
    locker.run("COMMIT").await;
    let live = waiting.await.unwrap().unwrap();
    assert_ne!(live.handle(), begun.handle());
    let mut rows = Materialised::new(live);
    stand.sql.run("INSERT INTO t VALUES (1, 1)").await;
    stand.settle().await;
    rows.catch_up().await;
    assert_eq!((rows.rows.len(), begun.state().latest), (1, LogOffset::SNAPSHOT_LAST));
    stand.stop().await;
}
