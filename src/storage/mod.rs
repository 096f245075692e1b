//! Shape logs: the very bytes that go on the wire, and the positions in them.
//!
//! A log has two parts: the snapshot, in chunks, and the changes since. Items are stored as JSON, each with a comma
//! before it, so that a response body is a byte range without its first byte between two brackets.

mod error;

pub use error::StorageError;

use bytes::Bytes;

use crate::protocol::LogOffset;

/// A part of one snapshot chunk.
#[derive(Clone, Debug)]
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
