//! Whether the server and the role allow to follow the database, with errors that say what to set.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::SourceError;
use super::connection::Connection;
use super::endpoint::Endpoint;
use super::error::ServerError;

/// The server on the other side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    /// `server_version_num`, such as 150018.
    pub(super) version: u32,
    /// How long it waits for a sign of life; zero for ever.
    pub(super) wal_sender_timeout: Duration,
}

/// The first version that publishes generated columns.
const PUBLISHES_GENERATED: u32 = 180_000;

impl Server {
    /// Whether a publication can hold generated columns.
    pub(super) fn publishes_generated(self) -> bool {
        self.version >= PUBLISHES_GENERATED
    }
}

/// Connects for replication.
pub(super) async fn connect(endpoint: &Endpoint) -> Result<Connection, SourceError> {
    Connection::connect(endpoint).await.map_err(|error| match error {
        // A role without CONNECT on the database gets the same code, but another message.
        SourceError::Server(source)
            if source.code == SqlState::INSUFFICIENT_PRIVILEGE && !source.message.contains("database") =>
        {
            SourceError::NoReplicationPrivilege { role: endpoint.role(), source }
        }
        SourceError::Server(source) if is_out_of_senders(&source) => SourceError::NoFreeSender(source),
        other => other,
    })
}

/// All connections being in use has the same code.
fn is_out_of_senders(error: &ServerError) -> bool {
    error.code == SqlState::TOO_MANY_CONNECTIONS && error.message.contains("max_wal_senders")
}

/// Asks the server what it is and whether it can be followed.
pub(super) async fn check(connection: &mut Connection) -> Result<Server, SourceError> {
    let sql = "SELECT current_setting('wal_level'), current_setting('server_version_num'), \
               (SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout')";
    let row = connection.query(sql).await?.into_iter().next().unwrap_or_default();
    let mut values = row.into_iter().flatten();
    let mut value = || values.next().ok_or(SourceError::Protocol("answer about its settings"));
    let wal_level = value()?;
    if wal_level != "logical" {
        return Err(SourceError::WalLevel(wal_level));
    }
    let number = |text: String| text.parse::<u32>().map_err(|_| SourceError::Protocol("setting"));
    let version = number(value()?)?;
    // `pg_settings` tells it in milliseconds.
    let wal_sender_timeout = Duration::from_millis(number(value()?)?.into());
    Ok(Server { version, wal_sender_timeout })
}

/// Names what is short when a slot cannot be made.
pub(super) fn slot_refused(error: SourceError) -> SourceError {
    match error {
        SourceError::Server(source) if source.code == SqlState::CONFIGURATION_LIMIT_EXCEEDED => {
            SourceError::NoFreeSlot(source)
        }
        other => other,
    }
}
