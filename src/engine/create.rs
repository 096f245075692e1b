//! Making a shape: publish its table, register it with the collector, take its snapshot, join both.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::{debug, info, warn};

use super::collector::{Command, Joined};
use super::evict::make_room;
use super::join::Filter;
use super::snapshot::{query, write_snapshot};
use super::{CreateError, Definition, Engine, EngineStatus, LiveShape, Reader, ShapeStatus, Shared};
use crate::source::{SnapshotRows, SourceError};

/// How often a shape is made again for a request if it ends while it is being made (its table is altered just then).
const ATTEMPTS: usize = 3;

/// How long to wait before another snapshot when one lacks a transaction that was already streamed. The commit that is
/// missing has been written and is about to become visible, so this is short.
pub(super) const BEFORE_RETAKE: Duration = Duration::from_millis(5);

impl Engine {
    /// The live shape of this definition, made if there is none. Resolves once its snapshot has started: its first
    /// rows or its end are there.
    ///
    /// # Errors
    /// [`CreateError::NotActive`] if there is none and the engine cannot make one now;
    /// [`CreateError::SchemaChanged`] asks for resolving again.
    ///
    /// # Cancel safety
    /// Making a shape goes on when the asker leaves: others may wait for it, and the next one will ask for it.
    pub async fn get_or_create(&self, definition: &Arc<Definition>) -> Result<Arc<LiveShape>, CreateError> {
        for _ in 0..ATTEMPTS {
            let (live, state) = self.find_or_begin(definition)?;
            if live.started(state).await?.status == ShapeStatus::Live {
                return Ok(live);
            }
        }
        Err(CreateError::SchemaChanged(definition.table.name.clone()))
    }

    /// The shape, and a reader of its state: what has one is not evicted.
    fn find_or_begin(&self, definition: &Arc<Definition>) -> Result<(Arc<LiveShape>, Reader), CreateError> {
        let shared = self.shared();
        let mut registry = shared.registry();
        if let Some(live) = registry.ask_for(definition) {
            let state = live.subscribe();
            return Ok((live, state));
        }
        if self.status() != EngineStatus::Active {
            return Err(CreateError::NotActive);
        }
        let evicted = make_room(&mut registry, shared.max_shapes)?;
        let follows = registry.follows(definition.table.id);
        let handle = registry.new_handle(definition);
        let (definition, schema) = registry.share(definition);
        let log = shared.store.create(&handle, &definition.to_bytes());
        let log = log.map_err(|error| CreateError::Storage(Arc::new(error)))?;
        let live = Arc::new(LiveShape::new(handle, definition, schema, log));
        registry.insert(&live);
        let state = live.subscribe();
        drop(registry);
        if let Some(evicted) = evicted {
            let shared = shared.clone();
            shared.work.clone().spawn(async move { shared.evict(&evicted).await });
        }
        let making = Making { shared: shared.clone(), live: live.clone(), is_over: false };
        shared.work.spawn(making.run(follows));
        Ok((live, state))
    }
}

/// A shape that is being made. Dropped before it is over, by a panic or the end of the thread, it ends the shape, so that
/// nobody waits for it.
struct Making {
    shared: Arc<Shared>,
    live: Arc<LiveShape>,
    is_over: bool,
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.is_over {
            self.shared.forget(&self.live, Some(CreateError::NotActive));
            // If the collector has no time for it, it gives the shape up by itself once that has kept too much.
            let _ = self.shared.commands.try_send(Command::Remove(self.live.clone()));
        }
    }
}

impl Making {
    /// Carries the shape to the end of its snapshot, or ends it.
    async fn run(mut self, table_is_followed: bool) {
        let made = try_make(&self.shared, &self.live, table_is_followed).await;
        self.is_over = true;
        let Self { shared, live, .. } = &self;
        let definition = live.definition();
        let Err(failure) = made else {
            let filter = definition.predicate.as_ref().map_or("", |predicate| predicate.template());
            debug!(handle = %live.handle(), table = %definition.table.name, filter, "shape made");
            if let Some(part) = definition.predicate.as_ref().and_then(|predicate| predicate.handed_on()) {
                let (table, reason) = (&definition.table.name, part.reason().without_values());
                info!(handle = %live.handle(), %table, reason, "a shape was made whose filter Postgres evaluates in part");
            }
            return;
        };
        if live.is_gone() {
            // Whoever ended it has told everybody.
            debug!(handle = %live.handle(), error = &failure as &dyn std::error::Error, "shape ended while it was made");
            return;
        }
        let started = live.state().snapshot_pieces > 0;
        let table = &definition.table.name;
        warn!(handle = %live.handle(), %table, started, error = &failure as &dyn std::error::Error, "snapshot failed");
        if let CreateError::SchemaChanged(_) = failure {
            shared.catalog.forget(definition.table.id);
        }
        shared.forget(live, Some(failure));
        // The collector is gone only when the engine stops.
        let _ = shared.commands.send(Command::Remove(live.clone())).await;
    }
}

async fn try_make(shared: &Arc<Shared>, live: &Arc<LiveShape>, table_is_followed: bool) -> Result<(), CreateError> {
    let table = &live.definition().table;
    let published = shared.catalog.published(table.id);
    let publish = || async { shared.source.publish(table).await };
    published.get_or_try_init(publish).await.map_err(|error| failure(table, error))?;
    let (done, registered) = oneshot::channel();
    send(shared, Command::Register { live: live.clone(), done }).await?;
    registered.await.map_err(|_| CreateError::NotActive)?;
    if !Arc::ptr_eq(&published, &shared.catalog.published(table.id)) {
        // It was published for a stream that has ended since; the present one may know nothing of it.
        return Err(CreateError::SchemaChanged(table.name.clone()));
    }
    let rows = join(shared, live).await?;
    // A table that nobody follows may have changed since it was looked up. From now on it cannot: the snapshot holds it.
    if !table_is_followed {
        let now = shared.source.table(&table.name).await.map_err(|error| failure(table, error))?;
        if now != *table {
            return Err(CreateError::SchemaChanged(table.name.clone()));
        }
    }
    let snapshot = write_snapshot(live, rows, shared.chunk_bytes).await;
    snapshot.map_err(|error| match error {
        super::snapshot::SnapshotError::Source(error) => failure(table, error),
        super::snapshot::SnapshotError::Null => CreateError::SchemaChanged(table.name.clone()),
        super::snapshot::SnapshotError::Storage(error) => CreateError::Storage(Arc::new(error)),
    })
}

/// Takes a snapshot that fits the stream: one that sees all that was streamed before the shape was registered.
async fn join(shared: &Arc<Shared>, live: &Arc<LiveShape>) -> Result<Box<dyn SnapshotRows>, CreateError> {
    let definition = live.definition();
    loop {
        let taken = shared.source.snapshot(&query(definition)).await;
        let rows = taken.map_err(|error| failure(&definition.table, error))?;
        let (done, joined) = oneshot::channel();
        let filter = Filter { snapshot: rows.visible().clone(), end: rows.lsn() };
        send(shared, Command::Join { live: live.clone(), filter, done }).await?;
        match joined.await.map_err(|_| CreateError::NotActive)? {
            Joined::Yes => return Ok(rows),
            Joined::Gone => return Err(CreateError::SchemaChanged(definition.table.name.clone())),
            Joined::TooEarly => {
                debug!(handle = %live.handle(), "the snapshot lacks a transaction that was streamed: taking another");
                drop(rows);
                tokio::time::sleep(BEFORE_RETAKE).await;
            }
        }
    }
}

async fn send(shared: &Arc<Shared>, command: Command) -> Result<(), CreateError> {
    shared.commands.send(command).await.map_err(|_| CreateError::NotActive)
}

pub(super) fn failure(table: &crate::pg::TableSchema, error: SourceError) -> CreateError {
    if error.is_schema_change() {
        return CreateError::SchemaChanged(table.name.clone());
    }
    CreateError::Snapshot { message: error.to_string(), source: Arc::new(error) }
}
