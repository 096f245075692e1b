//! What a request gets: the whole decision, from what is known at the moment (sections 3, 4, 9 to 11).
//!
//! The door finds out what secret, admission, parser and catalog say (the [`Resolution`]), asks here, and carries the
//! [`Plan`] out. It asks again each time something has changed, until something can be served or time is up.

use super::{LogOffset, Request, RequestOffset, ShapeHandle};

/// What was found out about the shape that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// Something on the way there refuses the request: the secret, admission, its body, its parameters, readiness.
    Refused,
    /// The definition does not fit the database.
    Unfit {
        /// Whether it did fit, as far as the client can know: it is the server's own, or fitted when the request began.
        did_fit: bool,
    },
    /// The shape is there.
    Found {
        /// Its handle.
        handle: &'a ShapeHandle,
        /// Its log.
        log: LogView,
    },
    /// The shape was there, and has ended.
    Gone,
}

/// What there is of a shape's log, as seen by one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogView {
    /// Its snapshot.
    pub snapshot: SnapshotView,
    /// The offset of its last item, or [`LogOffset::SNAPSHOT_LAST`].
    pub latest: LogOffset,
}

/// How far a snapshot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotView {
    /// It is being written.
    Writing {
        /// Whether the chunk that the request would get ([`Request::next_chunk`]) has begun.
        next_has_begun: bool,
    },
    /// All of it is there.
    Complete {
        /// How many chunks it has.
        chunks: u32,
    },
}

/// How much of the time that a live request is held has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waited {
    /// Less than half.
    Little,
    /// Half of it: no offset beyond the log is awaited longer.
    Half,
    /// All.
    Enough,
}

/// What to do for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Plan {
    /// Say what was found wrong.
    Refuse,
    /// Say that the offset is beyond the log (400).
    OutOfBounds,
    /// Send the client back to the start (409).
    Refetch {
        /// Whether the shape that was found is the one to fetch; else none can be named.
        names_found: bool,
    },
    /// Look the shape up again: what was found does not hold any more.
    Resolve,
    /// Serve a subset of the shape's rows, and with it this offset.
    Subset(LogOffset),
    /// Serve a chunk of the snapshot, which may still be growing.
    Chunk(u32),
    /// Wait for the snapshot to go on.
    AwaitChunk,
    /// Serve the items after this offset. There are some.
    Items(LogOffset),
    /// Say that the client is up to date at this offset, the log's latest.
    UpToDate(LogOffset),
    /// Wait for news since this offset, the log's latest.
    Hold(LogOffset),
    /// Say that there were no news since this offset, the log's latest.
    TimedOut(LogOffset),
    /// Stream what comes after this offset, as events.
    Stream(LogOffset),
    /// Wait for the log to reach the request's offset, for half the time.
    AwaitOffset,
}

impl Request {
    /// The chunk of the snapshot that comes next after the request's offset, if that lies in the snapshot.
    pub fn next_chunk(&self) -> Option<u32> {
        match self.offset {
            RequestOffset::At(LogOffset::BeforeAll) => Some(0),
            // Beyond the last number there is no chunk.
            RequestOffset::At(LogOffset::At { tx: 0, op }) => u32::try_from(op).ok()?.checked_add(1),
            _ => None,
        }
    }
}

/// What to do for `request`.
pub fn plan(request: &Request, resolution: Resolution<'_>, waited: Waited) -> Plan {
    match resolution {
        // A refusal would end the stream of a client for good that has done nothing wrong.
        Resolution::Unfit { did_fit: true } if request.handle.is_some() => Plan::Refetch { names_found: false },
        Resolution::Refused | Resolution::Unfit { .. } => Plan::Refuse,
        Resolution::Gone => Plan::Resolve,
        Resolution::Found { handle, .. } if request.handle.as_ref().is_some_and(|held| held != handle) => {
            Plan::Refetch { names_found: true }
        }
        Resolution::Found { log, .. } if request.subset.is_some() => Plan::Subset(beside_subset(request, log.latest)),
        Resolution::Found { log, .. } => of_log(request, &log, waited),
    }
}

/// The offset from which a client goes on that was served a subset: where it stands, so that it misses nothing (D1). One
/// beyond the log is legal here: after a 409 clients repeat the request with the offset of the old shape (section 11).
fn beside_subset(request: &Request, latest: LogOffset) -> LogOffset {
    match request.offset {
        RequestOffset::At(LogOffset::BeforeAll) => LogOffset::snapshot_chunk(0),
        RequestOffset::At(offset) => offset.min(latest),
        RequestOffset::Now => latest,
    }
}

/// What to do for a request whose handle is that of the shape (section 4).
fn of_log(request: &Request, log: &LogView, waited: Waited) -> Plan {
    let RequestOffset::At(offset) = request.offset else { return Plan::UpToDate(log.latest) };
    let of_snapshot = match (request.next_chunk(), log.snapshot) {
        (Some(chunk), SnapshotView::Complete { chunks }) if chunk < chunks => Some(Plan::Chunk(chunk)),
        (Some(chunk), SnapshotView::Writing { next_has_begun: true }) => Some(Plan::Chunk(chunk)),
        (Some(_), SnapshotView::Writing { next_has_begun: false }) => Some(Plan::AwaitChunk),
        _ => None,
    };
    if let Some(plan) = of_snapshot {
        return if request.sse { Plan::Stream(offset) } else { plan };
    }
    // Every offset in the snapshot is now at its end.
    let after = offset.max(LogOffset::SNAPSHOT_LAST);
    if after > log.latest {
        if waited < Waited::Half { Plan::AwaitOffset } else { Plan::OutOfBounds }
    } else if request.sse {
        Plan::Stream(offset)
    } else if after < log.latest {
        Plan::Items(after)
    } else if !request.live {
        Plan::UpToDate(log.latest)
    } else if waited < Waited::Enough {
        Plan::Hold(log.latest)
    } else {
        Plan::TimedOut(log.latest)
    }
}

#[cfg(test)]
mod tests;
