//! The engine: follows the stream and keeps one log per shape.
//!
//! Two threads of its own: one for the stream, on which the [`collector`] works, and one for what may take long
//! (catalog, publication, snapshots). Whoever asks the engine from elsewhere, such as a request, waits on channels and
//! reads shared, immutable bytes; no work of the engine is done on the asker's thread.
//!
//! Ways through: a definition comes in by [`Engine::resolve`] and [`Engine::get_or_create`] (`resolve`, `registry`,
//! `create`, `snapshot`); a change comes in by the stream (`stream`, `collector`, `router`) and ends in a shape's log;
//! `join` decides which of both a row comes by, `flush` how far the stream is acknowledged; `evict` ends shapes. What the
//! engine cannot evaluate of a filter, Postgres does: `admission` asks whether it may, `verdicts` for each changed row.

mod admission;
mod alike;
mod catalog;
mod collector;
mod create;
mod drift;
mod error;
mod evict;
mod flush;
mod join;
mod live;
mod metrics;
mod reader;
mod registry;
mod resolve;
mod router;
mod row;
mod snapshot;
mod stream;
mod subset;
#[cfg(test)]
mod tests;
mod verdicts;

pub use error::{CreateError, ResolveError, StartError, SubsetError};
pub use live::{LiveShape, LogState, ShapeStatus};
pub use reader::Reader;
pub use resolve::Evaluator;
#[cfg(feature = "__bench")]
pub use router::{Filter, Routing};
pub use subset::SubsetBody;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc, watch};

use crate::change::LogicalMessage;
use crate::pg::{Lsn, RelationId};
pub use crate::shape::Definition;
use crate::source::{Source, SourceError};
use crate::storage::LogStore;
pub use crate::storage::SnapshotPiece;

use catalog::Catalog;
use collector::Command;
use registry::Registry;

/// How many commands may wait for the collector; who has another waits.
const COMMANDS: usize = 1024;

/// How far the engine has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineStatus {
    /// Connecting, or connecting again.
    Starting,
    /// Another engine holds the slot; known shapes can be read.
    Waiting,
    /// Following the stream.
    Active,
    /// Stopped for good.
    Stopped,
}

/// What an engine is made of.
#[derive(Clone)]
pub struct EngineConfig {
    /// Where tables, snapshots and changes come from.
    pub source: Arc<dyn Source>,
    /// Where logs are kept.
    pub store: Arc<dyn LogStore>,
    /// The size at which a chunk of a snapshot closes, in bytes of its items.
    pub chunk_bytes: usize,
    /// How many shapes are kept at once.
    pub max_shapes: usize,
    /// Told of each message in the stream, at its place: after the changes that its transaction made, never if that was
    /// rolled back. It runs on the stream's thread and must not take its time.
    pub on_message: Arc<dyn Fn(LogicalMessage) + Send + Sync>,
}

impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineConfig")
            .field("chunk_bytes", &self.chunk_bytes)
            .field("max_shapes", &self.max_shapes)
            .finish_non_exhaustive()
    }
}

/// The engine's door. Cheap to clone; the engine stops when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Engine {
    owner: Arc<Owner>,
}

/// Stops the engine's threads when nobody is left to ask it.
#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}

/// What the engine's threads and its askers share.
struct Shared {
    source: Arc<dyn Source>,
    store: Arc<dyn LogStore>,
    chunk_bytes: usize,
    max_shapes: usize,
    on_message: Arc<dyn Fn(LogicalMessage) + Send + Sync>,
    registry: Mutex<Registry>,
    catalog: Catalog,
    processed: AtomicU64,
    status: watch::Sender<EngineStatus>,
    stop: watch::Sender<bool>,
    commands: mpsc::Sender<Command>,
    /// Something has happened in the database that the stream did not carry.
    stirred: Arc<Notify>,
    /// The runtime of the thread for what may take long.
    work: tokio::runtime::Handle,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("status", &*self.status.borrow()).finish_non_exhaustive()
    }
}

impl Shared {
    fn registry(&self) -> MutexGuard<'_, Registry> {
        // Every change of the registry is complete before anything can panic.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every transaction up to `lsn` has been handed to the shapes it concerns.
    fn set_processed(&self, lsn: Lsn) {
        self.processed.fetch_max(lsn.0, Ordering::Release);
    }

    /// Ends a shape: it is found no more, and its readers must fetch anew.
    fn forget(&self, live: &Arc<LiveShape>, failure: Option<CreateError>) {
        self.registry().remove(live);
        self.store.remove(live.handle());
        live.end(failure);
    }

    /// Ends every shape, also those that are being made: nobody follows them any more.
    fn forget_all(&self) {
        let all: Vec<_> = self.registry().all().cloned().collect();
        for live in all {
            self.forget(&live, None);
        }
    }

    /// What was known of a table does not hold any more: it is looked up again when next asked for.
    fn catalog_changed(&self, table: RelationId) {
        self.catalog.forget_schema(table);
    }
}

impl Engine {
    /// Starts the engine's threads and waits for the first connection.
    ///
    /// # Errors
    /// [`StartError::Source`] if the database refuses in a way that trying again will not mend. Where it merely cannot
    /// be reached, the engine starts all the same and goes on trying.
    pub async fn start(config: EngineConfig) -> Result<Self, StartError> {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let (stop, stopped) = watch::channel(false);
        let work = stream::spawn_worker(stopped.clone())?;
        let shared = Arc::new(Shared {
            source: config.source,
            store: config.store,
            chunk_bytes: config.chunk_bytes,
            max_shapes: config.max_shapes,
            on_message: config.on_message,
            registry: Mutex::default(),
            catalog: Catalog::default(),
            processed: AtomicU64::new(0),
            status: watch::Sender::new(EngineStatus::Starting),
            stop,
            commands,
            stirred: Arc::default(),
            work,
        });
        let engine = Self { owner: Arc::new(Owner { shared: shared.clone() }) };
        stream::spawn(shared.clone(), inbox, stopped).await?;
        drift::watch_catalog(&shared);
        Ok(engine)
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.owner.shared
    }

    /// The position up to which every transaction that concerns the shape is in its log, or was when this is called.
    pub fn processed(&self, live: &LiveShape) -> Lsn {
        let processed = Lsn(self.shared().processed.load(Ordering::Acquire));
        // In this order: what is held was held before it was processed.
        live.held().map_or(processed, |held| processed.min(held))
    }

    /// Writes a message into the stream, for whoever follows this database. Returns once it is committed.
    pub async fn announce(&self, prefix: &'static str, content: String) -> Result<(), SourceError> {
        let source = self.shared().source.clone();
        let announced = self.shared().work.spawn(async move { source.announce(prefix, &content).await });
        // The worker ends with the engine.
        announced.await.unwrap_or(Err(SourceError::NotFollowing))
    }

    /// How far it has come.
    pub fn status(&self) -> EngineStatus {
        *self.shared().status.borrow()
    }

    /// Waits until it is active. Does not return if it never will be: bound the wait.
    pub async fn active(&self) {
        self.reaches(EngineStatus::Active).await;
    }

    /// Stops following and removes what it made in the database for itself. Shapes end.
    pub async fn stop(&self) {
        self.shared().stop.send_replace(true);
        self.reaches(EngineStatus::Stopped).await;
    }

    async fn reaches(&self, status: EngineStatus) {
        let mut statuses = self.shared().status.subscribe();
        // The sender lives in `self`, so this ends with the status only.
        let _ = statuses.wait_for(|now| *now == status).await;
    }
}
