//! A server with both doors, and answers taken apart.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorUnauthorized;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::ServiceConfig;
use diesel_electric::{CachePolicy, Limits, Shape, ShapeApi, SyncService, SyncServiceBuilder, shape_api, sync_scope};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Db, Stand};

/// The tables of the reference's fixtures.
pub const SCHEMA: &str = "
    CREATE TABLE items (id uuid PRIMARY KEY, value text NOT NULL);
    CREATE TABLE num (id int8 PRIMARY KEY, num int4 NOT NULL);
    CREATE TABLE wide (id int8 PRIMARY KEY, v1 text NOT NULL, v2 text NOT NULL, v3 text NOT NULL);
    CREATE TABLE nopk (a text, b text);
";

/// Both doors to the same shape.
pub const ITEMS: [&str; 2] = ["/v1/shape?table=items&", "/shapes/items?"];

/// How long live requests are held where a test waits for the end of it.
pub const HOLD: Duration = Duration::from_millis(100);

fn routes(config: &mut ServiceConfig, sync: &SyncService) {
    routes_with(config, sync, shape_api(sync));
}

fn routes_with(config: &mut ServiceConfig, sync: &SyncService, api: ShapeApi) {
    let fixed = sync_scope("/shapes", sync)
        .shape("/items", Shape::table("items"))
        .shape("/num", Shape::table("num"))
        .shape("/wide", Shape::table("wide"))
        .shape("/brief", Shape::table("wide").columns(["id", "v1"]))
        .shape("/few", Shape::table("num").filter_sql("num = $1").bind(2).columns(["id"]))
        .shape("/misfit", Shape::table("num").filter_sql("num = $1").bind("secret"))
        .shape("/broken", Shape::table("num").filter_sql("num = $1"));
    let guarded = sync_scope("/guarded", sync)
        .shape("/items", Shape::table("items"))
        .shape_cached("/public", CachePolicy::Shared, Shape::table("items"))
        .wrap(from_fn(guard));
    config.service(fixed).service(guarded).service(api);
}

async fn guard<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.headers().contains_key("x-key") { next.call(request).await } else { Err(ErrorUnauthorized("who?")) }
}

/// A server with the fixture tables.
pub async fn stand() -> Stand {
    stand_with(|builder| builder).await
}

/// A server with the fixture tables and options.
pub async fn stand_with(configure: impl FnOnce(SyncServiceBuilder) -> SyncServiceBuilder) -> Stand {
    Stand::start(SCHEMA, configure, routes).await
}

/// A server with options on a database that has the fixture tables.
pub async fn stand_on(db: Db, configure: impl FnOnce(SyncServiceBuilder) -> SyncServiceBuilder) -> Stand {
    Stand::on(db, configure, routes).await
}

/// A server with the fixture tables, options, and options of the door for shapes that clients define.
pub async fn stand_with_api(
    configure: impl FnOnce(SyncServiceBuilder) -> SyncServiceBuilder,
    api: impl Fn(ShapeApi) -> ShapeApi + Clone + Send + 'static,
) -> Stand {
    Stand::start(SCHEMA, configure, move |config, sync| routes_with(config, sync, api(shape_api(sync)))).await
}

/// A server with the fixture tables and limits.
pub async fn stand_within(set: impl FnOnce(&mut Limits)) -> Stand {
    let mut limits = Limits::default();
    set(&mut limits);
    stand_with_api(|builder| builder.limits(limits), |api| api.allow_delete(true)).await
}

/// The statement that inserts item `n`.
pub fn row(n: u128) -> String {
    format!("INSERT INTO items VALUES ('{}', 'a')", uuid::Uuid::from_u128(n))
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

    /// The values of a header that may come more than once.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// All headers but those that are others each time.
    pub fn lasting_headers(&self) -> Vec<(String, String)> {
        let all = self.headers.iter().filter(|(name, _)| *name != "date");
        let mut all: Vec<_> = all.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        all.sort();
        all
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

    /// The one parameter that is refused, and why.
    #[track_caller]
    pub fn refusal(&self) -> (&'static str, String) {
        let body = self.json();
        let fields = body["errors"].as_object().unwrap_or_else(|| panic!("no refusal: {self:#?}"));
        let (field, texts) = fields.iter().next().unwrap();
        assert_eq!((fields.len(), texts.as_array().unwrap().len()), (1, 1), "{self:#?}");
        (field.clone().leak(), texts[0].as_str().unwrap().to_owned())
    }

    #[track_caller]
    pub fn handle(&self) -> String {
        self.header("electric-handle").to_owned()
    }

    #[track_caller]
    pub fn offset(&self) -> String {
        self.header("electric-offset").to_owned()
    }

    /// Asserts that it sends the client back to the start under another handle than `old`, and returns that.
    #[track_caller]
    pub fn refetch(&self, old: &str) -> String {
        assert_eq!(self.status, 409, "{self:#?}");
        assert_eq!(self.text, r#"[{"headers":{"control":"must-refetch"}}]"#);
        let handle = self.handle();
        assert_ne!(handle, old);
        assert_eq!(self.header("etag"), format!("\"{handle}::\""));
        handle
    }
}

pub fn word(message: &Value) -> String {
    let headers = &message["headers"];
    if let Some(control) = headers["control"].as_str() {
        return control.to_owned();
    }
    let key = message["key"].as_str().unwrap();
    let (_, key) = key.split_once('/').unwrap();
    // Of a UUID the number it was made from.
    let key = key.replace('"', "").replace("00000000-0000-0000-0000-00000000000", "");
    format!("{} {key}", headers["operation"].as_str().unwrap())
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

    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        Answer::read(self.http.post(format!("{}{path}", self.url)).body(body).send().await.unwrap()).await
    }

    /// A request that waits while the test goes on.
    pub fn held(&self, path: &str) -> tokio::task::JoinHandle<Answer> {
        let request = self.http.get(format!("{}{path}", self.url));
        tokio::spawn(async move { Answer::read(request.send().await.unwrap()).await })
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

    /// Waits until `count` requests for the table wait, on whatever route. They are interrupted for it, which must not
    /// matter to them.
    pub async fn waiting(&self, table: &str, count: usize) {
        loop {
            let found = self.sync.interrupt(Shape::table(table)).await.unwrap();
            assert!(found <= count, "{found} requests wait instead of {count}");
            if found == count {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The next live answer.
    pub async fn live(&self, shape: &str, last: &Answer) -> Answer {
        self.get(&format!("{}&live=true", after(shape, last))).await
    }
}

/// The request that follows an answer.
pub fn after(shape: &str, answer: &Answer) -> String {
    format!("{shape}offset={}&handle={}", answer.offset(), answer.handle())
}
