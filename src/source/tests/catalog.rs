use super::*;
use crate::pg::{CustomTypeKind, Generated, PgType};

#[tokio::test]
async fn columns_come_with_their_types_down_to_what_they_are_made_of() {
    let test = Fixture::new(
        "CREATE SCHEMA other; CREATE TYPE other.mood AS ENUM ('sad', 'ok', 'happy');
         ALTER TYPE other.mood ADD VALUE 'so so' BEFORE 'ok';
         CREATE DOMAIN positive AS int CHECK (value > 0); CREATE DOMAIN small AS positive CHECK (value < 9);
         CREATE DOMAIN tags AS text[]; CREATE TYPE pair AS (a int, b text);
         CREATE TABLE t (
             b varchar(8), id int8 NOT NULL, m other.mood, ms other.mood[], s small, ss small[], g tags, p pair,
             n numeric(8, 2), gone int, a int[][], c char(5), gen int GENERATED ALWAYS AS (id * 2) STORED,
             PRIMARY KEY (id, b));
         ALTER TABLE t DROP gone",
    )
    .await;
    let table = test.table("t").await.unwrap();
    let shown: Vec<_> = table.columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect();
    let expected = [
        "b varchar",
        "id int8",
        "m mood",
        "ms mood[]",
        "s small",
        "ss small[]",
        "g tags",
        "p pair",
        "n numeric",
        "a int4[]",
        "c bpchar",
        "gen int4",
    ];
    assert_eq!(shown, expected);
    assert_eq!(table.primary_key, [1, 0], "in the order of the index");
    let column = |name: &str| table.column(name).unwrap().1;
    assert_eq!(column("m").ty.enum_labels().unwrap(), ["sad", "so so", "ok", "happy"]);
    assert_eq!(column("m").ty.sql_name(), "\"other\".\"mood\"");
    assert_eq!(*column("s").ty.base(), PgType::Int4);
    let PgType::Array(element) = &column("ss").ty else { panic!("an array") };
    assert_eq!(*element.base(), PgType::Int4);
    assert_eq!(column("g").ty.base().to_string(), "text[]");
    let PgType::Custom(pair) = &column("p").ty else { panic!("a composite") };
    assert_eq!(pair.kind, CustomTypeKind::Other);
    assert_eq!((column("b").type_modifier, column("id").type_modifier), (12, -1));
    assert_eq!((column("a").dimensions, column("b").dimensions), (2, 0));
    assert!(column("id").not_null && column("b").not_null && !column("m").not_null);
    assert_eq!((column("gen").generated, column("id").generated), (Generated::Stored, Generated::No));
    assert!(column("id").collation.is_none());
}

#[tokio::test]
async fn collations_tell_whether_bytes_order_text() {
    let test = Fixture::new(
        "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE TABLE t (d text, c text COLLATE \"C\", p text COLLATE \"POSIX\", i text COLLATE \"und-x-icu\",
                         n text COLLATE blind, a text[] COLLATE \"C\", name name)",
    )
    .await;
    let table = test.table("t").await.unwrap();
    let of = |name: &str| table.column(name).unwrap().1.collation.clone().unwrap();
    for (column, is_bytewise) in [("c", true), ("p", true), ("i", false), ("n", false), ("a", true), ("name", true)] {
        assert_eq!(of(column).is_bytewise, is_bytewise, "{column}");
    }
    assert_eq!((of("c").name.as_str(), of("i").name.as_str()), ("C", "und-x-icu"));
    assert!(of("c").is_deterministic && !of("n").is_deterministic);
    // The database's own locale, by its name.
    let locale = test.value("SELECT datcollate FROM pg_database WHERE datname = current_database()").await;
    assert_eq!(of("d").name, locale);
    assert_eq!(of("d").is_bytewise, ["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&locale.as_str()));
    assert!(table.primary_key.is_empty());
}

#[tokio::test]
async fn a_database_in_an_icu_locale_does_not_order_by_bytes() {
    let test = Fixture::new("").await;
    let name = test.value("SELECT current_database() || '_icu'").await;
    let create = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'";
    if test.sql.batch_execute(&format!("CREATE DATABASE {name} {create}")).await.is_err() {
        // Servers before 15 have no such databases.
        assert!(test.value("SELECT current_setting('server_version_num')::int < 150000").await == "t");
        return;
    }
    let url = format!("{}_icu", test.database.url());
    client(&url).await.batch_execute("CREATE TABLE t (a text)").await.unwrap();
    let source = source(&url);
    let table = source.table(&TableName::new("public", "t")).await.unwrap();
    drop(source);
    let collation = table.columns[0].collation.clone().unwrap();
    assert!(!collation.is_bytewise && collation.name.starts_with("en"), "{collation:?}");
    test.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn odd_names_are_found_as_stored() {
    let test =
        Fixture::new("CREATE SCHEMA \"a.b\"; CREATE TABLE \"a.b\".\"T \"\"q\"\" 'x'\" (\"I'd\" int PRIMARY KEY)").await;
    let name = TableName::new("a.b", "T \"q\" 'x'");
    let table = test.source.table(&name).await.unwrap();
    assert_eq!((&table.name, table.columns[0].name.as_str()), (&name, "I'd"));
}

#[tokio::test]
async fn only_ordinary_tables_are_found() {
    let test = Fixture::new(
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
         CREATE UNLOGGED TABLE u (id int); CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE SEQUENCE s;
         CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); CREATE TABLE empty ();
         CREATE TABLE leaf PARTITION OF p FOR VALUES IN (1);
         CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;
         CREATE FOREIGN TABLE f (id int) SERVER far",
    )
    .await;
    for (name, kind) in [
        ("v", "a view,"),
        ("m", "a materialized view"),
        ("u", "a unlogged table"),
        ("p", "a partitioned table"),
        ("s", "a sequence"),
        ("parent", "a table that others inherit from"),
        ("empty", "a table without columns"),
        ("f", "a foreign table"),
        ("pg_catalog.pg_class", "a system table"),
    ] {
        let refusal = test.table(name).await.unwrap_err().to_string();
        assert!(refusal.contains(kind) && refusal.contains("only ordinary tables"), "{refusal}");
    }
    let missing = test.table("nowhere").await.unwrap_err().to_string();
    assert_eq!(
        missing,
        "Table \"public\".\"nowhere\" does not exist. If the table name contains capitals or special characters you \
         must quote it."
    );
    for name in ["t", "child", "leaf"] {
        test.table(name).await.unwrap();
    }
}

#[tokio::test]
async fn an_altered_table_compares_unequal() {
    let test = Fixture::new("CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, e e)").await;
    let before = test.table("t").await.unwrap();
    assert_eq!(test.table("t").await.unwrap(), before);
    for change in ["ALTER TYPE e ADD VALUE 'b'", "ALTER TABLE t ALTER e SET NOT NULL", "ALTER TABLE t ADD c int"] {
        test.execute(change).await;
        assert_ne!(test.table("t").await.unwrap(), before, "{change}");
    }
}

#[tokio::test]
async fn marks_tell_of_every_change_of_a_table_but_not_of_its_rows() {
    let test =
        Fixture::new("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int); CREATE TABLE u (id int)").await;
    let _stream = test.follow(&["t"]).await;
    let [t, u] = [test.table("t").await.unwrap().id, test.table("u").await.unwrap().id];
    let marks = async || test.source.marks(&[t, u]).await.unwrap();
    let mut before = marks().await;
    assert_eq!((before.len(), before[&t].is_followed, before[&u].is_followed), (2, true, false));
    test.execute("INSERT INTO t VALUES (1, 'a', 1); UPDATE t SET b = 2; DELETE FROM t").await;
    test.execute("VACUUM ANALYZE t").await;
    assert_eq!(marks().await, before);
    for change in [
        "ALTER TABLE t ADD c int DEFAULT 1",
        "ALTER TABLE t DROP c",
        "ALTER TABLE t ALTER a DROP NOT NULL",
        "ALTER TABLE t ALTER b TYPE int8",
        "ALTER TABLE t ALTER a TYPE varchar(9)",
        "ALTER TABLE t ALTER a TYPE varchar(10)",
        "ALTER TABLE t RENAME b TO c",
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "ALTER TABLE t ADD PRIMARY KEY (id)",
        "ALTER TABLE t RENAME TO v",
        "CREATE SCHEMA other; ALTER TABLE v SET SCHEMA other",
        "ALTER SCHEMA other RENAME TO another",
    ] {
        test.execute(change).await;
        let now = marks().await;
        assert_ne!(now[&t].version, before[&t].version, "{change}");
        assert_eq!((&now[&u], now[&t].is_followed), (&before[&u], true), "{change}");
        before = now;
    }
    test.execute("ALTER TABLE another.v REPLICA IDENTITY DEFAULT").await;
    assert!(!marks().await[&t].is_followed);
    test.execute("DROP TABLE another.v").await;
    assert_eq!(marks().await.into_keys().collect::<Vec<_>>(), [u]);
}
