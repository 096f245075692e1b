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

    fn versions(&self) -> impl Iterator<Item = &Version> {
        self.old.iter().chain(&self.new)
    }

    fn is_new(&self) -> bool {
        self.versions().any(|version| version.standing == Standing::New)
    }

    /// Asks about its rows: about both at once if they are the same to the condition.
    fn ask(&mut self, question: &mut Question, condition: usize, columns: &[usize]) {
        if let Some(old) = &mut self.old {
            old.standing = Standing::Asked(question.row(condition, &old.row));
        }
        if let Some(new) = &mut self.new {
            let same = self.old.as_ref().filter(|old| old.row.agrees_in(columns, &new.row));
            new.standing = match same {
                Some(old) => old.standing,
                None => Standing::Asked(question.row(condition, &new.row)),
            };
        }
    }

    /// Takes Postgres' word for what was asked.
    fn answer(&mut self, verdicts: &Verdicts) -> Result<(), Arc<PostgresTrouble>> {
        for version in self.old.iter_mut().chain(&mut self.new) {
            if let Standing::Asked(asked) = version.standing {
                version.standing = if verdicts.of(asked)? { Standing::In } else { Standing::Out };
            }
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.versions().map(|version| version.row.size()).sum::<usize>() + size_of::<Self>()
    }

    fn is_judged(&self) -> bool {
        self.versions().all(|version| matches!(version.standing, Standing::In | Standing::Out))
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
        let mut condition = None;
        for change in changes.filter(|change| change.is_new()) {
            if question.is_full() {
                return;
            }
            let at = *condition.get_or_insert_with(|| question.condition(table, &self.condition, &self.columns));
            change.ask(question, at, &self.columns);
        }
    }

    /// Takes Postgres' word for what was asked.
    ///
    /// # Errors
    /// If it has none for one of them.
    pub(super) fn answer(&mut self, verdicts: &Verdicts) -> Result<(), Arc<PostgresTrouble>> {
        let changes = self.transactions.iter_mut().flat_map(|waiting| &mut waiting.changes);
        // What comes behind one that was not asked was not asked either.
        changes.take_while(|change| !change.is_new()).try_for_each(|change| change.answer(verdicts))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::{Column, PgType, RelationId, TableName, Xid};
    use crate::predicate::{Expr, Predicate};

    fn table() -> Arc<TableSchema> {
        let column = |name: &str| Column::plain(name, PgType::Int4);
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        Arc::new(TableSchema { id, name, columns: ["a", "b"].map(column).to_vec(), primary_key: Vec::new() })
    }

    fn pending() -> Pending {
        let filter: Expr = "only_postgres_knows(a)".parse().unwrap();
        let predicate = Predicate::check(&filter, &[], &table()).unwrap();
        Pending::new(predicate.handed_on().unwrap())
    }

    fn begin(number: u32) -> Begin {
        Begin { xid: Xid(number), commit_lsn: Lsn(u64::from(number)) }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as changes have it")]
    fn row(a: &str, b: &str) -> Option<Arc<KeptRow>> {
        Some(Arc::new(KeptRow::new(&[Some(a.as_bytes()), Some(b.as_bytes())])))
    }

    /// Asks about all that is new; how many rows that are.
    fn ask(pending: &mut Pending) -> usize {
        let mut question = Question::default();
        pending.ask(&mut question, &table());
        question.into_asks().iter().map(|ask| ask.rows.len()).sum()
    }

    /// What can be done now: the numbers of changes with whether their rows are in, and of complete transactions.
    fn steps(pending: &mut Pending) -> Vec<String> {
        let mut steps = Vec::new();
        while let Some(next) = pending.next() {
            steps.push(match next {
                Next::Fold(change, _) => {
                    format!("{}: {} {}", change.number, change.old.is_some(), change.new.is_some())
                }
                Next::Finish(begin, _) => format!("end of {}", begin.xid),
            });
        }
        steps
    }

    #[test]
    fn changes_are_folded_in_order_as_far_as_they_are_judged() {
        let mut pending = pending();
        assert!(pending.add(begin(1), PendingChange::new(1, 0, None, row("1", "1"))));
        assert!(!pending.add(begin(1), PendingChange::new(2, 2, row("1", "1"), row("2", "1"))));
        pending.commit(begin(1));
        assert_eq!(ask(&mut pending), 3);
        assert!(pending.add(begin(2), PendingChange::new(3, 0, row("2", "1"), None)));
        assert_eq!(ask(&mut pending), 1, "what is asked is not asked again");
        pending.add(begin(2), PendingChange::new(4, 2, None, row("2", "2")));
        assert_eq!((steps(&mut pending), pending.oldest()), (vec![], Some(Lsn(1))));
        pending.answer(&Verdicts::of_one_condition(&[true, false, true])).unwrap();
        let judged = ["1: false true", "2: false true", "end of 1", "3: true false"];
        assert_eq!((steps(&mut pending), pending.oldest()), (judged.map(str::to_owned).to_vec(), Some(Lsn(2))));
        assert_eq!(ask(&mut pending), 1);
        pending.answer(&Verdicts::of_one_condition(&[false])).unwrap();
        assert_eq!(steps(&mut pending), ["4: false false"]);
        assert!(!pending.is_empty(), "it is still open");
        pending.commit(begin(2));
        assert_eq!(steps(&mut pending), ["end of 2"]);
        assert!(pending.is_empty() && pending.bytes == 0 && pending.oldest().is_none());
    }

    #[test]
    fn rows_that_are_the_same_to_the_condition_are_asked_about_once() {
        let mut pending = pending();
        pending.add(begin(1), PendingChange::new(1, 0, row("1", "1"), row("1", "2")));
        assert_eq!(ask(&mut pending), 1);
        pending.answer(&Verdicts::of_one_condition(&[true])).unwrap();
        assert_eq!(steps(&mut pending), ["1: true true"]);
    }

    #[test]
    fn what_the_snapshot_holds_is_dropped_also_while_it_is_asked_about() {
        let mut pending = pending();
        for number in 1..4 {
            pending.add(begin(number), PendingChange::new(number.into(), 0, None, row("1", "1")));
            pending.commit(begin(number));
        }
        assert_eq!(ask(&mut pending), 3);
        pending.drop_seen_by(&"3:3:".parse().unwrap());
        assert_eq!(pending.oldest(), Some(Lsn(3)));
        pending.answer(&Verdicts::of_one_condition(&[false, false, true])).unwrap();
        assert_eq!(steps(&mut pending), ["3: false true", "end of 3"]);
        assert_eq!(pending.bytes, 0);
    }

    #[test]
    fn a_row_without_a_verdict_is_told() {
        let mut pending = pending();
        pending.add(begin(1), PendingChange::new(1, 0, None, row("1", "1")));
        ask(&mut pending);
        assert!(matches!(*pending.answer(&Verdicts::default()).unwrap_err(), PostgresTrouble::Lost));
    }
}
