//! The values of a Diesel query become the very text that Postgres prints: for each type, Diesel writes a row with a
//! value, and what `COPY` prints for it must be the parameter of a shape that compares with the same value.

use std::collections::Bound as RangeBound;
use std::fmt::Debug;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bigdecimal::BigDecimal;
use cluster::Random;
use diesel::data_types::{PgDate, PgInterval, PgMoney, PgTime, PgTimestamp};
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{SingleValue, SqlType};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use diesel_electric::{IntoShape, ShapeError};
use futures_util::TryStreamExt;
use ipnet::IpNet;
use tokio_postgres::Client;

use crate::support::Db;

/// The display settings of a snapshot.
const SETTINGS: &str = "SET bytea_output = hex; SET DateStyle = 'ISO, DMY'; SET TimeZone = 'UTC'; \
    SET extra_float_digits = 1; SET IntervalStyle = iso_8601; SET lc_monetary = 'C'";

/// Tables `name (id, v)`, each with the type of its `v` in Diesel and in SQL.
macro_rules! tables {
    ($($name:ident: $sql:literal, [$($ty:tt)*];)*) => {
        $(diesel::table! {
            use diesel::sql_types::*;
            use super::{EmailType, MoodType};

            $name (id) {
                id -> Int4,
                v -> Nullable<$($ty)*>,
            }
        })*

        const SCHEMA: &[(&str, &str)] = &[$((stringify!($name), $sql)),*];
    };
}

tables! {
    bools: "bool", [Bool];
    int2s: "int2", [Int2];
    int4s: "int4", [Int4];
    int8s: "int8", [Int8];
    oids: "oid", [Oid];
    float4s: "float4", [Float4];
    float8s: "float8", [Float8];
    numerics: "numeric", [Numeric];
    moneys: "money", [Money];
    texts: "text", [Text];
    varchars: "varchar", [Varchar];
    chars: "\"char\"", [CChar];
    byteas: "bytea", [Bytea];
    uuids: "uuid", [Uuid];
    dates: "date", [Date];
    times: "time", [Time];
    timestamps: "timestamp", [Timestamp];
    timestamptzs: "timestamptz", [Timestamptz];
    intervals: "interval", [Interval];
    jsons: "json", [Json];
    jsonbs: "jsonb", [Jsonb];
    inets: "inet", [Inet];
    cidrs: "cidr", [Cidr];
    macaddrs: "macaddr", [MacAddr];
    macaddr8s: "macaddr8", [MacAddr8];
    lsns: "pg_lsn", [PgLsn];
    int4ranges: "int4range", [Int4range];
    int8ranges: "int8range", [Int8range];
    numranges: "numrange", [Numrange];
    dateranges: "daterange", [Daterange];
    tsranges: "tsrange", [Tsrange];
    tstzranges: "tstzrange", [Tstzrange];
    bool_arrays: "bool[]", [Array<Nullable<Bool>>];
    int4_arrays: "int4[]", [Array<Nullable<Int4>>];
    text_arrays: "text[]", [Array<Nullable<Text>>];
    bytea_arrays: "bytea[]", [Array<Bytea>];
    float8_arrays: "float8[]", [Array<Float8>];
    numeric_arrays: "numeric[]", [Array<Numeric>];
    timestamp_arrays: "timestamp[]", [Array<Timestamp>];
    jsonb_arrays: "jsonb[]", [Array<Jsonb>];
    uuid_arrays: "uuid[]", [Array<Uuid>];
    range_arrays: "tsrange[]", [Array<Tsrange>];
    moods: "\"App\".\"Mood\"", [MoodType];
    mood_arrays: "\"App\".\"Mood\"[]", [Array<Nullable<MoodType>>];
    emails: "email", [EmailType];
}

diesel::table! {
    use diesel::sql_types::*;

    multiranges (id) {
        id -> Int4,
        v -> Int4multirange,
    }
}

#[derive(Debug, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "Mood", schema = "App"))]
pub struct MoodType;

#[derive(Debug, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "email"))]
pub struct EmailType;

/// A value in its binary form, of whatever type is asked for.
#[derive(Clone, Debug)]
struct Raw(Vec<u8>);

impl<ST> ToSql<ST, Pg> for Raw {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&self.0)?;
        Ok(IsNull::No)
    }
}

impl<ST: SqlType + TypedExpressionType> AsExpression<ST> for Raw {
    type Expression = Bound<ST, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

/// A label, whichever type of text it is for.
#[derive(Clone, Debug)]
struct Label(&'static str);

impl<ST> ToSql<ST, Pg> for Label {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<ST: SqlType + TypedExpressionType + SingleValue> AsExpression<ST> for Label {
    type Expression = Bound<ST, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

/// A database with all the tables, and two ways in.
struct Both {
    db: Db,
    diesel: AsyncPgConnection,
    random: Random,
}

impl Both {
    async fn new() -> Self {
        let types = "CREATE SCHEMA \"App\"; \
            CREATE TYPE \"App\".\"Mood\" AS ENUM ('sad', 'so so', 'null', 'Häppy, \"very\"'); \
            CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');";
        let tables = SCHEMA.iter().map(|(name, ty)| format!("CREATE TABLE {name} (id int4, v {ty});"));
        let db = Db::new(&format!("{types}{}{SETTINGS}", tables.collect::<String>())).await;
        let diesel = AsyncPgConnection::establish(db.url()).await.unwrap();
        Self { db, diesel, random: Random::from_environment("DIESEL_ELECTRIC_TEST_SEED") }
    }
}

/// What `COPY` prints for each row, with its escapes undone.
async fn printed(client: &Client, table: &str) -> Vec<String> {
    let copy = client.copy_out(&format!("COPY (SELECT v FROM {table} ORDER BY id) TO STDOUT")).await.unwrap();
    let bytes = copy.try_fold(Vec::new(), async |all, piece| Ok([all, piece.to_vec()].concat())).await.unwrap();
    String::from_utf8(bytes).unwrap().lines().map(unescape).collect()
}

fn unescape(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        text.push(match c {
            '\\' => match characters.next().unwrap() {
                'b' => '\x08',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\x0b',
                other => other,
            },
            c => c,
        });
    }
    text
}

/// The text of the only parameter of a shape.
fn parameter(shape: impl IntoShape) -> Result<String, ShapeError> {
    let json = serde_json::to_value(shape.into_shape()?).unwrap();
    Ok(json["params"][0]["value"].as_str().unwrap().to_owned())
}

fn compare<V: Debug>(table: &str, values: &[V], ours: &[String], theirs: &[String]) {
    assert_eq!(ours.len(), theirs.len(), "{table}");
    for ((value, ours), theirs) in values.iter().zip(ours).zip(theirs) {
        assert_eq!(ours, theirs, "{table}: {value:?}");
    }
}

/// Writes the values by Diesel, and compares what is printed for them with what a shape has.
macro_rules! same {
    ($both:ident, $table:ident, $values:expr) => {{
        let values: Vec<_> = $values;
        let condition = |value: &_| $table::table.filter($table::v.eq(Clone::clone(value)));
        let ours: Vec<_> = values.iter().map(|value| parameter(condition(value)).unwrap()).collect();
        for (at, some) in values.chunks(5000).enumerate() {
            let number = |position: usize| i32::try_from(at * 5000 + position).unwrap();
            let row =
                |(position, value): (usize, &_)| ($table::id.eq(number(position)), $table::v.eq(Clone::clone(value)));
            let rows: Vec<_> = some.iter().enumerate().map(row).collect();
            diesel::insert_into($table::table).values(rows).execute(&mut $both.diesel).await.unwrap();
        }
        compare(stringify!($table), &values, &ours, &printed(&$both.db.client, stringify!($table)).await);
    }};
}

/// Values that Postgres refuses are refused here too.
macro_rules! refused {
    ($both:ident, $table:ident, $values:expr) => {{
        for value in $values {
            let condition = $table::table.filter($table::v.eq(Clone::clone(&value)));
            let ours = parameter(condition);
            assert!(matches!(ours, Err(ShapeError::Bind { parameter: 1, .. })), "{}: {value:?}", stringify!($table));
            let row = ($table::id.eq(0), $table::v.eq(Clone::clone(&value)));
            let theirs = diesel::insert_into($table::table).values(row).execute(&mut $both.diesel).await;
            assert!(theirs.is_err(), "{}: {value:?}", stringify!($table));
        }
    }};
}

#[tokio::test]
async fn integers_and_booleans() {
    let mut both = Both::new().await;
    same!(both, bools, vec![true, false]);
    same!(both, int2s, vec![0, 1, -1, i16::MIN, i16::MAX]);
    same!(both, int4s, vec![0, 1, -1, i32::MIN, i32::MAX]);
    same!(both, int8s, vec![0, 1, -1, i64::MIN, i64::MAX]);
    same!(both, oids, vec![0, 1, u32::MAX]);
    refused!(both, int4s, [Raw(vec![]), Raw(vec![0; 3]), Raw(vec![0; 8])]);
    let moneys = [0, 1, -1, 99, -99, 100, 12_345, 99_999, 100_000, 123_456_789, -1_234_567_890, i64::MIN, i64::MAX];
    let random = both.random.many(200, |random| {
        let magnitude = random.below(63);
        random.between(-1 << magnitude, 1 << magnitude)
    });
    same!(both, moneys, moneys.into_iter().chain(random).map(PgMoney).collect());
    let positions = [[0; 8], [0, 0, 0, 1, 0xAB, 0xCD, 0, 0], [0xFF; 8]];
    same!(both, lsns, positions.map(|position| Raw(position.to_vec())).into());
}

/// Where the fewest digits are not plain to see: powers of two and of ten, whole numbers near the end of the exact ones.
fn hard_floats() -> impl Iterator<Item = f64> {
    let powers = (-1074..1024).map(|n| 2_f64.powi(n)).flat_map(|v| [v, v.next_up(), v.next_down()]);
    let tens = (-323..=308).map(|n| format!("1e{n}").parse::<f64>().unwrap());
    let tens = tens.flat_map(|v| [v, v.next_up(), v.next_down(), 5.0 * v, -9.0 * v]);
    let named = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN, f64::MAX, f64::MIN_POSITIVE];
    let plain = [0.1, 1.5, 1e-4, 0.000_099_9, 123_456.0, 1e14, 1e15, 123_456_789_012_345.0, 1e16, 1e20, 1e23, 9e22];
    powers.chain(tens).chain(named).chain(plain)
}

#[tokio::test]
async fn floats_have_postgres_digits() {
    let mut both = Both::new().await;
    let random = both.random.many(4000, |random| f64::from_bits(random.bits()));
    let short = both.random.many(1000, |random| {
        let (digits, power) = (random.below(100_000), random.between(-30, 30));
        format!("{digits}e{power}").parse::<f64>().unwrap()
    });
    same!(both, float8s, hard_floats().chain(random).chain(short.clone()).collect());

    let powers = (-149..128).map(|n| 2_f32.powi(n)).flat_map(|v| [v, v.next_up(), v.next_down(), 5.0 * v]);
    let random = both.random.many(4000, |random| f32::from_bits(u32::try_from(random.bits() >> 32).unwrap()));
    #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
    let rounded = hard_floats().chain(short).map(|v| v as f32);
    same!(both, float4s, powers.chain(random).chain(rounded).collect());
    same!(both, float8_arrays, vec![vec![], vec![1e20, -0.5, f64::NAN, f64::INFINITY]]);
}

/// A numeric in its binary form.
fn numeric(weight: i16, sign: u16, scale: u16, groups: &[i16]) -> Raw {
    let mut bytes = u16::try_from(groups.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(scale.to_be_bytes());
    bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
    Raw(bytes)
}

#[tokio::test]
async fn numerics_keep_their_scale() {
    let mut both = Both::new().await;
    let named = [
        "0",
        "0.000",
        "-0.0",
        "1",
        "-1",
        "10",
        "9999",
        "10000",
        "10001",
        "123456789.5",
        "0.1",
        "0.0001",
        "0.00001",
        "-0.00000000000000000001",
        "1.50",
        "1e10",
        "1e100",
        "1e-100",
        "99999999999999999999999999.99999999999999",
    ];
    let random = both.random.many(2000, |random| {
        let digits: String = (0..=random.below(40)).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
        let sign = if random.below(2) == 0 { "-" } else { "" };
        format!("{sign}{digits}e{}", random.between(-40, 20))
    });
    let numbers = named.into_iter().map(str::to_owned).chain(random).map(|text| text.parse::<BigDecimal>().unwrap());
    same!(both, numerics, numbers.collect());
    same!(both, numeric_arrays, vec![vec!["1.50".parse::<BigDecimal>().unwrap(), "-7".parse().unwrap()]]);

    diesel::delete(numerics::table).execute(&mut both.diesel).await.unwrap();
    let mut raw = vec![
        numeric(0, 0xC000, 0, &[]),
        numeric(0, 0xD000, 0x20, &[]),
        numeric(0, 0xF000, 0x20, &[]),
        numeric(0, 0x4000, 2, &[]),
        numeric(0, 0x4000, 2, &[0, 0]),
        numeric(2, 0, 0, &[0, 0, 12]),
        numeric(0, 0, 2, &[1, 2345, 6789]),
        numeric(-1, 0x4000, 2, &[12]),
        numeric(5, 0, 0, &[1]),
        numeric(-5, 0, 22, &[7, 1000]),
        numeric(-3, 0, 0, &[7]),
    ];
    raw.extend(both.random.many(500, |random| {
        let groups: Vec<i16> = (0..random.below(8)).map(|_| random.between(0, 10_000) as i16).collect();
        let sign = if random.below(2) == 0 { 0 } else { 0x4000 };
        numeric(random.between(-6, 6) as i16, sign, random.below(30) as u16, &groups)
    }));
    same!(both, numerics, raw);
    refused!(both, numerics, [numeric(0, 0, 0, &[10_000]), numeric(0, 0, 0, &[-1]), numeric(0, 7, 0, &[1])]);
    refused!(both, numerics, [numeric(0, 0, 0x4000, &[1]), Raw(vec![0, 1, 0, 0, 0, 0, 0, 0])]);
}

#[tokio::test]
async fn characters_and_bytes() {
    let mut both = Both::new().await;
    let texts = ["", "a", "it's", "tab\tnew\nline\r\\back", "\u{1}\u{7f}\x0b\x0c\x08", "ünïcödé 🦀", "\\N", "NULL"];
    same!(both, texts, texts.map(str::to_owned).into());
    same!(both, varchars, texts.map(str::to_owned).into());
    same!(both, chars, (0..128_u8).collect());
    same!(both, byteas, vec![vec![], vec![0, 1, 255], b"\\x".to_vec(), (0..=255).collect()]);
    same!(both, bytea_arrays, vec![vec![], vec![vec![], vec![0xAB, 0]]]);
    let uuids = vec![uuid::Uuid::nil(), uuid::Uuid::max(), uuid::Uuid::new_v4()];
    same!(both, uuids, uuids.clone());
    same!(both, uuid_arrays, vec![uuids]);
    refused!(both, texts, [Raw(vec![0]), Raw(vec![b'a', 0xFF])]);
    refused!(both, uuids, [Raw(vec![0; 15])]);
}

/// The first and the last of what Postgres has, and what lies around turns of eras, centuries and years.
const DAYS: [i32; 14] =
    [-2_451_545, -2_451_544, -730_426, -730_425, -730_119, -730_120, -1, 0, 58, 59, 60, 365, 2_921_939, 2_145_031_948];
const DAY: i64 = 86_400_000_000;
const FIRST: i64 = -211_813_488_000_000_000;
const LAST: i64 = 9_223_371_331_199_999_999;

#[tokio::test]
async fn dates_and_times() {
    let mut both = Both::new().await;
    let days = both.random.many(1000, |random| random.between(-2_451_545, 10_000_000) as i32);
    let dates = DAYS.into_iter().chain([i32::MIN, i32::MAX]).chain(days);
    same!(both, dates, dates.map(PgDate).collect());
    refused!(both, dates, [PgDate(-2_451_546), PgDate(2_145_031_949), PgDate(i32::MAX - 1)]);

    let times = both.random.many(200, |random| random.between(0, DAY));
    let named = [0, 1, 10, 100_000, 999_999, 1_000_000, DAY - 1, DAY, 43_200_000_000];
    same!(both, times, named.into_iter().chain(times).map(PgTime).collect());
    refused!(both, times, [PgTime(-1), PgTime(DAY + 1)]);

    let random = both.random.many(1000, |random| random.between(FIRST, LAST));
    let round = both.random.many(200, |random| random.between(-100_000, 100_000) * 500_000);
    let named = [FIRST, LAST, i64::MIN, i64::MAX, -1, 0, 1, -500_000, -730_120 * DAY - 1, -730_119 * DAY];
    let timestamps: Vec<_> = named.into_iter().chain(random).chain(round).map(PgTimestamp).collect();
    same!(both, timestamps, timestamps.clone());
    same!(both, timestamptzs, timestamps.clone());
    same!(both, timestamp_arrays, vec![timestamps]);
    refused!(both, timestamps, [PgTimestamp(FIRST - 1), PgTimestamp(LAST + 1)]);
}

#[tokio::test]
async fn intervals_have_a_sign_for_each_part() {
    let mut both = Both::new().await;
    let interval = |microseconds, days, months| PgInterval { microseconds, days, months };
    let mut intervals = vec![
        interval(0, 0, 0),
        interval(1, 0, 0),
        interval(-1, 0, 0),
        interval(-500_000, 0, 0),
        interval(3_600_000_000, 0, 0),
        interval(-61_500_000, 3, -14),
        interval(60_000_000, -1, 12),
        interval(i64::MAX, 0, 0),
        interval(i64::MIN, 1, 1),
        interval(0, i32::MIN, i32::MIN),
        interval(0, i32::MAX, i32::MAX),
    ];
    intervals.extend(both.random.many(1000, |random| {
        let part = |random: &mut Random, most: i64| if random.below(3) == 0 { 0 } else { random.between(-most, most) };
        let size = [10_000_000, 100_000_000_000, i64::MAX / 2][random.below(3) as usize];
        interval(part(random, size), part(random, 1000) as i32, part(random, 100) as i32)
    }));
    same!(both, intervals, intervals);
}

#[tokio::test]
async fn json_is_kept_as_written_and_jsonb_is_not() {
    let mut both = Both::new().await;
    let documents = [
        "null",
        " true ",
        "{}",
        "[ ]",
        "[1, 1.0, 1.50, -0, -0.0, 0e5, 0e-5, 1e5, 1.5e3, 1.50e1, 1E-3, 12.5e-1, 1e+2, 100e-2, 0.10e1, 123.456e2]",
        "[9007199254740993, 12345678901234567890.12345678901234567890, 1e100, 1e-50, 0.0e3, 10e-10]",
        r#"{"b": 1, "a": 2, "aa": 3, "b": 4, "": 5, "ä": 6, "zz": {"y": [], "x": {}}}"#,
        r#""é \"quoted\" back\\slash \/ \b\f\n\r\t \u0001 \u001f \u007f 🦀""#,
        r#"{"a" : [ {"c":[null,true,false]} , "b" ] , "k\"ey": "]}"}"#,
    ];
    same!(both, jsons, documents.map(|text| Raw(text.into())).into());
    let binary = |text: &str| Raw([b"\x01", text.as_bytes()].concat());
    let huge = [format!("1e{}", 131_071), format!("1e-{}", 16_383), format!("{}1", "[".repeat(99)) + &"]".repeat(99)];
    let all = documents.into_iter().map(str::to_owned).chain(huge);
    let random = both.random.many(500, |random| {
        let decimals = if random.below(2) == 0 { format!(".{:03}", random.below(1000)) } else { String::new() };
        format!("{}{decimals}e{}", random.between(-1000, 1000), random.between(-20, 20))
    });
    same!(both, jsonbs, all.chain(random).map(|text| binary(&text)).collect());
    refused!(both, jsonbs, ["", "{", "01", "1e200000", "1e-20000", r#""\u0000""#, "nul"].map(binary));
    refused!(both, jsonbs, [Raw(b"\x02{}".to_vec())]);

    diesel::delete(jsonbs::table).execute(&mut both.diesel).await.unwrap();
    let value = serde_json::json!({"title": "x", "done": false, "tags": ["a", "b c"], "n": 1.5e300, "m": -7});
    same!(both, jsonbs, vec![value.clone()]);
    same!(both, jsonb_arrays, vec![vec![value, serde_json::json!("a,b"), serde_json::json!(null)]]);
}

#[tokio::test]
async fn addresses() {
    let mut both = Both::new().await;
    let mut words: Vec<[u16; 8]> = vec![
        [0; 8],
        [0, 0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0, 2],
        [0, 0, 0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 0x7f00, 1],
        [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1],
        [0, 0, 0, 0, 0xffff, 0, 1, 2],
        [0x2001, 0xdb8, 0, 0, 1, 0, 0, 0],
        [0x2001, 0xdb8, 0, 1, 0, 0, 1, 0],
        [1, 0, 2, 0, 3, 0, 4, 0],
        [0xfe80, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0],
    ];
    words.extend(
        both.random.many(500, |random| [0; 8].map(|_| if random.below(2) == 0 { 0 } else { random.bits() as u16 })),
    );
    let v6 =
        words.into_iter().flat_map(|words| [0, 64, 127, 128].map(|bits| (IpAddr::V6(Ipv6Addr::from(words)), bits)));
    let v4 = [[0; 4], [127, 0, 0, 1], [10, 0, 0, 0], [255; 4]].into_iter();
    let v4 = v4.flat_map(|octets| [0, 8, 31, 32].map(|bits| (IpAddr::V4(Ipv4Addr::from(octets)), bits)));
    let networks: Vec<_> = v6.chain(v4).map(|(address, bits)| IpNet::new(address, bits).unwrap()).collect();
    same!(both, inets, networks.clone());
    same!(both, cidrs, networks.into_iter().map(|network| network.trunc()).collect());
    refused!(
        both,
        cidrs,
        [
            Raw(vec![2, 8, 1, 4, 10, 0, 0, 1]),
            Raw(vec![2, 0, 1, 4, 0, 0, 0, 1]),
            Raw([&[3, 127, 1, 16][..], &[255; 16]].concat())
        ]
    );
    refused!(both, inets, [Raw(vec![2, 33, 0, 4, 1, 2, 3, 4]), Raw(vec![9, 32, 0, 4, 1, 2, 3, 4]), Raw(vec![2, 32])]);
    same!(both, macaddrs, vec![[0; 6], [8, 0, 0x2b, 1, 2, 3], [255; 6]]);
    same!(both, macaddr8s, vec![[0; 8], [8, 0, 0x2b, 1, 2, 3, 4, 5], [255; 8]]);
}

/// All ways to bound a range by these two.
fn bounded<T: Clone>(low: &T, high: &T) -> Vec<(RangeBound<T>, RangeBound<T>)> {
    let ends = |v: &T| [RangeBound::Included(v.clone()), RangeBound::Excluded(v.clone()), RangeBound::Unbounded];
    ends(low).into_iter().flat_map(|low| ends(high).map(|high| (low.clone(), high))).collect()
}

#[tokio::test]
async fn ranges_have_one_form() {
    let mut both = Both::new().await;
    let of = |pairs: &[(i32, i32)]| pairs.iter().flat_map(|(low, high)| bounded(low, high)).collect::<Vec<_>>();
    same!(both, int4ranges, of(&[(1, 5), (1, 1), (1, 2), (-7, i32::MAX - 1), (i32::MIN, 0)]));
    let pairs = [(1, 5), (4, 4), (i64::MIN, i64::MAX - 1)];
    same!(both, int8ranges, pairs.iter().flat_map(|(low, high)| bounded(low, high)).collect());
    let days = [(0, 9), (3, 3), (3, 4), (-800_000, 0), (0, i32::MAX), (i32::MIN, 0), (i32::MIN, i32::MAX)];
    let days = days.iter().flat_map(|&(low, high)| bounded(&PgDate(low), &PgDate(high)));
    same!(both, dateranges, days.collect());
    let micros = [(0, 1), (5, 5), (-1, DAY), (i64::MIN, i64::MAX), (0, i64::MAX)];
    let micros: Vec<_> =
        micros.iter().flat_map(|&(low, high)| bounded(&PgTimestamp(low), &PgTimestamp(high))).collect();
    same!(both, tsranges, micros.clone());
    same!(both, tstzranges, micros.clone());
    same!(both, range_arrays, vec![micros]);
    let decimal = |text: &str| text.parse::<BigDecimal>().unwrap();
    let pairs = [("1.5", "2"), ("1.0", "1.00"), ("-3", "-2.999"), ("9", "10"), ("0", "100000000")];
    same!(both, numranges, pairs.iter().flat_map(|(low, high)| bounded(&decimal(low), &decimal(high))).collect());

    let excluded = |low: i32, high: i32| (RangeBound::Excluded(low), RangeBound::Excluded(high));
    refused!(both, int4ranges, [excluded(2, 1), excluded(i32::MAX, i32::MIN)]);
    refused!(both, int4ranges, [(RangeBound::Unbounded, RangeBound::Included(i32::MAX))]);
    refused!(both, numranges, [(RangeBound::Included(decimal("2")), RangeBound::Included(decimal("1.9")))]);
    let flags = [[0x01, 0, 0].to_vec(), vec![0x02], vec![0x18, 1], vec![]];
    refused!(both, int4ranges, flags.map(Raw));
    diesel::delete(int4ranges::table).execute(&mut both.diesel).await.unwrap();
    same!(both, int4ranges, vec![Raw(vec![0x01]), Raw(vec![0x18]), Raw(vec![0x1E])]);
}

#[tokio::test]
async fn arrays_quote_what_needs_it() {
    let mut both = Both::new().await;
    same!(both, int4_arrays, vec![vec![], vec![Some(1)], vec![None, Some(-2), None]]);
    same!(both, bool_arrays, vec![vec![Some(true), None, Some(false)]]);
    let texts =
        ["", "a", "a b", "NULL", "null", "nulls", "a,b", "{", "}", "\"", "\\", "\t", "\n", "\x0b", "\u{a0}", "'"];
    let texts = texts.map(|text| Some(text.to_owned())).into_iter().chain([None]).collect::<Vec<_>>();
    same!(both, text_arrays, vec![texts, vec![None], vec![]]);

    let header = |dimensions: u32, rest: &[u32]| {
        let numbers = [&[dimensions, 0, 23], rest].concat();
        Raw(numbers.iter().flat_map(|number| number.to_be_bytes()).collect())
    };
    diesel::delete(int4_arrays::table).execute(&mut both.diesel).await.unwrap();
    same!(
        both,
        int4_arrays,
        vec![header(0, &[]), header(1, &[0, 1]), header(1, &[1, 0, 4, 7]), header(1, &[2, u32::MAX, 4, 7, u32::MAX])]
    );
    refused!(
        both,
        int4_arrays,
        [header(1, &[1, 1]), header(1, &[u32::MAX, 1]), header(1, &[1, 1, 3, 7]), Raw(vec![0])]
    );
    let texts = Raw([1_u32, 0, 25, 1, 1, 1].iter().flat_map(|number| number.to_be_bytes()).chain(*b"a").collect());
    refused!(both, int4_arrays, [texts]);
}

#[tokio::test]
async fn types_that_the_catalog_knows_go_by_name() {
    let mut both = Both::new().await;
    let labels = ["sad", "so so", "null", "Häppy, \"very\""].map(Label);
    same!(both, moods, labels.clone().into());
    same!(both, mood_arrays, vec![labels.map(Some).into_iter().chain([None]).collect::<Vec<_>>(), vec![]]);
    same!(both, emails, vec![Label("a@b"), Label("@")]);

    let shape = moods::table.filter(moods::v.eq(Label("sad"))).into_shape().unwrap();
    let json = serde_json::to_value(shape).unwrap();
    let named = serde_json::json!({"named": {"schema": "App", "name": "Mood", "array": false}});
    assert_eq!(json["params"], serde_json::json!([{"value": "sad", "type": named}]));
    let shape = mood_arrays::table.filter(mood_arrays::v.eq(vec![Some(Label("sad"))])).into_shape().unwrap();
    let json = serde_json::to_value(shape).unwrap();
    let named = serde_json::json!({"named": {"schema": "App", "name": "Mood", "array": true}});
    assert_eq!(json["params"], serde_json::json!([{"value": "{sad}", "type": named}]));
}

#[test]
fn types_without_a_text_are_refused_by_name() {
    let ranges: Vec<(RangeBound<i32>, RangeBound<i32>)> = Vec::new();
    let refused = multiranges::table.filter(multiranges::v.eq(ranges)).into_shape().unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.contains("int4multirange"), "{source}");
}
