//! A server with both doors, and answers taken apart.

use std::time::Duration;

use actix_web::web::ServiceConfig;
use diesel_electric::{Shape, SyncService, SyncServiceBuilder, shape_api, sync_scope};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::Stand;

/// The tables of the reference's fixtures.
pub const SCHEMA: &str = "
    CREATE TABLE items (id uuid PRIMARY KEY, value text NOT NULL);
    CREATE TABLE num (id int8 PRIMARY KEY, num int4 NOT NULL);
    CREATE TABLE wide (id int8 PRIMARY KEY, v1 text NOT NULL, v2 text NOT NULL, v3 text NOT NULL);
    CREATE TABLE nopk (a text, b text);
";

/// How long live requests are held: short, where a test waits for the end of it.
pub const HOLD: Duration = Duration::from_millis(100);

fn routes(config: &mut ServiceConfig, sync: &SyncService) {
    let fixed = sync_scope("/shapes", sync)
        .shape("/items", Shape::table("items"))
        .shape("/num", Shape::table("num"))
        .shape("/wide", Shape::table("wide"));
    config.service(fixed).service(shape_api(sync));
}

/// A server with the fixture tables.
pub async fn stand() -> Stand {
    stand_with(|builder| builder).await
}

/// A server with the fixture tables and options.
pub async fn stand_with(configure: impl FnOnce(SyncServiceBuilder) -> SyncServiceBuilder) -> Stand {
    Stand::start(SCHEMA, configure, routes).await
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {self:#?}"))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// The messages of a log, which must be there.
    #[track_caller]
    pub fn messages(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{self:#?}");
        self.json().as_array().unwrap().clone()
    }

    /// Each message in a word: the operation and the key's values, or the control.
    #[track_caller]
    pub fn words(&self) -> Vec<String> {
        self.messages().iter().map(word).collect()
    }

    #[track_caller]
    pub fn handle(&self) -> String {
        self.header("electric-handle").to_owned()
    }

    #[track_caller]
    pub fn offset(&self) -> String {
        self.header("electric-offset").to_owned()
    }
}

fn word(message: &Value) -> String {
    let headers = &message["headers"];
    if let Some(control) = headers["control"].as_str() {
        return control.to_owned();
    }
    let key = message["key"].as_str().unwrap();
    let (_, key) = key.split_once('/').unwrap();
    format!("{} {}", headers["operation"].as_str().unwrap(), key.replace('"', ""))
}

impl Stand {
    /// `path` with its query, as it is.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    /// Follows a shape from its start until it is up to date: the last answer, and the words of all.
    pub async fn sync(&self, shape: &str) -> (Answer, Vec<String>) {
        let mut answer = self.get(&format!("{shape}offset=-1")).await;
        let mut words = answer.words();
        while answer.get("electric-up-to-date").is_none() {
            answer = self.get(&after(shape, &answer)).await;
            words.extend(answer.words());
        }
        (answer, words)
    }
}

/// The request that follows an answer.
pub fn after(shape: &str, answer: &Answer) -> String {
    format!("{shape}offset={}&handle={}", answer.offset(), answer.handle())
}
