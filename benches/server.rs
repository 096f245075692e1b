//! A server in a process of its own, as the benches see it.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, Response, Url};
use tokio::runtime::Runtime;

use crate::process::Process;
use crate::rig::header;

/// How many shapes are made at the same time.
const MADE_AT_ONCE: usize = 8;

pub(crate) struct Server {
    process: Process,
    pub(crate) address: String,
    http: Client,
}

impl Server {
    /// A bare Actix server with bodies of these sizes.
    pub(crate) fn bare(sizes: &[usize]) -> Self {
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        Self::start("bare", &sizes.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Ours, on a database.
    pub(crate) fn ours(database_url: &str, chunk_bytes: usize) -> Self {
        Self::start("ours", &[database_url, &chunk_bytes.to_string()])
    }

    fn start(role: &str, arguments: &[&str]) -> Self {
        let mut process = Process::start(role, arguments);
        let address = process.line();
        Self { process, address, http: Client::new() }
    }

    /// Asks our server for a shape.
    pub(crate) async fn get(&self, query: &[(&str, &str)]) -> Response {
        let url = Url::parse_with_params(&format!("http://{}/v1/shape", self.address), query).expect("a URL");
        let response = self.http.get(url).send().await.expect("an answer");
        assert!(response.status().is_success(), "{}", response.status());
        response
    }

    /// What our server answers at a path.
    pub(crate) async fn body(&self, path: &str) -> String {
        let response = self.http.get(format!("http://{}{path}", self.address)).send().await.expect("an answer");
        response.text().await.expect("a body")
    }

    /// Makes the shapes `owner_id = k` of the table `work` and returns the paths at which clients wait for their first
    /// change.
    pub(crate) fn follow(&self, runtime: &Runtime, owners: std::ops::Range<u32>) -> Vec<String> {
        self.follow_filters(runtime, owners.map(|owner| format!("owner_id = {owner}")))
    }

    /// The same with shapes of these filters.
    pub(crate) fn follow_filters(&self, runtime: &Runtime, filters: impl Iterator<Item = String>) -> Vec<String> {
        let made = stream::iter(filters).map(async |filter| {
            let first = self.get(&[("table", "work"), ("where", &filter), ("offset", "-1")]).await;
            let handle = header(&first, "electric-handle");
            first.bytes().await?;
            Ok::<_, reqwest::Error>(live_path(&filter, &handle))
        });
        runtime.block_on(made.buffered(MADE_AT_ONCE).try_collect()).expect("shapes")
    }

    /// Waits until so many requests are held.
    pub(crate) fn waiting(&mut self, count: u32) {
        self.process.ask(&format!("waiting {count}"));
    }

    pub(crate) fn cpu(&self) -> Duration {
        self.process.cpu()
    }

    /// Resident memory once it is quiet.
    pub(crate) fn quiet_kib(&self) -> u64 {
        std::thread::sleep(Duration::from_secs(3));
        self.process.resident_kib()
    }
}

fn live_path(filter: &str, handle: &str) -> String {
    let filter = filter.replace(' ', "%20").replace('=', "%3D").replace('>', "%3E");
    format!("/v1/shape?table=work&where={filter}&live=true&handle={handle}&offset=0_inf")
}
