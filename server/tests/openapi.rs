//! The description of the endpoint, compared with what the program answers.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that meets something else than it expects must stop; clippy knows tests only by their attribute"
)]

mod support;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use support::{Server, database, program};

/// What every HTTP server says.
const COMMON: [&str; 5] = ["content-length", "content-type", "date", "transfer-encoding", "connection"];

/// The document, and what of it has been seen.
struct Description {
    document: Value,
    http: reqwest::Client,
    seen: BTreeSet<String>,
}

/// What came back.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The request after it.
    fn after(&self, shape: &str) -> String {
        format!("{shape}&handle={}&offset={}", self.header("electric-handle"), self.header("electric-offset"))
    }

    fn names(&self, parameter: &str) -> bool {
        let body: Value = serde_json::from_str(&self.text).unwrap();
        let errors = &body["errors"];
        let of_subset = parameter.strip_prefix("subset__").map(|name| &errors["subset"][name]);
        errors[parameter].is_array() || of_subset.is_some_and(Value::is_array)
    }
}

impl Description {
    async fn read(server: &Server) -> Self {
        let http = reqwest::Client::new();
        let text = http.get(format!("{}/openapi.json", server.url)).send().await.unwrap().text().await.unwrap();
        Self { document: serde_json::from_str(&text).unwrap(), http, seen: BTreeSet::new() }
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).expect("what is referred to is there"),
            None => value,
        }
    }

    /// Sends a request and compares the answer with its description.
    async fn ask(&mut self, server: &Server, method: Method, url: &str, more: &[(&str, &str)]) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{url}", server.url));
        for (name, value) in more {
            request = if *name == "body" { request.body((*value).to_owned()) } else { request.header(*name, *value) };
        }
        let mut response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let text = if is_stream { response.chunk().await.unwrap().map(|_| String::new()) } else { None };
        let text = match text {
            Some(text) => text,
            None => response.text().await.unwrap(),
        };
        let answer = Answer { status, headers, text };
        self.compare(&method, url, &answer);
        answer
    }

    fn compare(&mut self, method: &Method, url: &str, answer: &Answer) {
        let path = url.split('?').next().unwrap();
        let operation = &self.document["paths"][path][method.as_str().to_lowercase()];
        let status = answer.status.to_string();
        let described = &operation["responses"][&status];
        assert!(described.is_object(), "{method} {url} answers {status}, which is not described: {}", answer.text);
        let mut seen = vec![format!("{method} {path} {status}")];
        for (name, value) in &answer.headers {
            if COMMON.contains(&name.as_str()) {
                continue;
            }
            let header = self.resolve(&described["headers"][name.as_str()]);
            let schema = &header["schema"];
            assert!(schema.is_object(), "{method} {url} {status}: {name} is not described");
            let is_one_of =
                schema["enum"].as_array().is_none_or(|all| all.iter().any(|one| value == one.as_str().unwrap()));
            let is_const = schema["const"].as_str().is_none_or(|one| value == one);
            assert!(is_one_of && is_const, "{method} {url} {status}: {name} is {value:?}");
            seen.push(format!("{method} {path} {status} {name}"));
        }
        if !answer.text.is_empty() {
            let kind = answer.header("content-type").split(';').next().unwrap();
            assert!(described["content"][kind].is_object(), "{method} {url} {status}: {kind} is not described");
        }
        self.seen.extend(seen);
    }

    /// All that is described: operations with their statuses and headers.
    fn promised(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (path, methods) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let place = format!("{} {path} {status}", method.to_uppercase());
                    let headers = response["headers"].as_object().unwrap();
                    all.extend(headers.keys().map(|name| format!("{place} {name}")));
                    all.insert(place);
                }
            }
        }
        all
    }

    fn parameters(&self, method: &str) -> BTreeSet<String> {
        let all = self.document["paths"]["/v1/shape"][method]["parameters"].as_array().unwrap();
        all.iter().map(|parameter| self.resolve(parameter)["name"].as_str().unwrap().to_owned()).collect()
    }
}

async fn stop(server: Server) {
    let code = tokio::task::spawn_blocking(move || server.stop("-TERM")).await.unwrap();
    assert_eq!(code, Some(0));
}

const SHAPE: &str = "/v1/shape?secret=s&table=items";

/// All three kinds of reads, in every state of a log and with all that can be wrong.
async fn read(description: &mut Description, server: &Server, method: Method) {
    let mut ask = async |url: &str, more: &[(&str, &str)]| description.ask(server, method.clone(), url, more).await;
    let compressed = [("accept-encoding", "gzip")];
    let first = ask(&format!("{SHAPE}&offset=-1"), &compressed).await;
    assert_eq!(first.status, 200);
    let known = [("if-none-match", first.header("etag"))];
    assert_eq!(ask(&format!("{SHAPE}&offset=-1"), &known).await.status, 304);
    let last = ask(&first.after(SHAPE), &[]).await;
    assert_eq!(ask(&first.after(SHAPE), &[("if-none-match", last.header("etag"))]).await.status, 304);
    let live = format!("{}&live=true", last.after(SHAPE));
    assert_eq!(ask(&live, &[]).await.status, 200);
    // What a live request has already is known, too.
    assert_eq!(ask(&live, &[("if-none-match", &known_live(&last))]).await.status, 304);
    assert_eq!(ask(&format!("{live}&live_sse=true"), &compressed).await.status, 200);
    assert_eq!(ask(&format!("{SHAPE}&offset=now&subset__where=true"), &[]).await.status, 200);
    assert_eq!(ask(&format!("{SHAPE}&offset=0_0&handle=none"), &[]).await.status, 409);
    assert_eq!(ask("/v1/shape?table=items&offset=-1", &[]).await.status, 401);
    assert_eq!(ask(&format!("{SHAPE}&offset=x"), &[]).await.status, 400);
    assert_eq!(ask(&format!("{SHAPE}&offset=-1&pad={}", "x".repeat(10_000)), &[]).await.status, 414);
    if method == Method::POST {
        assert_eq!(ask(&format!("{SHAPE}&offset=-1"), &[("body", "[]")]).await.status, 400);
        assert_eq!(ask(&format!("{SHAPE}&offset=-1"), &[("body", &" ".repeat(101))]).await.status, 413);
        assert_eq!(ask(&format!("{SHAPE}&offset=-1"), &[("body", r#"{"where":"id=1"}"#)]).await.status, 200);
    }
}

/// The tag of a live answer that is up to date where the last one was.
fn known_live(last: &Answer) -> String {
    let (handle, offset) = (last.header("electric-handle"), last.header("electric-offset"));
    format!("\"{handle}:{offset}:{offset}\"")
}

async fn delete(description: &mut Description, server: &Server) {
    for (url, status) in [
        (SHAPE.to_owned(), 202),
        (SHAPE.to_owned(), 404),
        ("/v1/shape?secret=s".to_owned(), 400),
        ("/v1/shape".to_owned(), 401),
    ] {
        assert_eq!(description.ask(server, Method::DELETE, &url, &[]).await.status, status, "{url}");
    }
}

#[tokio::test]
async fn every_answer_is_described_and_all_that_is_described_is_answered() {
    let database = database().await;
    database
        .psql("CREATE TABLE items (id int8 PRIMARY KEY); INSERT INTO items SELECT generate_series(1, 100)")
        .unwrap();
    let common = ["serve", "--listen", "127.0.0.1:0", "--database-url"];
    let with = |options: &[&str]| program(&[&common[..], options].concat());
    let options = [
        database.url(),
        "--secret=s",
        "--allow-delete",
        "--compression",
        "--long-poll-timeout-ms=50",
        "--sse-keep-alive-ms=50",
        "--max-body-bytes=100",
        "--max-url-bytes=10000",
    ];
    let open = Server::start(&mut with(&options));
    let closed = Server::start(&mut with(&[database.url(), "--max-sse-connections=0", "--origins=https://a.example"]));
    // Nobody answers there.
    let waiting = Server::start(&mut with(&["postgres://nobody@127.0.0.1:1/nothing", "--readiness-timeout-ms=50"]));
    let mut description = Description::read(&open).await;
    for method in [Method::GET, Method::HEAD] {
        for (server, path) in [(&open, "/"), (&open, "/openapi.json"), (&open, "/v1/health"), (&waiting, "/v1/health")]
        {
            description.ask(server, method.clone(), path, &[]).await;
        }
    }
    for method in [Method::GET, Method::HEAD, Method::POST] {
        read(&mut description, &open, method.clone()).await;
        let unready = description.ask(&waiting, method.clone(), "/v1/shape?table=items&offset=-1", &[]).await;
        let crowded = "/v1/shape?table=items&offset=-1&live=true&live_sse=true";
        let crowded = description.ask(&closed, method, crowded, &[]).await;
        assert_eq!((unready.status, crowded.status), (503, 503));
    }
    delete(&mut description, &open).await;
    let origin = [("origin", "https://a.example")];
    assert_eq!(description.ask(&closed, Method::DELETE, "/v1/shape", &origin).await.status, 405);
    assert_eq!(description.ask(&waiting, Method::DELETE, "/v1/shape", &[]).await.status, 503);
    for server in [&open, &closed] {
        description.ask(server, Method::OPTIONS, "/v1/shape", &origin).await;
    }
    // Nothing that a client can do brings a crash about.
    let unseen: Vec<_> = description.promised().into_iter().filter(|place| !place.contains("/v1/shape 500")).collect();
    let unseen: Vec<_> = unseen.iter().filter(|place| !description.seen.contains(*place)).collect();
    assert!(unseen.is_empty(), "described but not answered: {unseen:#?}");
    assert_eq!(description.document["info"]["version"], env!("CARGO_PKG_VERSION"));
    for server in [open, closed, waiting] {
        stop(server).await;
    }
}

#[tokio::test]
async fn every_parameter_that_is_described_counts() {
    let database = database().await;
    database.psql("CREATE TABLE items (id int8 PRIMARY KEY)").unwrap();
    let options = ["serve", "--listen=127.0.0.1:0", "--secret=s", "--allow-delete", "--database-url", database.url()];
    let server = Server::start(&mut program(&options));
    let mut description = Description::read(&server).await;
    let mut known: BTreeSet<String> = BTreeSet::new();
    // What is wrong with them is told by name.
    for (name, query) in [
        ("table", "table=a.b.c&offset=-1"),
        ("offset", "table=items&offset=x"),
        ("handle", "table=items&offset=0_0&handle="),
        ("live", "table=items&offset=-1&live"),
        ("live_sse", "table=items&offset=now&live_sse"),
        ("experimental_live_sse", "table=items&offset=-1&experimental_live_sse=x"),
        ("where", "table=items&offset=-1&where=x%20=%201"),
        ("params", "table=items&offset=-1&where=id=$1&params[x]=1"),
        ("columns", "table=items&offset=-1&columns=x"),
        ("queryable_columns", "table=items&offset=-1&queryable_columns=x"),
        ("replica", "table=items&offset=-1&replica=x"),
        ("log", "table=items&offset=-1&log=x"),
        ("subset__where", "table=items&offset=-1&subset__where=x%20=%201"),
        ("subset__params", "table=items&offset=-1&subset__params=x"),
        ("subset__limit", "table=items&offset=-1&subset__limit=0"),
        ("subset__offset", "table=items&offset=-1&subset__offset=-1"),
        ("subset__order_by", "table=items&offset=-1&subset__order_by=x"),
        ("experimental_compaction", "table=items&offset=-1&experimental_compaction=x"),
    ] {
        let url = format!("/v1/shape?secret=s&{query}");
        let answer = description.ask(&server, Method::GET, &url, &[]).await;
        assert!(answer.status == 400 && answer.names(name), "{name}: {}", answer.text);
        if description.parameters("delete").contains(name) && !["handle", "live"].contains(&name) {
            let answer = description.ask(&server, Method::DELETE, &url, &[]).await;
            assert!(answer.status == 400 && answer.names(name), "DELETE {name}: {}", answer.text);
        }
        known.insert(name.to_owned());
    }
    for (name, query) in [("handle", ""), ("live", "handle=x&live=x")] {
        let answer = description.ask(&server, Method::DELETE, &format!("/v1/shape?secret=s&{query}"), &[]).await;
        assert!(answer.status == 400 && answer.names(name), "DELETE {name}: {}", answer.text);
    }
    // Those that are there for caches alone, and the twins of others.
    let url = format!("{SHAPE}&offset=-1");
    let plain = description.ask(&server, Method::GET, &url, &[]).await;
    for name in ["expired_handle", "cache-buster"] {
        let answer = description.ask(&server, Method::GET, &format!("{url}&{name}=x"), &[]).await;
        assert_eq!((answer.status, &answer.text), (200, &plain.text), "{name}");
        known.insert(name.to_owned());
    }
    for name in ["subset__where_expr", "subset__order_by_expr"] {
        let url = format!("{url}&subset__where=true&{name}={{}}");
        assert_eq!(description.ask(&server, Method::GET, &url, &[]).await.status, 200, "{name}");
        known.insert(name.to_owned());
    }
    for name in ["secret", "api_secret"] {
        for method in [Method::GET, Method::DELETE] {
            let url = format!("/v1/shape?{name}=x");
            assert_eq!(description.ask(&server, method.clone(), &url, &[]).await.status, 401);
            let url = format!("/v1/shape?{name}=s");
            assert_eq!(description.ask(&server, method, &url, &[]).await.status, 400);
        }
        known.insert(name.to_owned());
    }
    // What a live answer counts on from, and what the test above has seen to count.
    known.extend(["cursor".to_owned(), "If-None-Match".to_owned()]);
    for method in ["get", "head", "post"] {
        assert_eq!(description.parameters(method), known, "{method}");
    }
    assert!(description.parameters("delete").is_subset(&known));
    stop(server).await;
}
