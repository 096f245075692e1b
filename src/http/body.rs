//! Bodies: shared pieces of a log between two brackets. Nothing is copied together for a client.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::{Buf, Bytes};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use crate::engine::{LiveShape, LogState, ShapeStatus, SnapshotPiece};

/// A JSON array that is all there.
#[derive(Debug)]
pub(super) struct Pieces {
    pieces: VecDeque<Bytes>,
    size: u64,
}

impl Pieces {
    /// Items, each with a comma before it, and perhaps a message behind them.
    pub(super) fn new(items: Vec<Bytes>, message: Option<String>) -> Self {
        let mut pieces = VecDeque::from(items);
        if let Some(message) = message {
            pieces.push_back(Bytes::from(format!(",{message}")));
        }
        if let Some(first) = pieces.front_mut() {
            // The array begins without a comma.
            first.advance(first.len().min(1));
        }
        pieces.push_front(Bytes::from_static(b"["));
        pieces.push_back(Bytes::from_static(b"]"));
        let size = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { pieces, size }
    }
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(self.pieces.pop_front().map(Ok))
    }
}

/// All pieces of a chunk of the snapshot, if it is complete.
pub(super) fn whole_chunk(live: &LiveShape, chunk: u32) -> Option<Vec<Bytes>> {
    let mut pieces = Vec::new();
    loop {
        match live.snapshot_piece(chunk, pieces.len()) {
            SnapshotPiece::Items(items) => pieces.push(items),
            SnapshotPiece::EndOfChunk => return Some(pieces),
            SnapshotPiece::Pending => return None,
        }
    }
}

/// The snapshot ended in the middle of an answer. The connection must break: a closed array would pass for complete.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot of the shape could not be completed")]
pub(super) struct Broken;

/// A chunk of the snapshot that is still being written, as it comes.
pub(super) fn growing_chunk(live: Arc<LiveShape>, chunk: u32) -> impl Stream<Item = Result<Bytes, Broken>> {
    let states = live.subscribe();
    let reader = ChunkReader { live, states, chunk, piece: 0, is_closed: false };
    stream::try_unfold(reader, |mut reader| async move {
        let next = reader.next().await?;
        Ok(next.map(|bytes| (bytes, reader)))
    })
}

struct ChunkReader {
    live: Arc<LiveShape>,
    states: watch::Receiver<LogState>,
    chunk: u32,
    piece: usize,
    is_closed: bool,
}

impl ChunkReader {
    async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        if self.is_closed {
            return Ok(None);
        }
        loop {
            // Seen before the log is asked, so that what comes in between wakes.
            let status = self.states.borrow_and_update().status;
            match self.live.snapshot_piece(self.chunk, self.piece) {
                SnapshotPiece::Items(items) => return Ok(Some(self.open(items))),
                SnapshotPiece::EndOfChunk => {
                    self.is_closed = true;
                    return Ok(Some(Bytes::from_static(if self.piece == 0 { b"[]" } else { b"]" })));
                }
                SnapshotPiece::Pending if status == ShapeStatus::Gone => return Err(Broken),
                SnapshotPiece::Pending => self.states.changed().await.map_err(|_| Broken)?,
            }
        }
    }

    /// The first piece opens the array instead of its comma; that one alone is copied.
    fn open(&mut self, mut items: Bytes) -> Bytes {
        let is_first = self.piece == 0;
        self.piece += 1;
        if !is_first {
            return items;
        }
        items.advance(items.len().min(1));
        [b"[", &*items].concat().into()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn text(mut body: Pieces) -> String {
        let mut text = Vec::new();
        while let Some(Ok(piece)) = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {
            text.extend_from_slice(&piece);
        }
        String::from_utf8(text).unwrap()
    }

    #[tokio::test]
    async fn an_array_has_commas_between_its_items_only() {
        let items = || vec![Bytes::from_static(b",1,2"), Bytes::from_static(b",3")];
        for (items, message, wanted) in [
            (items(), None, "[1,2,3]"),
            (items(), Some("4".to_owned()), "[1,2,3,4]"),
            (vec![], Some("4".to_owned()), "[4]"),
            (vec![], None, "[]"),
        ] {
            let body = Pieces::new(items, message);
            assert_eq!(body.size(), BodySize::Sized(wanted.len() as u64));
            assert_eq!(text(body).await, wanted);
        }
    }
}
