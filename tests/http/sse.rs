//! News as a stream of events.

use std::time::{Duration, Instant};

use diesel_electric::Shape;
use serde_json::Value;

use super::support::{Answer, ITEMS, after, row, stand, stand_with, word};
use crate::support::Stand;

/// What a stream shows, in words: of events what they tell, of comments their text.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    async fn open(stand: &Stand, path: &str) -> Self {
        let response = stand.http.get(format!("{}{path}", stand.url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    /// The next event as it is, `None` at the end of the stream.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(event);
            }
            match self.response.chunk().await.unwrap() {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes).unwrap()),
                None => return None,
            }
        }
    }

    async fn message(&mut self) -> Value {
        let event = self.next().await.expect("the stream goes on");
        serde_json::from_str(event.strip_prefix("data: ").expect("an event")).unwrap()
    }

    /// The words of a batch, and the position at its end.
    async fn batch(&mut self) -> (Vec<String>, String) {
        let mut words = Vec::new();
        loop {
            let message = self.message().await;
            words.push(word(&message));
            if let Some(seen) = message["headers"]["global_last_seen_lsn"].as_str() {
                return (words, seen.to_owned());
            }
        }
    }
}

fn stream(shape: &str, answer: &Answer) -> String {
    format!("{}&live=true&live_sse=true", after(shape, answer))
}

#[tokio::test]
async fn case_94_a_stream_begins_at_once() {
    let stand = stand().await;
    for items in ITEMS {
        let (last, _) = stand.sync(items).await;
        for name in ["live_sse", "experimental_live_sse"] {
            let path = format!("{}&live=true&{name}=true", after(items, &last));
            let events = Events::open(&stand, &path).await;
            assert_eq!(events.header("cache-control"), Some("public, max-age=59"));
            assert_eq!(events.header("electric-offset"), Some(last.offset().as_str()));
            assert_eq!(events.header("electric-handle"), Some(last.handle().as_str()));
            assert_eq!(
                (events.header("electric-up-to-date"), events.header("electric-has-data")),
                (Some(""), Some("true"))
            );
            assert!(events.header("electric-cursor").is_some() && events.header("electric-schema").is_none());
            assert_eq!(events.header("x-accel-buffering"), Some("no"));
            assert_eq!(events.header("access-control-allow-origin"), Some("*"));
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_95_each_transaction_ends_with_its_own_position() {
    let stand = stand().await;
    for (n, items) in [(1, ITEMS[0]), (3, ITEMS[1])] {
        let (last, _) = stand.sync(items).await;
        let mut events = Events::open(&stand, &stream(items, &last)).await;
        for n in [n, n + 1] {
            stand.db.run(&row(n)).await;
            let insert = events.message().await;
            assert_eq!(word(&insert), format!("insert {n}"));
            let (words, seen) = events.batch().await;
            assert_eq!(
                (words.as_slice(), seen.as_str()),
                (&["up-to-date".to_owned()][..], insert["headers"]["lsn"].as_str().unwrap())
            );
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_96_an_idle_stream_says_that_it_is_there_and_ends_in_time() {
    let (life, silence) = (Duration::from_millis(1200), Duration::from_millis(300));
    let stand = stand_with(|builder| builder.sse(life).keep_alive(silence)).await;
    for items in ITEMS {
        let (last, _) = stand.sync(items).await;
        let begin = Instant::now();
        let mut events = Events::open(&stand, &stream(items, &last)).await;
        assert_eq!(events.header("cache-control"), Some("public, max-age=1"));
        let mut comments = 0;
        while let Some(event) = events.next().await {
            assert_eq!(event, ": keep-alive");
            comments += 1;
        }
        assert!((1..=4).contains(&comments) && begin.elapsed() >= life, "{comments} in {:?}", begin.elapsed());
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_97_a_stream_ends_with_its_shape_and_an_unknown_handle_gets_none() {
    let stand = stand().await;
    for items in ITEMS {
        let (last, _) = stand.sync(items).await;
        let path = stream(items, &last);
        let mut events = Events::open(&stand, &path).await;
        stand.db.run("TRUNCATE items").await;
        assert_eq!(events.next().await, None);
        let handle = stand.get(&path).await.refetch(&last.handle());
        let answer = stand.get(&format!("{items}offset=0_0&handle=none&live=true&live_sse=true")).await;
        assert_eq!(answer.refetch("none"), handle);
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_98_a_client_that_comes_back_within_a_transaction_misses_nothing() {
    let stand = stand().await;
    let items = ITEMS[0];
    let (last, _) = stand.sync(items).await;
    let mut events = Events::open(&stand, &stream(items, &last)).await;
    stand.db.run(&format!("BEGIN; {}; {}; COMMIT", row(1), row(2))).await;
    let (words, seen) = events.batch().await;
    assert_eq!(words, ["insert 1", "insert 2", "up-to-date"]);
    drop(events);
    stand.db.run(&row(3)).await;
    let path = format!("{items}offset={seen}_0&handle={}&live=true&live_sse=true", last.handle());
    let mut events = Events::open(&stand, &path).await;
    let mut words = Vec::new();
    while words.last().is_none_or(|word| word != "insert 3") {
        words.extend(events.batch().await.0.into_iter().filter(|word| word != "up-to-date"));
    }
    assert_eq!(words, ["insert 2", "insert 3"]);
    stand.stop().await;
}

#[tokio::test]
async fn case_99_a_backlog_is_sent_whole_and_the_stream_stays_open() {
    for items in ITEMS {
        // Each item is a chunk of its own.
        let stand = stand_with(|builder| builder.chunk_bytes(10)).await;
        let (last, _) = stand.sync(items).await;
        for n in 1..=3 {
            stand.db.run(&row(n)).await;
        }
        let mut lasting = last.clone();
        while !lasting.text.contains("000000000003") {
            lasting = stand.get(&format!("{}&live=true", after(items, &lasting))).await;
        }
        let mut events = Events::open(&stand, &stream(items, &last)).await;
        // The client takes this offset for its own before it has read anything.
        assert_eq!((events.header("electric-offset"), events.header("electric-up-to-date")), (Some("0_inf"), None));
        assert_eq!(events.batch().await.0, ["insert 1", "insert 2", "insert 3", "up-to-date"]);
        stand.db.run(&row(4)).await;
        assert_eq!(events.batch().await.0, ["insert 4", "up-to-date"]);
        stand.stop().await;
    }
}

#[tokio::test]
async fn a_stream_may_begin_in_the_snapshot() {
    let stand = stand_with(|builder| builder.chunk_bytes(10)).await;
    stand.db.run(&format!("{}; {}", row(1), row(2))).await;
    for items in ITEMS {
        let first = stand.get(&format!("{items}offset=-1")).await;
        let mut events = Events::open(&stand, &stream(items, &first)).await;
        let (words, seen) = events.batch().await;
        assert_eq!(
            (words.as_slice(), seen.as_str()),
            (&["insert 2", "snapshot-end", "up-to-date"].map(str::to_owned)[..], "0")
        );
    }
    stand.stop().await;
}

#[tokio::test]
async fn an_interrupt_ends_a_stream_and_its_client_gets_what_is_due() {
    let stand = stand().await;
    let items = ITEMS[1];
    let (last, _) = stand.sync(items).await;
    let mut events = Events::open(&stand, &stream(items, &last)).await;
    assert_eq!(stand.sync.interrupt(Shape::table("items")).await.unwrap(), 1);
    assert_eq!(events.next().await, None);
    stand.stop().await;
}

#[tokio::test]
async fn a_client_that_leaves_its_stream_leaves_nothing_behind() {
    let stand = stand().await;
    let (last, _) = stand.sync(ITEMS[0]).await;
    let events = Events::open(&stand, &stream(ITEMS[0], &last)).await;
    assert_eq!(stand.sync.waiting_requests(), 1);
    drop(events);
    let begin = Instant::now();
    while stand.sync.waiting_requests() > 0 {
        assert!(begin.elapsed().as_secs() < 20);
        tokio::task::yield_now().await;
    }
    stand.stop().await;
}

#[tokio::test]
async fn streams_end_when_the_service_stops() {
    let stand = stand().await;
    let (last, _) = stand.sync(ITEMS[0]).await;
    let mut events = Events::open(&stand, &stream(ITEMS[0], &last)).await;
    stand.sync.stop().await;
    assert_eq!(events.next().await, None);
    stand.stop().await;
}

#[tokio::test]
async fn head_of_a_stream_has_no_body_to_wait_for() {
    let stand = stand().await;
    let (last, _) = stand.sync(ITEMS[0]).await;
    let answer = stand.send(reqwest::Method::HEAD, &stream(ITEMS[0], &last), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("content-type"), "text/event-stream");
    stand.stop().await;
}
