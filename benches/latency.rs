//! From the start of a write to the client that waits for it, among 10,000 shapes, against the server's own client of the
//! stream alone.

use std::time::Duration;

use cluster::Cluster;

use crate::process::Process;
use crate::report::{Runs, median};
use crate::rig::{CHUNK_BYTES, cluster, create_work, runtime, scaled};
use crate::server::Server;

const ROUNDS: u32 = 2;
const TRANSACTIONS: u32 = 2000;
/// Each second.
const RATE: &str = "200";

pub(crate) fn run() {
    let cluster = cluster();
    create_work(&cluster);
    for sql in ["CREATE PUBLICATION bench FOR TABLE work", "ALTER TABLE work REPLICA IDENTITY FULL"] {
        cluster.psql("postgres", sql).expect("SQL that runs");
    }
    let (mut limit, mut ours) = (Side::new(), Side::new());
    limit.add(&stream(&cluster));
    for _ in 0..ROUNDS {
        ours.add(&clients(&cluster));
        limit.add(&stream(&cluster));
    }
    println!("{RATE} transactions a second   until half, 99 %, all were seen");
    for (name, side) in [("limit", &limit), ("ours", &ours)] {
        let [half, most, all] = side.times();
        println!(
            "{name:<28} {half:>6.2} ms, {most:>6.2} ms, {all:>6.2} ms (spread {:.0} %)",
            side.half.spread() * 100.0
        );
    }
    let noisy = if limit.half.spread() > 0.25 { "  NOISY" } else { "" };
    let ([limit, ..], [ours, ..]) = (limit.times(), ours.times());
    println!("{:28} half of them {:.2} ms later than the limit{noisy}", "", ours - limit);
}

struct Side {
    half: Runs,
    most: Vec<Duration>,
    all: Vec<Duration>,
}

impl Side {
    fn new() -> Self {
        Self { half: Runs::new(scaled(TRANSACTIONS)), most: Vec::new(), all: Vec::new() }
    }

    fn add(&mut self, line: &str) {
        let mut times = line.split(' ').map(|nanos| Duration::from_nanos(nanos.parse().expect("nanoseconds")));
        let mut next = || times.next().expect("three times");
        self.half.times.push(next());
        self.most.push(next());
        self.all.push(next());
    }

    /// Milliseconds in the median run.
    fn times(&self) -> [f64; 3] {
        [&self.half.times, &self.most, &self.all].map(|times| median(times).as_secs_f64() * 1e3)
    }
}

fn pace(cluster: &Cluster, reader: [&str; 3]) -> String {
    let (url, count) = (cluster.url("postgres"), scaled(TRANSACTIONS).to_string());
    let [kind, place, more] = reader;
    Process::start("pace", &[&url, &count, RATE, kind, place, more]).line()
}

/// One client of one shape, among those that the other changes would be for.
fn clients(cluster: &Cluster) -> String {
    let server = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
    let paths = server.follow(&runtime(), 0..scaled(10_000));
    pace(cluster, ["http", &server.address, paths.first().expect("a shape")])
}

fn stream(cluster: &Cluster) -> String {
    cluster.psql("postgres", "SELECT pg_create_logical_replication_slot('limit', 'pgoutput')").expect("a slot");
    let line = pace(cluster, ["stream", "limit", "bench"]);
    // Its sender may take a moment to see that nobody listens.
    while cluster.psql("postgres", "SELECT pg_drop_replication_slot('limit')").is_err() {
        std::thread::sleep(Duration::from_millis(50));
    }
    line
}
