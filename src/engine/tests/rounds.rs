//! Many write at once while shapes are being made: no row may be lost, none may come twice.

use std::time::{Duration, Instant};

use cluster::{Random, setting};
use futures_util::future::join_all;
use tokio::sync::watch;

use super::*;

/// At least so many rounds; more until [`SECONDS`] have passed.
const ROUNDS: usize = 200;

/// The environment variable that says for how many seconds to go on.
const SECONDS: &str = "DIESEL_ELECTRIC_TEST_SECONDS";

/// The environment variable that repeats a run, as far as scheduling lets it.
const SEED: &str = "DIESEL_ELECTRIC_TEST_SEED";

/// Rounds that run at the same time, each on a table of its own.
const LANES: usize = 4;

/// With a function that only Postgres can evaluate, and that takes its time, so that much happens meanwhile.
const SCHEMA: &str = "
    CREATE TABLE noise (id serial PRIMARY KEY);
    CREATE FUNCTION is_odd(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN PERFORM pg_sleep(0.001 * ($1 % 3)); RETURN $1 % 2 = 1; END';
";

const WRITERS: u64 = 4;
const SHAPES: usize = 4;

/// Rows that all writers share; each has as many of its own.
const ROWS: u64 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shapes_made_while_many_write_lose_no_row_and_have_none_twice() {
    let end = Instant::now() + Duration::from_secs(setting(SECONDS).unwrap_or(0));
    let stand = Stand::start(SCHEMA).await;
    let mut random = Random::from_environment(SEED);
    let lanes: Vec<Lane> = join_all((0..LANES).map(|number| Lane::open(&stand, number, random.split()))).await;
    let run = |mut lane: Lane| async move {
        let mut rounds = 0;
        while rounds < ROUNDS.div_ceil(LANES) || Instant::now() < end {
            lane.round(rounds).await;
            rounds += 1;
        }
        rounds
    };
    let rounds: usize = join_all(lanes.into_iter().map(run)).await.into_iter().sum();
    println!("{rounds} rounds");
    stand.stop().await;
}

/// What one round after the other needs.
struct Lane {
    engine: Engine,
    number: usize,
    random: Random,
    sql: Session,
    writers: Vec<Session>,
    sentinel: Materialised,
}

impl Lane {
    async fn open(stand: &Stand, number: usize, random: Random) -> Self {
        let open = || Session::open(stand.database.url());
        Self {
            engine: stand.engine.clone(),
            number,
            random,
            sql: open().await,
            writers: join_all((0..WRITERS).map(|_| open())).await,
            sentinel: Materialised::new(stand.sentinel.live.clone()),
        }
    }

    /// Writers write, shapes are made, and in the end each shape is compared with its query.
    async fn round(&mut self, round: usize) {
        let table = format!("lane_{}_{round}", self.number);
        self.sql.run(&format!("CREATE TABLE {table} (id int PRIMARY KEY, a int, b text)")).await;
        if self.random.one_in(2) {
            // Publishing it then takes no lock that waits for writers.
            self.sql.run(&format!("ALTER TABLE {table} REPLICA IDENTITY FULL")).await;
        }
        let (committed, progress) = watch::channel(0);
        let mut random = self.random.split();
        let mut writing = random.split();
        let writers = self.writers.iter().zip(1..).map(|(session, number)| {
            Writer { session, number, table: &table, random: writing.split(), committed: &committed }.write()
        });
        let wanted: Vec<(usize, Wanted)> =
            (0..SHAPES).map(|_| (random.index(30), Wanted::random(&table, &mut random))).collect();
        let makers = wanted.iter().map(|(after, wanted)| wanted.make(&self.engine, *after, progress.clone()));
        let writing = async {
            join_all(writers).await;
            // Whoever still waits for progress: there will be none.
            committed.send_replace(usize::MAX);
        };
        let (shapes, ()) = futures_util::future::join(join_all(makers), writing).await;
        settle(&self.sql, &mut self.sentinel).await;
        for ((_, wanted), mut shape) in wanted.iter().zip(shapes) {
            while self.engine.processed(&shape.live).0 < self.sentinel.offset.tx() {
                // It waits for Postgres' word.
                self.sql.run("SELECT pg_sleep(0.001)").await;
            }
            shape.catch_up().await;
            let mut rows = self.sql.rows(&wanted.query()).await;
            rows.sort();
            assert_eq!(shape.table(&wanted.columns), rows, "round {round}: {wanted:?}, log: {:#?}", shape.log);
        }
        self.sql.run(&format!("DROP TABLE {table}")).await;
    }
}

/// A shape to make.
#[derive(Debug)]
struct Wanted {
    table: String,
    filter: Option<&'static str>,
    columns: Vec<&'static str>,
}

/// With and without an index for the router, with NULL, by ranges, and with what Postgres evaluates.
const FILTERS: [Option<&str>; 13] = [
    None,
    None,
    Some("a = 1"),
    Some("a = 2"),
    Some("a IN (0, 2) AND b = 'b1'"),
    Some("a < 2 OR a IS NULL"),
    Some("NOT (a = 1)"),
    Some("b LIKE 'b%' AND id >= 1000"),
    Some("id BETWEEN 3 AND 2005"),
    Some("a IS DISTINCT FROM 2"),
    Some("is_odd(a)"),
    Some("b = 'b1' AND is_odd(id)"),
    Some("is_odd(a + id) IS NOT TRUE"),
];

impl Wanted {
    fn random(table: &str, random: &mut Random) -> Self {
        let filter = FILTERS[random.index(FILTERS.len())];
        let columns = if random.one_in(3) { vec!["id", "b"] } else { vec!["id", "a", "b"] };
        Self { table: table.to_owned(), filter, columns }
    }

    fn query(&self) -> String {
        let filter = self.filter.unwrap_or("true");
        format!("SELECT {} FROM {} WHERE {filter}", self.columns.join(", "), self.table)
    }

    /// Makes it once so many transactions have committed, and reads what is there.
    async fn make(&self, engine: &Engine, after: usize, mut progress: watch::Receiver<usize>) -> Materialised {
        progress.wait_for(|committed| *committed >= after).await.unwrap();
        let mut wanted = Shape::table(self.table.as_str()).columns(self.columns.clone());
        if let Some(filter) = self.filter {
            wanted = wanted.filter_sql(filter);
        }
        let mut shape = Materialised::new(shape(engine, wanted).await);
        shape.catch_up().await;
        shape
    }
}

/// One connection that writes transactions of all kinds.
struct Writer<'a> {
    session: &'a Session,
    number: u64,
    table: &'a str,
    random: Random,
    committed: &'a watch::Sender<usize>,
}

impl Writer<'_> {
    async fn write(mut self) {
        for _ in 0..8 + self.random.below(8) {
            self.transaction().await;
            self.committed.send_modify(|count| *count += 1);
        }
    }

    async fn transaction(&mut self) {
        self.session.run("BEGIN").await;
        // In order, so that two transactions never wait for each other.
        let mut shared: Vec<u64> = (0..self.random.below(4)).map(|_| self.random.below(ROWS)).collect();
        shared.sort_unstable();
        for id in shared {
            self.change(id).await;
        }
        if self.random.one_in(6) {
            self.session.run("SAVEPOINT s").await;
            self.change_own().await;
            self.session.run(if self.random.one_in(2) { "ROLLBACK TO s" } else { "RELEASE s" }).await;
        }
        if self.random.one_in(2) {
            self.change_own().await;
        }
        if self.random.one_in(8) {
            // Stays open for a while.
            for _ in 0..10 {
                self.session.run("INSERT INTO noise DEFAULT VALUES").await;
            }
        }
        self.session.run(if self.random.one_in(6) { "ROLLBACK" } else { "COMMIT" }).await;
    }

    async fn change(&mut self, id: u64) {
        let (table, a, b) = (self.table, self.random.below(4), self.random.below(3));
        let a = if a == 3 { "NULL".to_owned() } else { a.to_string() };
        let sql = match self.random.below(6) {
            0 => format!("DELETE FROM {table} WHERE id = {id}"),
            1 => format!("UPDATE {table} SET a = {a} WHERE id = {id}"),
            2 => format!("UPDATE {table} SET b = 'b{b}' WHERE id = {id}"),
            _ => format!(
                "INSERT INTO {table} VALUES ({id}, {a}, 'b{b}') \
                 ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b"
            ),
        };
        self.session.run(&sql).await;
    }

    /// Changes rows that no other writer touches: also their keys, and several at once.
    async fn change_own(&mut self) {
        let table = self.table;
        let first = 1000 * self.number;
        let id = first + self.random.below(ROWS);
        match self.random.below(4) {
            0 => {
                let other = first + self.random.below(ROWS);
                let sql = format!(
                    "UPDATE {table} SET id = {other} WHERE id = {id} AND NOT EXISTS (SELECT FROM {table} WHERE id = {other})"
                );
                self.session.run(&sql).await;
            }
            1 => {
                let sql = format!("UPDATE {table} SET a = a + 1 WHERE id BETWEEN {first} AND {}", first + ROWS);
                self.session.run(&sql).await;
            }
            _ => self.change(id).await,
        }
    }
}
