//! Shape logs: the very bytes that go on the wire, and the positions in them.
//!
//! A log has two parts: the snapshot, in chunks, and the changes since. Items are stored as JSON, each with a comma
//! before it, so that a response body is a byte range without its first byte between two brackets. The engine writes
//! through [`ShapeLog`], one thread at a time; readers come from anywhere.
//!
//! What is appended can be read once it is published; what is published survives a crash once a checkpoint has made it
//! durable, and only then may the position of the stream be acknowledged ([`LogStore::durable`]).

mod error;
mod memory;

pub use error::StorageError;
pub use memory::MemoryStore;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::pg::Lsn;
use crate::protocol::{LogOffset, ShapeHandle};

/// Where shape logs are kept.
pub trait LogStore: fmt::Debug + Send + Sync + 'static {
    /// An empty log for a new shape, with its definition, which is opaque here.
    fn create(&self, handle: &ShapeHandle, definition: &[u8]) -> Result<Arc<dyn ShapeLog>, StorageError>;

    /// Forgets a shape. Reads that are under way go on.
    fn remove(&self, handle: &ShapeHandle);

    /// Asks that everything published so far be made durable, after which [`Self::durable`] reaches `processed`: the
    /// position up to which all of the stream is in the logs. Does not wait.
    fn checkpoint(&self, processed: Lsn) -> Result<(), StorageError>;

    /// The position of the last checkpoint that is complete: what may be acknowledged to Postgres.
    fn durable(&self) -> Lsn;
}

/// The log of one shape.
pub trait ShapeLog: fmt::Debug + Send + Sync + 'static {
    /// Appends items to the open chunk of the snapshot; they can be read at once.
    fn append_snapshot(&self, items: Bytes) -> Result<(), StorageError>;

    /// Closes the open chunk of the snapshot, for good; the next append opens another.
    fn close_snapshot_chunk(&self) -> Result<(), StorageError>;

    /// A piece of the snapshot, both counted from 0.
    fn snapshot_piece(&self, chunk: u32, piece: usize) -> SnapshotPiece;

    /// Appends items of the changes since. Readers do not see them before [`Self::publish`].
    fn append(&self, items: Items<'_>) -> Result<(), StorageError>;

    /// Lets readers see all that was appended: whole transactions. Returns the offset of the last item.
    fn publish(&self) -> LogOffset;

    /// The published items after `offset`, to the end of the first full chunk that ends after it, else to the end.
    fn read(&self, offset: LogOffset) -> LogSlice;
}

/// Some items of one transaction, as they are appended.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    /// The transaction part of their offsets.
    pub tx: u64,
    /// The items, each with a comma before it.
    pub bytes: &'a [u8],
    /// For each item its operation number and where it ends in `bytes`.
    pub ends: &'a [ItemEnd],
}

/// Where an item ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemEnd {
    /// The operation part of its offset.
    pub op: u64,
    /// The first byte behind it.
    pub end: usize,
}

/// A part of one snapshot chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotPiece {
    /// Items, each with a comma before it.
    Items(Bytes),
    /// The chunk has no further piece.
    EndOfChunk,
    /// Not written yet: wait for the log's state to change and ask again.
    Pending,
}

/// A share of the log of changes: what one response carries.
#[derive(Clone, Debug)]
pub struct LogSlice {
    /// Items, each with a comma before it; nothing if there are none.
    pub pieces: Vec<Bytes>,
    /// The offset of the last item, or of the end of the log if there is none.
    pub end: LogOffset,
    /// Whether the slice reaches the end of the log; else it ends with a full chunk, which never changes again.
    pub is_tail: bool,
}
