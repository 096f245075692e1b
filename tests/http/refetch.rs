//! Back to the start, and offsets that do not exist.

use std::time::Instant;

use super::support::{Answer, HOLD, ITEMS, after, row, stand, stand_with};
use crate::support::Stand;

/// A live request on a shape that was up to date.
async fn held(stand: &Stand, shape: &str, last: &Answer) -> tokio::task::JoinHandle<Answer> {
    let held = stand.held(&format!("{}&live=true", after(shape, last)));
    let table = if shape.contains("items") { "items" } else { "wide" };
    stand.waiting(table, 1).await;
    held
}

#[tokio::test]
async fn case_77_78_a_handle_that_is_not_of_this_shape() {
    let stand = stand().await;
    for items in ITEMS {
        let other = stand.get("/v1/shape?table=num&offset=-1").await.handle();
        let before = Instant::now();
        for (query, old) in [
            (format!("offset=0_0&handle={other}"), other.as_str()),
            ("offset=0_0&handle=none".to_owned(), "none"),
            ("offset=99_0&handle=none&live".to_owned(), "none"),
        ] {
            let answer = stand.get(&format!("{items}{query}")).await;
            let handle = answer.refetch(old);
            assert_eq!(answer.header("cache-control"), "public, max-age=60, must-revalidate");
            let next = stand.get(&format!("{items}offset=-1&handle={handle}&expired_handle={old}")).await;
            assert_eq!(next.handle(), handle);
        }
        assert!(before.elapsed().as_secs() < 5, "the handle counts before the offset");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_79_a_truncated_table_is_fetched_anew() {
    for items in ITEMS {
        let stand = stand().await;
        stand.db.run(&row(1)).await;
        let last = stand.sync(items).await.0;
        let held = held(&stand, items, &last).await;
        stand.db.run("TRUNCATE items").await;
        let handle = held.await.unwrap().refetch(&last.handle());
        let next = stand.get(&format!("{items}offset=-1&handle={handle}")).await;
        assert_eq!((next.handle(), next.words()), (handle.clone(), vec!["snapshot-end".to_owned()]));
        assert_eq!(stand.get(&after(items, &last)).await.refetch(&last.handle()), handle);
        stand.stop().await;
    }
}

#[tokio::test]
async fn case_82_83_another_schema_is_another_shape() {
    let stand = stand().await;
    let all = "/v1/shape?table=wide&";
    for change in ["ALTER TABLE wide ADD COLUMN v9 text", "ALTER TABLE wide ALTER v1 TYPE varchar(20)"] {
        let last = stand.sync(all).await.0;
        let held = held(&stand, all, &last).await;
        stand.db.run(change).await;
        // It shows with the next row.
        stand.db.run("INSERT INTO wide SELECT coalesce(max(id), 0) + 1, 'x', 'y', 'z' FROM wide").await;
        let handle = held.await.unwrap().refetch(&last.handle());
        let next = stand.get(&format!("{all}offset=-1")).await;
        assert_eq!((next.status.as_u16(), next.handle()), (200, handle), "{change}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_82_listed_columns_live_on_when_another_is_added() {
    let stand = stand().await;
    let some = "/v1/shape?table=wide&columns=id,v1&";
    let last = stand.sync(some).await.0;
    stand.db.run("ALTER TABLE wide ADD COLUMN v9 text").await;
    stand.db.run("INSERT INTO wide VALUES (1, 'a', 'b', 'c')").await;
    let last = stand.live(some, &last).await;
    assert_eq!(last.words(), ["insert 1", "up-to-date"]);
    // Nor does it matter that a shape of the table's new form is made beside it.
    let all = stand.get("/v1/shape?table=wide&offset=-1").await;
    assert_eq!(all.messages()[0]["value"]["v9"], serde_json::Value::Null);
    stand.db.run("INSERT INTO wide VALUES (2, 'a', 'b', 'c', 'd')").await;
    assert_eq!(stand.live(some, &last).await.words(), ["insert 2", "up-to-date"]);
    assert_eq!(stand.get(&format!("{some}offset=-1")).await.handle(), last.handle());
    stand.stop().await;
}

#[tokio::test]
async fn a_fixed_route_does_not_refuse_who_holds_its_log() {
    let stand = stand().await;
    let brief = "/shapes/brief?";
    let last = stand.sync(brief).await.0;
    let held = held(&stand, brief, &last).await;
    stand.db.run("ALTER TABLE wide DROP COLUMN v1; INSERT INTO wide VALUES (9, 'b', 'c')").await;
    // There is nothing to go to: so nobody may keep that.
    for answer in [held.await.unwrap(), stand.get(&after(brief, &last)).await] {
        assert_eq!((answer.status.as_u16(), answer.get("electric-handle")), (409, None), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let start = stand.get(&format!("{brief}offset=-1")).await;
    assert_eq!(start.refusal(), ("columns", "The following columns are not found on the table: v1".to_owned()));
    stand.stop().await;
}

#[tokio::test]
async fn case_85_an_offset_beyond_the_log_is_refused_after_a_while() {
    let stand = stand_with(|builder| builder.hold(HOLD)).await;
    for items in ITEMS {
        let last = stand.sync(items).await.0;
        for live in ["", "&live=true"] {
            let begin = Instant::now();
            let path = format!("{items}offset=99999999999999_0&handle={}{live}", last.handle());
            let answer = stand.get(&path).await;
            assert!(begin.elapsed() >= HOLD / 2);
            assert_eq!(answer.refusal(), ("offset", "out of bounds for this shape".to_owned()));
            assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (400, "no-store"));
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_86_unless_the_log_reaches_it() {
    let stand = stand().await;
    for (n, items) in (1..).zip(ITEMS) {
        let last = stand.sync(items).await.0;
        // One transaction of ours is beyond it, the next has what is after it.
        let lsn = stand.db.client.query_one("SELECT (pg_current_wal_insert_lsn() - '0/0')::int8", &[]).await.unwrap();
        let path = format!("{items}offset={}_0&handle={}", lsn.get::<_, i64>(0), last.handle());
        let held = stand.held(&path);
        stand.waiting("items", 1).await;
        stand.db.run(&row(n)).await;
        assert_eq!(held.await.unwrap().words(), [&format!("insert {n}"), "up-to-date"]);
    }
    stand.stop().await;
}
