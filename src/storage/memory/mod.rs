//! Logs in memory. They go with the process, so everything is as durable as it will ever be at once.

mod log;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::{LogStore, ShapeLog, StorageError};
use crate::pg::Lsn;
use crate::protocol::ShapeHandle;

use log::MemoryLog;

/// Keeps logs in memory.
#[derive(Debug)]
pub struct MemoryStore {
    chunk_bytes: usize,
    durable: AtomicU64,
    /// The last short snapshot that a log was given.
    last: Arc<Mutex<Bytes>>,
}

impl MemoryStore {
    /// Logs whose chunks close once they hold `chunk_bytes` bytes.
    pub fn new(chunk_bytes: usize) -> Self {
        Self { chunk_bytes, durable: AtomicU64::new(0), last: Arc::default() }
    }
}

impl LogStore for MemoryStore {
    fn create(&self, _handle: &ShapeHandle, _definition: &[u8]) -> Result<Arc<dyn ShapeLog>, StorageError> {
        Ok(Arc::new(MemoryLog::new(self.chunk_bytes, self.last.clone())))
    }

    /// Nothing to do: a log lives as long as somebody holds it.
    fn remove(&self, _handle: &ShapeHandle) {}

    fn checkpoint(&self, processed: Lsn) -> Result<(), StorageError> {
        self.durable.fetch_max(processed.0, Ordering::Relaxed);
        Ok(())
    }

    fn durable(&self) -> Lsn {
        Lsn(self.durable.load(Ordering::Relaxed))
    }
}
