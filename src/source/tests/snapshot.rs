use std::time::Duration;

use super::*;
use crate::change::{Cell, Operation};
use crate::pg::{Xid, Xid8};
use crate::source::copy;

/// One row of every awkward kind of value.
const ODD: &str = "CREATE TYPE mood AS ENUM ('it''s, \"fine\"', E'tab\\there');
    CREATE DOMAIN flag AS bool; CREATE DOMAIN word AS char(4);
    CREATE TABLE \"Odd \"\"t\"\"\" (id int PRIMARY KEY, b bool, i inet, c char(5), v varchar(9), ts text[], ns int[], y bytea,
        f8 float8, f4 float4, n numeric, d date, t time, tt timetz, s timestamp, z timestamptz, iv interval, u uuid, j json,
        jb jsonb, m mood, ms mood[], fl flag, w word, r int4range, x xml, mo money, bi bit(3), cc cidr, \"a\"\"b c\" text, e text)";

const ROW: &str = "INSERT INTO \"Odd \"\"t\"\"\" VALUES (1, true, '10.0.0.1', 'ab', 'x ', ARRAY['a,b', E'c\\nd', NULL, '\"', E'\\\\'],
    '{{1,2},{3,NULL}}', '\\x00ff5c27', 0.1, 1.0000001, 1.50, '2024-02-29', '23:59:59.000001', '12:00+02', 'infinity',
    '2024-01-01 00:00+05:30', '1 year 2 days -3.5 seconds', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{ \"a\" : 1 }', '{\"b\": [1, \"é\"]}',
    E'tab\\there', ARRAY['it''s, \"fine\"']::mood[], false, 'q', '[1,5)', '<a/>', '12.5', B'101', '10.0.0.0/8', E'\\\\N\\tx\\r\\n', '')";

#[tokio::test]
async fn the_text_of_values_is_that_of_the_stream() {
    let test = Fixture::new(ODD).await;
    // Whatever the database prefers.
    let database = test.value("SELECT current_database()").await;
    for setting in
        ["bytea_output = 'escape'", "DateStyle = 'German'", "IntervalStyle = 'sql_standard'", "extra_float_digits = 0"]
    {
        test.execute(&format!("ALTER DATABASE {database} SET {setting}")).await;
    }
    let mut stream = test.follow(&["\"Odd \"\"t\"\"\""]).await;
    test.execute(ROW).await;
    let events = until(&mut *stream, is_commit).await;
    let changes = events.iter().filter_map(|event| if let Event::Change(change) = event { Some(change) } else { None });
    let [change] = changes.collect::<Vec<_>>()[..] else { panic!("one change in {events:?}") };
    let Operation::Insert { new } = &change.operation else { panic!("an insert") };
    let value = |cell| if let Cell::Text(text) = cell { Some(text.to_vec()) } else { None };
    let streamed: Vec<_> = new.cells().map(value).collect();

    let table = test.table("\"Odd \"\"t\"\"\"").await.unwrap();
    let columns: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let taken = test.source.snapshot(&query("\"Odd \"\"t\"\"\"", &columns)).await;
    let copied = all(&mut *taken.unwrap()).await.unwrap();
    let mut reader = copy::RowReader::default();
    let row: Vec<_> =
        reader.read(copy::rows(copied.as_bytes()).next().unwrap()).map(|cell| cell.map(<[u8]>::to_vec)).collect();
    for ((column, copied), streamed) in columns.iter().zip(&row).zip(&streamed) {
        let show = |text: &Option<Vec<u8>>| text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned());
        assert_eq!(show(copied), show(streamed), "{column}");
    }
    assert_eq!(row.len(), streamed.len());
    for expected in ["t", "10.0.0.1", "ab   ", "\\x00ff5c27", "2024-02-29", "2023-12-31 18:30:00+00", "P1Y2DT-3.5S"] {
        assert!(row.contains(&Some(expected.as_bytes().to_vec())), "{expected} in {copied}");
    }
}

#[tokio::test]
async fn its_visibility_is_that_of_its_rows() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)").await;
    let running = client(test.database.url()).await;
    running.batch_execute("BEGIN; INSERT INTO t VALUES (2)").await.unwrap();
    let xid: i64 = running.query_one("SELECT pg_current_xact_id()::text::int8", &[]).await.unwrap().get(0);
    let xid = Xid8(u64::try_from(xid).unwrap());
    let mut rows = test.source.snapshot(&query("t", &["id"])).await.unwrap();
    assert!(!rows.visible().sees(xid) && rows.visible().sees_narrow(Xid(3)));
    running.batch_execute("COMMIT").await.unwrap();
    test.execute("INSERT INTO t VALUES (3)").await;
    let now = test.value("SELECT pg_current_wal_lsn()").await.parse().unwrap();
    assert!(rows.lsn() > crate::pg::Lsn::default() && rows.lsn() < now);
    assert_eq!(all(&mut *rows).await.unwrap(), "1\n", "what came later is not in it");
    assert!(rows.next().await.unwrap().is_none(), "the end stays the end");
}

#[tokio::test]
async fn filters_columns_and_no_rows_at_all() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY, a text, b text)").await;
    test.execute("INSERT INTO t SELECT n, 'a' || n, repeat('b', 100) FROM generate_series(1, 5000) n").await;
    let filtered = SnapshotQuery { filter: Some("(id <= 2)".into()), ..query("t", &["a", "id"]) };
    let mut rows = test.source.snapshot(&filtered).await.unwrap();
    assert_eq!(all(&mut *rows).await.unwrap(), "a1\t1\na2\t2\n");
    let mut rows = test.source.snapshot(&SnapshotQuery { rows: false, ..filtered }).await.unwrap();
    assert!(rows.next().await.unwrap().is_none());
    let mut rows = test.source.snapshot(&query("t", &["id", "b"])).await.unwrap();
    assert_eq!(all(&mut *rows).await.unwrap().lines().count(), 5000);
    // Those that were read to their end have given their connection back, in order.
    assert_eq!(test.value(OPEN).await, "0");
}

/// How many of our sessions have something open.
const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND application_name = 'diesel_electric' AND state <> 'idle' AND pid <> pg_backend_pid()";

/// Takes ten minutes.
fn slow() -> SnapshotQuery {
    SnapshotQuery { filter: Some("pg_sleep(600) IS NOT NULL".into()), ..query("t", &["id"]) }
}

#[tokio::test]
async fn a_snapshot_that_is_dropped_is_cancelled_on_the_server() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)").await;
    let mut rows = test.source.snapshot(&slow()).await.unwrap();
    let sleeps = format!("({OPEN} AND wait_event = 'PgSleep') = 1");
    tokio::select! {
        _ = rows.next() => panic!("it takes ten minutes"),
        () = test.until(&sleeps) => {}
    }
    drop(rows);
    test.until(&format!("({OPEN}) = 0")).await;
    // One that was not read yet is just ended.
    let rows = test.source.snapshot(&query("t", &["id"])).await.unwrap();
    assert_eq!(test.value(OPEN).await, "1");
    drop(rows);
    test.until(&format!("({OPEN}) = 0")).await;
}

#[tokio::test]
async fn a_first_row_that_does_not_come_is_given_up() {
    let mut test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)").await;
    test.source.patience.first_row = Duration::from_millis(200);
    let mut rows = test.source.snapshot(&slow()).await.unwrap();
    let error = rows.next().await.unwrap_err();
    assert!(error.to_string().starts_with("Snapshot query took too long to return data (cancelled after 200ms)"));
    drop(rows);
    test.until(&format!("({OPEN}) = 0")).await;
}

#[tokio::test]
async fn a_table_cannot_change_under_a_snapshot() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 2)").await;
    let mut rows = test.source.snapshot(&query("t", &["id", "a"])).await.unwrap();
    let other = client(test.database.url()).await;
    // A rewritten table would look empty in the snapshot.
    let altered = other.batch_execute("SET lock_timeout = '50ms'; ALTER TABLE t ALTER a TYPE text").await.unwrap_err();
    assert_eq!(altered.code(), Some(&tokio_postgres::error::SqlState::LOCK_NOT_AVAILABLE));
    assert_eq!(all(&mut *rows).await.unwrap(), "1\t2\n");
}

#[tokio::test]
async fn failures_carry_the_texts_of_the_protocol() {
    let mut test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (0)").await;
    test.source.patience.lock = Duration::from_millis(200);
    let failed = async |query: SnapshotQuery| match test.source.snapshot(&query).await {
        Ok(mut rows) => all(&mut *rows).await.unwrap_err(),
        Err(error) => error,
    };
    for gone in [query("t", &["id", "gone"]), query("nowhere", &["id"])] {
        assert!(failed(gone).await.is_schema_change());
    }
    let filtered = |filter: &str| SnapshotQuery { filter: Some(filter.into()), ..query("t", &["id"]) };
    assert!(failed(filtered("nonsense(id)")).await.is_schema_change());
    let error = failed(filtered("1 / id = 1")).await;
    assert_eq!(error.to_string(), "Unable to create initial snapshot: division by zero");
    assert!(!error.is_schema_change() && !error.is_fatal());
    let error = failed(filtered("(id || 'secret')::int = 1")).await;
    let told = "Unable to create initial snapshot: the database refuses to read the table (SQLSTATE 22P02)";
    assert_eq!((error.to_string().as_str(), super::told(&error).contains("secret")), (told, false));

    test.execute("BEGIN; LOCK TABLE t").await;
    let error = failed(query("t", &["id"])).await;
    assert_eq!(error.to_string(), "Snapshot timed out while waiting for a table lock");
    test.execute("ROLLBACK").await;

    let url = test.role("").await;
    let Err(error) = source(&url).snapshot(&query("t", &["id"])).await else { panic!("no right to read") };
    assert_eq!(error.to_string(), "Unable to create initial snapshot: permission denied for table t");

    // A policy would hide rows that the stream shows.
    test.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO PUBLIC").await;
    let mut rows = source(&url).snapshot(&query("t", &["id"])).await.unwrap();
    let error = all(&mut *rows).await.unwrap_err();
    assert!(error.to_string().contains("row-level security"), "{error}");
}
