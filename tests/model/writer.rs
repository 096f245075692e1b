//! Random transactions of all kinds, by several connections at once.

use cluster::Random;
use tokio_postgres::{Client, NoTls};

use super::tables::TABLES;

/// Keys are below it, but for those of transactions that stay open.
const KEYS: u64 = 16;

/// The keys that only the transactions that stay open use.
const OWN: u64 = 5000;

/// A connection, which ends with it.
pub struct Session(Client);

impl Session {
    pub async fn open(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        // Two who wait for each other are to find out soon. Not every role may say so.
        let _ = client.batch_execute("SET deadlock_timeout = '50ms'").await;
        client.batch_execute("SET DateStyle = 'ISO, DMY'; SET TimeZone = 'UTC'").await.unwrap();
        Self(client)
    }

    pub fn client(&self) -> &Client {
        &self.0
    }

    pub async fn run(&self, sql: &str) {
        self.try_run(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    async fn try_run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.0.batch_execute(sql).await
    }
}

/// Writes one transaction after the other.
pub struct Writer {
    session: Session,
    random: Random,
}

impl Writer {
    pub async fn open(url: &str, random: Random) -> Self {
        Self { session: Session::open(url).await, random }
    }

    /// Returns how many got to their end. Others met what somebody did before: a key that is there, a column that is not,
    /// a lock. They are a case, too.
    pub async fn write(&mut self, transactions: u64) -> u64 {
        let mut complete = 0;
        for _ in 0..transactions {
            let statements = self.transaction();
            match self.run(&statements).await {
                Ok(()) => complete += 1,
                Err(_) => self.session.run("ROLLBACK").await,
            }
        }
        complete
    }

    async fn run(&self, statements: &[String]) -> Result<(), tokio_postgres::Error> {
        for statement in statements {
            self.session.try_run(statement).await?;
        }
        Ok(())
    }

    fn transaction(&mut self) -> Vec<String> {
        let random = &mut self.random;
        if random.one_in(60) {
            return rare(random);
        }
        if random.one_in(5) {
            return vec![change(random).2];
        }
        let mut changes: Vec<_> = (0..=random.below(5)).map(|_| change(random)).collect();
        // In order, so that two transactions seldom wait for each other.
        changes.sort();
        let mut statements = vec!["BEGIN".to_owned()];
        statements.extend(changes.into_iter().map(|(_, _, sql)| sql));
        if random.one_in(5) {
            statements.push("SAVEPOINT s".to_owned());
            statements.push(change(random).2);
            statements.push(random.pick(&["ROLLBACK TO s", "RELEASE s"]).to_owned());
            statements.push(change(random).2);
        }
        statements.push(if random.one_in(6) { "ROLLBACK" } else { "COMMIT" }.to_owned());
        statements
    }
}

/// What locks a table, and therefore gives up soon.
fn rare(random: &mut Random) -> Vec<String> {
    let table = TABLES[random.index(TABLES.len())].name;
    let change = match random.below(6) {
        2 => format!("ALTER TABLE plain ALTER a TYPE {}", random.pick(&["int4", "int8"])),
        3 => format!("ALTER TABLE wide ALTER w TYPE {}", random.pick(&["text", "varchar(30)"])),
        0 => format!("ALTER TABLE {table} DROP COLUMN extra"),
        1 => format!("ALTER TABLE {table} ADD COLUMN extra text DEFAULT 'new'"),
        _ => format!("TRUNCATE {table}"),
    };
    let mut statements = vec!["BEGIN".to_owned(), "SET LOCAL lock_timeout = '100ms'".to_owned()];
    if random.one_in(2) {
        statements.push(self::change(random).2);
    }
    statements.push(change);
    statements.push(self::change(random).2);
    statements.push(if random.one_in(4) { "ROLLBACK" } else { "COMMIT" }.to_owned());
    statements
}

/// A change: the table's place, the row's, the statement.
fn change(random: &mut Random) -> (usize, u64, String) {
    let (table, key) = (random.index(TABLES.len()), 1 + random.below(KEYS));
    let sql = match table {
        0 => plain(random, key),
        1 => wide(random, key),
        2 => nopk(random, key),
        3 => pairs(random, key),
        _ => odd(random, key),
    };
    (table, key, sql)
}

fn nullable(random: &mut Random, value: String) -> String {
    if random.one_in(4) { "NULL".to_owned() } else { value }
}

fn plain(random: &mut Random, id: u64) -> String {
    let (a, b, other) = (random.below(4).to_string(), random.below(3), 1 + random.below(KEYS));
    let a = nullable(random, a);
    match random.below(11) {
        0 | 1 => format!("DELETE FROM plain WHERE id = {id}"),
        2 => format!("UPDATE plain SET a = {a} WHERE id = {id}"),
        3 => format!("UPDATE plain SET b = 'b{b}', n = n WHERE id = {id}"),
        4 => format!("UPDATE plain SET id = {other} WHERE id = {id}"),
        5 => format!("UPDATE plain SET id = id - 1000, a = {a} WHERE id BETWEEN 1100 AND {}", 1100 + id),
        6 => format!("UPDATE plain SET a = a + 1 WHERE id BETWEEN {id} AND {}", id + 3),
        7 if random.one_in(3) => format!(
            "INSERT INTO plain SELECT i, i % 4, 'b' || i % 3 FROM generate_series(1100, 1140) i \
             ON CONFLICT (id) DO UPDATE SET a = {a}"
        ),
        8 if random.one_in(3) => "DELETE FROM plain WHERE id BETWEEN 100 AND 4999".to_owned(),
        _ => format!(
            "INSERT INTO plain VALUES ({id}, {a}, 'b{b}') ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b"
        ),
    }
}

/// A text that is stored out of line.
fn long(random: &mut Random) -> String {
    format!("repeat('{}', 300) || {}", random.bits(), random.below(10))
}

fn wide(random: &mut Random, k2: u64) -> String {
    let k1 = random.pick(&["", "a/b", "ä\"", "x''y"]);
    let w = random.pick(&["x", "y", "z"]);
    let (v, other) = (long(random), 1 + random.below(KEYS));
    let row = format!("k1 = '{k1}' AND k2 = {k2}");
    match random.below(10) {
        // So many bytes in one transaction do not wait for its end in memory.
        0 if random.one_in(4) => format!(
            "INSERT INTO wide SELECT 'bulk', {v} || i, i, '{w}' FROM generate_series(101, 160) i \
             ON CONFLICT (k2, k1) DO UPDATE SET w = excluded.w, v = excluded.v"
        ),
        0 => format!("DELETE FROM wide WHERE k2 > {}", 100 + 4 * k2),
        9 => format!("DELETE FROM wide WHERE k2 = {k2}"),
        1 => format!("UPDATE wide SET v = {v} WHERE {row}"),
        2 | 3 => format!("UPDATE wide SET w = '{w}' WHERE k2 = {k2}"),
        4 => format!("UPDATE wide SET k2 = {other} WHERE {row}"),
        5 => format!("UPDATE wide SET v = NULL WHERE {row}"),
        _ => format!(
            "INSERT INTO wide VALUES ('{k1}', {v}, {k2}, '{w}') \
             ON CONFLICT (k2, k1) DO UPDATE SET w = excluded.w, v = excluded.v"
        ),
    }
}

fn nopk(random: &mut Random, key: u64) -> String {
    let (x, y) = (1 + key % 3, format!("'y{}'", random.below(3)));
    let y = nullable(random, y);
    match random.below(6) {
        0 => format!("DELETE FROM nopk WHERE x = {x}"),
        1 => format!("DELETE FROM nopk WHERE ctid = (SELECT ctid FROM nopk WHERE x = {x} LIMIT 1)"),
        2 => format!("UPDATE nopk SET y = {y} WHERE x = {x}"),
        3 => format!("UPDATE nopk SET x = x + 1 WHERE x = {x} AND y IS NOT DISTINCT FROM {y}"),
        _ => format!("INSERT INTO nopk VALUES ({x}, {y})"),
    }
}

fn pairs(random: &mut Random, id: u64) -> String {
    let region = random.pick(&["eu", "us"]);
    let v = random.below(4);
    match random.below(6) {
        0 => format!("DELETE FROM pairs WHERE id = {id}"),
        1 => format!("UPDATE pairs SET region = '{region}' WHERE id = {id}"),
        2 => format!("UPDATE pairs SET v = {v} WHERE id = {id}"),
        _ => format!(
            "INSERT INTO pairs VALUES ({id}, '{region}', {v}) ON CONFLICT (id, region) DO UPDATE SET v = excluded.v"
        ),
    }
}

fn odd(random: &mut Random, id: u64) -> String {
    let flag = random.pick(&["true", "false", "NULL"]);
    let j = random.pick(&[r#"{"value": {"a": 1.0}}"#, "null", r#"["\u00e9", "\""]"#]);
    let f = random.pick(&["0.1", "'NaN'", "'Infinity'", "1e300", "NULL"]);
    let at = format!("'2024-01-0{}T12:00:00.5+02'", 1 + random.below(3));
    let tags = random.pick(&["{}", "{a,NULL}", r#"{"a","b \"c\"","NULL"}"#]);
    match random.below(6) {
        0 => format!(r#"DELETE FROM "Odd.One" WHERE "Id" = '{id}'"#),
        1 => format!(r#"UPDATE "Odd.One" SET "The flag" = {flag} WHERE "Id" = '{id}'"#),
        2 => format!(r#"UPDATE "Odd.One" SET f = {f}, at = {at} WHERE "Id" = '{id}'"#),
        3 => format!(r#"UPDATE "Odd.One" SET tags = '{tags}', j = '{j}' WHERE "Id" = '{id}'"#),
        _ => format!(
            r#"INSERT INTO "Odd.One" VALUES ('{id}', {flag}, '{j}', {f}, {at}, '{tags}')
               ON CONFLICT ("Id") DO UPDATE SET "The flag" = excluded."The flag", j = excluded.j"#
        ),
    }
}

/// A transaction that stays open while others come and go, over several rounds.
pub struct Slow {
    session: Session,
    random: Random,
    is_open: bool,
}

impl Slow {
    pub async fn open(url: &str, random: Random) -> Self {
        Self { session: Session::open(url).await, random, is_open: false }
    }

    /// One step of it: it begins, changes rows of its own, or ends.
    pub async fn step(&mut self) {
        let id = OWN + self.random.below(3);
        if !self.is_open {
            self.session.run("BEGIN").await;
        }
        self.is_open = true;
        let sql = match self.random.below(4) {
            0 => format!("INSERT INTO plain VALUES ({id}, 2, 'b1') ON CONFLICT (id) DO UPDATE SET a = plain.a + 1"),
            1 => format!("DELETE FROM plain WHERE id = {id}"),
            2 => format!("INSERT INTO nopk VALUES ({id}, 'y1'), ({id}, 'y1')"),
            _ => format!("DELETE FROM nopk WHERE x = {id}"),
        };
        self.session.run(&sql).await;
        if self.random.one_in(4) {
            self.end().await;
        }
    }

    /// Ends it, if there is one.
    pub async fn end(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.session.run(self.random.pick(&["COMMIT", "COMMIT", "ROLLBACK"])).await;
        }
    }
}

/// The last transaction of a round: it changes a row of every shape.
pub fn farewell(n: u64) -> String {
    format!(
        r#"BEGIN;
           INSERT INTO plain (id, n) VALUES (0, {n}) ON CONFLICT (id) DO UPDATE SET n = excluded.n;
           INSERT INTO wide (k1, k2, n) VALUES ('', 0, {n}) ON CONFLICT (k2, k1) DO UPDATE SET n = excluded.n;
           DELETE FROM nopk WHERE x = 0;
           INSERT INTO nopk (x, n) VALUES (0, {n});
           INSERT INTO pairs (id, region, n) VALUES (0, 'eu', {n})
               ON CONFLICT (id, region) DO UPDATE SET n = excluded.n;
           INSERT INTO "Odd.One" ("Id", n) VALUES ('0', {n}) ON CONFLICT ("Id") DO UPDATE SET n = excluded.n;
           INSERT INTO marks VALUES ({n});
           COMMIT"#
    )
}
