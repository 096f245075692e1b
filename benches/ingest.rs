//! From WAL to shape logs, against `pg_recvlogical`, which only writes what the server sends to `/dev/null`.
//!
//! The workload is written once, while the servers' senders to us are stopped; then each side in turn follows the same
//! WAL to its known end: limit, ours, limit, ours, limit.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cluster::{Binaries, Cluster};

use crate::cpu;
use crate::report::{Runs, compare, per_unit};
use crate::rig::{Stand, cluster, header, runtime};

const CHANGES: u32 = 500_000;
const ROWS_IN_TRANSACTION: u32 = 100;
/// How often each side is measured: ours this many times, the limit once more.
const ROUNDS: u32 = 2;

pub(crate) fn run() {
    for (name, shapes) in
        [("1 shape takes all", 0), ("1,000 shapes split them", 1000), ("10,000 shapes split them", 10_000)]
    {
        measure(name, shapes, "work");
    }
    measure("a table no shape takes", 1, "other");
}

/// `shapes` of the form `owner_id = k`, or one without filter if 0; all changes go to `table`.
fn measure(name: &str, shapes: u32, table: &str) {
    let cluster = cluster();
    let owners = shapes.max(1);
    prepare(&cluster);
    let runtime = runtime();
    let stands: Vec<Stand> = (0..ROUNDS).map(|_| runtime.block_on(follow(&cluster, shapes))).collect();
    let senders = senders(&cluster);
    assert_eq!(senders.len(), stands.len(), "each service has its sender");
    for pid in &senders {
        signal("STOP", *pid);
    }
    write(&cluster, table, owners);
    let end = psql(&cluster, "SELECT pg_current_wal_lsn()");
    let (mut limit, mut ours) = (Runs::new(CHANGES), Runs::new(CHANGES));
    let (mut our_cpu, mut sender_cpu) = (Duration::ZERO, Duration::ZERO);
    limit.times.push(receive(&cluster, &end));
    for (stand, pid) in stands.iter().zip(&senders) {
        let (before, sender) = (cpu::ours(), cpu::of(*pid).unwrap_or_default());
        let start = Instant::now();
        signal("CONT", *pid);
        runtime.block_on(reach(stand, &end));
        ours.times.push(start.elapsed());
        our_cpu += cpu::ours().saturating_sub(before);
        sender_cpu += cpu::of(*pid).unwrap_or_default().saturating_sub(sender);
        limit.times.push(receive(&cluster, &end));
    }
    compare(name, "changes", &limit, &ours);
    let rounds = f64::from(CHANGES) * f64::from(ROUNDS);
    println!(
        "{:28} ours {:.2} us CPU a change, the server's sender {:.2}, {} MiB resident",
        "",
        per_unit(our_cpu, rounds),
        per_unit(sender_cpu, rounds),
        cpu::resident_mib()
    );
    let expected = if table == "work" { CHANGES / owners } else { 0 };
    for stand in stands {
        let kept = runtime.block_on(log_length(&stand, shapes));
        assert_eq!(kept, expected as usize, "the log holds what was written for its shape");
        runtime.block_on(stand.stop());
    }
}

fn psql(cluster: &Cluster, sql: &str) -> String {
    cluster.psql("postgres", sql).expect("SQL that runs")
}

fn prepare(cluster: &Cluster) {
    for table in ["work", "other"] {
        psql(
            cluster,
            &format!(
                "CREATE TABLE {table} (id int8 PRIMARY KEY, owner_id int8 NOT NULL, title text NOT NULL, done bool);
                 ALTER TABLE {table} REPLICA IDENTITY FULL"
            ),
        );
    }
    psql(cluster, "CREATE PUBLICATION bench FOR TABLE work, other");
    psql(cluster, "SELECT pg_create_logical_replication_slot('bench', 'pgoutput')");
}

/// A service that keeps the shapes.
async fn follow(cluster: &Cluster, shapes: u32) -> Stand {
    let stand = Stand::start(&cluster.url("postgres")).await;
    // One shape on the other table keeps it published.
    stand.get(&[("table", "other"), ("offset", "-1"), ("where", "owner_id = -1")]).await;
    if shapes == 0 {
        stand.get(&[("table", "work"), ("offset", "-1")]).await;
    }
    for owner in 0..shapes {
        let filter = format!("owner_id = {owner}");
        stand.get(&[("table", "work"), ("offset", "-1"), ("where", &filter)]).await;
    }
    stand
}

/// The processes that send to our services.
fn senders(cluster: &Cluster) -> Vec<u32> {
    let pids = psql(cluster, "SELECT pid FROM pg_stat_replication ORDER BY backend_start");
    pids.lines().filter_map(|pid| pid.parse().ok()).collect()
}

fn signal(signal: &str, pid: u32) {
    let status = Command::new("kill").args([format!("-{signal}"), pid.to_string()]).status().expect("kill runs");
    assert!(status.success(), "the sender {pid} takes {signal}");
}

/// Single-row inserts of about 110 bytes.
fn write(cluster: &Cluster, table: &str, owners: u32) {
    psql(
        cluster,
        &format!(
            "CREATE PROCEDURE work() LANGUAGE plpgsql AS $$ BEGIN
               FOR batch IN 0..{batches} - 1 LOOP
                 FOR row IN 0..{ROWS_IN_TRANSACTION} - 1 LOOP
                   INSERT INTO {table} VALUES (batch * {ROWS_IN_TRANSACTION} + row,
                     (batch * {ROWS_IN_TRANSACTION} + row) % {owners}, repeat('abcdefgh', 11), row % 2 = 0);
                 END LOOP;
                 COMMIT;
               END LOOP;
             END $$",
            batches = CHANGES / ROWS_IN_TRANSACTION
        ),
    );
    psql(cluster, "CALL work()");
    psql(cluster, "CHECKPOINT");
}

/// The limit: the server's own client, from a copy of the slot.
fn receive(cluster: &Cluster, end: &str) -> Duration {
    psql(cluster, "SELECT pg_copy_logical_replication_slot('bench', 'run')");
    let mut command = Command::new(Binaries::find().expect("a server").program("pg_recvlogical"));
    command.arg("--dbname").arg(cluster.url("postgres")).args(["--slot=run", "--start", "--no-loop"]);
    command.args(["--file=/dev/null", "--fsync-interval=0", "--status-interval=5"]);
    command.args(["--option=proto_version=1", "--option=publication_names=bench"]).arg(format!("--endpos={end}"));
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("pg_recvlogical runs");
    let time = start.elapsed();
    assert!(status.success(), "pg_recvlogical reaches the end");
    psql(cluster, "SELECT pg_drop_replication_slot('run')");
    time
}

/// How many changes the log of the first shape on `work` holds.
async fn log_length(stand: &Stand, shapes: u32) -> usize {
    let mut shape = vec![("table", "work")];
    if shapes > 0 {
        shape.push(("where", "owner_id = 0"));
    }
    let first = stand.get(&[&shape[..], &[("offset", "-1")]].concat()).await;
    let (handle, mut offset, mut changes) = (header(&first, "electric-handle"), "0_inf".to_owned(), 0);
    loop {
        let response = stand.get(&[&shape[..], &[("handle", &handle), ("offset", &offset)]].concat()).await;
        let is_up_to_date = response.headers().contains_key("electric-up-to-date");
        offset = header(&response, "electric-offset");
        changes += response.text().await.expect("a body").matches("\"operation\":\"insert\"").count();
        if is_up_to_date {
            return changes;
        }
    }
}

/// Waits until the service says that it has seen everything up to `end`.
async fn reach(stand: &Stand, end: &str) {
    let (high, low) = end.split_once('/').expect("a position");
    let part = |text| u64::from_str_radix(text, 16).expect("hexadecimal digits");
    let end = part(high) << 32 | part(low);
    loop {
        let response = stand.get(&[("table", "other"), ("offset", "now"), ("where", "owner_id = -1")]).await;
        assert_eq!(header(&response, "electric-up-to-date"), "");
        let body = response.text().await.expect("a body");
        let seen = body.split("\"global_last_seen_lsn\":\"").nth(1).and_then(|rest| rest.split('"').next());
        // The commit record lies before the position that was current after it.
        if seen.and_then(|seen| seen.parse::<u64>().ok()).is_some_and(|seen| seen + 1024 > end) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
