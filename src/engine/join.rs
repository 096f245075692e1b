//! Where a shape's snapshot ends and its part of the stream begins.
//!
//! Pure. A transaction belongs to the snapshot iff the snapshot sees it; positions in the WAL say nothing about that,
//! since a commit can be streamed long before it becomes visible. So a shape buffers what is routed to it until its
//! snapshot is known, and then judges by transaction id.

use std::collections::VecDeque;

use crate::change::Begin;
use crate::pg::{Lsn, PgSnapshot, Xid, Xid8};
use crate::storage::ItemEnd;

/// How many processed transactions are remembered, to find one that a later snapshot does not see. 1 MiB of ids.
const REMEMBERED: usize = 1 << 18;

/// What a shape does with the transactions routed to it.
#[derive(Debug)]
pub(super) enum Phase {
    /// Its snapshot is not known yet: keep them.
    Joining(Box<Joining>),
    /// Drop those that the snapshot sees.
    Filtering(Box<Filter>),
    /// Log them all.
    Following,
}

/// A snapshot, and how long transactions must be held against it.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) snapshot: PgSnapshot,
    /// Where the WAL ended when the snapshot had been taken: whatever commits from there on it does not see.
    pub(super) end: Lsn,
}

/// A shape whose snapshot is not known yet.
#[derive(Debug)]
pub(super) struct Joining {
    /// How many transactions had been processed when it was registered, the one then open included: its snapshot must
    /// see all of them.
    registered_after: u64,
    /// The transaction that was open when it was registered: we have missed its beginning, the snapshot must have it.
    open_at_registration: Option<Xid>,
    buffered: Vec<Buffered>,
    bytes: usize,
}

/// The items of one transaction that wait for the snapshot.
#[derive(Debug)]
pub(super) struct Buffered {
    pub(super) xid: Xid,
    pub(super) lsn: Lsn,
    pub(super) bytes: Vec<u8>,
    pub(super) ends: Vec<ItemEnd>,
}

/// What to do with a transaction's changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They are in the snapshot.
    Drop,
    /// They belong to the log, or may.
    Take,
}

impl Phase {
    pub(super) fn joining(registered_after: u64, open: Option<Xid>) -> Self {
        Self::Joining(Box::new(Joining {
            registered_after,
            open_at_registration: open,
            buffered: Vec::new(),
            bytes: 0,
        }))
    }

    /// What to do with the changes of the transaction that is being streamed now.
    pub(super) fn judge(&mut self, transaction: Begin) -> Verdict {
        // No id tells that the last transaction which the snapshot sees has come: commits become visible in another
        // order than that of their records, in which they are streamed.
        if let Self::Filtering(filter) = self
            && transaction.commit_lsn >= filter.end
        {
            *self = Self::Following;
        }
        match self {
            Self::Joining(joining) if joining.open_at_registration == Some(transaction.xid) => Verdict::Drop,
            Self::Filtering(filter) if filter.snapshot.sees_narrow(transaction.xid) => Verdict::Drop,
            Self::Joining(_) | Self::Filtering(_) | Self::Following => Verdict::Take,
        }
    }
}

impl Joining {
    /// Keeps a transaction; returns how many bytes are kept now.
    pub(super) fn buffer(&mut self, transaction: Buffered) -> usize {
        self.bytes += transaction.bytes.len();
        self.buffered.push(transaction);
        self.bytes
    }

    /// The commit position of the oldest kept transaction: nothing from there on is anywhere else.
    pub(super) fn oldest(&self) -> Option<Lsn> {
        self.buffered.first().map(|transaction| transaction.lsn)
    }

    /// Whether `snapshot` sees all that was processed before this shape was registered; else another must be taken.
    pub(super) fn accepts(&self, snapshot: &PgSnapshot, processed: &Processed) -> bool {
        processed.all_seen_by(snapshot, self.registered_after)
    }

    /// The kept transactions that `snapshot` does not see, in order.
    pub(super) fn judge(self, snapshot: &PgSnapshot) -> impl Iterator<Item = Buffered> {
        self.buffered.into_iter().filter(move |transaction| !snapshot.sees_narrow(transaction.xid))
    }
}

/// The last transactions that were processed, in order.
#[derive(Debug, Default)]
pub(super) struct Processed {
    xids: VecDeque<Xid>,
    /// How many came before the first of them.
    forgotten: u64,
    /// The `xmin` of the youngest snapshot for which some of them were forgotten: an older one may not see them.
    seen_below: Option<Xid8>,
}

impl Processed {
    /// Notes a transaction when it begins to be processed.
    pub(super) fn begin(&mut self, xid: Xid) {
        if self.xids.len() == REMEMBERED {
            self.xids.pop_front();
            self.forgotten += 1;
        }
        self.xids.push_back(xid);
    }

    /// How many have begun so far.
    pub(super) fn count(&self) -> u64 {
        self.forgotten + self.xids.len() as u64
    }

    /// Whether `snapshot` sees the first `count` transactions, as far as they are remembered.
    pub(super) fn all_seen_by(&self, snapshot: &PgSnapshot, count: u64) -> bool {
        if self.seen_below.is_some_and(|below| snapshot.xmin < below) {
            return false;
        }
        let count = usize::try_from(count.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.xids.iter().take(count).all(|xid| snapshot.sees_narrow(*xid))
    }

    /// Forgets those older than all that a snapshot may miss: later snapshots see them, too.
    pub(super) fn forget_seen_by(&mut self, snapshot: &PgSnapshot) {
        while self.xids.front().is_some_and(|xid| xid.widen(snapshot.xmin) < snapshot.xmin) {
            self.xids.pop_front();
            self.forgotten += 1;
            self.seen_below = self.seen_below.max(Some(snapshot.xmin));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(text: &str) -> PgSnapshot {
        text.parse().unwrap()
    }

    fn joining(phase: Phase) -> Joining {
        let Phase::Joining(joining) = phase else { panic!("not joining") };
        *joining
    }

    fn buffered(xid: u32, lsn: u64) -> Buffered {
        Buffered { xid: Xid(xid), lsn: Lsn(lsn), bytes: vec![0; 10], ends: vec![] }
    }

    #[test]
    fn buffered_transactions_are_logged_unless_the_snapshot_sees_them() {
        let mut join = joining(Phase::joining(0, None));
        for (xid, lsn) in [(5, 50), (9, 60), (7, 70), (12, 80)] {
            join.buffer(buffered(xid, lsn));
        }
        assert_eq!(join.oldest(), Some(Lsn(50)));
        let logged: Vec<_> = join.judge(&snapshot("6:11:7")).map(|kept| kept.xid.0).collect();
        assert_eq!(logged, [7, 12]);
    }

    fn begin(xid: u32, commit_lsn: u64) -> Begin {
        Begin { xid: Xid(xid), commit_lsn: Lsn(commit_lsn) }
    }

    #[test]
    fn filtering_ends_where_the_wal_ended_when_the_snapshot_was_taken() {
        let mut phase = Phase::Filtering(Box::new(Filter { snapshot: snapshot("6:11:7"), end: Lsn(100) }));
        assert_eq!(phase.judge(begin(8, 50)), Verdict::Drop);
        assert_eq!(phase.judge(begin(7, 60)), Verdict::Take);
        assert_eq!(phase.judge(begin(11, 70)), Verdict::Take, "its record is there, but it was not yet visible");
        assert_eq!(phase.judge(begin(9, 80)), Verdict::Drop, "its record came later, but it was visible first");
        assert_eq!(phase.judge(begin(12, 100)), Verdict::Take);
        assert!(matches!(phase, Phase::Following));
    }

    #[test]
    fn a_shape_that_was_long_idle_takes_an_id_that_has_wrapped_around() {
        let mut phase = Phase::Filtering(Box::new(Filter { snapshot: snapshot("6:11:7"), end: Lsn(100) }));
        let ages_later = begin(11 + (1 << 31) + 5, 1 << 50);
        assert_eq!(phase.judge(ages_later), Verdict::Take);
    }

    #[test]
    fn a_transaction_open_at_registration_is_left_to_the_snapshot() {
        let mut processed = Processed::default();
        processed.begin(Xid(20));
        let mut phase = Phase::joining(processed.count(), Some(Xid(20)));
        assert_eq!(phase.judge(begin(20, 1)), Verdict::Drop);
        assert_eq!(phase.judge(begin(21, 2)), Verdict::Take);
        let join = joining(phase);
        assert!(!join.accepts(&snapshot("20:21:20"), &processed), "the snapshot lacks it, too");
        assert!(join.accepts(&snapshot("21:21:"), &processed));
    }

    #[test]
    fn a_snapshot_must_see_what_was_processed_before_registration_only() {
        let mut processed = Processed::default();
        for xid in [1, 2, 3] {
            processed.begin(Xid(xid));
        }
        let join = joining(Phase::joining(processed.count(), None));
        processed.begin(Xid(4));
        assert!(join.accepts(&snapshot("4:4:"), &processed), "4 came later and is buffered");
        assert!(!join.accepts(&snapshot("2:9:2"), &processed), "2 was streamed before it became visible");
    }

    #[test]
    fn what_was_forgotten_for_one_snapshot_may_be_missing_in_an_older_one() {
        let mut processed = Processed::default();
        processed.begin(Xid(5));
        let join = joining(Phase::joining(processed.count(), None));
        processed.forget_seen_by(&snapshot("6:6:"));
        assert_eq!(processed.count(), 1);
        assert!(!join.accepts(&snapshot("5:6:5"), &processed), "it was taken before, and judged later");
        assert!(join.accepts(&snapshot("6:7:6"), &processed));
    }

    #[test]
    fn memory_of_processed_transactions_is_bounded() {
        let mut processed = Processed::default();
        for xid in 0..=REMEMBERED {
            processed.begin(Xid(u32::try_from(xid).unwrap()));
        }
        assert_eq!(processed.xids.len(), REMEMBERED);
        assert_eq!(processed.count(), REMEMBERED as u64 + 1);
        processed.forget_seen_by(&snapshot("100:100:"));
        assert_eq!(processed.xids.front(), Some(&Xid(100)));
        assert_eq!(processed.count(), REMEMBERED as u64 + 1);
    }
}
