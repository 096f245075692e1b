//! What a change means for one shape: an insert, an update, a delete, a change of key, or nothing.

use tracing::warn;

use super::projection::{ChangeItems, Projection};
use super::shapes::Entry;
use super::transaction::{OpenTransaction, Touched};
use crate::engine::join::{Buffered, Phase, Verdict};
use crate::engine::live::LiveShape;
use crate::engine::router::Slot;
use crate::predicate::{EvalError, Row};
use crate::protocol::{Cells, LogOffset};
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
    let new = versions.new.filter(|_| is);
    if new.is_some_and(|new| projection.lacks_a_value(new)) {
        return Err(Trouble::Null);
    }
    let place = &target.open.place;
    let op = place.op;
    let items = match (versions.old.filter(|_| was), new) {
        (None, None) => ChangeItems::Nothing,
        (None, Some(new)) => projection.insert(new, place),
        (Some(old), None) => projection.delete(old, place),
        (Some(old), Some(new)) => projection.update(old, new, place),
    };
    match items {
        ChangeItems::Nothing => Ok(()),
        ChangeItems::One(item) => add(entry, slot, item, op, target),
        ChangeItems::Two(first, second) => {
            add(entry, slot, first, op, target)?;
            add(entry, slot, second, op + 1, target)
        }
    }
}

/// Adds an item to what the open transaction has for the shape.
fn add(entry: &mut Entry, slot: Slot, item: &[u8], op: u64, target: &mut Target<'_>) -> Result<(), Trouble> {
    let Target { open, spare } = target;
    let at = *entry.touched.get_or_insert_with(|| {
        let mut touched = spare.pop().unwrap_or_default();
        touched.reset(slot);
        open.touched.push(touched);
        open.touched.len() - 1
    });
    let tx = open.begin;
    let Some(touched) = open.touched.get_mut(at) else { return Ok(()) };
    touched.close();
    let stored = if touched.len() > SPILL_BYTES { store(entry, touched, tx) } else { Ok(()) };
    touched.push(item, op);
    stored
}

/// Moves the complete items of a transaction to the shape's log, or to what it keeps until its snapshot is known.
pub(super) fn store(
    entry: &mut Entry,
    touched: &mut Touched,
    transaction: crate::change::Begin,
) -> Result<(), Trouble> {
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

/// A row as the filter reads it.
struct TableRow<'a>(&'a Cells<'a>);

impl Row for TableRow<'_> {
    fn text(&self, column: usize) -> Option<&[u8]> {
        self.0.get(column).copied().flatten()
    }
}
