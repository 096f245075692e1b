//! Waiting for news.

use std::time::Instant;

use super::support::{Answer, HOLD, ITEMS, after, row, stand, stand_with};
use crate::support::Stand;

async fn up_to_date(stand: &Stand, shape: &str) -> Answer {
    stand.sync(shape).await.0
}

#[tokio::test]
async fn case_53_a_live_request_gets_what_comes() {
    let stand = stand().await;
    for (n, (items, live)) in (1..).zip(ITEMS.iter().flat_map(|items| ["", "=1", "=true"].map(|live| (items, live)))) {
        let last = up_to_date(&stand, items).await;
        let held = stand.held(&format!("{}&live{live}", after(items, &last)));
        stand.db.run(&row(n)).await;
        let answer = held.await.unwrap();
        assert_eq!(answer.words(), [&format!("insert {n}"), "up-to-date"]);
        let messages = answer.messages();
        let lsn = messages[0]["headers"]["lsn"].as_str().unwrap();
        assert_eq!(messages[1]["headers"]["global_last_seen_lsn"], lsn);
        assert_eq!(answer.offset(), format!("{lsn}_0"));
        assert_eq!((answer.get("electric-schema"), answer.header("electric-has-data")), (None, "true"));
        assert_eq!(answer.header("cache-control"), "public, max-age=5, stale-while-revalidate=5");
        assert_eq!(answer.header("etag"), format!("\"{}:{}:{lsn}_0\"", last.handle(), last.offset()));
        assert!(answer.header("electric-cursor").parse::<u64>().unwrap() > 0);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_54_without_live_the_answer_comes_at_once() {
    let stand = stand().await;
    for items in ITEMS {
        let last = up_to_date(&stand, items).await;
        let answer = stand.get(&format!("{}&cursor=5", after(items, &last))).await;
        assert_eq!(answer.words(), ["up-to-date"]);
        assert!(answer.get("electric-schema").is_some() && answer.get("electric-cursor").is_none());
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_55_when_its_time_is_up_a_live_request_learns_that_nothing_has_come() {
    let stand = stand_with(|builder| builder.hold(HOLD)).await;
    for items in ITEMS {
        let last = up_to_date(&stand, items).await;
        let begin = Instant::now();
        let answer = stand.live(items, &last).await;
        assert!(begin.elapsed() >= HOLD);
        assert_eq!(answer.words(), ["up-to-date"]);
        assert_eq!((answer.header("electric-has-data"), answer.offset()), ("false", last.offset()));
        assert_eq!((answer.header("electric-up-to-date"), answer.header("electric-cursor")), ("", "0"));
        assert_eq!(answer.header("etag").matches(':').count(), 3);
        assert_eq!(answer.get("electric-schema"), None);
        let again = stand.live(items, &answer).await;
        assert_ne!(again.header("etag"), answer.header("etag"));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_56_57_the_cursor_grows_and_is_never_an_error() {
    let stand = stand().await;
    let items = ITEMS[0];
    let last = up_to_date(&stand, items).await;
    stand.db.run(&row(1)).await;
    let cursor = async |text: &str| {
        let answer = stand.get(&format!("{}&live=true&cursor={text}", after(items, &last))).await;
        assert_eq!(answer.status, 200);
        answer.header("electric-cursor").parse::<u64>().unwrap()
    };
    let now = cursor("").await;
    assert!(cursor("abc").await >= now);
    let later = cursor(&now.to_string()).await;
    assert!(later > now && later <= now + 3600, "{now} {later}");
    assert!(cursor(&(now + 7000).to_string()).await > now + 7000);
    stand.stop().await;
}

#[tokio::test]
async fn case_58_63_what_does_not_concern_the_shape_does_not_end_the_wait() {
    let stand = stand().await;
    stand.db.run("INSERT INTO wide VALUES (1, 'a', 'b', 'c')").await;
    let wide = "/v1/shape?table=wide&columns=id,v1&";
    let last = up_to_date(&stand, wide).await;
    let held = stand.held(&format!("{}&live", after(wide, &last)));
    // Another table, no effect, a column that is not selected, and nothing in the end.
    for quiet in [row(1).as_str(), "UPDATE wide SET v1 = v1", "UPDATE wide SET v2 = 'x'"] {
        stand.db.run(quiet).await;
    }
    stand.db.run("BEGIN; UPDATE wide SET v1 = 'never'; ROLLBACK").await;
    stand.db.run("UPDATE wide SET v1 = 'news'").await;
    let answer = held.await.unwrap();
    assert_eq!(answer.words(), ["update 1", "up-to-date"]);
    assert_eq!(answer.messages()[0]["value"], serde_json::json!({"id": "1", "v1": "news"}));
    stand.stop().await;
}

#[tokio::test]
async fn case_76_catching_up_tells_of_what_other_tables_have_written() {
    let stand = stand().await;
    for items in ITEMS {
        let last = up_to_date(&stand, items).await;
        stand.db.run("INSERT INTO num SELECT coalesce(max(id), 0) + 1, 1 FROM num").await;
        let written = stand.db.client.query_one("SELECT (pg_current_wal_lsn() - '0/0')::int8", &[]).await.unwrap();
        let written = u64::try_from(written.get::<_, i64>(0)).unwrap();
        let begin = Instant::now();
        loop {
            let answer = stand.get(&after(items, &last)).await;
            assert_eq!(answer.words(), ["up-to-date"]);
            let seen =
                answer.messages()[0]["headers"]["global_last_seen_lsn"].as_str().unwrap().parse::<u64>().unwrap();
            if seen >= written {
                break;
            }
            assert!(begin.elapsed().as_secs() < 20, "{seen} {written}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn waiting_requests_are_answered_when_the_service_stops() {
    let stand = stand().await;
    let items = ITEMS[1];
    let last = up_to_date(&stand, items).await;
    let held = stand.held(&format!("{}&live", after(items, &last)));
    stand.waiting("items", 1).await;
    stand.sync.stop().await;
    let answer = held.await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
    stand.stop().await;
}
