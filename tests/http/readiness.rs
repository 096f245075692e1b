//! A service that is not ready.

use std::time::{Duration, Instant};

use super::support::{ITEMS, after, stand, stand_with};

#[tokio::test]
async fn case_4_119_not_ready_yet() {
    let stand = stand_with(|builder| {
        // Nobody answers there.
        builder.database_url("postgres://nobody@127.0.0.1:1/nothing").readiness(Duration::from_millis(50))
    })
    .await;
    let health = stand.get("/v1/health").await;
    assert_eq!((health.status.as_u16(), health.text.as_str()), (202, r#"{"status":"starting"}"#));
    for items in ITEMS {
        let begin = Instant::now();
        let answer = stand.get(&format!("{items}offset=-1")).await;
        assert!(begin.elapsed() >= Duration::from_millis(50));
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.json()["message"].as_str().unwrap().starts_with("Timeout waiting"));
        assert_eq!(stand.get(&format!("{items}offset=x")).await.status, 503, "readiness comes first");
    }
    stand.stop().await;
}

#[tokio::test]
async fn after_its_stop_a_service_asks_to_come_again() {
    let stand = stand().await;
    let last = stand.sync(ITEMS[1]).await.0;
    stand.sync.stop().await;
    for path in [format!("{}offset=-1", ITEMS[0]), after(ITEMS[1], &last)] {
        let answer = stand.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
    }
    stand.stop().await;
}
