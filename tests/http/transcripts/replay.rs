//! Does to a server of ours what was done to the recorded one.

use std::time::Duration;

use actix_web::web::ServiceConfig;
use diesel_electric::{Shape, SyncService, shape_api};
use reqwest::Method;
use tokio::time::timeout;

use super::compare::{Difference, body, compare};
use super::deviations::Deviation;
use super::names::Names;
use super::recording::{Exchange, Recording, Response, Statements, Step, fixture, transaction};
use crate::support::Stand;

/// How long a stream that has said what it must is watched for more.
const QUIET: Duration = Duration::from_millis(200);

/// A shape that no scenario asks for.
const UNUSED: &str = "/v1/shape?table=base_v&";

/// Replays a scenario, and fails on each difference that no deviation allows, and on each deviation that is not needed.
pub async fn replay(name: &str, hold: Duration, deviations: &[Deviation]) {
    let recording = Recording::read(name);
    let stand = stand(hold).await;
    let mut replay = Replay { stand, names: Names::default(), answers: Vec::new(), found: Vec::new() };
    for (at, step) in recording.steps.iter().enumerate() {
        replay.step(at, step).await;
    }
    assert_eq!(replay.names.seen_differently(), [0_u64; 0], "of these transactions a snapshot saw another part");
    let unexplained: Vec<_> = replay
        .found
        .iter()
        .filter(|found| !deviations.iter().any(|it| (it.applies)(found)))
        .map(ToString::to_string)
        .collect();
    assert!(unexplained.is_empty(), "{name}:\n{}", unexplained.join("\n"));
    for deviation in deviations {
        assert!(replay.found.iter().any(deviation.applies), "{name}: nothing differs by {}", deviation.name);
    }
    replay.stand.stop().await;
}

/// A server on a database that holds the scenarios' tables.
pub async fn stand(hold: Duration) -> Stand {
    let routes = |config: &mut ServiceConfig, sync: &SyncService| {
        config.service(shape_api(sync));
    };
    Stand::start(&fixture("schema.sql"), |builder| builder.hold(hold), routes).await
}

struct Replay {
    stand: Stand,
    names: Names,
    /// Our answer to each step, if it was a request.
    answers: Vec<Option<Response>>,
    found: Vec<Difference>,
}

impl Replay {
    async fn step(&mut self, at: usize, step: &Step) {
        let answer = match step {
            Step::Sql { sql } => {
                self.run(sql).await;
                self.settle(at).await;
                None
            }
            Step::Transaction { transaction: all } => {
                self.stand.db.run(&transaction(all)).await;
                self.settle(at).await;
                None
            }
            Step::Exchange(exchange) => {
                let ours = self.exchange(exchange).await;
                self.found.extend(compare(&mut self.names, at, exchange, &ours));
                self.check_cursor(at, exchange, &ours);
                Some(ours)
            }
        };
        self.answers.push(answer);
    }

    async fn run(&self, sql: &Statements) {
        for transaction in sql.transactions() {
            self.stand.db.run(&transaction).await;
        }
    }

    /// Waits until the server has seen all that was written: it sees transactions in their order.
    async fn settle(&self, at: usize) {
        let (mut last, _) = self.stand.sync(UNUSED).await;
        self.stand.db.run(&format!("INSERT INTO base_v VALUES ({at})")).await;
        while !last.words().contains(&format!("insert {at}")) {
            last = self.stand.live(UNUSED, &last).await;
        }
    }

    /// A cursor is later than the one that was sent.
    fn check_cursor(&self, at: usize, exchange: &Exchange, ours: &Response) {
        let url = reqwest::Url::parse(&exchange.request.url("http://x", &self.answers)).unwrap();
        let sent = url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, value)| value.parse::<u64>().unwrap());
        if let (Some(sent), Some(got)) = (sent, ours.header("electric-cursor")) {
            assert!(got.parse::<u64>().unwrap() > sent, "step {at}: cursor {got} after {sent}");
        }
    }

    async fn exchange(&self, exchange: &Exchange) -> Response {
        let is_stream = exchange.response.header("content-type") == Some("text/event-stream");
        let sent = tokio::spawn(self.request(exchange).send());
        if is_stream {
            return self.stream(sent.await.unwrap().unwrap(), exchange).await;
        }
        if let Some(sql) = &exchange.concurrent_sql {
            let table = exchange.request.param("table").unwrap();
            // It waits now, or it had no reason to.
            while !sent.is_finished() && self.stand.sync.interrupt(Shape::table(table)).await.unwrap() == 0 {
                tokio::task::yield_now().await;
            }
            self.run(sql).await;
        }
        let answer = sent.await.unwrap().unwrap();
        let (status, headers) = head(&answer);
        Response { status, headers, body: answer.text().await.unwrap() }
    }

    fn request(&self, exchange: &Exchange) -> reqwest::RequestBuilder {
        let recorded = &exchange.request;
        let method = Method::from_bytes(recorded.method.as_bytes()).unwrap();
        let mut request = self.stand.http.request(method, recorded.url(&self.stand.url, &self.answers));
        for (name, value) in &recorded.headers {
            let is_tag = name == "if-none-match";
            request = request.header(name, if is_tag { self.names.our_etag(value) } else { value.clone() });
        }
        match &recorded.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }

    /// Reads a stream until it has said as many messages as the recorded one, and a little longer. Each transaction
    /// waits until the one before has come, so that the batches are those of the recording.
    async fn stream(&self, mut answer: reqwest::Response, exchange: &Exchange) -> Response {
        let (status, headers) = head(&answer);
        let mut ours = Response { status, headers, body: String::new() };
        let wanted = count(&exchange.response);
        let transactions = exchange.concurrent_sql.as_ref().map(Statements::transactions).unwrap_or_default();
        for (n, transaction) in (1..).zip(&transactions) {
            self.stand.db.run(transaction).await;
            while ours.body.matches("up-to-date").count() < n && more(&mut answer, &mut ours).await {}
        }
        while count(&ours) < wanted && more(&mut answer, &mut ours).await {}
        let _ = timeout(QUIET, more(&mut answer, &mut ours)).await;
        ours
    }
}

fn count(response: &Response) -> usize {
    body(response).as_array().map_or(0, Vec::len)
}

/// Reads on. False at the end.
async fn more(answer: &mut reqwest::Response, into: &mut Response) -> bool {
    let piece = answer.chunk().await.unwrap();
    into.body.push_str(piece.as_deref().map_or("", |piece| std::str::from_utf8(piece).unwrap()));
    piece.is_some()
}

fn head(answer: &reqwest::Response) -> (u16, Vec<(String, String)>) {
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status().as_u16(), headers.collect())
}
