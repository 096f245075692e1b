//! What the replication stream says, decoded: transactions and the changes in them.
//!
//! Written by `source`, read by `engine`. Row values stay the bytes that came off the socket: a [`Tuple`] is a share of
//! the read buffer, checked once and walked without a copy.

mod kept;
mod tuple;

pub use kept::KeptRow;
pub use tuple::{Cell, MalformedTuple, Tuple};

use bytes::Bytes;

use crate::pg::{Lsn, RelationId, ReplicaIdentity, TableName, Xid};

/// One step of the stream. Between [`Event::Begin`] and [`Event::Commit`] stand the changes of one transaction, in
/// the order of its statements; transactions come in the order of their commits.
#[derive(Clone, Debug)]
pub enum Event {
    /// A transaction starts. It has committed: the stream carries no other.
    Begin(Begin),
    /// The description of a table, before its first change and after each alteration of it.
    Relation(Relation),
    /// A row was inserted, updated or deleted.
    Change(Change),
    /// Tables were emptied. One operation for each, as offsets count.
    Truncate(Vec<RelationId>),
    /// A logical message, transactional or not. Uses no operation number.
    Message(LogicalMessage),
    /// The transaction ends.
    Commit(Commit),
    /// All WAL below this position was sent or held nothing for us. Never between begin and commit.
    Keepalive(Lsn),
}

/// The start of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// The top-level transaction id.
    pub xid: Xid,
    /// Where its commit record stands: the tx part of its offsets.
    pub commit_lsn: Lsn,
}

/// The end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    /// As in its [`Begin`].
    pub commit_lsn: Lsn,
    /// Behind its commit record; acknowledging this keeps the server from sending it again.
    pub end_lsn: Lsn,
}

/// A table as the stream describes it: its columns in the order of its tuples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its OID.
    pub id: RelationId,
    /// Its name.
    pub name: TableName,
    /// How much of an old row comes with updates and deletes.
    pub identity: ReplicaIdentity,
    /// Its published columns.
    pub columns: Vec<RelationColumn>,
}

/// A published column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationColumn {
    /// Its name.
    pub name: String,
    /// The OID of its type.
    pub type_oid: u32,
    /// `atttypmod`; -1 for none.
    pub type_modifier: i32,
}

/// A changed row.
#[derive(Clone, Debug)]
pub struct Change {
    /// The table, as last described by a [`Relation`].
    pub relation: RelationId,
    /// What happened.
    pub operation: Operation,
}

/// What happened to a row.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A new row.
    Insert {
        /// The row.
        new: Tuple,
    },
    /// A row was replaced.
    Update {
        /// The whole old row under `REPLICA IDENTITY FULL`; otherwise its key, or nothing at all.
        old: Option<OldRow>,
        /// The new row; a value that was stored out of line and not touched reads [`Cell::Unchanged`].
        new: Tuple,
    },
    /// A row is gone.
    Delete {
        /// The old row.
        old: OldRow,
    },
}

/// The old version of a row, as far as the table's replica identity lets it be known.
#[derive(Clone, Debug)]
pub enum OldRow {
    /// All of it.
    Full(Tuple),
    /// The columns of the identity only, which is not enough to sync and so is not kept.
    Key,
}

/// A message written with `pg_logical_emit_message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicalMessage {
    /// Whether it belongs to the transaction in which it stands.
    pub transactional: bool,
    /// Where it stands in the WAL.
    pub lsn: Lsn,
    /// Who it is for.
    pub prefix: String,
    /// What it says.
    pub content: Bytes,
}
