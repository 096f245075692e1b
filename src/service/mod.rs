//! [`SyncService`]: the one place that wires the rooms together.

mod admission;
mod builder;
mod error;
mod evaluators;
mod global;
mod limits;
mod nodes;
mod origins;

pub use builder::{Storage, SyncServiceBuilder};
pub use error::{Error, ErrorKind};
pub use evaluators::Evaluators;
pub use global::interrupt;
pub use limits::Limits;

pub(crate) use admission::{Admission, Permit, Rejected};
pub(crate) use origins::Origins;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Engine, EngineStatus};
use crate::interrupt::{Interrupts, Target};
use crate::protocol::Ages;
use crate::shape::{IntoShapeMatch, ShapeView};

/// The user's door to sync: follows one database and keeps the shapes that are asked for. Cheap to clone; following
/// ends with [`SyncService::stop`], or when the last clone is dropped.
///
/// ```no_run
/// # async fn run() -> Result<(), diesel_electric::Error> {
/// use diesel_electric::SyncService;
///
/// let sync = SyncService::builder().database_url("postgres://localhost/app").start().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SyncService {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    engine: Engine,
    interrupts: Interrupts,
    admission: Arc<Admission>,
    settings: Settings,
    /// Its name among the services on the same database.
    node: String,
}

/// What the doors go by.
#[derive(Clone, Debug, Default)]
struct Settings {
    timings: Timings,
    limits: Limits,
    origins: Origins,
    evaluators: Evaluators,
}

/// How long what takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timings {
    /// How long a live request is held.
    pub(crate) hold: Duration,
    /// How long a request waits for the engine to be ready.
    pub(crate) readiness: Duration,
    /// How long a stream of events lasts.
    pub(crate) sse: Duration,
    /// After how long a silence a stream of events says that it is still there.
    pub(crate) keep_alive: Duration,
    /// For how long anybody may keep what was true when a client caught up.
    pub(crate) ages: Ages,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            hold: Duration::from_secs(20),
            readiness: Duration::from_secs(5),
            sse: Duration::from_secs(60),
            // Clients take a stream that says nothing for 45 seconds for dead.
            keep_alive: Duration::from_secs(21),
            ages: Ages::default(),
        }
    }
}

impl SyncService {
    /// A service to be configured and started.
    pub fn builder() -> SyncServiceBuilder {
        SyncServiceBuilder::default()
    }

    fn new(engine: Engine, interrupts: Interrupts, settings: Settings) -> Self {
        let admission = Admission::new(&settings.limits);
        // The standard library's hashers are keyed at random.
        let node = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
        Self { inner: Arc::new(Inner { engine, interrupts, admission, settings, node }) }
    }

    /// Makes waiting requests look again at what they may see: those of every shape on the table if `what` has no filter
    /// (a table, a model, an unfiltered query), else those of shapes with the same filter and values, however it was
    /// written. A [`ShapeMatch`](crate::ShapeMatch) can leave values open.
    ///
    /// A request whose shape is computed by a closure computes it again; if it comes to the same shape, its client
    /// notices nothing, else it is told to fetch the new one. Returns how many waiting requests were reached, of every kind
    /// of route of this service. Those of other services on the same database are reached through it, a moment later.
    ///
    /// # Errors
    /// If `what` is no shape, or does not fit the database; [`Error::NotAnnounced`] if other services could not be told.
    pub async fn interrupt(&self, what: impl IntoShapeMatch) -> Result<usize, Error> {
        let what = what.into_shape_match();
        let is_pattern = what.is_pattern;
        let meant = self.engine().resolve_match(&what.clone().shape()?, self.evaluators().for_routes()).await?;
        let target = if is_pattern { Target::Like(meant) } else { Target::Exactly(meant) };
        let reached = self.interrupts().interrupt(target);
        self.announce(what, reached).await?;
        Ok(reached)
    }

    /// Makes those waiting requests look again for whose shape `wanted` is true.
    ///
    /// ```no_run
    /// # async fn run(sync: diesel_electric::SyncService) -> Result<(), diesel_electric::Error> {
    /// sync.interrupt_if(|shape| shape.table() == "todos" && shape.params()[0] == "7").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `wanted` is asked once for each shape that is waited for, on the caller's thread; if it panics, the caller does, and
    /// nobody is interrupted. A closure cannot be told to other services: this one's requests are reached alone.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "as all interrupts")]
    pub async fn interrupt_if(&self, wanted: impl Fn(ShapeView<'_>) -> bool) -> Result<usize, Error> {
        Ok(self.interrupts().interrupt_if(|definition| wanted(ShapeView::new(definition))))
    }

    /// How many requests wait for a change now, on every kind of route.
    pub fn waiting_requests(&self) -> usize {
        self.interrupts().waiting()
    }

    /// How far the service has come: whether it follows the database.
    pub fn status(&self) -> EngineStatus {
        self.engine().status()
    }

    /// Stops following the database and removes what the service has made there for itself. Requests that wait are
    /// answered.
    pub async fn stop(&self) {
        self.engine().stop().await;
    }

    /// The engine behind it.
    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The requests that wait.
    pub(crate) fn interrupts(&self) -> &Interrupts {
        &self.inner.interrupts
    }

    /// Its name among the services on the same database.
    fn node(&self) -> &str {
        &self.inner.node
    }

    /// How many requests run.
    pub(crate) fn admission(&self) -> &Arc<Admission> {
        &self.inner.admission
    }

    /// How long what takes.
    pub(crate) fn timings(&self) -> Timings {
        self.inner.settings.timings
    }

    /// How much clients may ask for.
    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.settings.limits
    }

    /// Who evaluates filters.
    pub(crate) fn evaluators(&self) -> Evaluators {
        self.inner.settings.evaluators
    }

    /// Which other origins may read answers.
    pub(crate) fn origins(&self) -> &Origins {
        &self.inner.settings.origins
    }
}
