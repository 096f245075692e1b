//! The load of `latency`: transactions at a steady pace, and when each is seen.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cluster::Binaries;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio_postgres::{Client, NoTls};

use crate::commands::say;
use crate::wire::Connection;

/// Stands before the number of each transaction, in a column of its row.
const MARK: &[u8] = b"mark-";
const DIGITS: usize = 7;
/// How long the last of them may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// When each transaction began, and when it was seen.
struct Marks {
    begun: Vec<Option<Instant>>,
    seen: Vec<Option<Instant>>,
}

impl Marks {
    fn new(count: usize) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { begun: vec![None; count], seen: vec![None; count] }))
    }

    /// Notes what is seen now in `text`, and returns where the last whole mark ends.
    fn look_at(&mut self, text: &[u8]) -> usize {
        let (now, mut end) = (Instant::now(), 0);
        for at in memchr::memmem::find_iter(text, MARK) {
            let Some(digits) = text.get(at + MARK.len()..at + MARK.len() + DIGITS) else { break };
            let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<usize>().ok());
            let seen = number.and_then(|number| self.seen.get_mut(number)).expect("a number after a mark");
            seen.get_or_insert(now);
            end = at + MARK.len() + DIGITS;
        }
        end
    }

    /// From the start of each write until it was seen, in order of length.
    fn latencies(&self) -> Option<Vec<Duration>> {
        let pairs = self.begun.iter().zip(&self.seen);
        let mut all: Vec<_> =
            pairs.map(|(begun, seen)| Some(seen.as_ref()?.duration_since((*begun)?))).collect::<Option<_>>()?;
        all.sort_unstable();
        Some(all)
    }
}

/// The role of a process: `pace DATABASE_URL COUNT RATE http ADDRESS PATH` or `pace DATABASE_URL COUNT RATE stream SLOT
/// PUBLICATION`: so many transactions, so many each second, whether or not the earlier ones are done. Prints the
/// nanoseconds after which half of them, 99 % and all were seen.
pub(crate) async fn pace(arguments: &[String]) {
    let [url, count, rate, kind, place, more]: &[String; 6] = arguments.try_into().expect("six arguments");
    let (count, rate): (usize, u32) = (count.parse().expect("a number"), rate.parse().expect("a number"));
    let marks = Marks::new(count);
    let reader = match kind.as_str() {
        "http" => tokio::spawn(poll(Connection::open(place).await, more.clone(), marks.clone())),
        _ => tokio::spawn(stream(url.clone(), place.clone(), more.clone(), marks.clone())),
    };
    // Until the reader reads; what comes earlier would be seen late.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (database, connection) = tokio_postgres::connect(url, NoTls).await.expect("a database");
    tokio::spawn(connection);
    write(database, count, rate, &marks).await;
    let end = Instant::now() + PATIENCE;
    let latencies = loop {
        assert!(Instant::now() < end && !reader.is_finished(), "every transaction is seen");
        if let Some(latencies) = lock(&marks).latencies() {
            break latencies;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    reader.abort();
    let at = |part: usize| latencies.get((count * part / 1000).min(count - 1)).map_or(0, Duration::as_nanos);
    say(&format!("{} {} {}", at(500), at(990), at(1000)));
}

fn lock(marks: &Mutex<Marks>) -> std::sync::MutexGuard<'_, Marks> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write(database: Client, count: usize, rate: u32, marks: &Mutex<Marks>) {
    let insert = "INSERT INTO work VALUES ((SELECT coalesce(max(id), 0) + 1 FROM work), 0, $1, true)";
    let (insert, database) = (database.prepare(insert).await.expect("SQL"), Arc::new(database));
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    for number in 0..count {
        ticks.tick().await;
        let (database, insert) = (database.clone(), insert.clone());
        let title = format!("mark-{number:0DIGITS$}");
        if let Some(begun) = lock(marks).begun.get_mut(number) {
            *begun = Some(Instant::now());
        }
        tokio::spawn(async move { database.execute(&insert, &[&title]).await.expect("an insert") });
    }
}

/// A client of ours.
async fn poll(mut connection: Connection, mut path: String, marks: Arc<Mutex<Marks>>) {
    loop {
        connection.send(&path).await;
        let mut body = Vec::new();
        connection.receive(|part| body.extend_from_slice(part)).await;
        lock(&marks).look_at(&body);
        let offset = connection.header("electric-offset").expect("an offset");
        let (before, _) = path.rsplit_once('=').expect("a path that ends in an offset");
        path = format!("{before}={offset}");
    }
}

/// The limit: the server's own client.
async fn stream(url: String, slot: String, publication: String, marks: Arc<Mutex<Marks>>) {
    let mut command = Command::new(Binaries::find().expect("a server").program("pg_recvlogical"));
    command.arg("--dbname").arg(url).arg(format!("--slot={slot}")).args(["--start", "--no-loop", "--file=-"]);
    command.arg("--option=proto_version=1").arg(format!("--option=publication_names={publication}"));
    command.stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("pg_recvlogical runs");
    let mut output = child.stdout.take().expect("its output");
    let mut text = Vec::new();
    while output.read_buf(&mut text).await.expect("its output goes on") > 0 {
        let end = lock(&marks).look_at(&text);
        // What may be the beginning of a mark stays.
        let keep = text.len().saturating_sub(MARK.len() + DIGITS).max(end);
        text.drain(..keep);
    }
}
