//! The first request of a table of a million rows, to the last byte at the client, against `COPY` to `/dev/null`.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cluster::{Binaries, Cluster};

use crate::cpu;
use crate::report::{Runs, compare, per_unit};
use crate::rig::{Stand, cluster, header, runtime};

const ROWS: u32 = 1_000_000;
const ROUNDS: u32 = 3;

pub(crate) fn run() {
    let cluster = cluster();
    let sql = format!(
        "CREATE TABLE work AS SELECT i::int8 AS id, i::int8 % 1000 AS owner_id, repeat('abcdefgh', 11) AS title,
           i % 2 = 0 AS done FROM generate_series(1, {ROWS}) i; ALTER TABLE work ADD PRIMARY KEY (id); VACUUM ANALYZE work"
    );
    for statement in sql.split(';') {
        cluster.psql("postgres", statement).expect("SQL that runs");
    }
    let runtime = runtime();
    let (mut limit, mut ours) = (Runs::new(ROWS), Runs::new(ROWS));
    let (mut our_cpu, mut resident) = (Duration::ZERO, 0);
    limit.times.push(copy(&cluster));
    for _ in 0..ROUNDS {
        let stand = runtime.block_on(Stand::start(&cluster.url("postgres")));
        let (before, start) = (cpu::ours(), Instant::now());
        let bytes = runtime.block_on(read_all(&stand));
        ours.times.push(start.elapsed());
        our_cpu += cpu::ours().saturating_sub(before);
        resident = cpu::resident_mib();
        assert!(bytes > u64::from(ROWS) * 100, "all rows came");
        runtime.block_on(stand.stop());
        limit.times.push(copy(&cluster));
    }
    compare("1M rows to the client", "rows", &limit, &ours);
    let cpu = per_unit(our_cpu, f64::from(ROWS) * f64::from(ROUNDS));
    println!("{:28} ours {cpu:.2} us CPU a row, client included, {resident} MiB resident", "");
}

fn copy(cluster: &Cluster) -> Duration {
    let mut command = Command::new(Binaries::find().expect("a server").program("psql"));
    command.arg("--dbname").arg(cluster.url("postgres")).args(["--command", "COPY (SELECT * FROM work) TO STDOUT"]);
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().expect("psql runs");
    assert!(status.success());
    start.elapsed()
}

/// Follows the chunks until the client is up to date; returns how many bytes came.
async fn read_all(stand: &Stand) -> u64 {
    let (mut offset, mut handle, mut bytes) = ("-1".to_owned(), String::new(), 0);
    loop {
        let mut query = vec![("table", "work"), ("offset", offset.as_str())];
        if !handle.is_empty() {
            query.push(("handle", &handle));
        }
        let mut response = stand.get(&query).await;
        let (next, name) = (header(&response, "electric-offset"), header(&response, "electric-handle"));
        let is_up_to_date = response.headers().contains_key("electric-up-to-date");
        while let Some(part) = response.chunk().await.expect("the body goes on") {
            bytes += part.len() as u64;
        }
        if is_up_to_date {
            return bytes;
        }
        (offset, handle) = (next, name);
    }
}
