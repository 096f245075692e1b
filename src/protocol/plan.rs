//! What a request gets, as the state of the log has it (sections 4 and 9).
//!
//! A request is planned each time the log's state changes, until something can be served or its time is up.

use super::{LogOffset, Request, RequestOffset};

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

/// What to do for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Plan {
    /// Serve a chunk of the snapshot, which may still be growing.
    Chunk(u32),
    /// Wait for the snapshot to go on.
    AwaitChunk,
    /// Serve the items after this offset. There are some.
    Items(LogOffset),
    /// Say that the client is up to date at this offset, the log's latest.
    UpToDate(LogOffset),
    /// Wait for news; when time is up, say that there are none since this offset, the log's latest.
    Hold(LogOffset),
    /// Wait for the log to reach the request's offset, for half the time; when it is up, refuse.
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

/// What to do for `request`, whose handle is the shape's.
pub fn plan(request: &Request, view: &LogView) -> Plan {
    let RequestOffset::At(offset) = request.offset else { return Plan::UpToDate(view.latest) };
    match (request.next_chunk(), view.snapshot) {
        (Some(chunk), SnapshotView::Complete { chunks }) if chunk < chunks => return Plan::Chunk(chunk),
        (Some(chunk), SnapshotView::Writing { next_has_begun: true }) => return Plan::Chunk(chunk),
        (Some(_), SnapshotView::Writing { next_has_begun: false }) => return Plan::AwaitChunk,
        _ => {}
    }
    // Every offset in the snapshot is now at its end.
    let after = offset.max(LogOffset::SNAPSHOT_LAST);
    if after > view.latest {
        Plan::AwaitOffset
    } else if after < view.latest {
        Plan::Items(after)
    } else if request.live {
        Plan::Hold(view.latest)
    } else {
        Plan::UpToDate(view.latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{LogMode, ShapeHandle};

    fn request(offset: &str, live: bool) -> Request {
        let offset = match offset {
            "now" => RequestOffset::Now,
            text => RequestOffset::At(text.parse().unwrap()),
        };
        Request {
            offset,
            handle: Some(ShapeHandle::from_client("h")),
            live,
            cursor: 0,
            log: LogMode::Full,
            subset: None,
        }
    }

    fn at(text: &str) -> LogOffset {
        text.parse().unwrap()
    }

    const WAITS: SnapshotView = SnapshotView::Writing { next_has_begun: false };
    const BEGUN: SnapshotView = SnapshotView::Writing { next_has_begun: true };
    const ONE: SnapshotView = SnapshotView::Complete { chunks: 1 };
    const TWO: SnapshotView = SnapshotView::Complete { chunks: 2 };

    #[test]
    fn every_row_of_the_table_of_offsets() {
        let items = |after: &str| Plan::Items(at(after));
        let up_to_date = |latest: &str| Plan::UpToDate(at(latest));
        let hold = |latest: &str| Plan::Hold(at(latest));
        // (request's offset, live, snapshot, latest) -> plan
        for (offset, live, snapshot, latest, wanted) in [
            // Cases 39, 41: a start, on a complete snapshot and on one that is being written.
            ("-1", false, ONE, "0_inf", Plan::Chunk(0)),
            ("-1_0", false, TWO, "9_0", Plan::Chunk(0)),
            ("-1", false, BEGUN, "0_inf", Plan::Chunk(0)),
            ("-1", false, WAITS, "0_inf", Plan::AwaitChunk),
            // Case 46: the chunks of the snapshot one by one.
            ("0_0", false, TWO, "0_inf", Plan::Chunk(1)),
            ("0_1", false, TWO, "0_inf", up_to_date("0_inf")),
            ("0_0", false, BEGUN, "0_inf", Plan::Chunk(1)),
            ("0_0", false, WAITS, "9_0", Plan::AwaitChunk),
            ("0_0", true, WAITS, "9_0", Plan::AwaitChunk),
            ("0_0", true, TWO, "9_0", Plan::Chunk(1)),
            // Case 45, and the log from its start.
            ("0_0", false, ONE, "0_inf", up_to_date("0_inf")),
            ("0_0", false, ONE, "9_0", items("0_inf")),
            ("0_7", false, ONE, "9_0", items("0_inf")),
            ("0_inf", false, ONE, "0_inf", up_to_date("0_inf")),
            ("0_inf", false, ONE, "9_0", items("0_inf")),
            ("0_inf", false, WAITS, "9_0", items("0_inf")),
            ("0_4294967295", false, WAITS, "9_0", items("0_inf")),
            ("0_99999999999999999999", false, BEGUN, "9_0", items("0_inf")),
            // Cases 53, 54: items after an offset, at once, live or not; between items too.
            ("7_4", false, ONE, "9_2", items("7_4")),
            ("7_4", true, ONE, "9_2", items("7_4")),
            ("9_1", true, ONE, "9_2", items("9_1")),
            // Cases 54, 55: nothing after the offset.
            ("9_2", false, ONE, "9_2", up_to_date("9_2")),
            ("9_2", true, ONE, "9_2", hold("9_2")),
            ("0_inf", true, ONE, "0_inf", hold("0_inf")),
            ("0_0", true, ONE, "0_inf", hold("0_inf")),
            // Case 85: beyond the log.
            ("9_3", false, ONE, "9_2", Plan::AwaitOffset),
            ("9_3", true, ONE, "9_2", Plan::AwaitOffset),
            ("1_0", false, ONE, "0_inf", Plan::AwaitOffset),
            ("99999999999999999999_0", false, ONE, "9_2", Plan::AwaitOffset),
            // Cases 48, 49: from now on.
            ("now", false, ONE, "0_inf", up_to_date("0_inf")),
            ("now", false, WAITS, "9_2", up_to_date("9_2")),
        ] {
            let view = LogView { snapshot, latest: at(latest) };
            assert_eq!(plan(&request(offset, live), &view), wanted, "{offset} {live} {view:?}");
        }
    }
}
