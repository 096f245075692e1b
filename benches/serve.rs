//! Answers of known content, as fast as 64 clients can take them, against the same bytes from a bare Actix server: shared in
//! memory, and for the chunk, which is sent in parts, read from a file.

use std::time::Duration;

use cluster::Cluster;

use crate::process::Process;
use crate::report::{Runs, compare, per_unit};
use crate::rig::{cluster, header, runtime, scaled};
use crate::server::Server;

const CONNECTIONS: u32 = 64;
const ROUNDS: u32 = 2;
const CHUNK_BYTES: usize = 1_000_000;

pub(crate) fn run() {
    let cluster = cluster();
    prepare(&cluster);
    let ours = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
    let runtime = runtime();
    for (name, limit, answers, target) in [
        ("100 KB of a log", "bytes", scaled(60_000), runtime.block_on(log(&cluster, &ours))),
        ("up-to-date", "bytes", scaled(200_000), runtime.block_on(up_to_date(&ours))),
        ("1 MB chunk of a snapshot", "file", scaled(6000), runtime.block_on(chunk(&ours))),
    ] {
        measure(name, limit, answers, &ours, &target);
    }
}

fn prepare(cluster: &Cluster) {
    for (table, rows) in [("work", 0), ("still", 0), ("big", 20_000)] {
        let sql = format!(
            "CREATE TABLE {table} AS SELECT i::int8 AS id, i::int8 % 1000 AS owner_id, repeat('abcdefgh', 11) AS title,
               i % 2 = 0 AS done FROM generate_series(1, {rows}) i; ALTER TABLE {table} ADD PRIMARY KEY (id)"
        );
        cluster.psql("postgres", &sql).expect("SQL that runs");
    }
}

/// A path of ours, and the size of what it answers.
type Target = (String, usize);

async fn log(cluster: &Cluster, ours: &Server) -> Target {
    let first = ours.get(&[("table", "work"), ("offset", "-1")]).await;
    let handle = header(&first, "electric-handle");
    let rows = "INSERT INTO work SELECT i, 1, repeat('abcdefgh', 11), true FROM generate_series(1, 333) i";
    cluster.psql("postgres", rows).expect("SQL that runs");
    loop {
        let size = size(ours, &[("table", "work"), ("handle", &handle), ("offset", "0_inf")]).await;
        if size > 90_000 {
            return (format!("/v1/shape?table=work&handle={handle}&offset=0_inf"), size);
        }
    }
}

async fn up_to_date(ours: &Server) -> Target {
    let first = ours.get(&[("table", "still"), ("offset", "-1")]).await;
    let handle = header(&first, "electric-handle");
    let size = size(ours, &[("table", "still"), ("handle", &handle), ("offset", "0_inf")]).await;
    (format!("/v1/shape?table=still&handle={handle}&offset=0_inf"), size)
}

async fn chunk(ours: &Server) -> Target {
    // Complete, not as it grows.
    loop {
        let first = ours.get(&[("table", "big"), ("offset", "-1")]).await;
        if first.content_length().is_some() {
            return ("/v1/shape?table=big&offset=-1".to_owned(), first.bytes().await.expect("a body").len());
        }
    }
}

async fn size(ours: &Server, query: &[(&str, &str)]) -> usize {
    ours.get(query).await.bytes().await.expect("a body").len()
}

fn measure(name: &str, limit: &str, answers: u32, ours: &Server, (path, size): &Target) {
    let size = *size;
    let bare = Server::bare(&[size]);
    let mut limit = Side::new(&bare, format!("/{limit}/{size}"), answers);
    let mut tested = Side::new(ours, path.clone(), answers);
    limit.run(size);
    for _ in 0..ROUNDS {
        tested.run(size);
        limit.run(size);
    }
    compare(name, "answers", &limit.runs, &tested.runs);
    let ((limit, limit_client), (ours, ours_client)) = (limit.cpu(), tested.cpu());
    println!(
        "{:28} us CPU an answer: limit {limit:.1}, ours {ours:.1}, ratio {:.2}; of the client: {limit_client:.1}, \
         {ours_client:.1}; {size} bytes",
        "",
        limit / ours
    );
}

/// One of the two servers, and what it has cost so far.
struct Side<'s> {
    server: &'s Server,
    path: String,
    answers: u32,
    runs: Runs,
    server_cpu: Duration,
    client_cpu: Duration,
}

impl<'s> Side<'s> {
    fn new(server: &'s Server, path: String, answers: u32) -> Self {
        let (server_cpu, client_cpu) = (Duration::ZERO, Duration::ZERO);
        Self { server, path, answers, runs: Runs::new(answers), server_cpu, client_cpu }
    }

    fn run(&mut self, size: usize) {
        let before = self.server.cpu();
        let (connections, answers) = (CONNECTIONS.to_string(), self.answers.to_string());
        let mut load = Process::start("ask", &[&self.server.address, &self.path, &connections, &answers]);
        let line = load.line();
        self.server_cpu += self.server.cpu().saturating_sub(before);
        let mut numbers = line.split(' ').map(|number| number.parse::<u64>().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        let (time, cpu, bytes) = (next(), next(), next());
        self.runs.times.push(Duration::from_nanos(time));
        self.client_cpu += Duration::from_nanos(cpu);
        let whole = u64::from(self.answers / CONNECTIONS * CONNECTIONS) * size as u64;
        assert_eq!(bytes, whole, "every answer holds the same");
    }

    /// Microseconds an answer: of the server, of the client.
    fn cpu(&self) -> (f64, f64) {
        let answers = self.runs.units * f64::from(u32::try_from(self.runs.times.len()).unwrap_or(1));
        (per_unit(self.server_cpu, answers), per_unit(self.client_cpu, answers))
    }
}
