//! One change for ten thousand clients that wait, against a bare Actix server whose clients wait for a `watch`.

use std::time::Duration;

use crate::process::{Process, need_files};
use crate::report::{Runs, median, per_unit};
use crate::rig::{CHUNK_BYTES, cluster, create_work, runtime, scaled};
use crate::server::Server;

const ROUNDS: u32 = 5;
/// Of the body that a change of one row makes.
const BODY_BYTES: usize = 420;

pub(crate) fn run() {
    let clients = scaled(10_000);
    need_files(clients);
    let cluster = cluster();
    create_work(&cluster);
    let bare = Server::bare(&[BODY_BYTES]);
    let mut limit = Side::new(bare, &[held(BODY_BYTES)], clients);
    let ours = Server::ours(&cluster.url("postgres"), CHUNK_BYTES);
    let paths = ours.follow(&runtime(), 0..1);
    let mut ours = Side::new(ours, &paths, clients);
    limit.wake("get /bump");
    for round in 0..ROUNDS {
        let url = cluster.url("postgres");
        ours.wake(&format!("sql {url} INSERT INTO work VALUES ({round}, 0, repeat('abcdefgh', 11), true)"));
        limit.wake("get /bump");
    }
    compare(&limit, &ours);
}

/// Where clients of the bare server wait for a body of this size.
pub(crate) fn held(body_bytes: usize) -> String {
    // As long as ours, since it is kept.
    format!("/hold/{body_bytes}?{}", "x".repeat(100))
}

/// Prints ours beside the limit.
pub(crate) fn compare(limit: &Side, ours: &Side) {
    println!("{} clients   last byte of the median, of the last; server's CPU for each", limit.clients);
    for (name, side) in [("limit", limit), ("ours", ours)] {
        println!(
            "{name:<28} {:>6.1} ms, {:>6.1} ms (spread {:.0} %), {:.1} us",
            median(&side.middle).as_secs_f64() * 1e3,
            median(&side.last.times).as_secs_f64() * 1e3,
            side.last.spread() * 100.0,
            side.cpu()
        );
    }
    let noisy = if limit.last.spread() > 0.25 { "  NOISY" } else { "" };
    let ratio = median(&ours.last.times).as_secs_f64() / median(&limit.last.times).as_secs_f64();
    println!("{:28} {ratio:.2} times the limit; {:.2} of its CPU{noisy}", "", ours.cpu() / limit.cpu());
}

/// A server and clients that wait.
pub(crate) struct Side {
    server: Server,
    crowd: Process,
    clients: u32,
    middle: Vec<Duration>,
    last: Runs,
    cpu: Duration,
}

impl Side {
    /// Its clients spread evenly over the paths.
    pub(crate) fn new(mut server: Server, paths: &[String], clients: u32) -> Self {
        let mut crowd = Process::start("crowd", &[&server.address]);
        for path in paths {
            crowd.ask(&format!("open {} {path}", clients as usize / paths.len()));
        }
        server.waiting(clients);
        Self { server, crowd, clients, middle: Vec::new(), last: Runs::new(clients), cpu: Duration::ZERO }
    }

    /// Makes news, by a command of the crowd.
    pub(crate) fn wake(&mut self, command: &str) {
        self.server.waiting(self.clients);
        let before = self.server.cpu();
        let line = self.crowd.ask(command);
        self.cpu += self.server.cpu().saturating_sub(before);
        let (middle, last) = line.split_once(' ').expect("two times");
        let time = |nanos: &str| Duration::from_nanos(nanos.parse().expect("nanoseconds"));
        self.middle.push(time(middle));
        self.last.times.push(time(last));
    }

    /// Microseconds for each client: to answer it, and to take what it asks next.
    fn cpu(&self) -> f64 {
        let wakes = f64::from(u32::try_from(self.last.times.len()).unwrap_or(1));
        per_unit(self.cpu, f64::from(self.clients) * wakes)
    }
}
