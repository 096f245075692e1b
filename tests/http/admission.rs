//! How many requests run at once.

use diesel_electric::Limits;
use reqwest::Method;

use super::support::{Answer, ITEMS, after, row, stand_within};
use crate::support::Stand;

/// A client that reads nothing of its answer.
async fn unread(stand: &Stand, path: &str) -> reqwest::Response {
    let response = stand.http.get(format!("{}{path}", stand.url)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

/// Asks until the answer has that status: the server sees a little later what clients do.
async fn until(stand: &Stand, path: &str, status: u16) -> Answer {
    loop {
        let answer = stand.get(path).await;
        if answer.status == status {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until so many requests wait. An interrupt, which others wait by, would end a stream.
async fn waiting(stand: &Stand, count: usize) {
    while stand.sync.waiting_requests() != count {
        tokio::task::yield_now().await;
    }
}

/// A request that counts as `initial` and is refused at once if it may run.
const INITIAL: &str = "/v1/shape?offset=x";

#[track_caller]
fn assert_rejected(answer: &Answer, text: &str) {
    assert_eq!(answer.status, 503, "{answer:?}");
    let wanted = serde_json::json!({"code": "concurrent_request_limit_exceeded", "message": text});
    assert_eq!(answer.json(), wanted);
    assert!((6..=10).contains(&answer.header("retry-after").parse().unwrap()), "{answer:?}");
    assert_eq!(answer.header("electric-internal-known-error"), "true");
    assert_eq!((answer.header("cache-control"), answer.header("surrogate-control")), ("no-store", "no-store"));
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn case_115_116_118_requests_that_know_no_shape() {
    let stand = stand_within(|limits| limits.initial_requests = 2).await;
    let full = "Concurrent initial request limit exceeded (limit: 2), please retry";
    let known = stand.sync("/v1/shape?table=wide&").await.0;
    let dead = stand.get("/v1/shape?table=num&offset=-1").await.handle();
    assert_eq!(stand.send(Method::DELETE, &format!("/v1/shape?handle={dead}"), &[]).await.status, 202);
    // Nobody gets a snapshot of a table that is locked.
    let locker = tokio_postgres::connect(stand.db.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(locker.1);
    locker.0.batch_execute("BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let held = ITEMS.map(|items| stand.held(&format!("{items}offset=-1")));
    assert_rejected(&until(&stand, INITIAL, 503).await, full);
    for path in [
        "/v1/shape?table=nopk&offset=-1",
        "/v1/shape?table=nopk&offset=0_0&handle=none",
        &format!("/v1/shape?table=num&offset=0_0&handle={dead}"),
        "/shapes/num?offset=-1",
        "/guarded/items?offset=-1",
    ] {
        let answer = stand.send(Method::GET, path, &[("x-key", "open")]).await;
        assert_rejected(&answer, full);
    }
    assert_eq!(stand.send(Method::HEAD, INITIAL, &[]).await.status, 503);
    // None was made for them, which DELETE tells, as it is not counted.
    assert_eq!(stand.send(Method::DELETE, "/v1/shape?table=nopk", &[]).await.status, 404);
    assert_eq!(stand.send(Method::OPTIONS, "/v1/shape", &[]).await.status, 204);
    assert_eq!(stand.get("/v1/health").await.status, 200);
    assert_eq!(stand.get(&after("/v1/shape?table=wide&", &known)).await.status, 200, "who knows a shape is served");
    // Who leaves makes room, before any snapshot has come.
    held.iter().for_each(tokio::task::JoinHandle::abort);
    until(&stand, INITIAL, 400).await;
    locker.0.batch_execute("COMMIT").await.unwrap();
    assert_eq!(stand.get(&format!("{}offset=-1", ITEMS[0])).await.words(), ["snapshot-end"]);
    connection.abort();
    stand.stop().await;
}

#[tokio::test]
async fn case_117_118_requests_that_know_their_shape() {
    let stand = stand_within(|limits| limits.existing_requests = 2).await;
    let last = stand.sync(ITEMS[0]).await.0;
    // Both doors count together.
    let held = ITEMS.map(|items| stand.held(&format!("{}&live=true", after(items, &last))));
    stand.waiting("items", 2).await;
    let full = "Concurrent existing request limit exceeded (limit: 2), please retry";
    for items in ITEMS {
        assert_rejected(&stand.get(&after(items, &last)).await, full);
        assert_eq!(stand.get(&format!("{items}offset=-1")).await.status, 200, "who knows none is not one of them");
    }
    held.iter().for_each(tokio::task::JoinHandle::abort);
    until(&stand, &after(ITEMS[0], &last), 200).await;
    // Served ones leave, too.
    for _ in 0..5 {
        assert_eq!(stand.get(&after(ITEMS[1], &last)).await.status, 200);
        assert_eq!(stand.get(&format!("{}&offset=x", after(ITEMS[0], &last))).await.status, 400);
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_request_runs_until_its_answer_is_sent_and_counts_as_initial_only_until_its_shape_is_known() {
    let stand = stand_within(|limits| (limits.initial_requests, limits.existing_requests) = (1, 1)).await;
    // More than sockets keep.
    stand.db.run("INSERT INTO nopk SELECT n::text, repeat('x', 1000000) FROM generate_series(1, 12) n").await;
    stand.db.run("ALTER TABLE nopk ALTER b SET STORAGE EXTERNAL").await;
    stand.db.run(&row(1)).await;
    let last = stand.sync(ITEMS[0]).await.0;
    let slow = unread(&stand, "/v1/shape?table=nopk&offset=-1").await;
    let rejected = stand.get(&after(ITEMS[0], &last)).await;
    assert_rejected(&rejected, "Concurrent existing request limit exceeded (limit: 1), please retry");
    // Its place among those that know no shape is free again.
    assert_eq!(stand.get(&format!("{}offset=-1", ITEMS[0])).await.words(), ["insert 1", "snapshot-end"]);
    drop(slow);
    until(&stand, &after(ITEMS[0], &last), 200).await;
    stand.stop().await;
}

#[tokio::test]
async fn streams_of_events_have_a_limit_of_their_own() {
    let stand = stand_within(|limits| limits.sse_connections = 1).await;
    let last = stand.sync(ITEMS[0]).await.0;
    let events = |items: &str| format!("{}&live=true&live_sse=true", after(items, &last));
    let open = unread(&stand, &events(ITEMS[0])).await;
    let full = "Concurrent SSE connection limit exceeded (limit: 1), please retry";
    assert_rejected(&stand.get(&events(ITEMS[1])).await, full);
    assert_rejected(&stand.get(&format!("{}&live&experimental_live_sse=true", after(ITEMS[0], &last))).await, full);
    // Who merely waits is none of them.
    let held = stand.held(&format!("{}&live=true", after(ITEMS[0], &last)));
    waiting(&stand, 2).await;
    drop(open);
    waiting(&stand, 1).await;
    drop(unread(&stand, &events(ITEMS[1])).await);
    held.abort();
    stand.stop().await;
}

#[test]
fn the_defaults_are_those_of_the_reference() {
    let limits = Limits::default();
    assert_eq!((limits.initial_requests, limits.existing_requests), (300, 10_000));
}
