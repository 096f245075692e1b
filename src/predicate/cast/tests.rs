//! The catalog against Postgres' own.

use std::collections::BTreeSet;

use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::{Cast, Context, FAMILIES};
use crate::pg::PgType;

const THEIRS: &str = "
    SELECT s.typname, t.typname, castcontext FROM pg_cast c
    JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
    WHERE s.oid <> t.oid AND s.typnamespace = 'pg_catalog'::regnamespace AND t.typnamespace = 'pg_catalog'::regnamespace";

fn described(cast: &Cast) -> String {
    let context = match cast.context {
        Context::Implicit => "i",
        Context::Assignment => "a",
        Context::Explicit => "e",
    };
    format!("{} to {}: {context}", cast.from.name(), cast.to.name())
}

#[tokio::test]
async fn the_catalog_has_all_of_postgres_casts_between_known_types_and_no_other() {
    let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
    let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut theirs = BTreeSet::new();
    for message in client.simple_query(THEIRS).await.unwrap() {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let [from, to, context] = [0, 1, 2].map(|at| row.get(at).unwrap());
        if [from, to].iter().all(|name| PgType::from_name(name).is_some()) {
            theirs.insert(format!("{from} to {to}: {context}"));
        }
    }
    let ours: Vec<String> = FAMILIES.iter().copied().flatten().map(described).collect();
    let distinct: BTreeSet<String> = ours.iter().cloned().collect();
    assert_eq!(distinct.len(), ours.len(), "one is there twice");
    assert_eq!(distinct, theirs);
    drop(client);
    connection.abort();
    drop(tokio::task::spawn_blocking(move || drop(database)).await);
}
