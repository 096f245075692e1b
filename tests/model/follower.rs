//! A small client over HTTP that does what the published ones do: it follows the log from answer to answer, goes live
//! when it is up to date, starts again when it is told to. And it goes away at any moment, and resumes where it was.

use std::time::Duration;

use cluster::Random;
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use tokio::sync::watch;

use super::copy::Copy;
use super::tables::Definition;

/// How news is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    LongPoll,
    Stream,
    /// Not at all: it asks again and again.
    Ask,
}

pub struct Follower {
    http: reqwest::Client,
    server: String,
    random: Random,
    mode: Mode,
    pub definition: Definition,
    pub copy: Copy,
    handle: Option<String>,
    offset: String,
    cursor: String,
    /// How far the log has been seen when it was last up to date.
    seen: u64,
    is_up_to_date: bool,
    /// It has started anew in this round: what the round wrote may all be in the snapshot, so that no news will come.
    is_fresh: bool,
    pub requests: usize,
}

/// The end of a round: the position of its last commit, which is in the log of every shape. None while it goes on.
pub type End = watch::Receiver<Option<u64>>;

impl Follower {
    pub fn new(server: &str, mode: Mode, definition: Definition, random: Random) -> Self {
        Self {
            http: reqwest::Client::new(),
            server: server.to_owned(),
            random,
            mode,
            copy: Copy::new(definition.clone()),
            definition,
            handle: None,
            offset: "-1".to_owned(),
            cursor: String::new(),
            seen: 0,
            is_up_to_date: false,
            is_fresh: true,
            requests: 0,
        }
    }

    /// Follows its shape until it has all that the round wrote.
    pub async fn follow(&mut self, end: &mut End) {
        self.is_fresh = self.handle.is_none();
        loop {
            let end_of_round = *end.borrow_and_update();
            if end_of_round.is_some_and(|end| self.is_up_to_date && self.seen >= end) {
                return;
            }
            if end_of_round.is_none() {
                self.change_mind();
            }
            self.requests += 1;
            let waits = self.is_up_to_date
                && self.mode != Mode::Ask
                // From then on nothing new comes; and whoever is not fresh has to get the end as news.
                && if end_of_round.is_some() { !self.is_fresh } else { !self.random.one_in(8) };
            match self.mode {
                Mode::Stream if waits => self.stream(end).await,
                _ => self.ask(waits, end).await,
            }
        }
    }

    /// Follows its shape until it is up to date.
    pub async fn begin(&mut self) {
        while !self.is_up_to_date {
            self.exchange(self.request(false, false)).await;
        }
    }

    /// Follows its shape until it has a key.
    pub async fn until(&mut self, key: &str) {
        while !self.copy.has(key) {
            self.exchange(self.request(self.is_up_to_date, false)).await;
        }
    }

    /// Whether it has not got all of the round yet.
    pub fn is_behind(&self, end: u64) -> bool {
        !self.is_up_to_date || self.seen < end
    }

    pub fn state(&self) -> String {
        let Self { mode, is_up_to_date, is_fresh, seen, offset, .. } = self;
        let recent = self.copy.recent();
        format!("{mode:?}, up to date {is_up_to_date}, fresh {is_fresh}, seen {seen}, offset {offset}, {recent}")
    }

    /// Now and then it forgets all, or wants another shape.
    fn change_mind(&mut self) {
        let change = self.random.below(60);
        if change == 0 {
            self.definition = Definition::random(&mut self.random);
            self.handle = None;
            self.start_again("another shape");
        } else if change == 1 {
            self.handle = self.handle.take().filter(|_| self.random.one_in(2));
            self.start_again("forgets all");
        }
    }

    fn start_again(&mut self, why: &str) {
        self.copy = Copy::new(self.definition.clone());
        self.copy.note(&format!("-- {why}"));
        "-1".clone_into(&mut self.offset);
        self.cursor = String::new();
        (self.is_up_to_date, self.is_fresh) = (false, true);
    }

    /// The end of a round after which nothing new comes. One who is fresh may have it in the snapshot, and then asks.
    fn enough(&self) -> u64 {
        if self.is_fresh { u64::MAX } else { self.seen }
    }

    fn request(&self, is_live: bool, is_stream: bool) -> RequestBuilder {
        let mut params = self.definition.params();
        params.push(("offset", self.offset.clone()));
        params.extend(self.handle.clone().map(|handle| ("handle", handle)));
        if is_live {
            params.push(("live", "true".to_owned()));
            params.push(("cursor", self.cursor.clone()));
        }
        if is_stream {
            params.push(("live_sse", "true".to_owned()));
        }
        self.http.get(Url::parse_with_params(&format!("{}/v1/shape", self.server), params).unwrap())
    }

    /// One request, from which it may go away before it has the answer.
    async fn ask(&mut self, is_live: bool, end: &mut End) {
        let request = self.request(is_live, false);
        let is_live_at_end = is_live && end.borrow().is_some();
        if self.random.one_in(6) {
            let patience = Duration::from_millis(self.random.below(12));
            tokio::select! {
                // Here it has no part of the answer yet, or all of it, and forgets that.
                _ = async { request.send().await?.bytes().await } => {}
                () = tokio::time::sleep(patience) => {}
            }
            self.copy.note("-- gone before the answer");
            return;
        }
        let enough = self.enough();
        tokio::select! {
            has_data = self.exchange(request) => {
                assert!(!is_live_at_end || has_data, "news were held back: {}", self.copy.recent());
            }
            () = ended(end, enough), if is_live => {}
        }
    }

    /// Sends a request and takes the answer in. False if there was no news.
    async fn exchange(&mut self, request: RequestBuilder) -> bool {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let url = answer.url().clone();
        let text = answer.text().await.unwrap();
        self.copy.note(&format!("-- {status} {}", url.query().unwrap()));
        if status == 409 {
            self.refetch(&text, header("electric-handle"));
            return true;
        }
        if status == 503 {
            retry(&headers).await;
            return true;
        }
        assert_eq!(status, 200, "{url}: {text}; {}", self.copy.recent());
        let messages: Vec<Value> = serde_json::from_str(&text).unwrap();
        self.take(header("electric-handle").unwrap());
        self.offset = header("electric-offset").unwrap();
        self.cursor = header("electric-cursor").unwrap_or_default();
        let seen = self.copy.apply(&messages, self.mode == Mode::Stream);
        assert_eq!(seen.is_some(), header("electric-up-to-date").is_some(), "{url}: {text}");
        self.up_to_date(seen);
        header("electric-has-data").unwrap() == "true"
    }

    fn refetch(&mut self, text: &str, handle: Option<String>) {
        assert_eq!(text, r#"[{"headers":{"control":"must-refetch"}}]"#);
        assert_ne!(handle, self.handle, "sent back to the handle that is gone: {}", self.copy.recent());
        self.handle = handle;
        self.start_again("must refetch");
    }

    /// The handle of an answer: the one that it has, unless it begins.
    fn take(&mut self, handle: String) {
        if self.offset != "-1" {
            assert_eq!(self.handle.as_deref(), Some(handle.as_str()), "{}", self.copy.recent());
        }
        self.handle = Some(handle);
    }

    fn up_to_date(&mut self, seen: Option<u64>) {
        self.is_up_to_date = seen.is_some();
        if let Some(seen) = seen {
            assert!(seen >= self.copy.last.0, "up to date behind its own rows: {}", self.copy.recent());
            self.seen = seen;
        }
    }

    /// Reads a stream of events until it ends, or for a while. What no `up-to-date` has followed is forgotten.
    async fn stream(&mut self, end: &mut End) {
        let mut answer = self.request(true, true).send().await.unwrap();
        self.copy.note(&format!("-- {} {}", answer.status(), answer.url().query().unwrap()));
        if answer.status() == 409 {
            let handle = answer.headers().get("electric-handle").map(|handle| handle.to_str().unwrap().to_owned());
            let text = answer.text().await.unwrap();
            return self.refetch(&text, handle);
        }
        if answer.status() == 503 {
            return retry(answer.headers()).await;
        }
        assert_eq!(answer.status(), 200, "{}", self.copy.recent());
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        self.take(answer.headers()["electric-handle"].to_str().unwrap().to_owned());
        answer.headers()["electric-offset"].to_str().unwrap().clone_into(&mut self.offset);
        answer.headers()["electric-cursor"].to_str().unwrap().clone_into(&mut self.cursor);
        let batches = self.random.below(6);
        let mut text = String::new();
        for _ in 0..=batches {
            let enough = self.enough();
            let is_over = tokio::select! {
                is_over = self.batch(&mut answer, &mut text) => is_over,
                () = ended(end, enough) => true,
            };
            if is_over {
                return;
            }
        }
        self.copy.note("-- gone from the stream");
    }

    /// Reads events to the next `up-to-date`, and takes them in. True at the stream's end.
    async fn batch(&mut self, answer: &mut reqwest::Response, text: &mut String) -> bool {
        let mut messages: Vec<Value> = Vec::new();
        loop {
            while let Some(end) = text.find("\n\n") {
                let event: String = text.drain(..end + 2).collect();
                if let Some(data) = event.strip_prefix("data: ") {
                    messages.push(serde_json::from_str(data).unwrap());
                }
                if messages.last().is_some_and(|last| last["headers"]["control"] == "up-to-date") {
                    let seen = self.copy.apply(&messages, true).unwrap();
                    self.offset = format!("{seen}_0");
                    self.up_to_date(Some(seen));
                    assert_eq!(seen, self.copy.last.0, "another end than the last item: {}", self.copy.recent());
                    return false;
                }
            }
            let Some(piece) = answer.chunk().await.unwrap() else { return true };
            text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}

/// Waits before the next request, as a server asks that is not ready. Not as long.
async fn retry(headers: &HeaderMap) {
    assert!(headers.contains_key("retry-after"));
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Waits until the round has ended, and nothing new comes to one who has seen so much.
async fn ended(end: &mut End, seen: u64) {
    end.wait_for(|end| end.is_some_and(|end| seen >= end)).await.unwrap();
}
