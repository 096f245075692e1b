//! Changes that many shapes take: what one costs for a thousand shapes, against one shape; and a transaction of 50 rows for 750
//! shapes with a client each, against a bare Actix server whose clients wait for a `watch`.

use cluster::Cluster;
use tokio::runtime::Runtime;

use crate::process::need_files;
use crate::report::per_unit;
use crate::rig::{CHUNK_BYTES, cluster, create_work, runtime, scaled};
use crate::server::Server;
use crate::wake::{Side, compare, held};

/// How many shapes take how many changes: as much as can be measured, and kept in memory.
const CHANGES: [(u32, u32); 2] = [(1, 200_000), (1000, 400)];
const CLIENTS: u32 = 750;
const ROWS: u32 = 50;
const ROUNDS: u32 = 5;
/// Of the body that so many rows make.
const BODY_BYTES: usize = 18_000;

pub(crate) fn run() {
    need_files(CLIENTS);
    let cluster = cluster();
    create_work(&cluster);
    let runtime = runtime();
    changes(&cluster, &runtime);
    clients(&cluster, &runtime);
}

/// Filters that take every row, none like another.
fn filters(count: u32) -> impl Iterator<Item = String> {
    (1..=count).map(|k| format!("owner_id > -{k}"))
}

fn changes(cluster: &Cluster, runtime: &Runtime) {
    let [one, many] = CHANGES.map(|(shapes, changes)| {
        let server = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
        let count = scaled(changes);
        // One more shape tells of the end, and sends little.
        let paths = server.follow_filters(runtime, filters(shapes).chain([format!("id = {count}")]));
        let end = paths.last().expect("a shape");
        let before = server.cpu();
        insert(cluster, &format!("SELECT k, 0, repeat('abcdefgh', 11), true FROM generate_series(1, {count}) k"));
        while !runtime.block_on(server.body(end)).contains("\"insert\"") {}
        let cpu = per_unit(server.cpu().saturating_sub(before), count.into());
        println!("{:<28} {cpu:>8.2} us CPU a change", format!("{shapes} shapes take it"));
        cluster.psql("postgres", "DELETE FROM work").expect("SQL that runs");
        cpu
    });
    println!("{:28} {:.1} times one shape", "", many / one);
}

fn clients(cluster: &Cluster, runtime: &Runtime) {
    let mut limit = Side::new(Server::bare(&[BODY_BYTES]), &[held(BODY_BYTES)], CLIENTS);
    let ours = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
    let paths = ours.follow_filters(runtime, filters(CLIENTS));
    let mut ours = Side::new(ours, &paths, CLIENTS);
    limit.wake("get /bump");
    for round in 1..=ROUNDS {
        let rows =
            format!("SELECT {round} * 1000 + k, 0, repeat('abcdefgh', 11), true FROM generate_series(1, {ROWS}) k");
        ours.wake(&format!("sql {} INSERT INTO work {rows}", cluster.url("postgres")));
        limit.wake("get /bump");
    }
    compare(&limit, &ours);
}

fn insert(cluster: &Cluster, rows: &str) {
    cluster.psql("postgres", &format!("INSERT INTO work {rows}")).expect("SQL that runs");
}
