//! Many write, many follow, clients come and go: whenever a client is up to date, it has the rows that Postgres has.
//!
//! Clients check each message against what they have, and their rows against a `SELECT` at the end of each round. There
//! they must be up to date with the last commit, whose position in the log is known; nothing waits for a time.

mod copy;
mod follower;
mod lane;
mod tables;
mod writer;

use std::time::{Duration, Instant};

use cluster::{Random, setting};
use futures_util::future::join_all;

use self::lane::Lane;

/// At least so many transactions; more until [`SECONDS`] have passed.
const TRANSACTIONS: u64 = 2_000;

/// The environment variable that says for how many seconds to go on.
const SECONDS: &str = "DIESEL_ELECTRIC_TEST_SECONDS";

/// The environment variable that repeats a run, as far as scheduling lets it.
const SEED: &str = "DIESEL_ELECTRIC_TEST_SEED";

/// The bytes at which a part of a log closes: after each item, after some, never.
const CHUNK_BYTES: [usize; 3] = [1, 600, 10_000_000];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_have_the_rows_that_postgres_has() {
    let mut random = Random::from_environment(SEED);
    let end = Instant::now() + Duration::from_secs(setting(SECONDS).unwrap_or(0));
    let lanes = CHUNK_BYTES.map(|chunk_bytes| (chunk_bytes, random.split()));
    let run = |(chunk_bytes, random)| async move {
        let mut lane = Lane::open(chunk_bytes, random).await;
        let mut transactions = 0;
        while transactions < TRANSACTIONS / CHUNK_BYTES.len() as u64 || Instant::now() < end {
            transactions += lane.round().await;
        }
        (transactions, lane.stop().await)
    };
    for (transactions, requests) in join_all(lanes.map(run)).await {
        eprintln!("{transactions} transactions, {requests} requests");
    }
}
