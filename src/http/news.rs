//! What there is of a shape's log for a request.

use crate::engine::{LiveShape, LogState, SnapshotPiece};
use crate::protocol::{LogView, Request, SnapshotView};

/// The log as this request sees it.
pub(super) fn view(request: &Request, live: &LiveShape, state: LogState) -> LogView {
    let snapshot = if let Some(chunks) = state.snapshot_chunks {
        SnapshotView::Complete { chunks }
    } else {
        let next = request.next_chunk().map(|chunk| live.snapshot_piece(chunk, 0));
        SnapshotView::Writing { next_has_begun: matches!(next, Some(SnapshotPiece::Items(_))) }
    };
    LogView { snapshot, latest: state.latest }
}
