//! The output plugin's messages, version 1 with logical messages, decoded without copying row values.
//!
//! Pure. (Postgres manual, "Logical Replication Message Formats".) Numbers are big-endian, strings end with a zero byte.

mod reader;

use bytes::Bytes;

use crate::change::{
    Begin, Change, Commit, Event, LogicalMessage, MalformedTuple, OldRow, Operation, Relation, RelationColumn, Tuple,
};
use crate::pg::{Lsn, RelationId, ReplicaIdentity, TableName, Xid};

use reader::Reader;

/// The bytes are not a message that we asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A message ends early or holds what it cannot.
    #[error("malformed {0} message in the replication stream")]
    Malformed(&'static str),
    /// A kind of message that this protocol version does not have.
    #[error("unknown message {0:?} in the replication stream; was the slot made with another output plugin?")]
    UnknownMessage(char),
    /// A change or commit outside a transaction, or a begin inside one.
    #[error("{0} message out of order in the replication stream")]
    OutOfOrder(&'static str),
}

/// Decodes the messages of one connection and checks their order.
#[derive(Debug, Default)]
pub struct Decoder {
    in_transaction: bool,
}

impl Decoder {
    /// The event that a message stands for; `None` for those that tell nothing we use (type, origin).
    pub fn decode(&mut self, message: &Bytes) -> Result<Option<Event>, DecodeError> {
        let mut reader = Reader::new(message.clone());
        let kind = reader.u8().ok_or(DecodeError::Malformed("empty"))?;
        let name = name_of(kind).ok_or(DecodeError::UnknownMessage(char::from(kind)))?;
        self.check_order(kind, name)?;
        let decoded = match kind {
            b'B' => begin(&mut reader).map(Event::Begin),
            b'C' => commit(&mut reader).map(Event::Commit),
            b'R' => relation(&mut reader).map(Event::Relation),
            b'I' => insert(&mut reader).map(Event::Change),
            b'U' => update(&mut reader).map(Event::Change),
            b'D' => delete(&mut reader).map(Event::Change),
            b'T' => truncate(&mut reader).map(Event::Truncate),
            b'M' => logical_message(&mut reader).map(Event::Message),
            // Types are read from the catalog; the origin of a transaction does not matter.
            _ => return Ok(None),
        };
        decoded.map(Some).ok_or(DecodeError::Malformed(name))
    }

    /// Whether a transaction has begun and not ended.
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    fn check_order(&mut self, kind: u8, name: &'static str) -> Result<(), DecodeError> {
        let is_in_order = match kind {
            b'B' => !std::mem::replace(&mut self.in_transaction, true),
            b'C' => std::mem::replace(&mut self.in_transaction, false),
            // A message that is not transactional stands between transactions.
            b'M' => true,
            _ => self.in_transaction,
        };
        if is_in_order { Ok(()) } else { Err(DecodeError::OutOfOrder(name)) }
    }
}

fn name_of(kind: u8) -> Option<&'static str> {
    Some(match kind {
        b'B' => "begin",
        b'C' => "commit",
        b'R' => "relation",
        b'I' => "insert",
        b'U' => "update",
        b'D' => "delete",
        b'T' => "truncate",
        b'M' => "logical",
        b'Y' => "type",
        b'O' => "origin",
        _ => return None,
    })
}

fn begin(reader: &mut Reader) -> Option<Begin> {
    let commit_lsn = Lsn(reader.u64()?);
    let _committed_at = reader.u64()?;
    Some(Begin { commit_lsn, xid: Xid(reader.u32()?) })
}

fn commit(reader: &mut Reader) -> Option<Commit> {
    let _flags = reader.u8()?;
    Some(Commit { commit_lsn: Lsn(reader.u64()?), end_lsn: Lsn(reader.u64()?) })
}

fn relation(reader: &mut Reader) -> Option<Relation> {
    let id = RelationId(reader.u32()?);
    let schema = reader.text()?;
    // Postgres leaves the system schema out.
    let schema = if schema.is_empty() { "pg_catalog".to_owned() } else { schema };
    let name = TableName::new(schema, reader.text()?);
    let identity = match reader.u8()? {
        b'd' => ReplicaIdentity::Default,
        b'n' => ReplicaIdentity::Nothing,
        b'f' => ReplicaIdentity::Full,
        b'i' => ReplicaIdentity::Index,
        _ => return None,
    };
    let count = reader.u16()?;
    let columns = (0..count).map(|_| relation_column(reader)).collect::<Option<_>>()?;
    Some(Relation { id, name, identity, columns })
}

fn relation_column(reader: &mut Reader) -> Option<RelationColumn> {
    let _is_key = reader.u8()?;
    let name = reader.text()?;
    Some(RelationColumn { name, type_oid: reader.u32()?, type_modifier: reader.u32()?.cast_signed() })
}

fn insert(reader: &mut Reader) -> Option<Change> {
    let relation = RelationId(reader.u32()?);
    if reader.u8()? != b'N' {
        return None;
    }
    Some(Change { relation, operation: Operation::Insert { new: reader.tuple()? } })
}

fn update(reader: &mut Reader) -> Option<Change> {
    let relation = RelationId(reader.u32()?);
    let (old, marker) = match reader.u8()? {
        b'N' => (None, b'N'),
        kind => (Some(old_row(kind, reader)?), reader.u8()?),
    };
    if marker != b'N' {
        return None;
    }
    Some(Change { relation, operation: Operation::Update { old, new: reader.tuple()? } })
}

fn delete(reader: &mut Reader) -> Option<Change> {
    let relation = RelationId(reader.u32()?);
    let kind = reader.u8()?;
    Some(Change { relation, operation: Operation::Delete { old: old_row(kind, reader)? } })
}

fn old_row(kind: u8, reader: &mut Reader) -> Option<OldRow> {
    match kind {
        b'O' => reader.tuple().map(OldRow::Full),
        b'K' => reader.tuple().map(|_| OldRow::Key),
        _ => None,
    }
}

fn truncate(reader: &mut Reader) -> Option<Vec<RelationId>> {
    let count = reader.u32()?;
    let _options = reader.u8()?;
    // Not collected by count: a malformed one must not reserve memory.
    let mut relations = Vec::new();
    for _ in 0..count {
        relations.push(RelationId(reader.u32()?));
    }
    Some(relations)
}

fn logical_message(reader: &mut Reader) -> Option<LogicalMessage> {
    let transactional = reader.u8()? & 1 == 1;
    let lsn = Lsn(reader.u64()?);
    let prefix = reader.text()?;
    let length = reader.u32()?;
    Some(LogicalMessage { transactional, lsn, prefix, content: reader.bytes(length as usize)? })
}

impl Reader {
    fn tuple(&mut self) -> Option<Tuple> {
        let taken: Result<Tuple, MalformedTuple> = self.with_rest(Tuple::take);
        taken.ok()
    }
}

#[cfg(test)]
mod tests;
