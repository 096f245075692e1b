//! The engine with a real server behind it: what a client would hold against what Postgres says.

mod evict;
mod faults;
mod handed_on;
mod journey;
mod rounds;
mod subsets;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::{Engine, EngineConfig, Evaluator, LiveShape, Reader, ShapeStatus, StartError};
use crate::protocol::LogOffset;
use crate::shape::{IntoShape, Shape};
use crate::source::{PostgresSource, Source};
use crate::storage::{MemoryStore, SnapshotPiece};

/// Small, so that chunks close.
const CHUNK_BYTES: usize = 4096;

/// More than any test makes.
const MAX_SHAPES: usize = 100_000;

/// A database, an engine that follows it, and a connection of somebody who works with it.
struct Stand {
    engine: Engine,
    sql: Session,
    sentinel: Materialised,
    // Last, so that it goes last.
    database: cluster::Database,
}

impl Stand {
    async fn start(schema: &str) -> Self {
        Self::with_max_shapes(schema, MAX_SHAPES).await
    }

    async fn with_max_shapes(schema: &str, max_shapes: usize) -> Self {
        Self::with_source(schema, max_shapes, |url| Arc::new(PostgresSource::new(url, None).unwrap())).await
    }

    /// With a source of the test's making for the database of this URL.
    async fn with_source(schema: &str, max_shapes: usize, source: impl FnOnce(&str) -> Arc<dyn Source>) -> Self {
        let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
        let sql = Session::open(database.url()).await;
        sql.run(schema).await;
        sql.run("CREATE TABLE sentinel (id serial PRIMARY KEY)").await;
        let engine = engine_on(source(database.url()), max_shapes).await.unwrap();
        let sentinel = Materialised::new(shape(&engine, Shape::table("sentinel")).await);
        Self { engine, sql, sentinel, database }
    }

    async fn shape(&self, shape: impl IntoShape) -> Materialised {
        Materialised::new(self::shape(&self.engine, shape).await)
    }

    /// Waits until everything that has committed is in the logs.
    async fn settle(&mut self) {
        settle(&self.sql, &mut self.sentinel).await;
    }

    async fn stop(self) {
        self.engine.stop().await;
        let left = self.sql.rows("SELECT pubname FROM pg_publication").await;
        assert!(left.is_empty(), "the engine left {left:?} behind");
    }
}

async fn engine(url: &str) -> Result<Engine, StartError> {
    engine_on(Arc::new(PostgresSource::new(url, None).unwrap()), MAX_SHAPES).await
}

async fn engine_on(source: Arc<dyn Source>, max_shapes: usize) -> Result<Engine, StartError> {
    let store = Arc::new(MemoryStore::new(CHUNK_BYTES));
    Engine::start(EngineConfig { source, store, chunk_bytes: CHUNK_BYTES, max_shapes, on_message: Arc::new(drop) })
        .await
}

/// A shape that is served from now on.
async fn shape(engine: &Engine, shape: impl IntoShape) -> Arc<LiveShape> {
    let definition = engine.resolve(&shape.into_shape().unwrap(), Evaluator::Postgres).await.unwrap();
    engine.get_or_create(&definition).await.unwrap()
}

/// Waits until everything that has committed is in the logs: what comes after it is.
async fn settle(sql: &Session, sentinel: &mut Materialised) {
    let inserted = sql.rows("INSERT INTO sentinel DEFAULT VALUES RETURNING id").await;
    let key = format!("\"public\".\"sentinel\"/\"{}\"", inserted[0][0].as_deref().unwrap());
    sentinel.catch_up().await;
    while !sentinel.rows.contains_key(&key) {
        sentinel.wait().await;
        sentinel.catch_up().await;
    }
}

/// A connection.
struct Session {
    client: Client,
    connection: JoinHandle<()>,
}

impl Session {
    async fn open(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        // Its end is the server's or the test's.
        let connection = tokio::spawn(async move { drop(connection.await) });
        Self { client, connection }
    }

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The rows of a query, as text.
    async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let answer = self.client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let row = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect::<Vec<_>>())
            }
            _ => None,
        };
        answer.iter().filter_map(row).collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// A row of the table `t (id int PRIMARY KEY)` that was committed and streamed, but is visible to nobody yet.
struct UnseenRow {
    sql: Session,
    engine: Engine,
    /// A shape of the table, with the row.
    log: Materialised,
    writing: JoinHandle<()>,
    writer: String,
    _cluster: cluster::Cluster,
}

impl UnseenRow {
    async fn write() -> Self {
        // Commits wait for a standby that there is not, if they are told to.
        let settings = [("synchronous_standby_names", "nobody"), ("synchronous_commit", "local")];
        let start = move || cluster::Cluster::start_with(&settings);
        let cluster = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
        let url = cluster.url("postgres");
        let (sql, session) = (Session::open(&url).await, Session::open(&url).await);
        sql.run("CREATE TABLE t (id int PRIMARY KEY)").await;
        let engine = engine(&url).await.unwrap();
        let mut log = Materialised::new(shape(&engine, Shape::table("t")).await);
        session.run("SET synchronous_commit = on").await;
        let writer = session.rows("SELECT pg_backend_pid()").await[0][0].clone().unwrap();
        let mut writing = tokio::spawn(async move { session.run("INSERT INTO t VALUES (1)").await });
        let streamed = async {
            log.catch_up().await;
            while log.rows.is_empty() {
                log.wait().await;
                log.catch_up().await;
            }
        };
        tokio::select! {
            _ = &mut writing => panic!("the commit does not wait"),
            () = streamed => {}
        }
        Self { sql, engine, log, writing, writer, _cluster: cluster }
    }

    async fn show(&mut self) {
        self.sql.run(&format!("SELECT pg_cancel_backend({})", self.writer)).await;
        (&mut self.writing).await.unwrap();
    }
}

/// A shape as a client holds it: built from the snapshot and the log alone, with every step checked.
struct Materialised {
    live: Arc<LiveShape>,
    state: Reader,
    rows: BTreeMap<String, Map<String, Value>>,
    offset: LogOffset,
    has_snapshot: bool,
    /// Operations since the snapshot, in short.
    log: Vec<String>,
}

impl Materialised {
    fn new(live: Arc<LiveShape>) -> Self {
        let state = live.subscribe();
        let offset = LogOffset::SNAPSHOT_LAST;
        Self { live, state, rows: BTreeMap::new(), offset, has_snapshot: false, log: Vec::new() }
    }

    async fn wait(&mut self) {
        self.state.changed().await;
    }

    /// Reads the snapshot if it has not, then the log to its end.
    async fn catch_up(&mut self) {
        if !self.has_snapshot {
            self.read_snapshot().await;
            self.has_snapshot = true;
        }
        loop {
            let slice = self.live.read(self.offset);
            for item in items(&slice.pieces) {
                self.apply(&item);
            }
            self.offset = slice.end;
            if slice.is_tail {
                return;
            }
        }
    }

    async fn read_snapshot(&mut self) {
        let (mut chunk, mut piece, mut ended) = (0, 0, false);
        loop {
            let state = *self.state.borrow_and_update();
            if state.snapshot_chunks == Some(chunk) {
                assert!(ended, "the snapshot lacks its end");
                return;
            }
            match self.live.snapshot_piece(chunk, piece) {
                SnapshotPiece::Items(bytes) => {
                    piece += 1;
                    for item in items(&[bytes]) {
                        assert!(!ended, "an item after the end of the snapshot");
                        if item["headers"]["control"] == "snapshot-end" {
                            ended = true;
                        } else {
                            assert_eq!(item["headers"]["operation"], "insert");
                            self.insert(&item);
                        }
                    }
                }
                SnapshotPiece::EndOfChunk => (chunk, piece) = (chunk + 1, 0),
                SnapshotPiece::Pending => {
                    assert_eq!(state.status, ShapeStatus::Live, "gone in the middle of its snapshot");
                    self.wait().await;
                }
            }
        }
    }

    fn insert(&mut self, item: &Value) {
        let key = item["key"].as_str().unwrap().to_owned();
        let twice = self.rows.insert(key, item["value"].as_object().unwrap().clone());
        assert!(twice.is_none(), "inserted twice: {item} over {twice:?}");
    }

    fn apply(&mut self, item: &Value) {
        let number = |name: &str| &item["headers"][name];
        let at =
            LogOffset::new(number("lsn").as_str().unwrap().parse().unwrap(), number("op_position").as_u64().unwrap());
        assert!(at > self.offset, "{at} after {}", self.offset);
        self.offset = at;
        let key = item["key"].as_str().unwrap();
        let operation = number("operation").as_str().unwrap();
        self.log.push(format!("{operation} {}", item["value"]));
        match operation {
            "insert" => self.insert(item),
            "update" => {
                let row = self.rows.get_mut(key).unwrap_or_else(|| panic!("updated but absent: {item}"));
                for (column, value) in item["value"].as_object().unwrap() {
                    row.insert(column.clone(), value.clone());
                }
            }
            "delete" => assert!(self.rows.remove(key).is_some(), "deleted but absent: {item}"),
            other => panic!("unknown operation {other}"),
        }
    }

    /// The rows' values of these columns, sorted.
    fn table(&self, columns: &[&str]) -> Vec<Vec<Option<String>>> {
        let row = |row: &Map<String, Value>| {
            assert_eq!(row.len(), columns.len(), "{row:?}");
            columns.iter().map(|column| row[*column].as_str().map(str::to_owned)).collect()
        };
        let mut rows: Vec<_> = self.rows.values().map(row).collect();
        rows.sort();
        rows
    }
}

/// The items of a response body: each has a comma before it.
fn items(pieces: &[bytes::Bytes]) -> Vec<Value> {
    let body = pieces.concat();
    let json = String::from_utf8(body).unwrap();
    serde_json::from_str(&format!("[{}]", json.strip_prefix(',').unwrap_or_default())).unwrap()
}
