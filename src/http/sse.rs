//! A live request that is answered by a stream of events (section 9).
//!
//! The stream begins at the request's offset and stays open after the backlog: clients that see several short streams in
//! a row give streaming up. It ends when its time is up, when the shape is gone, or when an interrupt asks to look again
//! at what the client may see; the client's next request then gets what is due.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tokio::time::{Instant, sleep_until};

use super::news::view;
use crate::engine::{LiveShape, LogState, Reader, ShapeStatus, SnapshotPiece};
use crate::interrupt::Registration;
use crate::pg::Lsn;
use crate::protocol::{
    KEEP_ALIVE, LogOffset, Plan, Request, RequestOffset, Resolution, Waited, event, plan, up_to_date,
};

/// The times of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    end: Instant,
    keep_alive: Duration,
}

impl Pace {
    /// Of a stream that begins now.
    pub(super) fn new(life: Duration, keep_alive: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond what clocks can tell is as good as a day.
        let day = Duration::from_secs(86_400);
        Self { end: now.checked_add(life).unwrap_or(now + day), keep_alive: keep_alive.min(day) }
    }
}

/// A stream of events that is being sent.
#[derive(Debug)]
pub(super) struct Events {
    live: Arc<LiveShape>,
    states: Reader,
    registration: Registration,
    pace: Pace,
    /// What the client would ask for next.
    request: Request,
    /// The next piece of the snapshot's chunk that is being sent.
    piece: usize,
    /// Pieces of the log of changes up to that offset, to be sent one by one.
    pieces: VecDeque<Bytes>,
    /// Whether something was sent that no `up-to-date` has followed yet: clients keep it until one comes.
    is_open: bool,
    /// Whether the pieces reach to what was the end of the log: then they are whole transactions.
    at_tail: bool,
    quiet_until: Instant,
}

impl Events {
    pub(super) fn new(live: Arc<LiveShape>, request: &Request, registration: Registration, pace: Pace) -> Self {
        let states = live.subscribe();
        let request = Request { sse: false, ..request.clone() };
        let quiet_until = Instant::now() + pace.keep_alive;
        Self {
            live,
            states,
            registration,
            pace,
            request,
            piece: 0,
            pieces: VecDeque::new(),
            is_open: false,
            at_tail: false,
            quiet_until,
        }
    }

    /// The body.
    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut events| async move {
            let bytes = events.next().await?;
            events.quiet_until = Instant::now() + events.pace.keep_alive;
            Some((Ok(bytes), events))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            // Marked as seen, so that whatever comes after this wakes.
            let state = *self.states.borrow_and_update();
            // A stream that is never idle ends, too, but not in the middle of what belongs together.
            if state.status == ShapeStatus::Gone || (Instant::now() >= self.pace.end && !self.is_open) {
                return None;
            }
            if let Some(bytes) = self.batch(state) {
                return Some(bytes);
            }
            tokio::select! {
                () = self.states.changed() => {}
                () = self.registration.fired() => return None,
                () = sleep_until(self.pace.end) => return None,
                () = sleep_until(self.quiet_until) => return Some(Bytes::from_static(KEEP_ALIVE)),
            }
        }
    }

    /// What there is to send now.
    fn batch(&mut self, state: LogState) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                self.is_open = true;
                return Some(self.live.events(&piece));
            }
            if self.is_open && self.at_tail {
                return Some(self.up_to_date());
            }
            let log = view(&self.request, &self.live, state);
            match plan(&self.request, Resolution::Found { handle: self.live.handle(), log }, Waited::Little) {
                Plan::Chunk(chunk) => match self.live.snapshot_piece(chunk, self.piece) {
                    SnapshotPiece::Items(items) => {
                        self.piece += 1;
                        self.is_open = true;
                        return Some(self.live.events(&items));
                    }
                    SnapshotPiece::EndOfChunk => self.go_to(LogOffset::snapshot_chunk(chunk)),
                    SnapshotPiece::Pending => return None,
                },
                Plan::Items(after) => {
                    let slice = self.live.read(after);
                    self.go_to(slice.end);
                    self.pieces = slice.pieces.into();
                    self.at_tail = slice.is_tail;
                }
                // Nothing has followed the snapshot.
                Plan::Hold(_) if self.is_open => return Some(self.up_to_date()),
                _ => return None,
            }
        }
    }

    /// Says that nothing is missing up to exactly the last item that was sent: the client goes on from there.
    fn up_to_date(&mut self) -> Bytes {
        (self.is_open, self.at_tail) = (false, false);
        let tx = match self.request.offset {
            RequestOffset::At(offset) => offset.tx(),
            RequestOffset::Now => 0,
        };
        event(&up_to_date(Lsn(tx)))
    }

    fn go_to(&mut self, offset: LogOffset) {
        self.request.offset = RequestOffset::At(offset);
        self.piece = 0;
    }
}
