//! Getting a table's changes into the stream, from a moment on that a later snapshot is sure to cover.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tracing::warn;

use super::SourceError;
use super::checks::Server;
use super::connection::Connection;
use super::endpoint::Endpoint;
use super::pool::{Pool, get};
use super::slot::Names;
use crate::pg::{TableSchema, quote_ident};

/// How often older writers are looked at: doubled from the first to the second.
const POLL: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(100)];

/// After how long older writers are reported.
const REPORT: Duration = Duration::from_secs(10);

/// Makes the publication, without tables. Before the slot: changes are judged by the publication as of their time.
pub(super) async fn create(
    connection: &mut Connection,
    names: &Names,
    server: Server,
    endpoint: &Endpoint,
) -> Result<(), SourceError> {
    let options = if server.publishes_generated() { " WITH (publish_generated_columns = stored)" } else { "" };
    let command = format!("CREATE PUBLICATION {}{options}", quote_ident(&names.publication));
    match connection.query(&command).await {
        Ok(_) => Ok(()),
        Err(SourceError::Server(source)) if source.code == SqlState::INSUFFICIENT_PRIVILEGE => {
            Err(SourceError::NoCreatePrivilege { role: endpoint.role(), database: endpoint.database(), source })
        }
        Err(error) => Err(error),
    }
}

/// Drops the publication, if it is there.
pub(super) async fn remove(client: &tokio_postgres::Client, publication: &str) -> Result<(), SourceError> {
    client.batch_execute(&format!("DROP PUBLICATION IF EXISTS {}", quote_ident(publication))).await?;
    Ok(())
}

/// Adds the table and sets its replica identity, for which locks may take `limit`; then waits for those who wrote to it
/// before.
pub(super) async fn publish(
    pool: &Pool,
    publication: &str,
    table: &TableSchema,
    limit: Duration,
) -> Result<(), SourceError> {
    add(pool, publication, table, limit).await?;
    wait_for_older_writers(pool, table).await
}

/// In this order: the other one deadlocks with writers.
async fn add(pool: &Pool, publication: &str, table: &TableSchema, limit: Duration) -> Result<(), SourceError> {
    let mut client = get(pool).await?;
    let transaction = client.transaction().await?;
    let name = table.name.quoted();
    let limit = limit.as_millis();
    let begin = format!("SET LOCAL lock_timeout = {limit}; SET LOCAL statement_timeout = {limit}");
    transaction.batch_execute(&begin).await?;
    let add = format!("SAVEPOINT add; ALTER PUBLICATION {} ADD TABLE {name}", quote_ident(publication));
    match transaction.batch_execute(&add).await {
        Ok(()) => {}
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_OBJECT) => {
            transaction.batch_execute("ROLLBACK TO SAVEPOINT add").await?;
        }
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_OBJECT) => {
            return Err(SourceError::PublicationGone(publication.to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let identity = "SELECT relreplident::text FROM pg_class WHERE oid = $1";
    let identity = transaction.query_typed_opt(identity, &[(&table.id.0, Type::OID)]).await?;
    if let Some(row) = identity
        && row.try_get::<_, &str>(0)? != "f"
    {
        transaction.batch_execute(&format!("ALTER TABLE {name} REPLICA IDENTITY FULL")).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// A transaction that wrote to the table before it was published, and commits after our snapshot, would be in neither:
/// its early rows are decoded by the old publication. Setting the replica identity waits for such writers, but there is
/// nothing to set on a table that has it.
async fn wait_for_older_writers(pool: &Pool, table: &TableSchema) -> Result<(), SourceError> {
    let mut older = writers(pool, table).await?;
    let (since, mut reported, mut pause) = (Instant::now(), false, POLL[0]);
    while !older.is_empty() {
        if !reported && since.elapsed() >= REPORT {
            reported = true;
            let pids: Vec<i32> = older.iter().filter_map(|writer| writer.pid).collect();
            warn!(table = %table.name, ?pids, "waiting for transactions that wrote to a table before it was published");
        }
        sleep(pause).await;
        pause = (pause * 2).min(POLL[1]);
        let now = writers(pool, table).await?;
        older.retain(|writer| now.contains(writer));
    }
    Ok(())
}

/// A transaction that holds the lock of a writer on a table.
#[derive(Debug, PartialEq, Eq)]
struct Writer {
    virtual_transaction: String,
    /// None for one that is prepared.
    pid: Option<i32>,
}

async fn writers(pool: &Pool, table: &TableSchema) -> Result<Vec<Writer>, SourceError> {
    let sql = "SELECT DISTINCT virtualtransaction, pid FROM pg_locks \
               WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock' AND relation = $1 \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let rows = get(pool).await?.query_typed(sql, &[(&table.id.0, Type::OID)]).await?;
    rows.iter().map(|row| Ok(Writer { virtual_transaction: row.try_get(0)?, pid: row.try_get(1)? })).collect()
}
