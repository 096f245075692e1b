//! Every type that a column can have: its values are Postgres' own text, the same from the first rows as from the log,
//! and so are the keys that are made of them; `electric-schema` says what section 7 of the reference says.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use serde_json::{Map, Value, json};

use self::table::{Declared, EXTENSIONS, SINCE_15, TYPES, declared};
use super::support::{Answer, stand};
use crate::support::{Db, Stand};

/// The settings by which values are printed, as the reference names them, and the one of ours.
const DISPLAY: &str = "SET bytea_output = hex; SET DateStyle = 'ISO, DMY'; SET TimeZone = UTC;
    SET extra_float_digits = 1; SET IntervalStyle = iso_8601; SET lc_monetary = 'C'";

/// A row's values by column, as `COPY` prints them.
type Row = BTreeMap<String, Option<String>>;

/// What Postgres prints of a query, in the order of its rows.
async fn printed(db: &Db, columns: &[String], query: &str) -> Vec<Row> {
    let copy = db.client.copy_out(&format!("COPY ({query}) TO STDOUT")).await.unwrap();
    let bytes: Vec<_> = copy.try_collect().await.unwrap();
    let text = String::from_utf8(bytes.concat()).unwrap();
    let row = |line: &str| columns.iter().cloned().zip(line.split('\t').map(field)).collect();
    text.lines().map(row).collect()
}

/// One field of `COPY` in text form.
fn field(text: &str) -> Option<String> {
    if text == "\\N" {
        return None;
    }
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next().unwrap() {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                other => other,
            },
            plain => plain,
        });
    }
    Some(out)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn value_of(row: &Row) -> Value {
    Value::Object(row.iter().map(|(name, text)| (name.clone(), json!(text))).collect::<Map<_, _>>())
}

/// The values of the changes, by their `id`.
fn by_id(messages: &[Value]) -> BTreeMap<i32, Value> {
    let changes = messages.iter().filter(|message| message.get("key").is_some());
    changes.map(|change| (change["value"]["id"].as_str().unwrap().parse().unwrap(), change["value"].clone())).collect()
}

/// A table of all types whose row `n` has the `n`th value of each, or none where there are fewer; one more is all null.
struct Types {
    all: Vec<&'static Declared>,
    columns: Vec<String>,
    schema: Value,
    rows: i32,
}

impl Types {
    async fn make(db: &Db) -> Self {
        db.run(TYPES).await;
        db.run(DISPLAY).await;
        let all = Self::of(db).await;
        let columns: Vec<String> = (0..all.len()).map(|n| format!("c{n}")).collect();
        let described =
            columns.iter().zip(&all).map(|(name, Declared(declaration, ..))| format!("{name} {declaration}"));
        let described: Vec<String> = described.collect();
        db.run(&format!("CREATE TABLE types (id int PRIMARY KEY, {})", described.join(", "))).await;
        let rows = all.iter().map(|declared| declared.2.len()).max().unwrap() + 1;
        for row in 0..rows {
            let value = |declared: &&Declared| match declared.2.get(row) {
                Some(text) => format!("'{}'", text.replace('\'', "''")),
                None if declared.1.contains("not_null") => "DEFAULT".to_owned(),
                None => "NULL".to_owned(),
            };
            let values: Vec<String> = all.iter().map(value).collect();
            db.run(&format!("INSERT INTO types VALUES ({row}, {})", values.join(", "))).await;
        }
        let mut schema: Map<String, Value> =
            columns.iter().cloned().zip(all.iter().map(|declared| serde_json::from_str(declared.1).unwrap())).collect();
        schema.insert("id".into(), json!({"type": "int4", "pk_index": 0, "not_null": true}));
        Self { all, columns, schema: Value::Object(schema), rows: rows.try_into().unwrap() }
    }

    /// Those that this server has.
    async fn of(db: &Db) -> Vec<&'static Declared> {
        let version: i32 =
            db.client.query_one("SELECT current_setting('server_version_num')::int", &[]).await.unwrap().get(0);
        let newer = if version >= 150_000 { SINCE_15 } else { &[] };
        let mut all: Vec<&Declared> = declared().chain(newer).collect();
        for (extension, declared) in EXTENSIONS {
            let is_there = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)";
            if db.client.query_one(is_there, &[extension]).await.unwrap().get(0) {
                db.run(&format!("CREATE EXTENSION IF NOT EXISTS {extension}")).await;
                all.push(declared);
            }
        }
        all
    }

    /// The declaration of a column, to say which is wrong.
    fn name(&self, column: &str) -> &'static str {
        let n: Option<usize> = column.strip_prefix('c').and_then(|n| n.parse().ok());
        n.and_then(|n| self.all.get(n)).map_or("integer", |declared| declared.0)
    }

    #[track_caller]
    fn compare(&self, got: &Value, wanted: &Value) {
        let (got, wanted) = (got.as_object().unwrap(), wanted.as_object().unwrap());
        for (column, wanted) in wanted {
            assert_eq!(got.get(column), Some(wanted), "{column} {}", self.name(column));
        }
        let names = |object: &Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(got), names(wanted));
    }
}

#[tokio::test]
async fn case_72_73_74_every_type_is_postgres_own_text_in_snapshot_and_log() {
    let stand = stand().await;
    let types = Types::make(&stand.db).await;
    let empty = 1000;
    stand.db.run(&format!("INSERT INTO types (id) SELECT {empty} + id FROM types")).await;
    let shape = "/v1/shape?table=types&";
    let first = stand.get(&format!("{shape}offset=-1")).await;
    let schema: Value = serde_json::from_str(first.header("electric-schema")).unwrap();
    types.compare(&schema, &types.schema);

    let names: Vec<String> = std::iter::once("id".to_owned()).chain(types.columns.iter().cloned()).collect();
    let missing = "SELECT t.typname::text FROM pg_type t WHERE t.typnamespace = 'pg_catalog'::regnamespace
        AND t.typtype IN ('b', 'r', 'm') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = 'types'::regclass AND a.atttypid = t.oid)";
    let missing: Vec<String> =
        stand.db.client.query(missing, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(missing, [""; 0], "types without a test");
    let rows = printed(&stand.db, &names, "SELECT * FROM types ORDER BY id").await;
    let got = by_id(&first.messages());
    assert_eq!(got.len(), rows.len());
    for row in &rows {
        let id: i32 = row["id"].as_ref().unwrap().parse().unwrap();
        types.compare(&got[&id], &value_of(row));
    }

    let snapshot = first.messages();
    let snapshot = snapshot.iter().filter_map(|row| Some((row.get("key")?.as_str()?.to_owned(), row["value"].clone())));
    assert_eq!(subset(&stand, shape).await, snapshot.collect::<BTreeMap<_, _>>());

    let last = stand.sync(shape).await.0;
    let columns = types.columns.join(", ");
    let inserted = 2000;
    stand
        .db
        .run(&format!(
            "BEGIN;
        INSERT INTO types SELECT {inserted} + id, {columns} FROM types WHERE id < {empty};
        UPDATE types AS to_fill SET ({columns}) = (SELECT {columns} FROM types AS t WHERE t.id = to_fill.id - {empty})
            WHERE id BETWEEN {empty} AND {empty} + 999;
        COMMIT"
        ))
        .await;
    let logged = by_id(&stand.live(shape, &last).await.messages());
    for id in 0..types.rows {
        types.compare(&logged[&(inserted + id)], &renamed(&got[&id], inserted + id));
        // An update carries what differs: all that is not the default.
        let filled = renamed(&got[&id], empty + id);
        let Some(updated) = logged.get(&(empty + id)) else {
            assert_eq!(filled, got[&(empty + id)], "no update of {id}");
            continue;
        };
        let differs = |(name, value): &(&String, &Value)| *name == "id" || got[&(empty + id)][*name] != **value;
        let wanted = filled.as_object().unwrap().iter().filter(differs);
        types.compare(updated, &Value::Object(wanted.map(|(name, value)| (name.clone(), value.clone())).collect()));
    }
    stand.stop().await;
}

fn renamed(value: &Value, id: i32) -> Value {
    let mut value = value.clone();
    value["id"] = json!(id.to_string());
    value
}

#[tokio::test]
async fn case_72_keys_of_every_type_are_the_same_in_snapshot_subset_and_log() {
    let stand = stand().await;
    let types = Types::make(&stand.db).await;
    // Without a primary key, all columns are one.
    let columns = types.columns.join(", ");
    stand.db.run(&format!("CREATE TABLE keys AS SELECT {columns} FROM types ORDER BY id")).await;
    let rows = printed(&stand.db, &types.columns, "SELECT * FROM keys").await;
    let key = |row: &Row| {
        let part = |name: &String| match &row[name] {
            Some(text) => format!("/\"{}\"", text.replace('/', "//")),
            None => "/_".to_owned(),
        };
        format!("\"public\".\"keys\"{}", types.columns.iter().map(part).collect::<String>())
    };
    let wanted: BTreeSet<String> = rows.iter().map(key).collect();
    let shape = "/v1/shape?table=keys&";
    assert_eq!(keys(&stand.get(&format!("{shape}offset=-1")).await), wanted);
    assert_eq!(subset(&stand, shape).await.keys().cloned().collect::<BTreeSet<_>>(), wanted);
    let last = stand.sync(shape).await.0;
    stand
        .db
        .run(
            "BEGIN; CREATE TEMPORARY TABLE copy ON COMMIT DROP AS SELECT * FROM keys;
        DELETE FROM keys; INSERT INTO keys SELECT * FROM copy; COMMIT",
        )
        .await;
    let answer = stand.live(shape, &last).await;
    assert_eq!(answer.words().len(), 2 * wanted.len() + 1);
    assert_eq!(keys(&answer), wanted);
    stand.stop().await;
}

/// The rows of a subset that leaves nothing out, by key.
async fn subset(stand: &Stand, shape: &str) -> BTreeMap<String, Value> {
    let answer = stand.get(&format!("{shape}offset=now&log=changes_only&subset__where=true")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = answer.json()["data"].as_array().unwrap().clone();
    rows.into_iter().map(|row| (row["key"].as_str().unwrap().to_owned(), row["value"].clone())).collect()
}

fn keys(answer: &Answer) -> BTreeSet<String> {
    answer.messages().iter().filter_map(|message| Some(message.get("key")?.as_str()?.to_owned())).collect()
}

/// A name as it stands in a URL.
fn in_url(text: &str) -> String {
    text.bytes().fold(String::new(), |url, byte| format!("{url}%{byte:02X}"))
}

#[tokio::test]
async fn names_of_all_kinds_are_the_same_in_snapshot_and_log() {
    let stand = stand().await;
    let (schema, table) = ("Sch.e/ma \"ü\"", "T.a/b\"le ☃");
    let long = "é".repeat(31);
    let names = ["Id", "some col", "q\"uo\"te", "dot.ted/slash", "größe 🚀", long.as_str(), "select", "a,b"];
    let columns: Vec<String> = names[1..].iter().map(|name| format!("{} text", quoted(name))).collect();
    let relation = format!("{}.{}", quoted(schema), quoted(table));
    let row = |id: &str| format!("INSERT INTO {relation} VALUES ('{id}', '1', '2', '3', '4', '5', '6', '7')");
    stand
        .db
        .run(&format!(
            "CREATE SCHEMA {}; CREATE TABLE {relation} (\"Id\" text PRIMARY KEY, {}); {}",
            quoted(schema),
            columns.join(", "),
            row("a/b\"c")
        ))
        .await;
    let key = |id: &str| json!(format!("\"Sch..e//ma \"ü\"\".\"T..a//b\"le ☃\"/\"{id}\""));
    let listed: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    for columns in [String::new(), format!("columns={}&", in_url(&listed.join(",")))] {
        let shape = format!("/v1/shape?table={}&{columns}", in_url(&relation));
        let first = stand.get(&format!("{shape}offset=-1")).await;
        let header: Value = serde_json::from_str(first.header("electric-schema")).unwrap();
        let described = |name: &&str| ((*name).to_owned(), json!({"type": "text"}));
        let mut wanted: Map<String, Value> = names.iter().map(described).collect();
        wanted["Id"] = json!({"type": "text", "pk_index": 0, "not_null": true});
        assert_eq!(header, Value::Object(wanted));
        let snapshot = first.messages()[0].clone();
        assert_eq!((&snapshot["key"], &snapshot["headers"]["relation"]), (&key("a//b\"c"), &json!([schema, table])));

        let last = stand.sync(&shape).await.0;
        stand.db.run(&row("x/y")).await;
        let logged = stand.live(&shape, &last).await.messages()[0].clone();
        assert_eq!((&logged["key"], &logged["headers"]["relation"]), (&key("x//y"), &json!([schema, table])));
        for (n, name) in names.iter().enumerate().skip(1) {
            assert_eq!(
                (&snapshot["value"][name], &logged["value"][name]),
                (&json!(n.to_string()), &json!(n.to_string()))
            );
        }
        stand.db.run(&format!("DELETE FROM {relation} WHERE \"Id\" = 'x/y'")).await;
    }
    stand.stop().await;
}

#[tokio::test]
async fn generated_columns_do_not_come_but_the_others_do() {
    let stand = stand().await;
    stand
        .db
        .run(
            "CREATE TABLE gen (id int PRIMARY KEY, w int, \"dbl\" int GENERATED ALWAYS AS (w * 2) STORED,
                half int GENERATED ALWAYS AS (w / 2) STORED); INSERT INTO gen (id, w) VALUES (1, 4)",
        )
        .await;
    let text = |names: &str| {
        format!(
            "The following columns are generated and cannot be included in the shape: {names}. You can exclude them \
             from the shape by explicitly listing which columns to fetch in the 'columns' query param"
        )
    };
    for (query, names) in [("", "dbl, half"), ("columns=id,half&", "half"), ("columns=id&where=dbl+>+1&", "dbl")] {
        let answer = stand.get(&format!("/v1/shape?table=gen&{query}offset=-1")).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, ("columns", text(names))), "{query}");
    }
    let shape = "/v1/shape?table=gen&columns=id,w&";
    let (last, words) = stand.sync(shape).await;
    assert_eq!(words, ["insert 1", "snapshot-end", "up-to-date"]);
    stand.db.run("UPDATE gen SET w = 6").await;
    assert_eq!(stand.live(shape, &last).await.messages()[0]["value"], json!({"id": "1", "w": "6"}));
    stand.stop().await;
}

#[tokio::test]
async fn filters_on_columns_of_every_type_select_what_postgres_selects() {
    let stand = stand().await;
    let types = Types::make(&stand.db).await;
    let null: Vec<String> = types.columns.iter().map(|column| format!("{column}+IS+NULL")).collect();
    let rows = stand.get(&format!("/v1/shape?table=types&columns=id&where={}&offset=-1", null.join("+AND+"))).await;
    assert_eq!(rows.words(), ["snapshot-end"], "columns that must not be null are not");
    for column in &types.columns {
        let declaration = types.name(column);
        let answer = stand.get(&format!("/v1/shape?table=types&columns=id&where={column}+=+'1'&offset=-1")).await;
        let selected = stand.db.client.query(&format!("SELECT FROM types WHERE {column} = '1'"), &[]).await;
        match selected {
            Ok(rows) => assert_eq!(answer.words().len(), rows.len() + 1, "{declaration}"),
            // No such value, or nothing is equal in this type.
            Err(_) => assert_eq!((answer.status.as_u16(), answer.refusal().0), (400, "where"), "{declaration}"),
        }
    }
    stand.stop().await;
}
