//! The evaluator against Postgres: random filters on random rows of every type.
//!
//! `DIESEL_ELECTRIC_ORACLE_SECONDS` says how long (15), `DIESEL_ELECTRIC_ORACLE_SEED` repeats a run.

mod array_cases;
mod cases;
mod choose;
mod choose_cases;
mod date;
mod date_cases;
mod filter;
mod found_cases;
mod grammar;
mod json;
mod number_cases;
mod numbers;
mod specification;
mod table;
mod text_cases;

use std::time::{Duration, Instant};

use cluster::{Random, setting};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use self::filter::Filter;
use self::table::Oids;
use super::function::differs_by_version;
use super::{Expr, IndexKey, Predicate, Row, Value};
use crate::pg::TableSchema;

/// As `source` sets them for snapshots and the stream.
const DISPLAY: &str = "SET bytea_output = hex; SET DateStyle = 'ISO, DMY'; SET TimeZone = 'UTC'; \
     SET extra_float_digits = 1; SET IntervalStyle = iso_8601";
const ROWS: usize = 30;
const FILTERS_PER_BATCH: usize = 200;
/// The environment variable that repeats a run.
const SEED: &str = "DIESEL_ELECTRIC_ORACLE_SEED";
/// So many are told of before giving up.
const MOST_FAILURES: usize = 25;

/// A row as Postgres prints it.
struct TextRow(Vec<Option<String>>);

impl Row for TextRow {
    fn text(&self, column: usize) -> Option<&[u8]> {
        self.0.get(column)?.as_deref().map(str::as_bytes)
    }
}

/// A database for one test.
struct Oracle {
    client: Client,
    _connection: tokio::task::JoinHandle<()>,
    _database: cluster::Database,
}

impl Oracle {
    async fn start() -> Self {
        let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
        let connection = tokio::spawn(async move { drop(connection.await) });
        let oracle = Self { client, _connection: connection, _database: database };
        oracle.client.batch_execute(DISPLAY).await.unwrap();
        oracle
    }

    async fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let answer = self.client.simple_query(sql).await;
        let answer =
            answer.map_err(|error| error.as_db_error().map_or(error.to_string(), |db| db.message().to_owned()))?;
        let row = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect::<Vec<_>>())
            }
            _ => None,
        };
        Ok(answer.iter().filter_map(row).collect())
    }

    async fn oids(&self) -> Oids {
        let rows = self.rows("SELECT 'mood'::regtype::oid, 'small'::regtype::oid, 'word'::regtype::oid").await.unwrap();
        let oid = |column: usize| rows[0][column].as_deref().unwrap().parse().unwrap();
        Oids([oid(0), oid(1), oid(2)])
    }
}

#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    failures: Vec<String>,
}

#[tokio::test]
async fn random_filters_match_the_rows_that_postgres_selects() {
    let seconds = setting("DIESEL_ELECTRIC_ORACLE_SECONDS").unwrap_or(15);
    let (end, mut random, mut tally) =
        (Instant::now() + Duration::from_secs(seconds), Random::from_environment(SEED), Tally::default());
    let oracle = Oracle::start().await;
    oracle.client.batch_execute(table::TYPES).await.unwrap();
    let schema = table::schema(&oracle.oids().await);
    while Instant::now() < end && tally.failures.len() < MOST_FAILURES {
        batch(&oracle, &schema, &mut random, &mut tally).await;
    }
    eprintln!("{} filters compared, {} refused", tally.accepted, tally.refused);
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n\n"));
    assert!(tally.accepted > tally.refused, "most filters should be understood");
}

/// New rows, and filters on them.
async fn batch(oracle: &Oracle, schema: &TableSchema, random: &mut Random, tally: &mut Tally) {
    oracle.client.batch_execute(&format!("DROP TABLE IF EXISTS t; {}", table::create())).await.unwrap();
    oracle.client.batch_execute(&table::inserts(random, ROWS)).await.unwrap();
    let rows: Vec<TextRow> =
        oracle.rows("SELECT * FROM t ORDER BY id").await.unwrap().into_iter().map(TextRow).collect();
    for _ in 0..FILTERS_PER_BATCH {
        let filter = filter::filter(random);
        let expr = filter.text.parse::<Expr>().unwrap_or_else(|error| panic!("{}: {error}", filter.text));
        match Predicate::check_here(&expr, &filter.binds, schema) {
            Ok(predicate) => {
                tally.accepted += 1;
                tally.failures.extend(rows.iter().find_map(|row| is_found(&predicate, schema, row).err()));
                if let Err(failure) = compare(oracle, &filter, &expr, &predicate, &rows).await {
                    tally.failures.push(format!("{}\n  {}\n  {failure}", filter.text, filter.inlined));
                }
            }
            Err(_) => tally.refused += 1,
        }
    }
}

/// What Postgres refuses in the filter as written, and we take: domains are their base types, also in arrays and
/// literals.
fn is_leniency(message: &str) -> bool {
    let of_domain = ["small[]", "word[]"].iter().any(|ty| message.contains(ty));
    message.starts_with("operator does not exist") && of_domain || message.contains("violates check constraint")
}

/// Whether an error depends on a row's values.
fn is_of_a_row(message: &str) -> bool {
    const RAISED: &[&str] = &[
        "LIKE pattern must not end with escape character",
        "argument must be empty or one-dimensional array",
        "cannot be binned",
        "cannot convert",
        "cannot get array length",
        "cannot subtract infinite",
        "division by zero",
        "incompatible arrays",
        "invalid input syntax",
        "multidimensional arrays is not supported",
        "numeric field overflow",
        "out of range",
        "square root",
        "stride must be",
        "time zone \"",
        "value overflows numeric",
    ];
    RAISED.iter().any(|raised| message.contains(raised))
}

/// Whether our verdicts are those of Postgres, on the filter and on what we make of it.
async fn compare(
    oracle: &Oracle,
    filter: &Filter,
    expr: &Expr,
    predicate: &Predicate,
    rows: &[TextRow],
) -> Result<(), String> {
    if filter.binds.is_empty() {
        let printed = oracle.rows(&format!("SELECT ({expr}) FROM t ORDER BY id")).await;
        let written = oracle.rows(&format!("SELECT ({}) FROM t ORDER BY id", filter.inlined)).await;
        if printed != written {
            return Err(format!("printed as {expr}: {printed:?}, not {written:?}"));
        }
    }
    let ours: Vec<_> = rows.iter().map(|row| predicate.matches(row)).collect();
    for sql in [&filter.inlined, &predicate.sql()] {
        let theirs = match oracle.rows(&format!("SELECT ({sql}) FROM t ORDER BY id")).await {
            Ok(theirs) => theirs.into_iter().map(|row| Some(row[0].as_deref() == Some("t"))).collect(),
            Err(message) if sql == &filter.inlined && is_leniency(&message) => continue,
            // Of Postgres 17 and later.
            Err(message) if message.contains("type interval: \"") && message.to_lowercase().contains("infinity\"") => {
                continue;
            }
            // Which of several parts is evaluated is the planner's choice.
            Err(message) if filter.is_nested && is_of_a_row(&message) => continue,
            Err(message) if ours.iter().all(Result::is_ok) => return Err(format!("{sql}: {message}")),
            Err(_) => one_by_one(oracle, sql, rows.len()).await,
        };
        for ((ours, theirs), row) in ours.iter().zip(&theirs).zip(rows) {
            let is_same = match (ours, theirs) {
                (Ok(ours), Some(theirs)) => ours == theirs,
                (Ok(_), None) => false,
                (Err(error), theirs) => filter.is_nested || theirs.is_none() || differs_by_version(&error.to_string()),
            };
            if !is_same {
                let seen: Vec<_> = predicate.columns().iter().map(|&column| &row.0[column]).collect();
                return Err(format!("{sql}\n  on {seen:?}: {ours:?}, not {theirs:?}"));
            }
        }
    }
    Ok(())
}

/// Whether the router would find the filter for a row that it takes.
fn is_found(predicate: &Predicate, schema: &TableSchema, row: &TextRow) -> Result<(), String> {
    let Some(keys) = predicate.index_keys() else { return Ok(()) };
    let admits = |key: &IndexKey| {
        let text = row.0[key.column].as_deref();
        let value = text.map(|text| Value::parse(text, &schema.columns[key.column].ty).unwrap());
        key.wanted.admits(value.as_ref())
    };
    if predicate.matches(row) != Ok(true) || keys.iter().any(admits) {
        return Ok(());
    }
    let seen: Vec<_> = keys.iter().map(|key| &row.0[key.column]).collect();
    Err(format!("{}: {seen:?} is not found by {keys:?}", predicate.sql()))
}

/// The verdict on each row, `None` for an error.
async fn one_by_one(oracle: &Oracle, sql: &str, rows: usize) -> Vec<Option<bool>> {
    let mut verdicts = Vec::new();
    for id in 0..rows {
        let answer = oracle.rows(&format!("SELECT ({sql}) FROM t WHERE id = {id}")).await;
        verdicts.push(answer.ok().map(|rows| rows[0][0].as_deref() == Some("t")));
    }
    verdicts
}
