//! What waits for Postgres' word: the changes of a shape whose filter is handed on in part.
//!
//! All changes of such a shape go through here, in order, so that none overtakes another. A change waits with those of its
//! rows that are in as far as the engine can tell; once Postgres has said which really are, it is folded like any other.
//!
//! Pure.

use std::collections::VecDeque;
use std::sync::Arc;

use super::table::Row;
use super::transaction::Touched;
use crate::change::{Begin, KeptRow};
use crate::engine::verdicts::{Asked, PostgresTrouble, Question, Verdicts};
use crate::pg::{Lsn, PgSnapshot, TableSchema};
use crate::predicate::HandedOn;
use crate::protocol::Place;

/// What may wait of one shape, in bytes of rows; beyond that it is given up. Rows wait as long as Postgres cannot be asked.
pub(super) const MAX_PENDING_BYTES: usize = 256 * 1024 * 1024;

/// The transactions of a shape that wait, in the order of their commits.
#[derive(Debug)]
pub(super) struct Pending {
    condition: Arc<str>,
    columns: Arc<[usize]>,
    transactions: VecDeque<Waiting>,
    bytes: usize,
}

/// A transaction of which something waits. Only the last may be open.
#[derive(Debug)]
struct Waiting {
    begin: Begin,
    place: Place,
    is_committed: bool,
    changes: VecDeque<PendingChange>,
    /// What has come of those before.
    judged: Touched,
}

/// A change that waits, with those of its rows that may be in.
#[derive(Debug)]
pub(super) struct PendingChange {
    /// Its number among all changes of the stream.
    pub(super) number: u64,
    /// Its operation number.
    pub(super) op: u64,
    old: Option<Version>,
    new: Option<Version>,
}

#[derive(Debug)]
struct Version {
    row: Arc<KeptRow>,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    New,
    Asked(Asked),
    In,
    Out,
}

/// What is to be done next.
pub(super) enum Next<'a> {
    /// Fold this change into the transaction.
    Fold(JudgedChange, &'a mut Touched),
    /// The transaction is complete.
    Finish(Begin, Touched),
}

/// A change whose rows are known to be in.
pub(super) struct JudgedChange {
    pub(super) begin: Begin,
    pub(super) place: Place,
    pub(super) number: u64,
    pub(super) old: Option<Arc<KeptRow>>,
    pub(super) new: Option<Arc<KeptRow>>,
}

impl PendingChange {
    /// A change, with those of its rows that may be in.
    pub(super) fn new(number: u64, op: u64, old: Option<Arc<KeptRow>>, new: Option<Arc<KeptRow>>) -> Self {
        let version = |row| Version { row, standing: Standing::New };
        Self { number, op, old: old.map(version), new: new.map(version) }
    }

    fn versions(&mut self) -> impl Iterator<Item = &mut Version> {
        self.old.iter_mut().chain(&mut self.new)
    }

    fn bytes(&self) -> usize {
        self.old.iter().chain(&self.new).map(|version| version.row.size()).sum::<usize>() + size_of::<Self>()
    }

    fn is_judged(&self) -> bool {
        self.old.iter().chain(&self.new).all(|version| matches!(version.standing, Standing::In | Standing::Out))
    }
}

impl Pending {
    pub(super) fn new(part: &HandedOn) -> Self {
        Self { condition: part.sql().into(), columns: part.columns().into(), transactions: VecDeque::new(), bytes: 0 }
    }

    /// Adds a change of the open transaction. True if it is the first of it.
    pub(super) fn add(&mut self, begin: Begin, change: PendingChange) -> bool {
        self.bytes += change.bytes();
        let open = self.transactions.back_mut().filter(|waiting| !waiting.is_committed);
        if let Some(open) = open {
            open.changes.push_back(change);
            return false;
        }
        self.transactions.push_back(Waiting {
            begin,
            place: Place::new(begin.xid, begin.commit_lsn),
            is_committed: false,
            changes: VecDeque::from([change]),
            judged: Touched::default(),
        });
        true
    }

    /// Whether more waits than may.
    pub(super) fn overflows(&self) -> bool {
        self.bytes > MAX_PENDING_BYTES
    }

    /// The transaction is complete.
    pub(super) fn commit(&mut self, begin: Begin) {
        if let Some(last) = self.transactions.back_mut().filter(|last| last.begin == begin) {
            last.is_committed = true;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    /// The commit position of the oldest transaction that waits: of what is before it, all is in the log.
    pub(super) fn oldest(&self) -> Option<Lsn> {
        self.transactions.front().map(|waiting| waiting.begin.commit_lsn)
    }

    /// Whether the log may hold a part of a transaction, unpublished.
    pub(super) fn has_begun(&self) -> bool {
        self.transactions.front().is_some_and(|waiting| waiting.judged.has_items())
    }

    /// Drops what the shape's snapshot holds.
    pub(super) fn drop_seen_by(&mut self, snapshot: &PgSnapshot) {
        self.transactions.retain(|waiting| !snapshot.sees_narrow(waiting.begin.xid));
        let changes = self.transactions.iter().flat_map(|waiting| &waiting.changes);
        self.bytes = changes.map(PendingChange::bytes).sum();
    }

    /// Adds to the question what has not been asked, until that is full.
    pub(super) fn ask(&mut self, question: &mut Question, table: &Arc<TableSchema>) {
        let changes = self.transactions.iter_mut().flat_map(|waiting| &mut waiting.changes);
        let new = changes.flat_map(PendingChange::versions).filter(|version| version.standing == Standing::New);
        let mut condition = None;
        for version in new {
            if question.is_full() {
                return;
            }
            let at = *condition.get_or_insert_with(|| question.condition(table, &self.condition, &self.columns));
            version.standing = Standing::Asked(question.row(at, &version.row));
        }
    }

    /// Takes Postgres' word for what was asked.
    ///
    /// # Errors
    /// If it has none for one of them.
    pub(super) fn answer(&mut self, verdicts: &Verdicts) -> Result<(), Arc<PostgresTrouble>> {
        let changes = self.transactions.iter_mut().flat_map(|waiting| &mut waiting.changes);
        for version in changes.flat_map(PendingChange::versions) {
            match version.standing {
                // What comes behind it was not asked either.
                Standing::New => break,
                Standing::Asked(asked) => {
                    version.standing = if verdicts.of(asked)? { Standing::In } else { Standing::Out };
                }
                Standing::In | Standing::Out => {}
            }
        }
        Ok(())
    }

    /// What is to be done next, until the first change that still waits.
    pub(super) fn next(&mut self) -> Option<Next<'_>> {
        let front = self.transactions.front()?;
        let Some(change) = front.changes.front() else {
            if !front.is_committed {
                return None;
            }
            let Waiting { begin, judged, .. } = self.transactions.pop_front()?;
            return Some(Next::Finish(begin, judged));
        };
        if !change.is_judged() {
            return None;
        }
        let Waiting { begin, place, changes, judged, .. } = self.transactions.front_mut()?;
        let change = changes.pop_front()?;
        self.bytes -= change.bytes();
        place.op = change.op;
        let is_in = |version: Option<Version>| Some(version.filter(|version| version.standing == Standing::In)?.row);
        let PendingChange { number, old, new, .. } = change;
        let change = JudgedChange { begin: *begin, place: place.clone(), number, old: is_in(old), new: is_in(new) };
        Some(Next::Fold(change, judged))
    }
}

/// The values of a row that was kept.
pub(super) fn cells(row: &KeptRow) -> Row<'_> {
    row.cells().collect()
}
