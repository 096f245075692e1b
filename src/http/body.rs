//! Bodies: shared pieces of a log between two brackets. What is short is put together once, for all who ask for the same:
//! one write to a connection costs less than several. What is long is sent as the pieces that it is.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::{Buf, Bytes};
use futures_util::stream::{self, Stream};

use crate::engine::{LiveShape, Reader, ShapeStatus, SnapshotPiece};

/// Up to this length a body is put together.
const SHORT_BYTES: u64 = 128 * 1024;

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

impl Pieces {
    /// Whether it is short enough to be put together.
    pub(super) fn is_short(&self) -> bool {
        self.size <= SHORT_BYTES
    }

    /// All in one.
    pub(super) fn joined(self) -> Bytes {
        let mut whole = Vec::with_capacity(usize::try_from(self.size).unwrap_or_default());
        self.pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
        whole.into()
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
    states: Reader,
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
                SnapshotPiece::Pending => self.states.changed().await,
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

    use actix_web::body::BodyStream;
    use actix_web::{App, HttpResponse, HttpServer, web};
    use futures_util::{FutureExt, StreamExt};

    use super::*;
    use crate::engine::Definition;
    use crate::pg::{RelationId, TableName, TableSchema};
    use crate::protocol::{LogMode, ReplicaMode};

    fn live() -> Arc<LiveShape> {
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        let table = Arc::new(TableSchema { id, name, columns: vec![], primary_key: vec![] });
        let (replica, log) = (ReplicaMode::Default, LogMode::Full);
        let columns_listed = false;
        let definition = Definition { table, columns: [].into(), columns_listed, predicate: None, replica, log };
        LiveShape::in_memory(Arc::new(definition))
    }

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

    #[tokio::test]
    async fn a_growing_chunk_comes_as_it_is_written() {
        let live = live();
        live.write_snapshot(b",1,2");
        let mut body = Box::pin(growing_chunk(live.clone(), 0));
        assert_eq!(body.next().await.unwrap().unwrap(), "[1,2");
        let mut next = body.next();
        assert!((&mut next).now_or_never().is_none(), "there is no more yet");
        live.write_snapshot(b",3");
        assert_eq!(next.await.unwrap().unwrap(), ",3");
        live.close_snapshot();
        // What is closed is served to its end, whatever happens to the shape.
        live.fail();
        assert_eq!(body.next().await.unwrap().unwrap(), "]");
        assert!(body.next().await.is_none());
        assert_eq!(whole_chunk(&live, 0).unwrap(), [",1,2", ",3"]);
    }

    #[tokio::test]
    async fn a_snapshot_that_fails_breaks_the_answer_off() {
        let live = live();
        live.write_snapshot(b",1");
        let mut body = Box::pin(growing_chunk(live.clone(), 0));
        assert_eq!(body.next().await.unwrap().unwrap(), "[1");
        assert!(whole_chunk(&live, 0).is_none());
        let mut next = body.next();
        assert!((&mut next).now_or_never().is_none());
        live.fail();
        assert!(next.await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_client_sees_that_an_answer_broke_off() {
        let live = live();
        live.write_snapshot(b",1");
        let shown = live.clone();
        let app = move || {
            let live = shown.clone();
            let answer = move || {
                let body = BodyStream::new(Box::pin(growing_chunk(live.clone(), 0)));
                async { HttpResponse::Ok().body(body) }
            };
            App::new().default_service(web::to(answer))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        let server = tokio::spawn(server);
        let response = reqwest::get(url).await.unwrap();
        assert_eq!(response.status(), 200);
        live.fail();
        assert!(response.bytes().await.is_err());
        handle.stop(false).await;
        server.await.unwrap().unwrap();
    }
}
