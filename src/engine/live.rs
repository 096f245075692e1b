//! A shape that is being kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::reader::{Reader, Readers};
use super::{CreateError, Definition};
use crate::pg::Lsn;
#[cfg(test)]
use crate::protocol::schema_header;
use crate::protocol::{LogOffset, RequestOffset, ShapeHandle, item_events};
use crate::storage::{LogSlice, ShapeLog, SnapshotPiece};

/// Whether a shape is still kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeStatus {
    /// It follows its table.
    Live,
    /// It was invalidated: whoever reads it must fetch anew.
    Gone,
}

/// What readers may see of a log at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogState {
    /// Whether the shape is still kept.
    pub status: ShapeStatus,
    /// How many pieces of the snapshot were written; grows while it is read.
    pub snapshot_pieces: u64,
    /// The number of its chunks, once it is complete.
    pub snapshot_chunks: Option<u32>,
    /// The last complete transaction's last item, or [`LogOffset::SNAPSHOT_LAST`].
    pub latest: LogOffset,
}

impl LogState {
    const NEW: LogState = LogState {
        status: ShapeStatus::Live,
        snapshot_pieces: 0,
        snapshot_chunks: None,
        latest: LogOffset::SNAPSHOT_LAST,
    };

    /// Whether a reader can begin, or will never.
    fn has_started(&self) -> bool {
        self.snapshot_pieces > 0 || self.snapshot_chunks.is_some() || self.status == ShapeStatus::Gone
    }
}

/// Which part of a log a body holds: after which offset, up to which, and up to which position the client then has seen
/// all changes.
pub type Part = (RequestOffset, LogOffset, Option<Lsn>);

/// One incarnation of a shape: its handle, its log, and a way to wait for news. There may be many on which nobody waits, so
/// what is only needed by those who read is only there for them.
#[derive(Debug)]
pub struct LiveShape {
    handle: ShapeHandle,
    definition: Arc<Definition>,
    /// What clients are told of its columns.
    schema: Bytes,
    log: Arc<dyn ShapeLog>,
    kept: Mutex<Kept>,
    /// What was last put together for a crowd that asks for the same.
    recent: Mutex<Option<Box<Recent>>>,
    /// The commit position of the oldest transaction of which something waits; `u64::MAX` if there is none.
    oldest_waiting: AtomicU64,
    /// When it was last asked for, as the registry counts.
    last_use: AtomicU64,
}

#[derive(Debug)]
struct Kept {
    state: LogState,
    readers: Readers,
    /// Why it could not be made.
    failure: Option<Box<CreateError>>,
    /// Where the collector keeps it, once it is registered there.
    slot: Option<u32>,
}

#[derive(Debug, Default)]
struct Recent {
    /// The piece of the log that was last wanted as events, and those.
    events: Option<(Bytes, Bytes)>,
    /// The part of the log that was last put together as one body.
    body: Option<(Part, Bytes)>,
}

impl LiveShape {
    pub(super) fn new(handle: ShapeHandle, definition: Arc<Definition>, schema: Bytes, log: Arc<dyn ShapeLog>) -> Self {
        let kept = Kept { state: LogState::NEW, readers: Readers::default(), failure: None, slot: None };
        Self {
            handle,
            definition,
            schema,
            log,
            kept: Mutex::new(kept),
            recent: Mutex::default(),
            oldest_waiting: AtomicU64::new(u64::MAX),
            last_use: AtomicU64::new(0),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Every change of it is complete before anything can panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, Option<Box<Recent>>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its handle.
    pub fn handle(&self) -> &ShapeHandle {
        &self.handle
    }

    /// What it is.
    pub fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }

    /// What clients are told of its columns: JSON in ASCII.
    pub fn schema(&self) -> &Bytes {
        &self.schema
    }

    /// What readers may see now.
    pub fn state(&self) -> LogState {
        self.kept().state
    }

    /// Wakes whenever the state changes.
    pub fn subscribe(self: &Arc<Self>) -> Reader {
        let mut kept = self.kept();
        let state = kept.state;
        let states = kept.readers.add(state);
        Reader::new(self.clone(), states)
    }

    /// A reader has gone.
    pub(super) fn unsubscribe(&self) {
        self.kept().readers.remove();
    }

    /// Piece `piece` of chunk `chunk` of the snapshot, both counted from 0.
    pub fn snapshot_piece(&self, chunk: u32, piece: usize) -> SnapshotPiece {
        self.log.snapshot_piece(chunk, piece)
    }

    /// The items after `offset`, to the end of the first full chunk that ends after it, else to the end of the log.
    pub fn read(&self, offset: LogOffset) -> LogSlice {
        self.log.read(offset)
    }

    /// A piece of the log as events of a stream. Made once for the crowd of streams that wants the same after a change.
    pub fn events(&self, piece: &Bytes) -> Bytes {
        let mut recent = self.recent();
        let recent = recent.get_or_insert_default();
        match &recent.events {
            // The same memory, which cannot be another's while it is held here.
            Some((framed, events)) if std::ptr::eq(&raw const **framed, &raw const **piece) => events.clone(),
            _ => {
                let events = item_events(piece);
                recent.events = Some((piece.clone(), events.clone()));
                events
            }
        }
    }

    /// The body of a part of the log, which is made unless it is the one that was wanted last.
    pub fn body(&self, part: Part, make: impl FnOnce() -> Bytes) -> Bytes {
        let mut recent = self.recent();
        let recent = recent.get_or_insert_default();
        match &recent.body {
            Some((known, body)) if *known == part => body.clone(),
            _ => recent.body.insert((part, make())).1.clone(),
        }
    }

    /// Waits until its snapshot has started, or it is gone.
    pub(super) async fn started(&self, mut reader: Reader) -> Result<LogState, CreateError> {
        // The sender is there as long as a reader is, so waiting cannot fail; what was last seen would do if it did.
        let seen = match reader.wait_for(LogState::has_started).await {
            Ok(seen) => *seen,
            Err(_) => self.state(),
        };
        match &self.kept().failure {
            Some(failure) => Err((**failure).clone()),
            None => Ok(seen),
        }
    }

    /// Whether somebody waits for news of it, or is reading it as it grows.
    pub(super) fn has_readers(&self) -> bool {
        !self.kept().readers.is_empty()
    }

    /// It was asked for, as the `count`th time that any shape was.
    pub(super) fn used(&self, count: u64) {
        // Only ever called under the registry's lock.
        self.last_use.store(count, Ordering::Relaxed);
    }

    pub(super) fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Relaxed)
    }

    /// Something of the transaction at this commit position waits; nothing before does.
    pub(super) fn hold(&self, oldest: Option<Lsn>) {
        self.oldest_waiting.store(oldest.map_or(u64::MAX, |lsn| lsn.0), Ordering::Release);
    }

    /// The position before what waits, if something does.
    pub(super) fn held(&self) -> Option<Lsn> {
        match self.oldest_waiting.load(Ordering::Acquire) {
            u64::MAX => None,
            oldest => Some(Lsn(oldest.saturating_sub(1))),
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.state().status == ShapeStatus::Gone
    }

    pub(super) fn log(&self) -> &Arc<dyn ShapeLog> {
        &self.log
    }

    pub(super) fn slot(&self) -> Option<u32> {
        self.kept().slot
    }

    pub(super) fn set_slot(&self, slot: u32) {
        // A shape is registered once; a second slot would be a mistake of the creator and is not taken.
        self.kept().slot.get_or_insert(slot);
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut LogState)) {
        // What comes makes it a thing of the past.
        *self.recent() = None;
        let mut kept = self.kept();
        change(&mut kept.state);
        let state = kept.state;
        kept.readers.wake(state);
    }

    /// Tells all readers that it is gone, and why if it never came to be.
    pub(super) fn end(&self, failure: Option<CreateError>) {
        if let Some(failure) = failure {
            self.kept().failure.get_or_insert_with(|| Box::new(failure));
        }
        self.update(|state| state.status = ShapeStatus::Gone);
    }
}

/// A shape whose snapshot a test writes.
#[cfg(test)]
impl LiveShape {
    pub(crate) fn in_memory(definition: Arc<Definition>) -> Arc<Self> {
        use crate::storage::{LogStore, MemoryStore};
        let handle = ShapeHandle::new(1, 2);
        let log = MemoryStore::new(1000).create(&handle, &[]).unwrap();
        let schema = schema_header(&definition.table, &definition.columns).into();
        Arc::new(Self::new(handle, definition, schema, log))
    }

    pub(crate) fn write_snapshot(&self, items: &'static [u8]) {
        self.log.append_snapshot(items.into()).unwrap();
        self.update(|state| state.snapshot_pieces += 1);
    }

    pub(crate) fn close_snapshot(&self) {
        self.log.close_snapshot_chunk().unwrap();
        self.update(|state| state.snapshot_chunks = Some(1));
    }

    pub(crate) fn fail(&self) {
        self.end(None);
    }
}
