//! Every kind of condition that Diesel can write is a shape, and its rows are those that Diesel's own query finds: at
//! first, and after every row has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::dsl::{date, not};
use diesel::pg::Pg;
use diesel::pg::expression::extensions::IntervalDsl;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use diesel_electric::{IntoShape, sync_scope};
use ipnet::IpNet;
use serde_json::{Value, json};

use super::support::after;
use crate::support::{Db, Stand};

diesel::table! {
    things (id) {
        id -> BigInt,
        small -> Nullable<SmallInt>,
        n -> Nullable<Integer>,
        big -> Nullable<BigInt>,
        num -> Nullable<Numeric>,
        f8 -> Nullable<Double>,
        flag -> Nullable<Bool>,
        title -> Nullable<Text>,
        code -> Nullable<Text>,
        uid -> Nullable<Uuid>,
        day -> Nullable<Date>,
        clock -> Nullable<Time>,
        at -> Nullable<Timestamp>,
        atz -> Nullable<Timestamptz>,
        span -> Nullable<Interval>,
        bytes -> Nullable<Bytea>,
        doc -> Nullable<Jsonb>,
        raw -> Nullable<Json>,
        nums -> Nullable<Array<Nullable<Integer>>>,
        tags -> Nullable<Array<Nullable<Text>>>,
        during -> Nullable<Range<Timestamp>>,
        span4 -> Nullable<Int4range>,
        ip -> Nullable<Inet>,
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: diesel::sql_types::Nullable<Text>) -> diesel::sql_types::Nullable<Text>;
    fn length(text: diesel::sql_types::Nullable<Text>) -> diesel::sql_types::Nullable<Integer>;
    fn coalesce(a: diesel::sql_types::Nullable<Integer>, b: Integer) -> Integer;
    fn greatest(a: diesel::sql_types::Nullable<Integer>, b: Integer) -> Integer;
    fn abs(n: diesel::sql_types::Nullable<Integer>) -> diesel::sql_types::Nullable<Integer>;
    fn starts_with(text: diesel::sql_types::Nullable<Text>, with: Text) -> diesel::sql_types::Nullable<Bool>;
    fn is_even(n: diesel::sql_types::Nullable<Integer>) -> diesel::sql_types::Nullable<Bool>;
}

const SCHEMA: &str = r#"
    CREATE FUNCTION is_even(n int) RETURNS bool IMMUTABLE STRICT LANGUAGE sql AS 'SELECT n % 2 = 0';
    CREATE TABLE things (
        id int8 PRIMARY KEY, small int2, n int4, big int8, num numeric, f8 float8, flag bool, title text,
        code text COLLATE "C", uid uuid, day date, clock time, at timestamp, atz timestamptz, span interval, bytes bytea,
        doc jsonb, raw json, nums int4[], tags text[], during tsrange, span4 int4range, ip inet
    );
    INSERT INTO things (id) VALUES (0);
    INSERT INTO things
    SELECT i, i % 5, i % 7 - 3, i * 1000000007::int8, (i % 9)::numeric / 4, sqrt(i), i % 3 = 0,
        (ARRAY['Alpha', 'beta', 'Gamma_x', 'été', '', 'a%b', '123'])[1 + i % 7],
        (ARRAY['a', 'b', 'B', 'ab', 'zz'])[1 + i % 5],
        ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a' || lpad(to_hex(i), 2, '0'))::uuid,
        date '2024-01-28' + i, time '10:00' + i * interval '17 minutes', timestamp '2024-01-28 12:00' + i * interval '9 hours',
        timestamptz '2024-01-28 12:00+00' + i * interval '9 hours', i * interval '7 hours', decode(lpad(to_hex(i), 2, '0'), 'hex'),
        jsonb_build_object('k', i % 4, 'tags', jsonb_build_array('x', i % 3), 'name', 'n' || i % 3),
        json_build_object('k', i % 4), ARRAY[i % 4, i % 6, NULL], ARRAY['t' || i % 3, 'u'],
        tsrange(timestamp '2024-01-28' + i * interval '1 day', timestamp '2024-02-03' + i * interval '1 day'),
        int4range(i % 5, i % 5 + 3), ('10.0.' || i % 3 || '.' || i)::inet
    FROM generate_series(1, 40) i
"#;

/// Every value moves to another row; one row more and one less.
const CHANGE: &str = "
    BEGIN;
    UPDATE things t SET (small, n, big, num, f8, flag, title, code, uid, day, clock, at, atz, span, bytes, doc, raw, nums,
            tags, during, span4, ip) =
        (SELECT small, n, big, num, f8, flag, title, code, uid, day, clock, at, atz, span, bytes, doc, raw, nums, tags,
            during, span4, ip FROM things o WHERE o.id = (t.id + 11) % 41);
    INSERT INTO things (id, n, code) VALUES (99, 4, 'b');
    DELETE FROM things WHERE id = 7;
    COMMIT";

type Query = fn() -> things::BoxedQuery<'static, Pg>;

macro_rules! queries {
    ($($condition:expr,)*) => {
        &[$((stringify!($condition), || things::table.filter($condition).into_boxed()),)*]
    };
}

const QUERIES: &[(&str, Query)] = queries![
    things::n.eq(2),
    things::n.ne(2),
    things::n.gt(0).and(things::n.le(2)),
    things::big.lt(7 * 1_000_000_007_i64),
    things::small.eq_any([1_i16, 3]),
    things::small.ne_all([1_i16, 3]),
    things::n.between(-1, 1),
    things::n.not_between(-1, 1),
    things::n.is_null(),
    things::n.is_not_null().and(not(things::flag.eq(true))),
    things::n.is_distinct_from(2).or(things::n.is_not_distinct_from(None::<i32>)),
    things::flag.assume_not_null(),
    things::title.like("%a%"),
    things::title.not_like("%a%"),
    things::title.ilike("g%"),
    things::title.like("a!%b").escape('!'),
    things::title.similar_to("(A|b)%"),
    things::title.not_similar_to("%(t|a)"),
    things::code.lt("ab"),
    things::title.lt("b"),
    things::title.concat("!").eq("beta!"),
    lower(things::title).eq("alpha"),
    length(things::title).gt(4),
    starts_with(things::title, "G").eq(true),
    coalesce(things::n, 7).eq(7),
    greatest(things::n, 1).eq(1),
    abs(things::n).eq(3),
    is_even(things::n).eq(true),
    is_even(things::n).eq(true).and(things::small.eq(1_i16)),
    (things::n.assume_not_null() + 1).eq(3),
    (things::n.assume_not_null() * things::n.assume_not_null() - 1).gt(2),
    (things::big.assume_not_null() / 1_000_000_007_i64).eq(5),
    things::num.eq("1.250".parse::<BigDecimal>().unwrap()),
    (things::num.assume_not_null() * BigDecimal::from(2)).gt(BigDecimal::from(3)),
    things::f8.gt(3.5),
    (things::f8.assume_not_null() + 1.0).le(4.0),
    things::n.assume_not_null().cast::<BigInt>().eq(2),
    things::n.assume_not_null().cast::<Text>().eq("-1"),
    things::uid.eq("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a05".parse::<uuid::Uuid>().unwrap()),
    things::bytes.eq(vec![4_u8]),
    things::day.ge(day(2024, 2, 20)),
    things::clock.lt(NaiveTime::from_hms_opt(13, 0, 0).unwrap()),
    things::at.gt(moment(2024, 2, 5)),
    (things::at.assume_not_null() + 1_i32.month()).lt(moment(2024, 3, 3)),
    (things::at.assume_not_null() - 3_i32.days()).lt(moment(2024, 1, 31)),
    date(things::at.assume_not_null()).eq(day(2024, 2, 1)),
    things::atz.gt(chrono_utc(2024, 2, 5)),
    things::atz.assume_not_null().at_time_zone("UTC").gt(moment(2024, 2, 5)),
    things::atz.assume_not_null().at_time_zone("Europe/Berlin").gt(moment(2024, 2, 5)),
    things::span.gt(2_i32.days()),
    things::nums.contains(vec![Some(1)]),
    things::nums.is_contained_by(vec![Some(0), Some(1), Some(2)]),
    things::nums.overlaps_with(vec![Some(5), None]),
    things::nums.assume_not_null().index(1).eq(2),
    things::nums.assume_not_null().concat(vec![Some(9)]).eq(vec![Some(1), Some(1), None, Some(9)]),
    things::tags.contains(vec![Some("t1")]),
    things::tags.eq(vec![Some("t0"), Some("u")]),
    diesel::dsl::array_length(things::nums.assume_not_null(), 1).eq(3),
    diesel::dsl::cardinality(things::tags.assume_not_null()).eq(2),
    diesel::dsl::array_position(things::nums.assume_not_null(), Some(3)).eq(1),
    things::doc.contains(json!({"k": 1})),
    things::doc.is_contained_by(json!({"k": 1, "tags": ["x", 0, 1], "name": "n1", "more": 0})),
    things::doc.has_key("k"),
    things::doc.has_any_key(vec!["zz", "name"]),
    things::doc.has_all_keys(vec!["k", "name"]),
    things::doc.assume_not_null().retrieve_as_text("name").eq("n2"),
    things::doc.assume_not_null().retrieve_as_object("k").eq(json!(3)),
    things::doc.assume_not_null().retrieve_by_path_as_text(vec!["tags", "1"]).eq("2"),
    things::doc.assume_not_null().concat(json!({"k": 0})).eq(json!({"k": 0, "tags": ["x", 1], "name": "n1"})),
    diesel::dsl::jsonb_typeof(things::doc.assume_not_null()).eq("object"),
    things::raw.assume_not_null().retrieve_as_text("k").eq("2"),
    things::during.assume_not_null().contains(moment(2024, 2, 4)),
    things::during
        .assume_not_null()
        .overlaps_with((Bound::Included(moment(2024, 2, 4)), Bound::Excluded(moment(2024, 2, 6)))),
    diesel::dsl::upper(things::during.assume_not_null()).gt(moment(2024, 2, 20)),
    things::span4.assume_not_null().contains(4),
    things::span4.assume_not_null().lesser_than((Bound::Included(6), Bound::Unbounded)),
    things::ip.contains("10.0.1.4/32".parse::<IpNet>().unwrap()),
    things::ip.is_contained_by("10.0.1.0/24".parse::<IpNet>().unwrap()),
    diesel::dsl::masklen(things::ip.assume_not_null()).eq(32),
    diesel::dsl::case_when(things::n.gt(0), things::small.assume_not_null())
        .otherwise(things::small.assume_not_null() + 1_i16)
        .eq(3_i16),
];

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn moment(year: i32, month: u32, of_month: u32) -> NaiveDateTime {
    day(year, month, of_month).and_hms_opt(12, 0, 0).unwrap()
}

fn chrono_utc(year: i32, month: u32, of_month: u32) -> chrono::DateTime<chrono::Utc> {
    moment(year, month, of_month).and_utc()
}

/// The ids of a client's rows.
type Ids = BTreeSet<i64>;

fn apply(messages: &[Value], rows: &mut Ids) {
    for message in messages {
        let Some(id) = message["value"]["id"].as_str() else { continue };
        let id = id.parse().unwrap();
        match message["headers"]["operation"].as_str().unwrap() {
            "insert" => assert!(rows.insert(id), "{message}"),
            "delete" => assert!(rows.remove(&id), "{message}"),
            _ => assert!(rows.contains(&id), "{message}"),
        }
    }
}

#[tokio::test]
async fn whatever_diesel_can_write_is_a_shape() {
    let db = Db::new(SCHEMA).await;
    let mut diesel = AsyncPgConnection::establish(db.url()).await.unwrap();
    let stand = Stand::on(
        db,
        |builder| builder,
        |config, sync| {
            let scope = QUERIES.iter().enumerate().fold(sync_scope("/shapes", sync), |scope, (at, (_, query))| {
                scope.shape(&format!("/{at}"), query().into_shape().unwrap())
            });
            config.service(scope);
        },
    )
    .await;
    let (mut clients, mut refused) = (BTreeMap::new(), Vec::new());
    for (at, (text, query)) in QUERIES.iter().enumerate() {
        let path = format!("/shapes/{at}?");
        let first = stand.get(&format!("{path}offset=-1")).await;
        if !first.status.is_success() {
            refused.push(format!("{text}: {}", first.text));
            continue;
        }
        let mut rows = Ids::new();
        apply(&first.messages(), &mut rows);
        let expected: Vec<i64> = query().select(things::id).load(&mut diesel).await.unwrap();
        assert_eq!(rows, Ids::from_iter(expected), "{text}");
        clients.insert(at, (first, rows));
    }
    assert!(refused.is_empty(), "{refused:#?}");
    stand.db.run(CHANGE).await;
    for (at, (mut answer, mut rows)) in clients {
        let (text, query) = QUERIES[at];
        let path = format!("/shapes/{at}?");
        let expected: Vec<i64> = query().select(things::id).load(&mut diesel).await.unwrap();
        let expected = Ids::from_iter(expected);
        // A shape to which nothing happens has nothing to tell.
        while rows != expected {
            answer = stand.get(&format!("{}&live=true", after(&path, &answer))).await;
            assert!(answer.status.is_success(), "{text}: {} {}", answer.status, answer.text);
            apply(&answer.messages(), &mut rows);
        }
    }
    stand.stop().await;
}
