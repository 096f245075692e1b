//! Values against Postgres: what it reads, what it prints, how it orders.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::*;
use crate::pg::{CustomType, CustomTypeKind, quote_literal};

const LABELS: [&str; 3] = ["sad", "so so", "happy"];

/// As `source` sets them for snapshots and the stream.
const DISPLAY: &str = "SET bytea_output = hex; SET DateStyle = 'ISO, DMY'; SET TimeZone = 'UTC'; \
     SET extra_float_digits = 1; SET IntervalStyle = iso_8601";

/// Reads a text as a type, and prints it; NULL if it is none.
const ATTEMPT: &str = "CREATE FUNCTION attempt(v text, ty text) RETURNS text LANGUAGE plpgsql AS $$ \
     DECLARE r text; BEGIN EXECUTE format('SELECT format(''%%s'', %L::%s)', v, ty) INTO r; RETURN r; \
     EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$";

fn mood() -> PgType {
    let kind = CustomTypeKind::Enum { labels: LABELS.map(String::from).to_vec() };
    PgType::Custom(Arc::new(CustomType { oid: 90_001, schema: "public".into(), name: "mood".into(), kind }))
}

fn types() -> Vec<PgType> {
    let array = |ty: PgType| PgType::Array(ty.into());
    vec![
        PgType::Bool,
        PgType::Int2,
        PgType::Int4,
        PgType::Int8,
        PgType::Float4,
        PgType::Float8,
        PgType::Numeric,
        PgType::Text,
        PgType::Name,
        PgType::Bpchar,
        PgType::Uuid,
        PgType::Date,
        PgType::Time,
        PgType::Timetz,
        PgType::Timestamp,
        PgType::Timestamptz,
        PgType::Interval,
        PgType::Bytea,
        mood(),
        array(PgType::Int4),
        array(PgType::Text),
        array(PgType::Timestamptz),
        array(PgType::Numeric),
        array(mood()),
    ]
}

/// Texts that may be of the type, more likely than not.
fn texts(ty: &PgType) -> BoxedStrategy<String> {
    let pattern = |pattern: &str| proptest::string::string_regex(pattern).unwrap().boxed();
    let plain = match ty {
        PgType::Bool => pattern(" ?([tTfF]|true|fal|y|no?|of?f?|on|[01]|[a-z]{1,3}) ?"),
        PgType::Int2 => pattern(" ?[-+]?[0-9]{1,5} ?"),
        PgType::Int4 => pattern("[-+]?[0-9]{1,10}|-2147483648|2147483647"),
        PgType::Int8 => pattern("[-+]?[0-9]{1,19}|-9223372036854775808"),
        PgType::Float4 | PgType::Float8 | PgType::Numeric => pattern(
            " ?[-+]?([0-9]{1,20}(\\.[0-9]{0,8})?|\\.[0-9]{1,20}|0\\.0{0,9}[0-9]{1,3})([eE][-+]?[0-9]{1,2})? ?|[-+]?([Nn]aN|inf|Infinity)|[0-9.e]{1,6}|-?[0-2]",
        ),
        PgType::Uuid => pattern("\\{?[0-9a-fA-F]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\\}?"),
        PgType::Date => pattern(
            "[ ]?[0-9]{3,6}-(0?[1-9]|1[0-3])-([0-2]?[0-9]|3[0-2])( BC| AD)?|[12][0-9]{3}(0[1-9]|1[0-2])[0-3][0-9]|-?infinity",
        ),
        PgType::Time => pattern(
            "[0-2]?[0-9]:[0-6][0-9](:[0-6][0-9](\\.[0-9]{0,8})?)?( ?[-+][01][0-9])?|2[0-4][0-5][0-9]([0-5][0-9])?|24:00:00",
        ),
        PgType::Timetz => pattern(
            "[0-2]?[0-9]:[0-6][0-9](:[0-6][0-9](\\.[0-9]{0,8})?)?( ?[-+][01][0-9](:?[0-5][0-9](:[0-5][0-9])?)?|Z| utc)?|24:00:00|(1[0-3]):00[-+]0[0-3]",
        ),
        PgType::Timestamp | PgType::Timestamptz => pattern(
            "(-?infinity|epoch|[0-9]{4,6}-(0[1-9]|1[0-2])-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-6][0-9](\\.[0-9]{0,8})?)?( ?(Z|utc|[-+][01][0-9](:?[0-5][0-9](:[0-5][0-9])?)?))?)?( BC)?)",
        ),
        PgType::Interval => pattern(
            "P(-?[0-9]{1,3}Y)?(-?[0-9]{1,3}M)?(-?[0-9]{1,4}D)?(T(-?[0-9]{1,3}H)?(-?[0-9]{1,4}M)?(-?[0-9]{1,3}(\\.[0-9]{1,7})?S)?)?|-?[0-9]{1,3} (years?|mons?|weeks?|days?|hours?|min|secs?|ms|us|m|h)( ?[-+]?[0-9]{1,3} (month|days?|hours?|s))?( [-+]?[0-9]{1,3}:[0-5][0-9](:[0-6][0-9](\\.[0-9]{1,7})?)?)?( ago)?|-?[0-9]{1,2}(\\.[0-9]{1,3})? (weeks|days|hours|minutes|seconds|ms)|[0-9]{1,3}:[0-9]{2}(:[0-9]{2})?|(1 mon|30 days|720:00)",
        ),
        PgType::Bytea => pattern("\\\\x([0-9a-fA-F]{2} ?){0,4}|[a-z]{0,3}(\\\\[0-4][0-8][0-7]|\\\\\\\\)?[a-z]?"),
        PgType::Text | PgType::Name | PgType::Bpchar => pattern("[a-zA-Zäß \\\\']{0,6}|[aä]{30,70}|a {0,3}"),
        PgType::Array(element) => arrays(element),
        _ => proptest::sample::select(LABELS.to_vec()).prop_map(String::from).boxed(),
    };
    prop_oneof![12 => plain, 1 => pattern("[ -~]{0,8}")].boxed()
}

fn arrays(element: &PgType) -> BoxedStrategy<String> {
    let quoted = |text: String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let item = prop_oneof![
        4 => texts(element),
        4 => texts(element).prop_map(quoted),
        1 => Just("NULL".to_owned()),
        1 => Just("\"null\"".to_owned()),
    ];
    let list = proptest::collection::vec(item, 0..4).prop_map(|items| format!("{{{}}}", items.join(",")));
    let nested = proptest::collection::vec(list.clone(), 1..3).prop_map(|lists| format!("{{{}}}", lists.join(", ")));
    let bounded = (-2..3, list.clone()).prop_map(|(lower, list)| {
        format!("[{lower}:{}]={list}", lower + i32::try_from(list.matches(',').count()).unwrap())
    });
    prop_oneof![6 => list, 2 => nested, 2 => bounded].boxed()
}

struct Server {
    client: Client,
    _connection: tokio::task::JoinHandle<()>,
    _database: cluster::Database,
}

impl Server {
    async fn start() -> Self {
        let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
        let connection = tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(DISPLAY).await.unwrap();
        client.batch_execute(ATTEMPT).await.unwrap();
        let labels = LABELS.map(quote_literal).join(",");
        client.batch_execute(&format!("CREATE TYPE public.mood AS ENUM ({labels})")).await.unwrap();
        Self { client, _connection: connection, _database: database }
    }

    async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let messages = self.client.simple_query(sql).await.unwrap();
        let row = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(String::from)).collect()),
            _ => None,
        };
        messages.iter().filter_map(row).collect()
    }
}

fn samples<T: std::fmt::Debug>(strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::default();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn values_list(rows: impl Iterator<Item = String>) -> String {
    rows.enumerate().map(|(i, row)| format!("({i}, {row})")).collect::<Vec<_>>().join(", ")
}

/// What Postgres makes of each text; `None` if it refuses it.
async fn printed(server: &Server, ty: &PgType, texts: &[String]) -> Vec<Option<String>> {
    let list = values_list(texts.iter().map(|text| quote_literal(text)));
    let ty = quote_literal(&ty.sql_name());
    let rows = server.rows(&format!("SELECT attempt(v, {ty}) FROM (VALUES {list}) AS t(i, v) ORDER BY i")).await;
    rows.into_iter().map(|row| row[0].clone()).collect()
}

/// Equal values that Postgres does not print alike: scales, signs of zero, blanks at the end.
fn prints_exactly(ty: &PgType) -> bool {
    match ty {
        PgType::Array(element) => prints_exactly(element),
        ty => !matches!(ty, PgType::Numeric | PgType::Float4 | PgType::Float8 | PgType::Bpchar),
    }
}

#[tokio::test]
async fn postgres_reads_and_prints_the_same() {
    let server = Server::start().await;
    for ty in types() {
        let texts = samples(&texts(&ty), 1000);
        let answers = printed(&server, &ty, &texts).await;
        let mut both = 0;
        for (text, answer) in texts.iter().zip(&answers) {
            let ours = Value::parse(text, &ty).ok();
            let Some(answer) = answer else {
                assert_eq!(ours, None, "{ty} {text:?}: refused by Postgres");
                continue;
            };
            let again = Value::parse(answer, &ty).ok();
            assert!(again.is_some(), "{ty} {answer:?}: printed by Postgres, from {text:?}");
            if let Some(ours) = ours {
                both += 1;
                assert_eq!(Some(&ours), again.as_ref(), "{ty} {text:?}: Postgres reads {answer:?}");
                if prints_exactly(&ty) {
                    assert_eq!(&ours.print(&ty), answer, "{ty} {text:?}");
                }
                assert_eq!(Value::parse(&ours.print(&ty), &ty), Ok(ours), "{ty} {text:?}");
            } else if std::env::var_os("SHOW").is_some() {
                println!("{ty} {text:?} refused here; Postgres: {answer:?}");
            }
        }
        assert!(both >= 200, "{ty}: only {both} of the texts were read at all");
    }
}

#[tokio::test]
async fn postgres_orders_the_same() {
    let server = Server::start().await;
    for ty in types() {
        let all = samples(&texts(&ty), 500);
        let mut values: Vec<_> = all.iter().filter_map(|text| Value::parse(text, &ty).ok()).collect();
        // Neighbours in order are the pairs that may go wrong.
        values.sort();
        let pairs: Vec<_> = values.iter().zip(values.iter().skip(1)).chain(values.iter().rev().zip(&values)).collect();
        let name = ty.sql_name();
        let literal = |value: &Value| format!("{}::{name}", quote_literal(&value.print(&ty)));
        let list = values_list(pairs.iter().map(|(a, b)| format!("{}, {}", literal(a), literal(b))));
        let collate = match ty.base() {
            PgType::Text | PgType::Bpchar | PgType::Name => " COLLATE \"C\"",
            PgType::Array(element) if **element == PgType::Text => " COLLATE \"C\"",
            _ => "",
        };
        let sql = format!("SELECT a < b{collate}, a = b{collate} FROM (VALUES {list}) AS t(i, a, b) ORDER BY i");
        let rows = server.rows(&sql).await;
        for ((a, b), row) in pairs.iter().zip(&rows) {
            let answer = (row[0].as_deref() == Some("t"), row[1].as_deref() == Some("t"));
            assert_eq!((a < b, a == b), answer, "{ty} {} {}", a.print(&ty), b.print(&ty));
        }
    }
}

proptest! {
    #[test]
    fn equality_is_that_of_order_and_hash(pair in any::<prop::sample::Index>().prop_flat_map(|index| {
        let ty = index.get(&types()).clone();
        (Just(ty.clone()), texts(&ty), texts(&ty), texts(&ty))
    })) {
        let (ty, a, b, c) = pair;
        let parse = |text: &str| Value::parse(text, &ty);
        if let (Ok(a), Ok(b), Ok(c)) = (parse(&a), parse(&b), parse(&c)) {
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a == b, a.cmp(&b).is_eq());
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
            if a == b {
                prop_assert_eq!(hash(&a), hash(&b));
            }
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,20}") {
        for ty in types() {
            let _ = Value::parse(&text, &ty);
        }
    }
}

fn hash(value: &Value) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
