//! One log in memory.
//!
//! The changes are one run of bytes: sealed segments, shared with readers, and a tail that still grows. A reader at the
//! tail gets a copy, made once for each (offset, end) and shared by all who ask for the same, which is what a crowd of
//! live requests does after each change.

mod snapshot;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::protocol::LogOffset;
use crate::storage::{Items, LogSlice, ShapeLog, SnapshotPiece, StorageError};
use snapshot::Snapshot;

/// A tail of this size is sealed: copies of the tail stay small, and segments few.
const SEGMENT_BYTES: usize = 64 * 1024;

/// As long as the end of a snapshot, with some transactions that it does not see.
const SHORT_BYTES: usize = 256;

#[derive(Debug)]
pub(super) struct MemoryLog {
    chunk_bytes: usize,
    inner: Mutex<Inner>,
    /// The last short snapshot that a log of the same store was given.
    last: Arc<Mutex<Bytes>>,
}

#[derive(Debug, Default)]
struct Inner {
    snapshot: Snapshot,
    /// Nothing for a shape whose rows have not changed.
    changes: Option<Box<Changes>>,
}

#[derive(Debug, Default)]
struct Changes {
    segments: Vec<Segment>,
    /// Starts at `tail_start`.
    tail: Vec<u8>,
    tail_start: u64,
    items: Vec<Item>,
    /// For each closed chunk how many items end with it.
    chunk_ends: Vec<usize>,
    /// How many items readers may see.
    published: usize,
    last_read: Option<CachedRead>,
}

#[derive(Debug)]
struct Segment {
    start: u64,
    bytes: Bytes,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    tx: u64,
    op: u64,
    /// The first byte behind it.
    end: u64,
}

impl Item {
    fn offset(&self) -> LogOffset {
        LogOffset::new(self.tx, self.op)
    }
}

#[derive(Debug)]
struct CachedRead {
    /// Which items it holds.
    items: (usize, usize),
    pieces: Vec<Bytes>,
}

impl MemoryLog {
    pub(super) fn new(chunk_bytes: usize, last: Arc<Mutex<Bytes>>) -> Self {
        Self { chunk_bytes, inner: Mutex::default(), last }
    }

    /// The same bytes as those that another log has, if it was the last. Of shapes without rows that are made at one moment
    /// all snapshots are alike.
    fn shared(&self, items: Bytes) -> Bytes {
        if items.len() > SHORT_BYTES {
            return items;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != items {
            *last = items;
        }
        last.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change of the inner state is complete before anything can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ShapeLog for MemoryLog {
    fn append_snapshot(&self, items: Bytes) -> Result<(), StorageError> {
        let items = self.shared(items);
        self.lock().snapshot.append(items);
        Ok(())
    }

    fn close_snapshot_chunk(&self) -> Result<(), StorageError> {
        self.lock().snapshot.close_chunk();
        Ok(())
    }

    fn snapshot_piece(&self, chunk: u32, piece: usize) -> SnapshotPiece {
        self.lock().snapshot.piece(chunk, piece)
    }

    fn append(&self, items: Items<'_>) -> Result<(), StorageError> {
        let mut guard = self.lock();
        let inner = guard.changes.get_or_insert_default();
        let base = inner.tail_start + inner.tail.len() as u64;
        inner.tail.extend_from_slice(items.bytes);
        let mut chunk_start = match inner.chunk_ends.last() {
            Some(&count) => inner.end_of(count),
            None => 0,
        };
        for item in items.ends {
            let end = base + item.end as u64;
            inner.items.push(Item { tx: items.tx, op: item.op, end });
            if end - chunk_start >= self.chunk_bytes as u64 {
                inner.chunk_ends.push(inner.items.len());
                chunk_start = end;
            }
        }
        Ok(())
    }

    fn publish(&self) -> LogOffset {
        let mut guard = self.lock();
        let Some(inner) = &mut guard.changes else { return LogOffset::SNAPSHOT_LAST };
        inner.published = inner.items.len();
        inner.last_read = None;
        if inner.tail.len() >= SEGMENT_BYTES {
            inner.seal();
        }
        inner.latest()
    }

    fn read(&self, offset: LogOffset) -> LogSlice {
        let mut guard = self.lock();
        let Some(inner) = &mut guard.changes else {
            return LogSlice { pieces: Vec::new(), end: LogOffset::SNAPSHOT_LAST, is_tail: true };
        };
        let visible = inner.items.get(..inner.published).unwrap_or_default();
        let from = visible.partition_point(|item| item.offset() <= offset);
        let chunk = inner.chunk_ends.partition_point(|&end| end <= from);
        let to = inner.chunk_ends.get(chunk).map_or(inner.published, |&end| end.min(inner.published));
        if from >= to {
            return LogSlice { pieces: Vec::new(), end: inner.latest(), is_tail: true };
        }
        let end = visible.get(to - 1).map_or(LogOffset::SNAPSHOT_LAST, Item::offset);
        LogSlice { pieces: inner.pieces((from, to)), end, is_tail: to == inner.published }
    }
}

impl Changes {
    fn latest(&self) -> LogOffset {
        match self.published.checked_sub(1).and_then(|last| self.items.get(last)) {
            Some(item) => item.offset(),
            None => LogOffset::SNAPSHOT_LAST,
        }
    }

    /// The first byte behind the first `count` items.
    fn end_of(&self, count: usize) -> u64 {
        count.checked_sub(1).and_then(|last| self.items.get(last)).map_or(0, |item| item.end)
    }

    fn seal(&mut self) {
        let bytes = Bytes::from(std::mem::take(&mut self.tail));
        let start = self.tail_start;
        self.tail_start += bytes.len() as u64;
        self.segments.push(Segment { start, bytes });
    }

    /// The bytes of the items `from..to`.
    fn pieces(&mut self, items: (usize, usize)) -> Vec<Bytes> {
        if let Some(cached) = self.last_read.as_ref().filter(|cached| cached.items == items) {
            return cached.pieces.clone();
        }
        let (start, end) = (self.end_of(items.0), self.end_of(items.1));
        let mut pieces = Vec::new();
        let first = self.segments.partition_point(|segment| segment.start + segment.bytes.len() as u64 <= start);
        for segment in self.segments.iter().skip(first).take_while(|segment| segment.start < end) {
            let range = within(segment.start, segment.bytes.len(), start, end);
            pieces.push(segment.bytes.slice(range));
        }
        if end > self.tail_start {
            let range = within(self.tail_start, self.tail.len(), start, end);
            pieces.push(Bytes::copy_from_slice(self.tail.get(range).unwrap_or_default()));
        }
        self.last_read = Some(CachedRead { items, pieces: pieces.clone() });
        pieces
    }
}

/// The part of `start..end` that lies in a run of `len` bytes that begins at `base`.
fn within(base: u64, len: usize, start: u64, end: u64) -> std::ops::Range<usize> {
    let clip = |at: u64| usize::try_from(at.saturating_sub(base)).unwrap_or(usize::MAX).min(len);
    clip(start)..clip(end)
}

#[cfg(test)]
mod tests;
