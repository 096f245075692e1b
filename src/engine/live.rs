//! A shape that is being kept.

use std::sync::Arc;

use tokio::sync::watch;

use super::Definition;
use crate::protocol::{LogOffset, ShapeHandle};
use crate::storage::{LogSlice, SnapshotPiece};

/// Whether a shape is still kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeStatus {
    /// It follows its table.
    Live,
    /// It was invalidated: whoever reads it must fetch anew.
    Gone,
}

/// What readers may see of a log at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogState {
    /// Whether the shape is still kept.
    pub status: ShapeStatus,
    /// How many pieces of the snapshot were written; grows while it is read.
    pub snapshot_pieces: u64,
    /// The number of its chunks, once it is complete.
    pub snapshot_chunks: Option<u32>,
    /// The last complete transaction's last item, or [`LogOffset::SNAPSHOT_LAST`].
    pub latest: LogOffset,
}

/// One incarnation of a shape: its handle, its log, and a way to wait for news.
#[derive(Debug)]
pub struct LiveShape {}

#[expect(clippy::unused_self, clippy::todo, reason = "stub")]
impl LiveShape {
    /// Its handle.
    pub fn handle(&self) -> &ShapeHandle {
        todo!()
    }

    /// What it is.
    pub fn definition(&self) -> &Arc<Definition> {
        todo!()
    }

    /// What readers may see now.
    pub fn state(&self) -> LogState {
        todo!()
    }

    /// Wakes whenever the state changes.
    pub fn subscribe(&self) -> watch::Receiver<LogState> {
        todo!()
    }

    /// Piece `piece` of chunk `chunk` of the snapshot.
    pub fn snapshot_piece(&self, _chunk: u32, _piece: usize) -> SnapshotPiece {
        todo!()
    }

    /// The items after `offset`, to the end of the first full chunk that ends after it, else to the end of the log.
    pub fn read(&self, _offset: LogOffset) -> LogSlice {
        todo!()
    }
}
