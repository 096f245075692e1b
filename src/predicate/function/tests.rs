//! The catalog against Postgres' own.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::{Function, Traits, Ty, catalog};
use crate::pg::PgType;

/// Names, or names with their arguments, that are not in `pg_proc` or `pg_operator` under Postgres 14, with the version that
/// brought them.
const NEWER: &[(&str, u32)] = &[("timezone(timestamp)", 17), ("timezone(timestamptz)", 17), ("timezone(timetz)", 17)];

/// Names, or names with their arguments, of what is not immutable for Postgres only by the settings of a session, which are
/// fixed here.
const STABLE: &[&str] = &[
    "+(interval,timestamptz)",
    "+(timestamptz,interval)",
    "-(timestamptz,interval)",
    "array_to_string",
    "concat",
    "concat_ws",
    "date(timestamptz)",
    "date_part(text,timestamptz)",
    "date_trunc(text,timestamptz)",
    "date_trunc(text,timestamptz,text)",
    "extract(text,timestamptz)",
    "make_timestamptz(int4,int4,int4,int4,int4,float8)",
    "time(timestamptz)",
    "timestamptz(date)",
    "timestamptz(date,time)",
    "timestamptz(timestamp)",
    "timetz(time)",
    "timetz(timestamptz)",
    "timezone(text,timetz)",
];

/// Whether `known`, a name or one with its arguments, is that of the function.
fn is_named(function: &Function, known: &str) -> bool {
    function.name == known || signature(function).split(" -> ").next() == Some(known)
}

fn name(ty: &Ty) -> String {
    let built_in = |ty: &PgType| ty.name().to_owned();
    match ty {
        Ty::Is(ty) => built_in(ty),
        Ty::ArrayOf(ty) => format!("_{}", ty.name()),
        Ty::Element => "anyelement".to_owned(),
        Ty::Array => "anyarray".to_owned(),
        Ty::Common => "anycompatible".to_owned(),
        Ty::CommonArray => "anycompatiblearray".to_owned(),
        Ty::Any => "any".to_owned(),
        Ty::Other(name) => (*name).to_owned(),
    }
}

/// `name(arguments) -> result strict variadic`, or without the last two of an operator, where a symbol's function says.
fn signature(function: &Function) -> String {
    let arguments: Vec<_> = function.arguments.iter().map(name).collect();
    let Traits { is_strict, is_variadic, .. } = function.traits;
    let (name, arguments, result) = (function.name, arguments.join(","), name(&function.result));
    format!("{name}({arguments}) -> {result} strict={is_strict} variadic={is_variadic}")
}

const THEIRS: &str = "
    WITH types AS (SELECT oid, typname::text FROM pg_type), functions AS (
        SELECT p.oid, p.proname::text AS name, p.prorettype, p.proisstrict, p.provolatile, p.provariadic <> 0 AS takes_more,
            ARRAY(SELECT t.typname FROM unnest(p.proargtypes) WITH ORDINALITY a(oid, n) JOIN types t USING (oid) ORDER BY n)
                AS arguments
        FROM pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset
    ), all_of_them AS (
        SELECT name, arguments, prorettype, proisstrict, provolatile, takes_more FROM functions
        UNION ALL
        SELECT o.oprname, array_remove(ARRAY[l.typname, r.typname], NULL), o.oprresult, f.proisstrict, f.provolatile, false
        FROM pg_operator o JOIN functions f ON f.oid = o.oprcode
        LEFT JOIN types l ON l.oid = o.oprleft LEFT JOIN types r ON r.oid = o.oprright
        WHERE oprnamespace = 'pg_catalog'::regnamespace
    )
    SELECT name, name || '(' || array_to_string(arguments, ',') || ') -> ' || t.typname || ' strict=' || proisstrict::text
        || ' variadic=' || takes_more::text, provolatile
    FROM all_of_them JOIN types t ON t.oid = prorettype";

#[tokio::test]
async fn the_catalog_has_all_of_postgres_overloads_and_no_other() {
    let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
    let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut theirs: BTreeMap<String, (String, String)> = BTreeMap::new();
    for message in client.simple_query(THEIRS).await.unwrap() {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let [name, signature, volatility] = [0, 1, 2].map(|at| row.get(at).unwrap().to_owned());
        theirs.insert(signature, (name, volatility));
    }
    let version: u32 = match &client.simple_query("SHOW server_version_num").await.unwrap()[1] {
        SimpleQueryMessage::Row(row) => row.get(0).unwrap().parse().unwrap(),
        other => panic!("{other:?}"),
    };
    let is_here = |function: &Function| {
        NEWER.iter().all(|(newer, since)| !is_named(function, newer) || version >= since * 10_000)
    };
    let ours: BTreeMap<String, &Function> = catalog().map(|function| (signature(function), function)).collect();
    assert_eq!(ours.len(), catalog().count(), "one is there twice");
    let names: BTreeSet<&str> =
        ours.values().filter(|function| is_here(function)).map(|function| function.name).collect();
    let unknown: Vec<_> = ours
        .iter()
        .filter(|(signature, function)| is_here(function) && !theirs.contains_key(*signature))
        .map(|(signature, _)| signature)
        .collect();
    assert!(unknown.is_empty(), "Postgres knows none of {unknown:#?}");
    let missing: Vec<_> = theirs
        .iter()
        .filter(|(signature, (name, _))| names.contains(name.as_str()) && !ours.contains_key(*signature))
        .map(|(signature, _)| signature)
        .collect();
    assert!(missing.is_empty(), "overloads are missing: {missing:#?}");
    let not_immutable: Vec<_> = ours
        .iter()
        .filter(|(signature, function)| {
            let volatility = theirs.get(*signature).map_or("i", |(_, volatility)| volatility);
            function.run.is_some() && volatility != "i" && !STABLE.iter().any(|known| is_named(function, known))
        })
        .map(|(signature, _)| signature)
        .collect();
    assert!(not_immutable.is_empty(), "not immutable, and not listed as fixed by the settings: {not_immutable:#?}");
    drop(client);
    connection.abort();
    drop(tokio::task::spawn_blocking(move || drop(database)).await);
}
