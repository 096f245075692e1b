//! How far the stream may be acknowledged (the sole way back through the house).
//!
//! Pure. Storage makes all logs durable at once, at checkpoints, so one position serves for all shapes: everything
//! processed, but nothing from the oldest transaction on that still waits in memory, for a snapshot to be judged by or for Postgres
//! to say whether its rows are in.

use crate::pg::Lsn;

/// Follows the position up to which all of the stream is in the logs.
#[derive(Debug, Default)]
pub(super) struct FlushTracker {
    processed: Lsn,
}

impl FlushTracker {
    /// A transaction has been handed to every shape it concerns, or the server says that nothing was below `end`. True if
    /// that is further than before.
    pub(super) fn processed(&mut self, end: Lsn) -> bool {
        let is_further = end > self.processed;
        self.processed = self.processed.max(end);
        is_further
    }

    /// The position a checkpoint taken now may claim, given the commit positions of the transactions that wait in memory.
    pub(super) fn claimable(&self, waiting: impl Iterator<Item = Lsn>) -> Lsn {
        match waiting.min() {
            // The position of a commit record: acknowledging it makes the server send that transaction again.
            Some(oldest) => self.processed.min(oldest),
            None => self.processed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_transactions_hold_the_position() {
        let mut flush = FlushTracker::default();
        flush.processed(Lsn(100));
        assert_eq!(flush.claimable([Lsn(80), Lsn(60)].into_iter()), Lsn(60));
        assert_eq!(flush.claimable(std::iter::empty()), Lsn(100));
    }

    #[test]
    fn the_position_never_goes_back() {
        let mut flush = FlushTracker::default();
        flush.processed(Lsn(100));
        flush.processed(Lsn(90));
        assert_eq!(flush.claimable(std::iter::empty()), Lsn(100));
    }
}
