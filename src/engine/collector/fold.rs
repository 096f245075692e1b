//! What a change means for one shape: an insert, an update, a delete, a change of key, or nothing.

use std::sync::Arc;

use tracing::warn;

use super::pending::{JudgedChange, MAX_PENDING_BYTES, Next, Pending, PendingChange, cells};
use super::projection::{ChangeItems, Projection};
use super::shapes::Entry;
use super::transaction::{OpenTransaction, Touched};
use crate::change::{Begin, KeptRow};
use crate::engine::join::{Buffered, Phase, Verdict};
use crate::engine::live::LiveShape;
use crate::engine::router::Slot;
use crate::engine::row::TableRow;
use crate::engine::verdicts::PostgresTrouble;
use crate::predicate::EvalError;
use crate::protocol::{Cells, LogOffset, Place};
use crate::storage::StorageError;

/// Items of one transaction beyond this size go to the log before the commit, unseen by readers.
const SPILL_BYTES: usize = 256 * 1024;

/// What a shape may keep in memory while its snapshot is being taken; beyond that it is given up.
const MAX_BUFFERED_BYTES: usize = 256 * 1024 * 1024;

/// Why a shape is ended by the collector.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("its filter cannot be evaluated on a changed row")]
    Filter(#[from] EvalError),
    #[error("a column that it selects may be null now, and its clients were told otherwise")]
    Null,
    #[error("its log cannot be written")]
    Storage(#[from] StorageError),
    #[error("its snapshot took so long that the changes since exceed {MAX_BUFFERED_BYTES} bytes of memory")]
    Overflow,
    #[error("Postgres could not be asked about so many changes that they exceed {MAX_PENDING_BYTES} bytes of memory")]
    Pending,
    #[error("its table has changed while rows waited for Postgres")]
    TableChanged,
    #[error(transparent)]
    Postgres(#[from] Arc<PostgresTrouble>),
}

impl Trouble {
    /// Tells the operator.
    pub(super) fn report(&self, live: &LiveShape) {
        let table = &live.definition().table.name;
        warn!(handle = %live.handle(), %table, error = self as &dyn std::error::Error, "shape invalidated");
    }
}

/// A changed row, before and after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions<'a, 'b> {
    pub(super) old: Option<&'b Cells<'a>>,
    pub(super) new: Option<&'b Cells<'a>>,
}

/// The transaction that a change belongs to, and memory to use again.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub(super) open: &'a mut OpenTransaction,
    pub(super) spare: &'a mut Vec<Touched>,
    /// The number of the change.
    pub(super) change: u64,
    pub(super) kept: Kept,
}

/// The rows of a change, copied once for all the shapes for which they must wait.
#[derive(Debug, Default)]
pub(super) struct Kept {
    old: Option<Arc<KeptRow>>,
    new: Option<Arc<KeptRow>>,
}

impl Kept {
    fn of(kept: &mut Option<Arc<KeptRow>>, row: Option<&Cells<'_>>) -> Option<Arc<KeptRow>> {
        let row = row?;
        Some(kept.get_or_insert_with(|| Arc::new(KeptRow::new(row))).clone())
    }
}

/// Folds a change into what the open transaction has for the shape in `slot`.
pub(super) fn fold(
    entry: &mut Entry,
    slot: Slot,
    projection: &mut Projection,
    versions: Versions<'_, '_>,
    target: &mut Target<'_>,
) -> Result<(), Trouble> {
    if entry.phase.judge(target.open.begin) == Verdict::Drop {
        return Ok(());
    }
    let predicate = entry.live.definition().predicate.as_deref();
    let inside = |row: Option<&Cells<'_>>| match (row, predicate) {
        (None, _) => Ok(false),
        (Some(_), None) => Ok(true),
        (Some(row), Some(predicate)) => predicate.matches(&TableRow(row)),
    };
    let (was, is) = (inside(versions.old)?, inside(versions.new)?);
    let versions = Versions { old: versions.old.filter(|_| was), new: versions.new.filter(|_| is) };
    if let Some(pending) = &mut entry.pending {
        return if was || is { wait(pending, slot, versions, target) } else { Ok(()) };
    }
    let place = &target.open.place;
    let op = place.op;
    match items(projection, versions, place)? {
        ChangeItems::Nothing => Ok(()),
        ChangeItems::One(item) => add(entry, slot, item, op, target),
        ChangeItems::Two(first, second) => {
            add(entry, slot, first, op, target)?;
            add(entry, slot, second, op + 1, target)
        }
    }
}

/// Keeps a change until Postgres has said which of its rows are in.
fn wait(pending: &mut Pending, slot: Slot, versions: Versions<'_, '_>, target: &mut Target<'_>) -> Result<(), Trouble> {
    let Target { open, kept, change, .. } = target;
    let old = Kept::of(&mut kept.old, versions.old);
    let new = Kept::of(&mut kept.new, versions.new);
    if pending.add(open.begin, PendingChange::new(*change, open.place.op, old, new)) {
        open.waiting.push(slot);
    }
    if pending.overflows() { Err(Trouble::Pending) } else { Ok(()) }
}

/// What a change puts into the log of a shape that has had the old row and has the new one, as far as there are any.
fn items<'p>(
    projection: &'p mut Projection,
    versions: Versions<'_, '_>,
    place: &Place,
) -> Result<ChangeItems<'p>, Trouble> {
    if versions.new.is_some_and(|new| projection.lacks_a_value(new)) {
        return Err(Trouble::Null);
    }
    Ok(match (versions.old, versions.new) {
        (None, None) => ChangeItems::Nothing,
        (None, Some(new)) => projection.insert(new, place),
        (Some(old), None) => projection.delete(old, place),
        (Some(old), Some(new)) => projection.update(old, new, place),
    })
}

/// Folds what Postgres has judged, in order, up to the first change that still waits.
pub(super) fn fold_judged(entry: &mut Entry, projection: &mut Projection) -> Result<(), Trouble> {
    let Some(mut pending) = entry.pending.take() else { return Ok(()) };
    let mut folded = Ok(());
    while folded.is_ok() {
        folded = match pending.next() {
            None => break,
            Some(Next::Fold(change, judged)) => fold_change(entry, projection, &change, judged),
            Some(Next::Finish(begin, mut judged)) => finish(entry, begin, &mut judged),
        };
    }
    entry.pending = Some(pending);
    folded
}

fn fold_change(
    entry: &mut Entry,
    projection: &mut Projection,
    change: &JudgedChange,
    judged: &mut Touched,
) -> Result<(), Trouble> {
    let JudgedChange { begin, place, number, old, new } = change;
    projection.begin(*number);
    let (old, new) = (old.as_deref().map(cells), new.as_deref().map(cells));
    match items(projection, Versions { old: old.as_deref(), new: new.as_deref() }, place)? {
        ChangeItems::Nothing => Ok(()),
        ChangeItems::One(item) => push(entry, judged, *begin, (item, place.op)),
        ChangeItems::Two(first, second) => {
            push(entry, judged, *begin, (first, place.op))?;
            push(entry, judged, *begin, (second, place.op + 1))
        }
    }
}

/// Adds an item to what the open transaction has for the shape.
fn add(entry: &mut Entry, slot: Slot, item: &[u8], op: u64, target: &mut Target<'_>) -> Result<(), Trouble> {
    let Target { open, spare, .. } = target;
    let at = *entry.touched.get_or_insert_with(|| {
        let mut touched = spare.pop().unwrap_or_default();
        touched.reset(slot);
        open.touched.push(touched);
        open.touched.len() - 1
    });
    match open.touched.get_mut(at) {
        Some(touched) => push(entry, touched, open.begin, (item, op)),
        None => Ok(()),
    }
}

/// Adds an item, with its operation number, to those of a transaction.
fn push(entry: &mut Entry, touched: &mut Touched, tx: Begin, (item, op): (&[u8], u64)) -> Result<(), Trouble> {
    touched.close();
    let stored = if touched.len() > SPILL_BYTES { store(entry, touched, tx) } else { Ok(()) };
    touched.push(item, op);
    stored
}

/// A transaction is complete: what it has for the shape goes to its readers, once the shape has any.
pub(super) fn finish(entry: &mut Entry, begin: Begin, touched: &mut Touched) -> Result<(), Trouble> {
    if !touched.has_items() {
        return Ok(());
    }
    touched.finish();
    store(entry, touched, begin)?;
    if !matches!(entry.phase, Phase::Joining(_)) {
        publish(&entry.live);
    }
    Ok(())
}

/// Moves the complete items of a transaction to the shape's log, or to what it keeps until its snapshot is known.
fn store(entry: &mut Entry, touched: &mut Touched, transaction: Begin) -> Result<(), Trouble> {
    if let Phase::Joining(joining) = &mut entry.phase {
        let (bytes, ends) = touched.take();
        let kept = Buffered { xid: transaction.xid, lsn: transaction.commit_lsn, bytes, ends };
        let buffered = joining.buffer(kept);
        return if buffered > MAX_BUFFERED_BYTES { Err(Trouble::Overflow) } else { Ok(()) };
    }
    entry.live.log().append(touched.items(transaction.commit_lsn))?;
    touched.clear();
    Ok(())
}

/// Lets readers see all that was appended, and wakes them.
pub(super) fn publish(live: &LiveShape) {
    let latest = live.log().publish();
    if latest != LogOffset::SNAPSHOT_LAST {
        live.update(|state| state.latest = latest);
    }
}
