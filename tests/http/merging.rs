//! What a client makes of subsets and the log together, by the rule of the protocol's reference (section 11): no update is
//! lost, none comes back.

use std::collections::{BTreeMap, BTreeSet};

use cluster::Random;
use serde_json::{Map, Value, json};
use tokio_postgres::{Client, NoTls};

use super::support::stand;
use crate::support::Stand;

/// The environment variable that repeats a run, as far as scheduling lets it.
const SEED: &str = "DIESEL_ELECTRIC_TEST_SEED";

const SUBSETS: usize = 40;
const WRITERS: usize = 3;
const IDS: u64 = 30;

/// Rows below this are only ever counted up: they must not go back at the client.
const COUNTED: u64 = 15;

/// A snapshot of which changes still come that are in it.
struct Tracked {
    xmin: u64,
    xmax: u64,
    xip: BTreeSet<u64>,
    database_lsn: u64,
    keys: BTreeSet<String>,
}

impl Tracked {
    fn read(body: &Value) -> Self {
        let metadata = &body["metadata"];
        let rows = body["data"].as_array().unwrap();
        Self {
            xmin: number(&metadata["xmin"]),
            xmax: number(&metadata["xmax"]),
            xip: metadata["xip_list"].as_array().unwrap().iter().map(number).collect(),
            database_lsn: number(&metadata["database_lsn"]),
            keys: rows.iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect(),
        }
    }

    /// Test databases are too young for a second epoch.
    fn sees(&self, xid: u64) -> bool {
        xid < self.xmin || xid < self.xmax && !self.xip.contains(&xid)
    }
}

fn number(text: &Value) -> u64 {
    text.as_str().unwrap().parse().unwrap()
}

/// A client in changes-only mode.
struct Merging<'s> {
    stand: &'s Stand,
    shape: &'static str,
    offset: String,
    handle: String,
    rows: BTreeMap<String, Map<String, Value>>,
    tracked: Vec<Tracked>,
    /// Up to where it has seen the stream.
    seen: u64,
    dropped: usize,
}

impl<'s> Merging<'s> {
    async fn start(stand: &'s Stand, shape: &'static str) -> Self {
        let answer = stand.get(&format!("{shape}log=changes_only&offset=now")).await;
        let (offset, handle) = (answer.offset(), answer.handle());
        let (rows, tracked) = (BTreeMap::new(), Vec::new());
        Self { stand, shape, offset, handle, rows, tracked, seen: 0, dropped: 0 }
    }

    fn path(&self) -> String {
        format!("{}log=changes_only&offset={}&handle={}", self.shape, self.offset, self.handle)
    }

    /// Loads a subset, and goes on where its answer says.
    async fn load(&mut self, condition: &str) -> Value {
        let answer = self.stand.post(&self.path(), json!({"where": condition}).to_string()).await;
        assert_eq!(answer.status, 200, "{answer:#?}");
        self.offset = answer.offset();
        let body = answer.json();
        for row in body["data"].as_array().unwrap() {
            let (key, value) = (row["key"].as_str().unwrap(), row["value"].as_object().unwrap());
            self.rows.insert(key.to_owned(), value.clone());
        }
        self.tracked.push(Tracked::read(&body));
        body
    }

    /// Reads the log to its end. The changes that were applied.
    async fn read(&mut self) -> Vec<Value> {
        let mut applied = Vec::new();
        loop {
            let answer = self.stand.get(&self.path()).await;
            let messages = answer.messages();
            self.offset = answer.offset();
            applied.extend(messages.into_iter().filter(|message| self.message(message)));
            if answer.get("electric-up-to-date").is_some() {
                return applied;
            }
        }
    }

    /// Reads on until a position has been seen.
    async fn read_to(&mut self, lsn: u64) {
        while self.seen < lsn {
            self.read().await;
        }
    }

    /// Takes a message in; false if it was no change, or dropped.
    fn message(&mut self, message: &Value) -> bool {
        let headers = &message["headers"];
        if headers["control"] == "up-to-date" {
            self.seen = number(&headers["global_last_seen_lsn"]);
            self.tracked.retain(|snapshot| snapshot.database_lsn > self.seen);
        }
        let Some(key) = message["key"].as_str() else { return false };
        let (lsn, xid) = (number(&headers["lsn"]), headers["txids"][0].as_u64().unwrap());
        self.tracked.retain(|snapshot| snapshot.database_lsn > lsn && snapshot.xmax > xid);
        if self.tracked.iter().any(|snapshot| snapshot.keys.contains(key) && snapshot.sees(xid)) {
            self.dropped += 1;
            return false;
        }
        let value = message["value"].as_object().unwrap().clone();
        match headers["operation"].as_str().unwrap() {
            "insert" => drop(self.rows.insert(key.to_owned(), value)),
            "delete" => drop(self.rows.remove(key)),
            // Rows that were never loaded are not the client's.
            _ => {
                if let Some(row) = self.rows.get_mut(key) {
                    let before = count(row);
                    row.extend(value);
                    assert!(number(&row["id"]) >= COUNTED || count(row) > before, "an update came back: {message}");
                }
            }
        }
        true
    }

    fn num(&self, id: u64) -> Option<i64> {
        self.rows.get(&format!("\"public\".\"num\"/\"{id}\"")).map(count)
    }
}

fn count(row: &Map<String, Value>) -> i64 {
    row["num"].as_str().unwrap().parse().unwrap()
}

async fn wal_end(client: &Client) -> u64 {
    let query = "SELECT (pg_current_wal_insert_lsn() - '0/0')::int8";
    client.query_one(query, &[]).await.unwrap().get::<_, i64>(0).cast_unsigned()
}

async fn open(stand: &Stand) -> Client {
    let (client, connection) = tokio_postgres::connect(stand.db.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn case_113_what_changes_after_a_subset_is_logged_and_applied() {
    let stand = stand().await;
    stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2)").await;
    for shape in ["/v1/shape?table=num&", "/shapes/num?"] {
        let mut client = Merging::start(&stand, shape).await;
        stand.db.run("UPDATE num SET num = num + 1 WHERE id = 1").await;
        let body = client.load("id = 1").await;
        let loaded = client.num(1).unwrap();
        stand.db.run("UPDATE num SET num = num + 1 WHERE id = 1").await;
        let end = wal_end(&stand.db.client).await;
        let snapshot = Tracked::read(&body);
        let mut last = None;
        while client.seen < end {
            last = client.read().await.pop().or(last);
        }
        let last = last.expect("the update");
        let (lsn, xid) = (number(&last["headers"]["lsn"]), last["headers"]["txids"][0].as_u64().unwrap());
        assert!(lsn >= snapshot.database_lsn || !snapshot.sees(xid));
        assert_eq!((client.num(1), client.dropped), (Some(loaded + 1), 1));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_114_what_was_open_at_a_subset_is_applied_when_it_commits() {
    let stand = stand().await;
    stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2)").await;
    let other = open(&stand).await;
    for (shape, to) in [("/v1/shape?table=num&", 10), ("/shapes/num?", 20)] {
        let mut client = Merging::start(&stand, shape).await;
        other.batch_execute(&format!("BEGIN; UPDATE num SET num = {to} WHERE id = 1")).await.unwrap();
        let xid: String = other.query_one("SELECT pg_current_xact_id()::text", &[]).await.unwrap().get(0);
        // A younger one that has ended makes the open one lie between.
        stand.db.run(&format!("UPDATE num SET num = {to} WHERE id = 2")).await;
        let body = client.load("true").await;
        // Others may be open in other databases.
        assert!(body["metadata"]["xip_list"].as_array().unwrap().contains(&json!(xid)));
        assert_ne!(client.num(1), Some(to));
        other.batch_execute("COMMIT").await.unwrap();
        let end = wal_end(&other).await;
        client.read_to(end).await;
        assert_eq!((client.num(1), client.num(2)), (Some(to), Some(to)));
    }
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_loads_subsets_while_others_write_loses_no_update() {
    let stand = stand().await;
    let mut random = Random::from_environment(SEED);
    stand.db.run(&format!("INSERT INTO num SELECT n, 0 FROM generate_series(0, {}) n", IDS - 1)).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(tokio::spawn(write(open(&stand).await, random.split(), stopped.clone())));
    }
    let mut client = Merging::start(&stand, "/v1/shape?table=num&").await;
    let mut loaded = BTreeSet::new();
    for _ in 0..SUBSETS {
        let low = random.below(IDS);
        let high = low + random.below(6);
        client.load(&format!("id BETWEEN {low} AND {high}")).await;
        loaded.extend(low..=high);
        if !random.one_in(3) {
            client.read().await;
        }
    }
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    let end = wal_end(&stand.db.client).await;
    client.read_to(end).await;
    let rows = stand.db.client.query("SELECT id, num FROM num", &[]).await.unwrap();
    let rows: BTreeMap<i64, i32> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for id in loaded {
        let wanted = rows.get(&id.cast_signed()).copied().map(i64::from);
        assert_eq!(client.num(id), wanted, "row {id}, {} changes dropped", client.dropped);
    }
    stand.stop().await;
}

/// Updates, deletes and inserts rows in transactions that overlap.
async fn write(client: Client, mut random: Random, stopped: tokio::sync::watch::Receiver<bool>) {
    let mut value = 0;
    while !*stopped.borrow() {
        client.batch_execute("BEGIN").await.unwrap();
        // In order, so that no two wait for each other.
        let mut ids: Vec<u64> = (0..=random.below(3)).map(|_| random.below(IDS)).collect();
        ids.sort_unstable();
        for id in ids {
            value += 1;
            let statement = match random.below(4) {
                _ if id < COUNTED => format!("UPDATE num SET num = num + 1 WHERE id = {id}"),
                0 => format!("DELETE FROM num WHERE id = {id}"),
                1 => format!("INSERT INTO num VALUES ({id}, {value}) ON CONFLICT (id) DO UPDATE SET num = {value}"),
                _ => format!("UPDATE num SET num = {value} WHERE id = {id}"),
            };
            client.batch_execute(&statement).await.unwrap();
        }
        client.batch_execute(if random.one_in(5) { "ROLLBACK" } else { "COMMIT" }).await.unwrap();
    }
}
