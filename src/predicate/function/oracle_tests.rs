//! What functions answer against what Postgres answers: every overload that is evaluated here, on values at the edges.
//!
//! `DIESEL_ELECTRIC_ORACLE_SECONDS` says how long (15), `DIESEL_ELECTRIC_ORACLE_SEED` repeats a run.

use std::time::{Duration, Instant};

use cluster::{Random, setting};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::{Args, Function, Ty, date_time};
use crate::pg::{PgType, quote_literal};
use crate::predicate::Value;
use crate::predicate::eval::Operand;
use crate::predicate::like::Case;

/// As `source` sets them for snapshots and the stream. Evaluates a text, and tells of an error as a result.
const SETUP: &str = "SET DateStyle = 'ISO, DMY'; SET TimeZone = 'UTC'; SET extra_float_digits = 1; \
     SET IntervalStyle = iso_8601; \
     CREATE FUNCTION attempt(v text) RETURNS text LANGUAGE plpgsql AS $$ \
     DECLARE r text; BEGIN EXECUTE 'SELECT (' || v || ')::text' INTO r; RETURN coalesce('= ' || r, 'NULL'); \
     EXCEPTION WHEN OTHERS THEN RETURN 'raises ' || SQLERRM; END $$";
const CALLS_PER_BATCH: usize = 500;
const MOST_FAILURES: usize = 25;

/// One call, and what we make of it.
struct Call {
    sql: String,
    result: PgType,
    ours: Result<Option<Value>, String>,
}

#[tokio::test]
async fn functions_of_dates_answer_as_in_postgres() {
    let seconds = setting("DIESEL_ELECTRIC_ORACLE_SECONDS").unwrap_or(15);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random::from_environment("DIESEL_ELECTRIC_ORACLE_SEED");
    let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
    let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(SETUP).await.unwrap();
    let functions: Vec<&Function> =
        date_time::FAMILIES.iter().copied().flatten().filter(|function| function.run.is_some()).collect();
    let (mut compared, mut failures) = (0, Vec::new());
    while Instant::now() < end && failures.len() < MOST_FAILURES {
        let calls: Vec<Call> = std::iter::repeat_with(|| call(functions[random.index(functions.len())], &mut random))
            .flatten()
            .take(CALLS_PER_BATCH)
            .collect();
        compared += calls.len();
        for (call, theirs) in calls.iter().zip(answers(&client, &calls).await) {
            if !is_same(call, &theirs) {
                let ours = call.ours.as_ref().map(|value| value.as_ref().map(|value| value.print(&call.result)));
                failures.push(format!("{}: {ours:?}, not {theirs}", call.sql));
            }
        }
    }
    eprintln!("{compared} calls compared");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    drop(client);
    connection.abort();
    drop(tokio::task::spawn_blocking(move || drop(database)).await);
}

/// What Postgres says of each.
async fn answers(client: &Client, calls: &[Call]) -> Vec<String> {
    let list: Vec<_> =
        calls.iter().enumerate().map(|(at, call)| format!("({at}, {})", quote_literal(&call.sql))).collect();
    let sql = format!("SELECT attempt(v) FROM (VALUES {}) AS t(i, v) ORDER BY i", list.join(", "));
    let text = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap().to_owned()),
        _ => None,
    };
    client.simple_query(&sql).await.unwrap().iter().filter_map(text).collect()
}

fn is_same(call: &Call, theirs: &str) -> bool {
    match (&call.ours, theirs.strip_prefix("= ")) {
        (Ok(Some(ours)), Some(theirs)) => match call.result {
            PgType::Bool => ours == &Value::Bool(theirs == "true"),
            _ => ours.print(&call.result) == theirs,
        },
        (Ok(None), None) => theirs == "NULL",
        (Ok(_), _) => false,
        (Err(ours), None) if !differs_by_version(ours) => without_values(theirs).starts_with(&format!("raises {ours}")),
        (Err(ours), theirs) => theirs.is_none() || differs_by_version(ours),
    }
}

/// Whether we raise it where some versions of Postgres answer: earlier ones let sums overflow, and take infinity for a
/// number; later ones have infinite intervals.
pub(in crate::predicate) fn differs_by_version(error: &str) -> bool {
    const MESSAGES: [&str; 4] = [
        "interval out of range",
        "the age of infinity is not known here",
        "cannot subtract infinite timestamps",
        "infinite intervals are not computed with here",
    ];
    MESSAGES.contains(&error)
}

/// An error without what it quotes.
fn without_values(message: &str) -> String {
    message.split('"').step_by(2).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// A call with random arguments; `None` if it is not evaluated here for these.
fn call(function: &Function, random: &mut Random) -> Option<Call> {
    let (mut values, mut texts) = (Vec::new(), Vec::new());
    for ty in function.arguments {
        let Ty::Is(ty) = ty else { panic!("{function:?}") };
        let text = random.pick(edges(ty));
        values.push(Value::parse(text, ty).unwrap_or_else(|_| panic!("{ty} {text}")));
        texts.push(format!("{}::{}", quote_literal(text), ty.sql_name()));
    }
    let constants: Vec<_> = values.iter().map(Some).collect();
    if function.traits.accepts.is_some_and(|accepts| !accepts(&constants)) {
        return None;
    }
    let name = function.name;
    let sql = match texts.as_slice() {
        [left, right] if !name.starts_with(char::is_alphabetic) => format!("{left} {name} {right}"),
        [right] if !name.starts_with(char::is_alphabetic) => format!("{name} {right}"),
        texts => format!("pg_catalog.\"{name}\"({})", texts.join(", ")),
    };
    let operands: Vec<_> = values.iter().map(|value| Some(Operand::Constant(value))).collect();
    let ours = function.run?(&Args::new(&operands, Case::Ascii)).map_err(|error| error.to_string());
    let Ty::Is(result) = function.result.clone() else { panic!("{function:?}") };
    Some(Call { sql, result, ours })
}

/// Values that are hard to get right.
fn edges(ty: &PgType) -> &'static [&'static str] {
    match ty {
        PgType::Int4 => {
            &["0", "1", "-1", "2", "12", "13", "28", "30", "59", "60", "2024", "-44", "2147483647", "-2147483648"]
        }
        PgType::Float8 => &[
            "0",
            "1",
            "-1",
            "0.5",
            "1.5",
            "-2.75",
            "0.1",
            "0.3333333333333333",
            "7",
            "59.9999999",
            "60",
            "1e10",
            "-62135596800",
            "1704067200.123456",
            "1e300",
            "NaN",
            "Infinity",
            "-Infinity",
        ],
        PgType::Text => TEXTS,
        PgType::Date => DATES,
        PgType::Time => &["00:00:00", "23:59:59.999999", "24:00:00", "12:34:56.789012", "00:00:00.000001", "11:59:60"],
        PgType::Timetz => &[
            "00:00:00+00",
            "24:00:00+00",
            "24:00:00-15:59:59",
            "00:00:00+15:59:59",
            "12:34:56.789012+05:30",
            "23:59:59.999999-08",
        ],
        PgType::Timestamp | PgType::Timestamptz => STAMPS,
        PgType::Interval => INTERVALS,
        other => panic!("{other}"),
    }
}

const TEXTS: &[&str] = &[
    "microseconds",
    "millisecond",
    "second",
    "Minute",
    "hours",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
    "century",
    "millennium",
    "isoyear",
    "dow",
    "isodow",
    "doy",
    "julian",
    "epoch",
    "timezone",
    "timezone_hour",
    "timezone_minute",
    "UTC",
    "gmt",
    "Z",
    "+05:30",
    "-08",
    "+1:2:3",
    "-24",
];

const DATES: &[&str] = &[
    "2000-01-01",
    "1999-12-31",
    "2024-02-29",
    "2023-02-28",
    "2024-01-31",
    "2024-12-30",
    "2021-01-03",
    "1970-01-01",
    "0001-01-01",
    "0001-12-31 BC",
    "0044-03-15 BC",
    "0100-12-31",
    "0101-01-01",
    "0011-06-06 BC",
    "1001-01-01 BC",
    "infinity",
    "-infinity",
    "4714-11-24 BC",
    "5874897-12-31",
    "294276-12-31",
    "294277-01-01",
];

const STAMPS: &[&str] = &[
    "2000-01-01 00:00:00",
    "1999-12-31 23:59:59.999999",
    "2024-02-29 12:34:56.789012",
    "2024-01-31 00:00:00.000001",
    "2024-03-31 23:59:60",
    "2023-02-28 12:00:00",
    "2024-12-30 01:02:03",
    "2021-01-03 23:00:00",
    "1970-01-01 00:00:00",
    "0001-01-01 00:00:00",
    "0001-12-31 23:59:59 BC",
    "0044-03-15 12:00:00 BC",
    "0101-01-01 00:00:00",
    "1001-01-01 00:00:00 BC",
    "0010-02-28 06:00:00 BC",
    "infinity",
    "-infinity",
    "4714-11-24 00:00:00 BC",
    "4714-12-31 23:59:59.5 BC",
    "294276-12-31 23:59:59.999999",
    "294247-01-10 04:00:54.775807",
];

const INTERVALS: &[&str] = &[
    "0",
    "1 day",
    "-1 day",
    "24:00:00",
    "-24:00:00",
    "1 mon",
    "-1 mon",
    "1 year",
    "30 days",
    "-31 days",
    "36:00:00",
    "-00:00:00.000001",
    "00:00:00.5",
    "05:30:00",
    "-15:59:59",
    "1 year 2 mons -3 days 04:05:06.789012",
    "-13 mons 45 days -49:00:00",
    "12 years 11 mons",
    "-25 years 100 days",
    "1000 years",
    "2005 years 7 mons 29 days 23:59:59.999999",
    "-1000000 days",
    "178956970 years 7 mons",
    "-178956970 years -8 mons",
    "2147483647 days",
    "-2147483648 days",
    "PT2562047788H54.775807S",
    "PT-2562047788H-54.775807S",
];
