//! A table with two columns of every type, and values that are hard to get right.

use std::sync::Arc;

use cluster::Random;

use crate::pg::{
    Collation, Column, CustomType, CustomTypeKind, Generated, PgType, RelationId, TableName, TableSchema, quote_literal,
};

/// What the types of the table are made with.
pub(super) const TYPES: &str = "CREATE TYPE mood AS ENUM ('ok', 'sad', 'Happy', 'very \"odd\", é'); \
     CREATE DOMAIN small AS int4 CHECK (VALUE < 1000); CREATE DOMAIN word AS text COLLATE \"C\"";

/// Types that compare with each other are neighbours of one family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Family {
    Bool,
    Number,
    Text,
    Uuid,
    Stamp,
    Time,
    Interval,
    Bytea,
    Enum,
    Json,
}

/// A type, its columns' name without the number, and values of it.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) column: &'static str,
    /// As in a column's definition.
    sql: &'static str,
    /// As in a cast.
    pub(super) cast: &'static str,
    pub(super) family: Family,
    pub(super) values: &'static [&'static str],
}

const INT: &[&str] = &["0", "1", "-1", "2", "7", "999", "-32768"];
/// No `50%`: cast to an interval it is an error here, and 50 seconds to Postgres.
const TEXT: &[&str] = &[
    "", "a", "A", "ab", "aB", "a b", " a", "a ", "é", "É", "ß", "日本", "a%b", "a_b", "\\", "a\\b", "'", "\"", "NULL",
    "a\nb", "z", "{a}", "5x%", "1", "t", "ok",
];
const DATE: &[&str] = &[
    "2000-01-01",
    "1999-12-31",
    "2024-02-29",
    "0044-03-15 BC",
    "0001-01-01",
    "infinity",
    "-infinity",
    "4713-01-01 BC",
    "5874897-12-31",
    "epoch",
];
const STAMP: &[&str] = &[
    "2000-01-01 00:00:00",
    "2024-02-29 12:00:00.123456",
    "2024-02-29T12:00:00.1",
    "infinity",
    "-infinity",
    "epoch",
    "0044-03-15 12:00:00 BC",
    "1999-12-31 23:59:59.999999",
    "2000-01-01",
    "294276-12-31 23:59:59",
];
const STAMPTZ: &[&str] = &[
    "2000-01-01 00:00:00+00",
    "2000-01-01 02:00:00+02",
    "2024-02-29 12:00:00.5-05:30",
    "infinity",
    "-infinity",
    "epoch",
    "0044-03-15 12:00:00+00 BC",
    "2000-01-01",
    "2024-02-29T12:00:00.5Z",
];
const NUMERIC: &[&str] = &[
    "0",
    "0.00",
    "1",
    "1.0",
    "1.10",
    "1.1",
    "-1.1",
    "100",
    "1e20",
    "0.000001",
    "NaN",
    "Infinity",
    "-Infinity",
    "9007199254740993",
    "9007199254740992",
    "123456789012345678901234567890.123",
    "0.1",
    "2",
    "7",
];
const FLOAT: &[&str] = &[
    "0",
    "-0",
    "1",
    "1.5",
    "-1.5",
    "0.1",
    "1e10",
    "1e-10",
    "NaN",
    "Infinity",
    "-Infinity",
    "16777217",
    "2",
    "7",
    "1.1",
    "3.4028235e38",
];

pub(super) const JSON: &[&str] = &[
    "null",
    "true",
    "1",
    "1.10",
    "\"x\"",
    "[]",
    "{}",
    "[1, \"a\", null]",
    "[[1], {\"a\": 1}]",
    "{\"a\": 1}",
    "{\"bb\":[1,2],\"a\":{\"b\":\"é\"}}",
    "{\"a\": [1.0, {\"b\": null}], \"b\": \"x\", \"a\": [true]}",
    "{\"\": \"\", \"0\": [], \"1\": \"1.10\"}",
    "\"\\u0001\\n\\\"\\\\\"",
    "[\"a\", \"bb\", \"é\", \"0\"]",
    "-12345678901234567890.123",
];

/// Every type, once as it is and once as the elements of arrays.
pub(super) const KINDS: &[Kind] = &[
    kind("bool", "bool", "bool", Family::Bool, &["t", "f", "true", "off", "1"]),
    kind("i2", "int2", "int2", Family::Number, INT),
    kind("i4", "int4", "int4", Family::Number, &["0", "1", "-1", "2", "7", "2147483647", "-2147483648"]),
    kind("i8", "int8", "int8", Family::Number, &["0", "1", "-1", "7", "9007199254740993", "-9223372036854775808"]),
    kind("f4", "float4", "float4", Family::Number, FLOAT),
    kind("f8", "float8", "float8", Family::Number, &["9007199254740993", "1e308", "5e-324", "0.1", "1", "NaN", "-0"]),
    kind("num", "numeric", "numeric", Family::Number, NUMERIC),
    kind("num2", "numeric(8,2)", "numeric", Family::Number, &["0", "1", "1.10", "-1.1", "NaN", "100.005", "7"]),
    kind("txt", "text COLLATE \"C\"", "text", Family::Text, TEXT),
    kind("vc", "varchar(4) COLLATE \"C\"", "varchar", Family::Text, &["", "a", "A", "ab", "a ", "é", "a%b", "\\", "1"]),
    kind("bp", "char(4) COLLATE \"C\"", "bpchar", Family::Text, &["", "a", "A", "ab", "a ", "abcd", "é", "a%b", "\\"]),
    kind("uid", "uuid", "uuid", Family::Uuid, UUID),
    kind("dat", "date", "date", Family::Stamp, DATE),
    kind(
        "tim",
        "time",
        "time",
        Family::Time,
        &["00:00:00", "23:59:59.999999", "24:00:00", "12:34:56.5", "12:34", "1:2"],
    ),
    kind("ttz", "timetz", "timetz", Family::Time, TIMETZ),
    kind("ts", "timestamp", "timestamp", Family::Stamp, STAMP),
    kind("tz", "timestamptz", "timestamptz", Family::Stamp, STAMPTZ),
    kind("iv", "interval", "interval", Family::Interval, INTERVAL),
    kind("by", "bytea", "bytea", Family::Bytea, &["\\x", "\\x00", "\\xdeadBEEF", "abc", "\\001a", "\\\\"]),
    kind("moo", "mood", "mood", Family::Enum, &["ok", "sad", "Happy", "very \"odd\", é"]),
    kind("sma", "small", "small", Family::Number, &["0", "1", "-1", "7", "999"]),
    kind("wor", "word", "word", Family::Text, TEXT),
    kind("js", "jsonb", "jsonb", Family::Json, JSON),
];

const UUID: &[&str] = &[
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
    "a0eebc999c0b4ef8bb6d6bb9bd380a11",
];
const TIMETZ: &[&str] = &[
    "00:00:00+00",
    "24:00:00+00",
    "24:00:00-15:59:59",
    "12:34:56.5+02",
    "10:34:56.5",
    "11:34:56.5+01:00",
    "23:59:59.999999-08",
    "00:00:00+05:30",
];
const INTERVAL: &[&str] = &[
    "1 day",
    "24:00:00",
    "1 mon",
    "30 days",
    "P1Y2M",
    "-1 day",
    "00:00:00.000001",
    "1 year 2 mons -3 days 04:05:06.7",
    "0",
    "PT36H",
];

const fn kind(
    column: &'static str,
    sql: &'static str,
    cast: &'static str,
    family: Family,
    values: &'static [&'static str],
) -> Kind {
    Kind { column, sql, cast, family, values }
}

/// The OIDs that the server has given to `mood`, `small`, `word`.
pub(super) struct Oids(pub(super) [u32; 3]);

/// The table as its catalog would tell.
pub(super) fn schema(oids: &Oids) -> TableSchema {
    let mut columns = vec![plain_column("id", PgType::Int4, 0)];
    for kind in KINDS {
        let ty = pg_type(kind, oids);
        let array = PgType::Array(Arc::new(ty.clone()));
        for n in [1, 2] {
            columns.push(plain_column(&format!("{}{n}", kind.column), ty.clone(), 0));
            columns.push(plain_column(&format!("{}s{n}", kind.column), array.clone(), 1));
        }
    }
    TableSchema { id: RelationId(1), name: TableName::new("public", "t"), columns, primary_key: vec![0] }
}

pub(super) fn create() -> String {
    let mut columns = vec!["id int4 PRIMARY KEY".to_owned()];
    for kind in KINDS {
        let (ty, collate) = kind.sql.split_once(" COLLATE").unwrap_or((kind.sql, ""));
        let collate = if collate.is_empty() { "" } else { " COLLATE \"C\"" };
        for n in [1, 2] {
            columns.push(format!("{}{n} {ty}{collate}", kind.column));
            columns.push(format!("{}s{n} {ty}[]{collate}", kind.column));
        }
    }
    format!("CREATE TABLE t ({})", columns.join(", "))
}

/// Text is ordered by bytes.
pub(super) fn plain_column(name: &str, ty: PgType, dimensions: u32) -> Column {
    let mut element = ty.base();
    if let PgType::Array(of) = element {
        element = of.base();
    }
    let is_text = matches!(element, PgType::Text | PgType::Varchar | PgType::Bpchar);
    let collation = is_text.then(|| Collation {
        name: "C".into(),
        sql_name: "\"C\"".into(),
        is_bytewise: true,
        is_deterministic: true,
    });
    let (type_modifier, not_null, generated) = (-1, name == "id", Generated::No);
    Column { name: name.to_owned(), ty, type_modifier, dimensions, not_null, generated, collation }
}

fn pg_type(kind: &Kind, oids: &Oids) -> PgType {
    PgType::from_name(kind.cast).unwrap_or_else(|| custom(kind.cast, oids))
}

/// One of [`TYPES`].
pub(super) fn custom(name: &str, oids: &Oids) -> PgType {
    let labels = || KINDS.iter().find(|kind| kind.cast == name).unwrap().values.iter();
    let (position, kind) = match name {
        "mood" => (0, CustomTypeKind::Enum { labels: labels().map(|&label| label.to_owned()).collect() }),
        "small" => (1, CustomTypeKind::Domain { base: PgType::Int4 }),
        _ => (2, CustomTypeKind::Domain { base: PgType::Text }),
    };
    PgType::Custom(Arc::new(CustomType { oid: oids.0[position], schema: "public".into(), name: name.into(), kind }))
}

impl Kind {
    /// A value's text.
    pub(super) fn value(&self, random: &mut Random) -> String {
        random.pick(self.values).to_owned()
    }

    /// An array's text.
    pub(super) fn array(&self, random: &mut Random) -> String {
        let list = |random: &mut Random, length: usize| {
            let items = (0..length).map(|_| {
                if random.one_in(5) {
                    return if random.one_in(2) { "NULL".to_owned() } else { "null".to_owned() };
                }
                format!("\"{}\"", self.value(random).replace('\\', "\\\\").replace('"', "\\\""))
            });
            format!("{{{}}}", items.collect::<Vec<_>>().join(","))
        };
        let length = random.index(4);
        match random.index(8) {
            0 if length > 0 => format!("{{{},{}}}", list(random, length), list(random, length)),
            1 if length > 0 => format!("[0:{}]={}", length - 1, list(random, length)),
            _ => list(random, length),
        }
    }
}

/// Statements that put rows into the table, some of which a check may refuse.
pub(super) fn inserts(random: &mut Random, rows: usize) -> String {
    let row = |id: usize, random: &mut Random| {
        let mut values = vec![id.to_string()];
        for kind in KINDS {
            for _ in [1, 2] {
                let (value, array) = (kind.value(random), kind.array(random));
                for text in [value, array] {
                    values.push(if random.one_in(6) { "NULL".to_owned() } else { quote_literal(&text) });
                }
            }
        }
        format!("INSERT INTO t VALUES ({});", values.join(", "))
    };
    (0..rows).map(|id| row(id, random)).collect()
}
