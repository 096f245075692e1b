//! The transaction that is being streamed, and what it has put into each shape so far.

use crate::change::{Begin, LogicalMessage};
use crate::engine::router::Slot;
use crate::pg::Lsn;
use crate::protocol::{END, END_LAST, Place};
use crate::storage::{ItemEnd, Items};

/// The open transaction.
#[derive(Debug)]
pub(super) struct OpenTransaction {
    pub(super) begin: Begin,
    /// The place of the next change: operations count every published change, two apart.
    pub(super) place: Place,
    /// The shapes it has reached, in the order in which it did.
    pub(super) touched: Vec<Touched>,
    /// Those in which something of it waits for Postgres' word.
    pub(super) waiting: Vec<Slot>,
    /// The messages in it, which are told at its end.
    pub(super) messages: Vec<LogicalMessage>,
}

/// The items of the open transaction in one shape.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The shape; `None` if it went meanwhile.
    pub(super) slot: Option<Slot>,
    bytes: Vec<u8>,
    ends: Vec<ItemEnd>,
    /// The last item, which is not closed yet.
    open: Option<u64>,
}

impl OpenTransaction {
    pub(super) fn new(begin: Begin) -> Self {
        let (touched, waiting, messages) = (Vec::new(), Vec::new(), Vec::new());
        Self { begin, place: Place::new(begin.xid, begin.commit_lsn), touched, waiting, messages }
    }
}

impl Touched {
    /// Starts over for another shape, keeping the memory.
    pub(super) fn reset(&mut self, slot: Slot) {
        self.slot = Some(slot);
        self.clear();
        self.open = None;
    }

    /// Drops the complete items, which were stored.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// The complete items, which belong to the transaction that committed at `lsn`.
    pub(super) fn items(&self, lsn: Lsn) -> Items<'_> {
        Items { tx: lsn.0, bytes: &self.bytes, ends: &self.ends }
    }

    /// Whether it has any, here or in the log; not to be asked once it is finished.
    pub(super) fn has_items(&self) -> bool {
        self.open.is_some()
    }

    /// How many bytes wait here.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Closes the last item, since another follows.
    pub(super) fn close(&mut self) {
        self.end(END);
    }

    /// Adds an item, still open; the one before must be closed.
    pub(super) fn push(&mut self, item: &[u8], op: u64) {
        self.bytes.extend_from_slice(item);
        self.open = Some(op);
    }

    /// Closes the last item as the transaction's last in this shape.
    pub(super) fn finish(&mut self) {
        self.end(END_LAST);
    }

    fn end(&mut self, end: &[u8]) {
        if let Some(op) = self.open.take() {
            self.bytes.extend_from_slice(end);
            self.ends.push(ItemEnd { op, end: self.bytes.len() });
        }
    }

    /// Takes the items out.
    pub(super) fn take(&mut self) -> (Vec<u8>, Vec<ItemEnd>) {
        (std::mem::take(&mut self.bytes), std::mem::take(&mut self.ends))
    }
}
