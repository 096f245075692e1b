//! What can go wrong with the database.

use std::fmt;
use std::io;

use tokio_postgres::error::SqlState;

use super::pgoutput::DecodeError;
use crate::pg::TableName;

/// A failure of the database or the way to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No such table.
    #[error("Table {0} does not exist. If the table name contains capitals or special characters you must quote it.")]
    UnknownTable(TableName),
    /// Another table has taken its name.
    #[error("table {0} is another one now")]
    Replaced(TableName),
    /// Something else than an ordinary table.
    #[error("{name} is a {kind}, and only ordinary tables can be synced")]
    NotATable {
        /// Its name.
        name: TableName,
        /// What it is.
        kind: &'static str,
    },
    /// The URL does not parse, or has an option that nobody knows.
    #[error("the database URL cannot be read")]
    Url(#[source] tokio_postgres::Error),
    /// The URL lacks something.
    #[error("the database URL names no {0}")]
    Incomplete(&'static str),
    /// The URL asks for something that is not supported.
    #[error("`{option}` in the database URL is not supported: {remedy}")]
    Unsupported {
        /// The option with its value.
        option: String,
        /// What to do instead.
        remedy: &'static str,
    },
    /// The URL asks for TLS, and there is nothing to do it with.
    #[error(
        "the database URL asks for TLS (`sslmode=require`), but there is no TLS connector: pass one with \
         `.tls(connector)` on the builder, or write `sslmode=disable` if the network is trusted"
    )]
    NoConnector,
    /// The URL asks for TLS, and the server does not offer it.
    #[error("the server does not offer TLS, which `sslmode=require` asks for: set `ssl = on` in postgresql.conf")]
    TlsRefused,
    /// TLS cannot be established or the server's certificate is not trusted.
    #[error("no TLS connection can be made to the database")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The name of the database's host is not known.
    #[error("the database's host {host} is not known")]
    UnknownHost {
        /// The host.
        host: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Nobody answers there.
    #[error("the database at {address} cannot be reached")]
    Unreachable {
        /// Where it should be.
        address: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The server asks for a way to prove who we are that we do not have.
    #[error("cannot log in to the database: {0}")]
    Login(&'static str),
    /// The server's write-ahead log does not hold what following needs.
    #[error(
        "wal_level is {0}, but following the database needs logical: set `wal_level = logical` in postgresql.conf \
         and restart the server"
    )]
    WalLevel(String),
    /// The role may not replicate.
    #[error("role {role} may not follow the database: run `ALTER ROLE {role} REPLICATION` as a superuser")]
    NoReplicationPrivilege {
        /// The role, quoted for SQL.
        role: String,
        /// What the server says.
        #[source]
        source: ServerError,
    },
    /// The role may not make the publication.
    #[error("role {role} may not create a publication: run `GRANT CREATE ON DATABASE {database} TO {role}`")]
    NoCreatePrivilege {
        /// The role, quoted for SQL.
        role: String,
        /// The database, quoted for SQL.
        database: String,
        /// What the server says.
        #[source]
        source: ServerError,
    },
    /// The role may not make temporary tables.
    #[error(
        "role {role} may not create temporary tables, by which the database is asked whether a filter is immutable: run \
         `GRANT TEMPORARY ON DATABASE {database} TO {role}`"
    )]
    NoTemporaryPrivilege {
        /// The role, quoted for SQL.
        role: String,
        /// The database, quoted for SQL.
        database: String,
    },
    /// All replication slots are taken.
    #[error("no replication slot is free: raise max_replication_slots, or drop slots that nobody uses")]
    NoFreeSlot(#[source] ServerError),
    /// All WAL senders are taken.
    #[error("no WAL sender is free: raise max_wal_senders (it must be above 0, and wal_level logical)")]
    NoFreeSender(#[source] ServerError),
    /// The server refuses something else.
    #[error("the database refuses: {0} (SQLSTATE {code})", code = .0.code())]
    Server(ServerError),
    /// All connections of a pool are in use, and stay so.
    #[error("all connections to the database are in use")]
    Busy,
    /// The connection broke.
    #[error("the connection to the database is lost")]
    Lost(#[source] io::Error),
    /// The connection broke, or was used in a way that the client library does not allow.
    #[error("the connection to the database failed")]
    Client(#[source] tokio_postgres::Error),
    /// The server said something out of place.
    #[error("unexpected {0} from the database")]
    Protocol(&'static str),
    /// The stream cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A message is larger than any that Postgres makes.
    #[error("a message of {bytes} bytes from the database exceeds the limit of {limit}")]
    MessageTooLarge {
        /// Its size.
        bytes: usize,
        /// The largest that is taken.
        limit: usize,
    },
    /// Tables cannot be published while the stream is not connected.
    #[error("Database connection not available")]
    NotFollowing,
    /// Somebody dropped our publication: the stream must start anew.
    #[error("publication {0} is gone")]
    PublicationGone(String),
    /// A lock was not to be had in time. The text is the protocol's, as are those that follow.
    #[error("Snapshot timed out while waiting for a table lock")]
    TableLocked(#[source] ServerError),
    /// The first row did not come in time.
    #[error(
        "Snapshot query took too long to return data (cancelled after {0}ms). The filter may need an index on the \
         table to be fast enough."
    )]
    SlowSnapshot(u128),
    /// The server refuses to publish the table or to read it. What it says is told only where it holds no
    /// values of rows.
    #[error("Unable to create initial snapshot: {}", .0.without_values())]
    Snapshot(ServerError),
    /// The server refuses what a client asks for within a shape. The message is about that alone.
    #[error("{0}")]
    Subset(ServerError),
    /// The database could not be reached for a snapshot.
    #[error("Database connection not available")]
    NotAvailable(#[source] Box<SourceError>),
}

/// An error that the server reported: its code and its message. Details are left out, since they hold row values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    pub(super) code: SqlState,
    pub(super) message: String,
}

impl ServerError {
    /// Its SQLSTATE (Postgres manual, "Error Codes").
    pub fn code(&self) -> &str {
        self.code.code()
    }

    /// Its message, if that holds no values; else its code.
    fn without_values(&self) -> String {
        if VALUE_FREE.contains(&self.code) {
            return self.message.clone();
        }
        format!("the database refuses to read the table (SQLSTATE {})", self.code())
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServerError {}

impl From<&tokio_postgres::error::DbError> for ServerError {
    fn from(error: &tokio_postgres::error::DbError) -> Self {
        Self { code: error.code().clone(), message: error.message().to_owned() }
    }
}

impl From<tokio_postgres::Error> for SourceError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(refusal) => Self::Server(refusal.into()),
            None => Self::Client(error),
        }
    }
}

impl SourceError {
    /// Whether trying again will not mend it: somebody has to change a setting.
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Url(_)
            | Self::Incomplete(_)
            | Self::Unsupported { .. }
            | Self::NoConnector
            | Self::TlsRefused
            | Self::Tls(_)
            | Self::UnknownHost { .. }
            | Self::Login(_)
            | Self::WalLevel(_)
            | Self::NoReplicationPrivilege { .. }
            | Self::NoCreatePrivilege { .. } => true,
            Self::Server(refusal) => is_fatal(&refusal.code),
            _ => false,
        }
    }

    /// Whether the table is not what it was: it or a column, type or function is gone.
    pub fn is_schema_change(&self) -> bool {
        match self {
            Self::UnknownTable(_) | Self::Replaced(_) | Self::NotATable { .. } => true,
            Self::Snapshot(refusal) => SCHEMA_CHANGES.contains(&refusal.code),
            _ => false,
        }
    }

    /// The SQLSTATE of what a value in a row has raised: an overflow, say, or text that is none of a type.
    pub fn of_a_value(&self) -> Option<&str> {
        match self {
            Self::Snapshot(refusal) => Some(refusal.code()).filter(|code| code.starts_with("22")),
            _ => None,
        }
    }

    /// What it says of a question about rows of the stream.
    pub fn fault(&self) -> Fault<'_> {
        match self {
            Self::Server(refusal) if refusal.code == SqlState::QUERY_CANCELED => Fault::Slow,
            Self::Server(refusal) if ["26", "42"].iter().any(|class| refusal.code().starts_with(class)) => {
                Fault::Statement(refusal)
            }
            Self::Server(refusal) if !PASSES.iter().any(|class| refusal.code().starts_with(class)) => {
                Fault::Row(refusal)
            }
            _ => Fault::Passing,
        }
    }

    /// The same trouble, met while a statement was only read: the server has not yet looked at a row. What is there to be
    /// refused has come with the subset, unless the table has changed.
    pub(super) fn for_subset(self) -> Self {
        match self {
            Self::Server(refusal) if TABLE_CHANGES.contains(&refusal.code) => Self::Snapshot(refusal),
            Self::Server(refusal)
                if ["0A", "22", "42", "54"].contains(&refusal.code().get(..2).unwrap_or_default()) =>
            {
                Self::Subset(refusal)
            }
            other => other,
        }
    }

    /// The same trouble, met while a table was published or read: with the text for whoever waits for the shape.
    pub(super) fn for_snapshot(self) -> Self {
        match self {
            Self::Server(refusal) if LOCK_TIMEOUTS.contains(&refusal.code) => Self::TableLocked(refusal),
            Self::Server(refusal) if is_of_the_session(&refusal.code) => {
                Self::NotAvailable(Box::new(Self::Server(refusal)))
            }
            Self::Server(refusal) => Self::Snapshot(refusal),
            told @ (Self::UnknownTable(_)
            | Self::Replaced(_)
            | Self::NotATable { .. }
            | Self::NotFollowing
            | Self::TableLocked(_)
            | Self::SlowSnapshot(_)
            | Self::Snapshot(_)
            | Self::Subset(_)
            | Self::NotAvailable(_)) => told,
            other => Self::NotAvailable(Box::new(other)),
        }
    }
}

/// Where the fault lies if Postgres does not answer a question about rows.
#[derive(Clone, Copy, Debug)]
pub enum Fault<'a> {
    /// A row raises an error.
    Row(&'a ServerError),
    /// A condition cannot be evaluated at all (any more): a function is gone.
    Statement(&'a ServerError),
    /// It takes too long.
    Slow,
    /// In nothing that was asked: the same question may be answered another time.
    Passing,
}

/// Classes of errors that another attempt may not meet: connection, authorisation, no such database, states of a transaction,
/// rollback, resources, locks, operator, system (Postgres manual, "Error Codes").
const PASSES: [&str; 9] = ["08", "28", "3D", "25P", "40", "53", "55", "57", "58"];

/// Those by which a condition cannot go wrong.
const TABLE_CHANGES: [SqlState; 3] =
    [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_COLUMN, SqlState::INSUFFICIENT_PRIVILEGE];

const SCHEMA_CHANGES: [SqlState; 4] = [
    SqlState::UNDEFINED_TABLE,
    SqlState::UNDEFINED_COLUMN,
    SqlState::UNDEFINED_FUNCTION,
    // A type or a collation; a publication is not named in a snapshot.
    SqlState::UNDEFINED_OBJECT,
];

/// Errors whose messages are always the same, or name tables and roles only.
const VALUE_FREE: [SqlState; 3] =
    [SqlState::INSUFFICIENT_PRIVILEGE, SqlState::DIVISION_BY_ZERO, SqlState::INVALID_ESCAPE_SEQUENCE];

const LOCK_TIMEOUTS: [SqlState; 2] = [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED];

/// Who may log in and where: nothing that comes and goes.
fn is_fatal(code: &SqlState) -> bool {
    [
        SqlState::INVALID_PASSWORD,
        // No entry in pg_hba.conf, no such role, or one that may not log in.
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        SqlState::INVALID_CATALOG_NAME,
        SqlState::INSUFFICIENT_PRIVILEGE,
    ]
    .contains(code)
}

/// Classes of errors that say nothing about the statement: connection, authorisation, no such database, resources,
/// operator (Postgres manual, "Error Codes").
fn is_of_the_session(code: &SqlState) -> bool {
    ["08", "28", "3D", "53", "57"].iter().any(|class| code.code().starts_with(class))
}
