//! Shapes that cannot be made at the moment: 503 in the reference's words, and later they can.

use std::time::Duration;

use tokio_postgres::{Client, NoTls};

use super::support::{Answer, ITEMS, SCHEMA, after, row, stand, stand_on, stand_with};
use crate::support::{Db, Stand};

/// How long the server waits here for what it does not get.
const SHORT: Duration = Duration::from_millis(200);

/// So long that no busy machine comes near.
const LONG: Duration = Duration::from_secs(600);

/// Another connection; it ends with the test.
async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The answer once it is another than that the shape could not be made: the limits here are short for a busy machine.
async fn served(stand: &Stand, path: &str) -> Answer {
    loop {
        let answer = stand.get(path).await;
        if answer.status != 503 {
            return answer;
        }
    }
}

/// Asserts that a shape could not be made, for a reason that clients know.
#[track_caller]
fn failed(answer: &Answer, text: &str) {
    assert_eq!((answer.status.as_u16(), answer.get("retry-after")), (503, Some("10")), "{answer:?}");
    assert_eq!((answer.json()["message"].as_str(), answer.json().as_object().unwrap().len()), (Some(text), 1));
    assert_eq!(answer.header("electric-internal-known-error"), "true");
    assert_eq!((answer.header("cache-control"), answer.header("surrogate-control")), ("no-store", "no-store"));
    assert_eq!(answer.get("electric-handle"), None);
}

#[tokio::test]
async fn case_120_the_database_cannot_be_asked() {
    let stand = stand().await;
    let last = stand.sync("/v1/shape?table=num&").await.0;
    // The stream goes on, but nobody else comes in.
    let name: String = stand.db.client.query_one("SELECT current_database()::text", &[]).await.unwrap().get(0);
    let others = connect(&stand.db.url().replace(&name, "postgres")).await;
    others.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.unwrap();
    let closed = format!(
        "SELECT pg_terminate_backend(a.pid, 10000) FROM pg_stat_activity a WHERE a.datname = '{name}'
        AND a.backend_type = 'client backend' AND a.pid <> {}",
        stand.db.client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get::<_, i32>(0)
    );
    others.simple_query(&closed).await.unwrap();
    for items in ITEMS {
        let answer = stand.get(&format!("{items}offset=-1")).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"), "{answer:?}");
        let text = "Cannot connect to the database to verify the shape. Please try again later.";
        assert_eq!(answer.json(), serde_json::json!({ "message": text }));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // What is followed is served.
    stand.db.run("INSERT INTO num VALUES (1, 1)").await;
    assert_eq!(stand.live("/v1/shape?table=num&", &last).await.words(), ["insert 1", "up-to-date"]);
    others.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.unwrap();
    for items in ITEMS {
        assert_eq!(stand.get(&format!("{items}offset=-1")).await.status, 200);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_121_a_lock_on_the_table() {
    let stand = stand_with(|builder| builder.table_lock(SHORT)).await;
    let text = "Snapshot timed out while waiting for a table lock";
    let lock = "BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE";
    stand.db.run(lock).await;
    for items in ITEMS {
        failed(&stand.get(&format!("{items}offset=-1")).await, text);
    }
    stand.db.run("ROLLBACK").await;
    served(&stand, &format!("{}offset=-1", ITEMS[1])).await;
    let last = stand.sync(ITEMS[0]).await.0;
    // The table is published now, and it is the snapshot that waits.
    stand.db.run(lock).await;
    failed(&stand.get(&format!("{}offset=-1&replica=full", ITEMS[0])).await, text);
    assert_eq!(stand.get(&after(ITEMS[1], &last)).await.words(), ["up-to-date"], "what is there is served");
    for items in ITEMS {
        failed(&stand.get(&format!("{}&subset__where=true", after(items, &last))).await, text);
    }
    stand.db.run("COMMIT").await;
    assert_eq!(served(&stand, &format!("{}offset=-1&replica=full", ITEMS[0])).await.words(), ["snapshot-end"]);
    stand.stop().await;
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_cancelled() {
    let stand = stand_with(|builder| builder.table_lock(LONG).first_row(SHORT)).await;
    stand.db.run(&row(1)).await;
    // For the lock of an index the query waits, but nothing before it does.
    let shape = |n: i32| format!("{}where=value+<>+'{n}'&offset=-1", ITEMS[0]);
    assert_eq!(served(&stand, &shape(0)).await.status, 200);
    stand.db.run("BEGIN; REINDEX INDEX items_pkey").await;
    failed(
        &stand.get(&shape(1)).await,
        "Snapshot query took too long to return data (cancelled after 200ms). The filter may need an index on the \
         table to be fast enough.",
    );
    // It runs no more.
    let running = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while stand.db.client.query_one(running, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::task::yield_now().await;
    }
    stand.db.run("COMMIT").await;
    assert_eq!(served(&stand, &shape(1)).await.words(), ["insert 1", "snapshot-end"]);
    stand.stop().await;
}

#[tokio::test]
async fn what_the_role_may_not() {
    let db = Db::new(SCHEMA).await;
    let name: String = db.client.query_one("SELECT current_database()::text", &[]).await.unwrap().get(0);
    let role = format!("syncs_{name}");
    db.run(&format!(
        "CREATE ROLE {role} LOGIN REPLICATION; GRANT CREATE ON DATABASE {name} TO {role};
        ALTER TABLE num OWNER TO {role}; REVOKE SELECT ON num FROM {role}; INSERT INTO num VALUES (1, 1)"
    ))
    .await;
    let url = db.url().replacen("postgres@", &format!("{role}@"), 1);
    let stand = stand_on(db, |builder| builder.database_url(url)).await;
    for items in ITEMS {
        let text = "Unable to create initial snapshot: must be owner of table items";
        failed(&stand.get(&format!("{items}offset=-1")).await, text);
    }
    for num in ["/v1/shape?table=num&", "/shapes/num?"] {
        let text = "Unable to create initial snapshot: permission denied for table num";
        failed(&stand.get(&format!("{num}offset=-1")).await, text);
    }
    stand.db.run(&format!("GRANT SELECT ON num TO {role}; ALTER TABLE items OWNER TO {role}")).await;
    assert_eq!(stand.get("/v1/shape?table=num&offset=-1").await.words(), ["insert 1", "snapshot-end"]);
    assert_eq!(stand.get(&format!("{}offset=-1", ITEMS[1])).await.words(), ["snapshot-end"]);
    stand.stop().await;
}
