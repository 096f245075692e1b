//! The first rows of a shape, in chunks of pieces.

use bytes::Bytes;

use crate::storage::SnapshotPiece;

/// Most have one piece only: it lies in the log itself.
#[derive(Debug, Default)]
pub(super) enum Snapshot {
    #[default]
    Nothing,
    /// A chunk of one piece.
    One {
        piece: Bytes,
        is_closed: bool,
    },
    More(Vec<Chunk>),
}

#[derive(Debug, Default)]
pub(super) struct Chunk {
    pieces: Vec<Bytes>,
    is_closed: bool,
}

impl Snapshot {
    /// Adds a piece to the open chunk, or to a new one.
    pub(super) fn append(&mut self, piece: Bytes) {
        if let Self::Nothing = self {
            *self = Self::One { piece, is_closed: false };
            return;
        }
        let mut chunks = match std::mem::take(self) {
            Self::Nothing => Vec::new(),
            Self::One { piece, is_closed } => vec![Chunk { pieces: vec![piece], is_closed }],
            Self::More(chunks) => chunks,
        };
        match chunks.last_mut().filter(|chunk| !chunk.is_closed) {
            Some(open) => open.pieces.push(piece),
            None => chunks.push(Chunk { pieces: vec![piece], is_closed: false }),
        }
        *self = Self::More(chunks);
    }

    pub(super) fn close_chunk(&mut self) {
        match self {
            Self::Nothing => {}
            Self::One { is_closed, .. } => *is_closed = true,
            Self::More(chunks) => chunks.last_mut().into_iter().for_each(|chunk| chunk.is_closed = true),
        }
    }

    /// A piece of a chunk, both counted from 0.
    pub(super) fn piece(&self, chunk: u32, piece: usize) -> SnapshotPiece {
        let (found, is_closed) = match self {
            Self::One { piece: only, is_closed } if chunk == 0 => ((piece == 0).then_some(only), *is_closed),
            Self::More(chunks) => match chunks.get(chunk as usize) {
                Some(chunk) => (chunk.pieces.get(piece), chunk.is_closed),
                None => return SnapshotPiece::Pending,
            },
            Self::Nothing | Self::One { .. } => return SnapshotPiece::Pending,
        };
        match found {
            Some(items) => SnapshotPiece::Items(items.clone()),
            None if is_closed => SnapshotPiece::EndOfChunk,
            None => SnapshotPiece::Pending,
        }
    }
}
