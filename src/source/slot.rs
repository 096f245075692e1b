//! The replication slot and what belongs to it: names, the lock, and the sweep of what others left behind.
//!
//! With memory storage all of it is made anew for each connection, under a random suffix. The lock lives in the
//! replication session, and is taken before anything of that suffix is made: whoever can take it knows that the owner's
//! connection is gone.

use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;
use tracing::{debug, info, warn};

use super::SourceError;
use super::connection::Connection;
use crate::pg::{quote_ident, quote_literal};

const SLOT_PREFIX: &str = "diesel_electric_slot_";
const PUBLICATION_PREFIX: &str = "diesel_electric_publication_";

/// How many suffixes are tried: locks go by a hash of 32 bits, and may be held by chance.
const ATTEMPTS: usize = 5;

/// How many publications are swept at a start.
const SWEEP_LIMIT: usize = 100;

/// How often it is reported that the slot is still waited for.
const REPORT: Duration = Duration::from_secs(10);

/// What one connection calls its things in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// Cluster-wide.
    pub(super) slot: String,
    /// In its database.
    pub(super) publication: String,
}

impl Names {
    fn with_suffix(suffix: &str) -> Self {
        Self { slot: format!("{SLOT_PREFIX}{suffix}"), publication: format!("{PUBLICATION_PREFIX}{suffix}") }
    }

    /// Names that nobody has.
    fn random() -> Self {
        // The standard library's hash keys are its one source of randomness.
        Self::with_suffix(&format!("{:016x}", RandomState::new().hash_one("suffix")))
    }
}

/// Takes the lock on a new suffix; it is held for as long as the connection lives.
pub(super) async fn lock_new_names(connection: &mut Connection) -> Result<Names, SourceError> {
    for _ in 0..ATTEMPTS {
        let names = Names::random();
        let sql = format!("SELECT pg_try_advisory_lock(hashtext({}))", quote_literal(&names.slot));
        if is_true(&connection.query(&sql).await?) {
            return Ok(names);
        }
    }
    Err(SourceError::Protocol("refusal of every advisory lock"))
}

/// Makes the temporary slot: it goes with the connection. The server waits for all transactions that have written by
/// then, in every database, to end.
pub(super) async fn create_temporary(connection: &mut Connection, names: &Names) -> Result<(), SourceError> {
    let slot = quote_ident(&names.slot);
    let command = format!("CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT");
    let mut made = pin!(connection.query(&command));
    loop {
        if let Ok(made) = timeout(REPORT, made.as_mut()).await {
            return made.map(|_| ());
        }
        warn!("the replication slot waits for running transactions to end (pg_stat_activity shows them)");
    }
}

/// The command that starts the stream of a slot, from where it stands.
pub(super) fn start_command(names: &Names) -> String {
    format!(
        "START_REPLICATION SLOT {} LOGICAL 0/0 (proto_version '1', publication_names {}, messages 'true')",
        quote_ident(&names.slot),
        quote_literal(&quote_ident(&names.publication)),
    )
}

/// Whether the publication is there.
pub(super) async fn has_publication(connection: &mut Connection, names: &Names) -> Result<bool, SourceError> {
    let name = quote_literal(&names.publication);
    Ok(is_true(&connection.query(&format!("SELECT true FROM pg_publication WHERE pubname = {name}")).await?))
}

/// Drops publications of ours that no slot and no connection belongs to. Failing to is no reason not to start.
pub(super) async fn sweep(connection: &mut Connection) {
    let found = match stale(connection).await {
        Ok(found) => found,
        Err(error) => return report("stale publications cannot be looked up", &error),
    };
    for names in found {
        if let Err(error) = drop_if_unused(connection, &names).await {
            report("a stale publication cannot be dropped", &error);
            // Ends the transaction that failed; if that fails too, the next command says so.
            let _ = connection.query("ROLLBACK").await;
        }
    }
}

fn report(what: &str, error: &SourceError) {
    debug!(error = error as &dyn std::error::Error, "{what}");
}

async fn stale(connection: &mut Connection) -> Result<Vec<Names>, SourceError> {
    let sql = format!(
        "SELECT substr(pubname, {start}) FROM pg_publication \
         WHERE starts_with(pubname, '{PUBLICATION_PREFIX}') AND pg_has_role(pubowner, 'USAGE') \
         AND NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{SLOT_PREFIX}' || substr(pubname, {start})) \
         LIMIT {SWEEP_LIMIT}",
        start = PUBLICATION_PREFIX.len() + 1,
    );
    let rows = connection.query(&sql).await?;
    Ok(rows.into_iter().flatten().flatten().map(|suffix| Names::with_suffix(&suffix)).collect())
}

async fn drop_if_unused(connection: &mut Connection, names: &Names) -> Result<(), SourceError> {
    let slot = quote_literal(&names.slot);
    connection.query("BEGIN; SET LOCAL lock_timeout = '1s'").await?;
    // Whoever owns these names holds the lock, from before the publication was made.
    let free = format!(
        "SELECT pg_try_advisory_xact_lock(hashtext({slot})) \
         AND NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = {slot})"
    );
    let is_free = is_true(&connection.query(&free).await?);
    if is_free {
        connection.query(&format!("DROP PUBLICATION IF EXISTS {}", quote_ident(&names.publication))).await?;
        info!(publication = names.publication, "stale publication dropped");
    }
    connection.query("COMMIT").await?;
    Ok(())
}

fn is_true(rows: &[super::connection::Row]) -> bool {
    rows.first().and_then(|row| row.first()).is_some_and(|value| value.as_deref() == Some("t"))
}
