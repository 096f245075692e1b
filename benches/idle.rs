//! What it costs to be there: memory of a client that waits, and of a shape that nobody asks for.

use cluster::Cluster;
use tokio::runtime::Runtime;

use crate::process::{Process, need_files};
use crate::rig::{CHUNK_BYTES, cluster, create_work, runtime, scaled};
use crate::server::Server;

const ROUNDS: u32 = 2;

pub(crate) fn run() {
    let clients = scaled(10_000);
    need_files(clients);
    let cluster = cluster();
    create_work(&cluster);
    let runtime = runtime();
    let (mut limit, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limit.push(bare(clients));
        ours.push(waiting(&cluster, &runtime, clients));
    }
    limit.push(bare(clients));
    let (limit, ours) = (median(limit), median(ours));
    println!(
        "{:<28} limit {limit:>6.2} KiB   ours {ours:>6.2} KiB   ratio {:.2}",
        format!("{clients} clients, each"),
        ours / limit
    );
    let shape = shapes(&cluster, &runtime, clients);
    println!("{:<28} ours {shape:.2} KiB", format!("{clients} shapes, each"));
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// KiB for each connection beyond the first tenth.
fn bare(clients: u32) -> f64 {
    let mut server = Server::bare(&[100]);
    // As long as ours, since it is kept.
    let path = format!("/hold/100?{}", "x".repeat(100));
    slope(&mut server, clients, &[path])
}

fn waiting(cluster: &Cluster, runtime: &Runtime, clients: u32) -> f64 {
    let mut server = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
    let paths = server.follow(runtime, 0..clients / 10);
    slope(&mut server, clients, &paths)
}

/// A tenth of the clients come, then the others; they spread evenly over the paths.
fn slope(server: &mut Server, clients: u32, paths: &[String]) -> f64 {
    let mut crowd = Process::start("crowd", &[&server.address]);
    let first = clients / 10;
    let mut come = |clients: u32, waiting: u32| {
        let each = clients as usize / paths.len();
        for path in paths {
            crowd.ask(&format!("open {each} {path}"));
        }
        server.waiting(waiting);
        server.quiet_kib()
    };
    let before = come(first, first);
    let after = come(clients - first, clients);
    difference(before, after) / f64::from(clients - first)
}

/// KiB for each shape beyond the first tenth, without clients.
fn shapes(cluster: &Cluster, runtime: &Runtime, shapes: u32) -> f64 {
    let server = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
    server.follow(runtime, 0..shapes / 10);
    let before = server.quiet_kib();
    server.follow(runtime, shapes / 10..shapes);
    difference(before, server.quiet_kib()) / f64::from(shapes - shapes / 10)
}

fn difference(before: u64, after: u64) -> f64 {
    f64::from(u32::try_from(after.saturating_sub(before)).unwrap_or(u32::MAX))
}
