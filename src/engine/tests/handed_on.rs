//! Shapes whose filters Postgres evaluates in part.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;

use super::*;
use crate::engine::ResolveError;
use crate::pg::{RelationId, TableName, TableSchema};
use crate::source::{Ask, ChangeStream, Refusal, SnapshotQuery, SnapshotRows, SourceError, TableMark};

const SCHEMA: &str = "
    CREATE TABLE t (id int PRIMARY KEY, owner int, a text);
    CREATE FUNCTION long(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN length($1) > 3; END';
    CREATE FUNCTION picky(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN IF $1 = 0 THEN RAISE EXCEPTION ''zero''; END IF; RETURN $1 > 1; END';
    CREATE FUNCTION patient(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN $1 > 1; END';
";

/// A source that counts what Postgres is asked.
struct Counted {
    source: PostgresSource,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    admissions: AtomicUsize,
    questions: AtomicUsize,
}

impl Counts {
    fn admissions(&self) -> usize {
        self.admissions.load(Ordering::SeqCst)
    }

    fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, SourceError>>;

impl Source for Counted {
    fn table<'a>(&'a self, name: &'a TableName) -> Answer<'a, Arc<TableSchema>> {
        self.source.table(name)
    }

    fn marks<'a>(&'a self, tables: &'a [RelationId]) -> Answer<'a, HashMap<RelationId, TableMark>> {
        self.source.marks(tables)
    }

    fn publish<'a>(&'a self, table: &'a TableSchema) -> Answer<'a, ()> {
        self.source.publish(table)
    }

    fn snapshot<'a>(&'a self, query: &'a SnapshotQuery) -> Answer<'a, Box<dyn SnapshotRows>> {
        self.source.snapshot(query)
    }

    fn admits<'a>(&'a self, table: &'a TableSchema, sql: &'a str) -> Answer<'a, Option<Refusal>> {
        self.counts.admissions.fetch_add(1, Ordering::SeqCst);
        self.source.admits(table, sql)
    }

    fn verdicts<'a>(&'a self, asks: &'a [Ask]) -> Answer<'a, Vec<Vec<bool>>> {
        self.counts.questions.fetch_add(1, Ordering::SeqCst);
        self.source.verdicts(asks)
    }

    fn announce<'a>(&'a self, prefix: &'a str, content: &'a str) -> Answer<'a, ()> {
        self.source.announce(prefix, content)
    }

    fn stream(&self) -> Answer<'_, Box<dyn ChangeStream>> {
        self.source.stream()
    }

    fn clean_up(&self) -> Answer<'_, ()> {
        self.source.clean_up()
    }
}

async fn counted(schema: &str) -> (Stand, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let counting = counts.clone();
    let source = |url: &str| {
        let source = PostgresSource::new(url, None).unwrap();
        Arc::new(Counted { source, counts: counting }) as Arc<dyn Source>
    };
    (Stand::with_source(schema, MAX_SHAPES, source).await, counts)
}

fn filtered(filter: &str) -> Shape {
    Shape::table("t").filter_sql(filter)
}

impl Materialised {
    /// Waits until it has read so many operations.
    async fn reads(&mut self, operations: usize) {
        self.catch_up().await;
        while self.log.len() < operations {
            self.wait().await;
            self.catch_up().await;
        }
    }

    async fn is_gone(&mut self) {
        self.state.wait_for(|state| state.status == ShapeStatus::Gone).await.unwrap();
    }
}

#[tokio::test]
async fn rows_come_into_such_a_shape_and_leave_it() {
    let mut stand = Stand::start(SCHEMA).await;
    stand.sql.run("INSERT INTO t VALUES (1, 1, 'long'), (2, 1, 'no'), (3, 2, 'longer')").await;
    let mut shape = stand.shape(filtered("owner = 1 AND long(a)")).await;
    shape.catch_up().await;
    assert_eq!(shape.rows.len(), 1);
    stand.sql.run("INSERT INTO t VALUES (4, 1, 'longest'), (5, 1, 'nay'), (6, 2, 'longish'), (7, 1, NULL)").await;
    stand.sql.run("BEGIN; UPDATE t SET a = 'now long' WHERE id = 2; UPDATE t SET a = 'x' WHERE id = 1").await;
    stand.sql.run("UPDATE t SET id = 40, a = 'longest of all' WHERE id = 4; UPDATE t SET owner = 1 WHERE id = 3").await;
    stand.sql.run("UPDATE t SET a = 'nope' WHERE id = 7; UPDATE t SET a = 'n' WHERE id = 7; COMMIT").await;
    stand.sql.run("UPDATE t SET owner = 3 WHERE id = 40; DELETE FROM t WHERE id = 2; DELETE FROM t WHERE id = 5").await;
    shape.reads(10).await;
    let log = [
        r#"insert {"a":"longest","id":"4","owner":"1"}"#,
        r#"insert {"a":"now long","id":"2","owner":"1"}"#,
        r#"delete {"id":"1"}"#,
        r#"delete {"id":"4"}"#,
        r#"insert {"a":"longest of all","id":"40","owner":"1"}"#,
        r#"insert {"a":"longer","id":"3","owner":"1"}"#,
        r#"insert {"a":"nope","id":"7","owner":"1"}"#,
        r#"delete {"id":"7"}"#,
        r#"delete {"id":"40"}"#,
        r#"delete {"id":"2"}"#,
    ];
    assert_eq!(shape.log, log);
    let mut rows = stand.sql.rows("SELECT id, owner, a FROM t WHERE owner = 1 AND long(a)").await;
    rows.sort();
    assert_eq!(shape.table(&["id", "owner", "a"]), rows);
    stand.settle().await;
    stand.stop().await;
}

#[tokio::test]
async fn shapes_of_one_transaction_are_judged_in_one_round_trip() {
    let (mut stand, counts) = counted(SCHEMA).await;
    stand.sql.run("CREATE TABLE u (id int PRIMARY KEY, a text COLLATE \"en-x-icu\")").await;
    let mut shapes = Vec::new();
    for owner in 1..10 {
        shapes.push(stand.shape(filtered(&format!("owner = {owner} AND long(a)"))).await);
        shapes.push(stand.shape(filtered(&format!("a ~ '{owner}'"))).await);
    }
    shapes.push(stand.shape(Shape::table("u").filter_sql("a < 'b'")).await);
    let plain = stand.shape(filtered("owner = 99")).await;
    assert_eq!(counts.questions(), 0);
    stand
        .sql
        .run(
            "BEGIN; INSERT INTO t SELECT n, n % 10, 'long' || n % 10 FROM generate_series(1, 100) n; \
              INSERT INTO u VALUES (1, 'A'), (2, 'C'); COMMIT",
        )
        .await;
    for shape in &mut shapes[..18] {
        shape.reads(10).await;
        assert_eq!(shape.log.len(), 10);
    }
    shapes[18].reads(1).await;
    // A batch of the stream may end in the middle of the transaction.
    assert!((1..=3).contains(&counts.questions()), "{} questions", counts.questions());
    let before = counts.questions();
    stand.sql.run("INSERT INTO t VALUES (1000, 99, 'long'), (1001, 99, NULL)").await;
    stand.settle().await;
    drop(plain);
    assert!(counts.questions() <= before + 1);
    stand.stop().await;
}

#[tokio::test]
async fn postgres_is_asked_once_whether_it_may() {
    let (stand, counts) = counted(SCHEMA).await;
    for _ in 0..3 {
        let shape = filtered("owner = 1 AND long(a)");
        stand.engine.resolve_match(&shape, Evaluator::Postgres).await.unwrap();
        stand.shape(shape).await;
        stand.shape(filtered("owner = 2 AND long(a)").columns(["id"])).await;
        let refused = stand.engine.resolve(&filtered("random() > owner"), Evaluator::Postgres).await.unwrap_err();
        assert!(
            matches!(&refused, ResolveError::NotAdmitted { said, .. } if said == "function random() is not immutable")
        );
        assert_eq!(
            refused.to_string(),
            "At location 0: unknown or unsupported function random/0: function random() is not immutable"
        );
    }
    assert_eq!(counts.admissions(), 2);
    let here = stand.engine.resolve(&filtered("long(a)"), Evaluator::Engine).await.unwrap_err();
    assert_eq!(here.to_string(), "At location 0: unknown or unsupported function long/1");
    assert_eq!(counts.admissions(), 2);
    stand.stop().await;
}

#[tokio::test]
async fn a_row_that_raises_ends_its_shape_alone() {
    let mut stand = Stand::start(SCHEMA).await;
    let mut shapes = Vec::new();
    for owner in 1..4 {
        shapes.push(stand.shape(filtered(&format!("owner = {owner} AND picky(id)"))).await);
    }
    let mut other = stand.shape(filtered("long(a)")).await;
    stand.sql.run("INSERT INTO t SELECT n, 1 + n % 3, 'long' FROM generate_series(0, 29) n").await;
    shapes[0].is_gone().await;
    other.reads(30).await;
    for shape in &mut shapes[1..] {
        shape.reads(9).await;
        assert!(!shape.live.is_gone());
    }
    stand.sql.run("DROP FUNCTION long(text); UPDATE t SET a = 'other'").await;
    other.is_gone().await;
    stand.sql.run("DELETE FROM t WHERE id > 27").await;
    shapes[1].reads(10).await;
    let gone = stand.engine.resolve(&filtered("long(a)"), Evaluator::Postgres).await;
    if let Ok(definition) = gone {
        // What Postgres has said before is remembered, until the snapshot fails.
        assert!(stand.engine.get_or_create(&definition).await.is_err());
    }
    assert!(stand.engine.resolve(&filtered("long(a)"), Evaluator::Postgres).await.is_err());
    stand.settle().await;
    stand.stop().await;
}

#[tokio::test]
async fn a_shape_that_waits_holds_up_no_other_and_says_so() {
    let mut stand = Stand::start(SCHEMA).await;
    let mut waiting = stand.shape(filtered("patient(id)")).await;
    let mut other = stand.shape(filtered("owner = 1")).await;
    waiting.catch_up().await;
    stand.sql.run("SELECT pg_advisory_lock(7)").await;
    stand.sql.run("INSERT INTO t VALUES (1, 1, NULL), (2, 1, NULL)").await;
    other.reads(2).await;
    stand.settle().await;
    let (all, its) = (stand.engine.processed(&other.live), stand.engine.processed(&waiting.live));
    assert!(its < all, "{its} {all}");
    assert!(its.0 < other.offset.tx(), "a client must not believe that it has seen this");
    stand.sql.run("INSERT INTO t VALUES (3, 1, NULL)").await;
    other.reads(3).await;
    assert!(waiting.log.is_empty());
    stand.sql.run("SELECT pg_advisory_unlock(7)").await;
    waiting.reads(2).await;
    assert_eq!(waiting.offset, other.offset);
    while stand.engine.processed(&waiting.live) < all {
        tokio::task::yield_now().await;
    }
    stand.stop().await;
}

/// A role that may follow the database and make shapes of `t`, with whatever is made in it from now on.
const ROLE: &str = "
    DO $$ BEGIN
        EXECUTE format('CREATE ROLE %I LOGIN REPLICATION', 'role_of_' || current_database());
        EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), 'role_of_' || current_database());
        EXECUTE format('GRANT CREATE ON SCHEMA public TO %I', 'role_of_' || current_database());
        EXECUTE format('ALTER TABLE t OWNER TO %I', 'role_of_' || current_database());
        EXECUTE format('SET ROLE %I', 'role_of_' || current_database());
    END $$;
";

async fn limit_connections(sql: &Session, limit: i32) {
    let role = sql.rows("SELECT 'role_of_' || current_database()").await[0][0].clone().unwrap();
    sql.run(&format!("RESET ROLE; ALTER ROLE {role} CONNECTION LIMIT {limit}; SET ROLE {role}")).await;
}

#[tokio::test]
async fn while_postgres_refuses_shapes_wait_and_nothing_is_lost() {
    let counts = Arc::new(Counts::default());
    let counting = counts.clone();
    let source = |url: &str| {
        let (_, database) = url.rsplit_once('/').unwrap();
        let url = url.replacen("postgres@", &format!("role_of_{database}@"), 1);
        Arc::new(Counted { source: PostgresSource::new(&url, None).unwrap(), counts: counting }) as Arc<dyn Source>
    };
    let mut stand = Stand::with_source(&format!("{SCHEMA}{ROLE}"), MAX_SHAPES, source).await;
    let mut waiting = stand.shape(filtered("owner = 1 AND long(a)")).await;
    let mut other = stand.shape(filtered("owner = 1")).await;
    limit_connections(&stand.sql, 0).await;
    for id in 0..50 {
        stand.sql.run(&format!("INSERT INTO t VALUES ({id}, 1, 'long')")).await;
    }
    other.reads(50).await;
    while counts.questions() < 3 {
        stand.sql.run("SELECT pg_sleep(0.01)").await;
    }
    waiting.catch_up().await;
    assert!(waiting.log.is_empty() && !waiting.live.is_gone());
    limit_connections(&stand.sql, -1).await;
    waiting.reads(50).await;
    assert_eq!(waiting.log, other.log);
    stand.sql.run("UPDATE t SET a = 'no' WHERE id < 25").await;
    waiting.reads(75).await;
    assert_eq!(waiting.rows.len(), 25);
    stand.settle().await;
    stand.stop().await;
}

#[tokio::test]
async fn a_question_whose_connection_is_lost_is_asked_again() {
    let mut stand = Stand::start(SCHEMA).await;
    let mut shape = stand.shape(filtered("patient(id)")).await;
    let other = Session::open(stand.database.url()).await;
    other.run("SELECT pg_advisory_lock(7)").await;
    stand.sql.run("INSERT INTO t VALUES (1, 1, NULL), (2, 1, NULL), (3, 1, NULL)").await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks \
               WHERE locktype = 'advisory' AND objid = 7 AND NOT granted";
    while stand.sql.rows(end).await.is_empty() {}
    other.run("SELECT pg_advisory_unlock(7)").await;
    shape.reads(2).await;
    assert_eq!(shape.rows.len(), 2);
    stand.settle().await;
    stand.stop().await;
}

#[tokio::test]
async fn a_transaction_larger_than_a_question_comes_as_a_whole() {
    let (mut stand, counts) = counted(SCHEMA).await;
    let mut shape = stand.shape(filtered("long(a)")).await;
    let mut other = stand.shape(filtered("a IS NOT NULL")).await;
    let insert = "INSERT INTO t SELECT n, 1, CASE WHEN n % 2 = 0 THEN 'long' || n ELSE 'no' END FROM generate_series(1, 30000) n";
    stand.sql.run(&format!("BEGIN; {insert}; UPDATE t SET owner = 2 WHERE id <= 100; COMMIT")).await;
    other.reads(30000).await;
    shape.wait().await;
    shape.catch_up().await;
    assert_eq!((shape.log.len(), shape.rows.len()), (15050, 15000), "at once");
    assert!(counts.questions() > 1);
    stand.settle().await;
    stand.stop().await;
}

#[tokio::test]
async fn a_row_that_takes_too_long_ends_its_shape_alone() {
    let source = |url: &str| {
        let mut source = PostgresSource::new(url, None).unwrap();
        source.patience.question = std::time::Duration::from_millis(200);
        Arc::new(source) as Arc<dyn Source>
    };
    let slow = "CREATE FUNCTION slow(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE
                AS 'BEGIN PERFORM pg_sleep(CASE WHEN $1 = 0 THEN 60 ELSE 0 END); RETURN $1 > 1; END';";
    let mut stand = Stand::with_source(&format!("{SCHEMA}{slow}"), MAX_SHAPES, source).await;
    let mut ended = stand.shape(filtered("owner = 1 AND slow(id)")).await;
    let mut spared = stand.shape(filtered("owner = 2 AND slow(id)")).await;
    let mut other = stand.shape(filtered("long(a)")).await;
    stand.sql.run("INSERT INTO t SELECT n, 1 + n % 2, 'long' FROM generate_series(0, 9) n").await;
    other.reads(10).await;
    spared.reads(4).await;
    ended.is_gone().await;
    stand.settle().await;
    stand.stop().await;
}

#[tokio::test]
async fn stopping_leaves_no_question_behind() {
    let stand = Stand::start(SCHEMA).await;
    let waiting = stand.shape(filtered("patient(id)")).await;
    let other = Session::open(stand.database.url()).await;
    other.run("SELECT pg_advisory_lock(7)").await;
    stand.sql.run("INSERT INTO t VALUES (1, 1, NULL)").await;
    while stand.engine.processed(&waiting.live) >= stand.engine.processed(&stand.sentinel.live) {
        tokio::task::yield_now().await;
    }
    stand.stop().await;
    assert!(waiting.live.is_gone());
}

#[tokio::test]
async fn what_waits_goes_with_its_table() {
    let mut stand = Stand::start(SCHEMA).await;
    let mut truncated = stand.shape(filtered("patient(id)")).await;
    let other = Session::open(stand.database.url()).await;
    other.run("SELECT pg_advisory_lock(7)").await;
    stand.sql.run("INSERT INTO t VALUES (1, 1, NULL), (2, 1, NULL); TRUNCATE t").await;
    truncated.is_gone().await;
    let mut changed = stand.shape(filtered("patient(id)").columns(["id"])).await;
    stand
        .sql
        .run("INSERT INTO t VALUES (3, 1, NULL); ALTER TABLE t ADD more int; INSERT INTO t VALUES (4, 1, NULL)")
        .await;
    changed.is_gone().await;
    other.run("SELECT pg_advisory_unlock(7)").await;
    let mut again = stand.shape(filtered("patient(id)").columns(["id"])).await;
    again.catch_up().await;
    stand.sql.run("INSERT INTO t VALUES (5, 1, NULL)").await;
    again.reads(1).await;
    assert_eq!(again.rows.len(), 3);
    stand.settle().await;
    stand.stop().await;
}

/// Counts what is counted under each name.
#[derive(Default)]
struct Recorder(std::sync::Mutex<HashMap<String, Arc<std::sync::atomic::AtomicU64>>>);

impl Recorder {
    fn of(&self, key: &metrics::Key) -> Arc<std::sync::atomic::AtomicU64> {
        self.0.lock().unwrap().entry(key.name().to_owned()).or_default().clone()
    }

    fn value(&self, name: &str) -> u64 {
        self.0.lock().unwrap().get(name).map_or(0, |value| value.load(Ordering::SeqCst))
    }
}

struct Shared(Arc<Recorder>);

impl metrics::Recorder for Shared {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_gauge(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_histogram(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}

    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        metrics::Counter::from_arc(self.0.of(key))
    }

    fn register_gauge(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        metrics::Gauge::from_arc(self.0.of(key))
    }

    fn register_histogram(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        metrics::Histogram::noop()
    }
}

#[tokio::test]
async fn metrics_tell_of_such_shapes_and_of_what_is_asked() {
    let recorder = Arc::new(Recorder::default());
    // Other tests of this process count, too.
    metrics::set_global_recorder(Shared(recorder.clone())).unwrap_or_else(|_| panic!("another recorder"));
    let mut stand = Stand::start(SCHEMA).await;
    let mut shape = stand.shape(filtered("long(a)")).await;
    stand.sql.run("INSERT INTO t SELECT n, 1, 'long' FROM generate_series(1, 5) n").await;
    shape.reads(5).await;
    // Shapes that were made before the recorder came may end meanwhile.
    assert!(recorder.0.lock().unwrap().contains_key("diesel_electric_shapes_evaluated_by_postgres"));
    assert!(recorder.value("diesel_electric_evaluation_questions_total") >= 1);
    assert!(recorder.value("diesel_electric_evaluation_rows_total") >= 5);
    stand.sql.run("DROP FUNCTION long(text); UPDATE t SET a = 'other'").await;
    shape.is_gone().await;
    assert!(recorder.value("diesel_electric_evaluation_errors_total") >= 1);
    stand.settle().await;
    stand.stop().await;
}
