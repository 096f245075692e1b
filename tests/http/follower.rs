//! A client of the protocol, as the published ones are: it follows a shape by what the answers say, and starts anew when
//! it is told to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::support::Answer;

/// How often a client asks around an answer from a cache that it knows to be outdated.
const ATTEMPTS: u32 = 3;

/// A client, and the rows that it has by now.
pub struct Follower {
    http: reqwest::Client,
    /// With `?` or `&` at its end.
    shape: String,
    /// Distinguishes it from other clients where it must not be served what others are.
    id: usize,
    pub rows: BTreeMap<String, Map<String, Value>>,
    pub offset: String,
    pub handle: Option<String>,
    cursor: String,
    is_live: bool,
    expired: Option<String>,
    /// How often it has asked around the cache, if the last answer makes it.
    busting: u32,
    /// How often it was sent back to the start.
    pub refetches: usize,
}

impl Follower {
    /// A client that knows nothing yet of the shape at this URL.
    pub fn new(http: &reqwest::Client, shape: String, id: usize) -> Self {
        Self {
            http: http.clone(),
            shape,
            id,
            rows: BTreeMap::new(),
            offset: "-1".to_owned(),
            handle: None,
            cursor: String::new(),
            is_live: false,
            expired: None,
            busting: 0,
            refetches: 0,
        }
    }

    /// Follows until it is up to date and `is_enough`.
    pub async fn until(&mut self, is_enough: impl Fn(&Self) -> bool) {
        while !self.is_live || !is_enough(self) {
            self.step().await;
        }
    }

    /// Asks once, and takes in the answer.
    pub async fn step(&mut self) {
        let answer = Answer::read(self.http.get(self.url()).send().await.unwrap()).await;
        if answer.status == 409 {
            self.expired = self.handle.take();
            self.handle = answer.get("electric-handle").map(str::to_owned);
            assert!(self.handle.is_none() || self.handle != self.expired, "sent in a circle: {answer:#?}");
            "-1".clone_into(&mut self.offset);
            self.cursor.clear();
            self.rows.clear();
            (self.is_live, self.busting) = (false, 1);
            self.refetches += 1;
            return;
        }
        assert_eq!(answer.status, 200, "{} {answer:#?}", self.url());
        if self.expired.as_deref() == Some(answer.header("electric-handle")) {
            self.busting += 1;
            assert!(self.busting <= ATTEMPTS, "a cache does not let go: {answer:#?}");
            return;
        }
        self.busting = 0;
        self.take_in(&answer);
    }

    fn take_in(&mut self, answer: &Answer) {
        for message in answer.messages() {
            let Some(key) = message["key"].as_str() else { continue };
            let value = message["value"].as_object().unwrap().clone();
            match message["headers"]["operation"].as_str().unwrap() {
                "delete" => assert!(self.rows.remove(key).is_some(), "no row {key} to delete"),
                "update" => self.rows.get_mut(key).unwrap().extend(value),
                "insert" => assert!(self.rows.insert(key.to_owned(), value).is_none(), "row {key} comes twice"),
                other => panic!("{other}?"),
            }
        }
        self.is_live = answer.get("electric-up-to-date").is_some();
        (self.handle, self.offset) = (Some(answer.handle()), answer.offset());
        answer.get("electric-cursor").unwrap_or_default().clone_into(&mut self.cursor);
    }

    /// The parameters are sorted by name, so that clients in the same place ask for the same URL.
    fn url(&self) -> String {
        let mut parameters = Vec::new();
        if self.busting > 0 {
            parameters.push(format!("cache-buster={}-{}-{}", self.id, self.refetches, self.busting));
        }
        if self.is_live {
            parameters.push(format!("cursor={}", self.cursor));
        }
        parameters.extend(self.expired.iter().map(|handle| format!("expired_handle={handle}")));
        parameters.extend(self.handle.iter().map(|handle| format!("handle={handle}")));
        if self.is_live {
            parameters.push("live=true".to_owned());
        }
        parameters.push("log=full".to_owned());
        parameters.push(format!("offset={}", self.offset));
        format!("{}{}", self.shape, parameters.join("&"))
    }
}
