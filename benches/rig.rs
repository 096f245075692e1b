//! What the benches stand on: a cluster, a service behind a real HTTP server, a client.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use cluster::Cluster;
use diesel_electric::{SyncService, shape_api};
use reqwest::{Client, Response};
use tokio::runtime::Runtime;

/// The same settings for both sides: a server that is durable, and waits for nobody.
const SETTINGS: [(&str, &str); 6] = [
    ("fsync", "on"),
    ("shared_buffers", "512MB"),
    ("max_wal_size", "8GB"),
    ("checkpoint_timeout", "1h"),
    ("wal_sender_timeout", "0"),
    ("logical_decoding_work_mem", "256MB"),
];

pub(crate) fn cluster() -> Cluster {
    Cluster::start_with(&SETTINGS).expect("a throw-away cluster")
}

/// How many connections a server takes.
pub(crate) const ANSWERS_AT_ONCE: usize = 25_000;
/// The size of a chunk where it does not matter.
pub(crate) const CHUNK_BYTES: usize = 10_000_000;

/// A part of the full size for a trial: `BENCH_SCALE=0.1`.
pub(crate) fn scaled(count: u32) -> u32 {
    let scale = std::env::var("BENCH_SCALE").ok().map(|scale| scale.parse::<f64>().expect("a number in BENCH_SCALE"));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a count is a count")]
    scale.map_or(count, |scale| (f64::from(count) * scale) as u32)
}

/// A port, and its address.
pub(crate) fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

/// The table whose rows have owners.
pub(crate) fn create_work(cluster: &Cluster) {
    let table = "CREATE TABLE work (id int8 PRIMARY KEY, owner_id int8 NOT NULL, title text NOT NULL, done bool)";
    cluster.psql("postgres", table).expect("SQL that runs");
}

/// Where the load client and the server's own futures run.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A service with its HTTP server.
pub(crate) struct Stand {
    pub(crate) sync: SyncService,
    pub(crate) http: Client,
    url: String,
    server: ServerHandle,
}

impl Stand {
    pub(crate) async fn start(database_url: &str) -> Self {
        let sync = SyncService::builder().database_url(database_url).start().await.expect("a service");
        let (listener, address) = listener();
        let url = format!("http://{address}/v1/shape");
        let service = sync.clone();
        let server = HttpServer::new(move || App::new().service(shape_api(&service)));
        // A connection that idles while the limit is measured must be there afterwards.
        let server = server
            .keep_alive(Duration::from_secs(600))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .expect("a server")
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { sync, http: Client::new(), url, server: handle }
    }

    pub(crate) async fn stop(self) {
        self.server.stop(false).await;
        self.sync.stop().await;
    }

    /// A request for a shape.
    pub(crate) async fn get(&self, query: &[(&str, &str)]) -> Response {
        let url = reqwest::Url::parse_with_params(&self.url, query).expect("a URL");
        let response = self.http.get(url).send().await.expect("an answer");
        assert!(response.status().is_success(), "{}", response.status());
        response
    }
}

pub(crate) fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
