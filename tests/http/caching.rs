//! What may be kept, and asked for again.

use reqwest::Method;

use super::support::{ITEMS, after, row, stand};

#[tokio::test]
async fn case_40_the_snapshot_is_kept_for_a_week() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    for (n, items) in (2..).zip(ITEMS) {
        let first = stand.get(&format!("{items}offset=-1")).await;
        let week = "public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746";
        assert_eq!(first.header("cache-control"), week);
        assert_eq!(first.header("etag"), format!("\"{}:-1:0_0\"", first.handle()));
        stand.db.run(&row(n)).await;
        let again = stand.get(&format!("{items}offset=-1")).await;
        assert_eq!((again.header("etag"), &again.text), (first.header("etag"), &first.text));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_51_what_a_client_has_is_not_sent_again() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let first = stand.get(&format!("{items}offset=-1")).await;
        let path = after(items, &first);
        let second = stand.get(&path).await;
        for (path, answer) in [(format!("{items}offset=-1"), &first), (path, &second)] {
            let etag = answer.header("etag").to_owned();
            for tags in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}")] {
                let known = stand.send(Method::GET, &path, &[("if-none-match", &tags)]).await;
                assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""), "{tags}");
                for name in ["cache-control", "etag", "electric-handle", "electric-offset", "electric-has-data"] {
                    assert_eq!(known.header(name), answer.header(name), "{name}");
                }
                assert_eq!(known.get("electric-schema"), None);
                assert_eq!(known.get("electric-up-to-date"), answer.get("electric-up-to-date"));
                assert_eq!(known.header("access-control-allow-origin"), "*");
            }
            let news = stand.send(Method::GET, &path, &[("if-none-match", "\"other\"")]).await;
            assert_eq!(news.status, 200);
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_52_a_live_answer_that_is_known_is_not_waited_for() {
    let stand = stand().await;
    for (n, items) in (1..).zip(ITEMS) {
        let last = stand.sync(items).await.0;
        stand.db.run(&row(n)).await;
        let live = stand.live(items, &last).await;
        let path = format!("{}&live=true", after(items, &last));
        let known = stand.send(Method::GET, &path, &[("if-none-match", live.header("etag"))]).await;
        assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
        assert!(known.get("electric-cursor").is_some());
        // Nothing is new since then: known, not held.
        let end = stand.get(&after(items, &live)).await;
        let path = format!("{}&live=true", after(items, &live));
        let known = stand.send(Method::GET, &path, &[("if-none-match", end.header("etag"))]).await;
        assert_eq!(known.status, 304);
    }
    stand.stop().await;
}
