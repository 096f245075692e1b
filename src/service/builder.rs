//! How a service is configured and started.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

use super::{Error, Evaluators, Limits, Origins, Settings, SyncService, nodes};
use crate::engine::{Engine, EngineConfig};
use crate::interrupt::Interrupts;
use crate::source::{MadeTls, Patience, PostgresSource, TlsConnector};
use crate::storage::{LogStore, MemoryStore};

/// The size at which a chunk closes, in bytes of its items.
const CHUNK_BYTES: usize = 10 * 1024 * 1024;

/// Where shape logs are kept.
#[derive(Clone, Debug, Default)]
pub struct Storage(Kind);

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Memory,
}

impl Storage {
    /// In memory: logs go with the process, and clients fetch anew after a restart.
    pub fn memory() -> Self {
        Self(Kind::Memory)
    }

    fn open(self, chunk_bytes: usize) -> Arc<dyn LogStore> {
        match self.0 {
            Kind::Memory => Arc::new(MemoryStore::new(chunk_bytes)),
        }
    }
}

/// Configures a [`SyncService`]. Only the database's URL must be given.
#[derive(Clone)]
#[must_use]
pub struct SyncServiceBuilder {
    database_url: Option<String>,
    tls: Option<Arc<dyn TlsConnector>>,
    storage: Storage,
    chunk_bytes: usize,
    patience: Patience,
    settings: Settings,
    origins: Option<Vec<String>>,
}

impl Default for SyncServiceBuilder {
    fn default() -> Self {
        Self {
            database_url: None,
            tls: None,
            storage: Storage::default(),
            chunk_bytes: CHUNK_BYTES,
            patience: Patience::default(),
            settings: Settings::default(),
            origins: None,
        }
    }
}

/// The URL holds a password, and is not shown.
impl fmt::Debug for SyncServiceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncServiceBuilder")
            .field("storage", &self.storage)
            .field("chunk_bytes", &self.chunk_bytes)
            .field("patience", &self.patience)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl SyncServiceBuilder {
    /// The database to follow, as a URL (`postgres://user:password@host:5432/database`) or a list of `key=value`. A direct
    /// one: poolers in transaction mode cannot replicate. Its role needs `REPLICATION`, `CREATE` on the database, and to
    /// own the synced tables.
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// How to speak TLS with the database: any connector that is made for `tokio_postgres`, such as that of
    /// `tokio-postgres-rustls` or `postgres-native-tls`. It is used unless the URL says `sslmode=disable`, and needed if
    /// that says `sslmode=require`.
    pub fn tls<T>(mut self, connector: T) -> Self
    where
        T: MakeTlsConnect<TcpStream> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<TcpStream>>::Future: Send + 'static,
    {
        self.tls = Some(Arc::new(MadeTls(connector)));
        self
    }

    /// Where shape logs are kept; by default in memory.
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// The size at which a part of a shape's log closes and is served as one answer that may be cached for good, in bytes
    /// of its items; by default 10,485,760. The item that crosses it stays in the part.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = bytes;
        self
    }

    /// How long a live request waits for a change before it is answered without one; by default 20 seconds. Proxies on the
    /// way must be more patient.
    pub fn hold(mut self, hold: Duration) -> Self {
        self.settings.timings.hold = hold;
        self
    }

    /// How long to wait for the lock on a table when its first shape is made, and for each snapshot; by default 5 seconds.
    /// Whoever writes to the table meanwhile waits, too. Then the request is refused with 503, and its client comes again.
    pub fn table_lock(mut self, limit: Duration) -> Self {
        self.patience.lock = limit;
        self
    }

    /// How long the first row of a snapshot may take before its query is cancelled and the request refused with 503; by
    /// default 30 seconds.
    pub fn first_row(mut self, limit: Duration) -> Self {
        self.patience.first_row = limit;
        self
    }

    /// How long a request waits for the service to follow the database before it is refused with 503; by default 5 seconds.
    pub fn readiness(mut self, readiness: Duration) -> Self {
        self.settings.timings.readiness = readiness;
        self
    }

    /// For how long anybody may keep an answer with which a client has caught up; by default 60 seconds. Whole seconds count.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.settings.timings.ages.max = age;
        self
    }

    /// For how long after [`Self::max_age`] a cache may still hand such an answer out while it asks for a new one; by default
    /// 300 seconds. Whole seconds count.
    pub fn stale_age(mut self, age: Duration) -> Self {
        self.settings.timings.ages.stale = age;
        self
    }

    /// How much clients may ask for.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Which other origins browsers let read answers, each like `https://app.example`; by default, or with `*`, all do.
    /// Where they are listed, an answer names the one that asks and varies by it, so that caches keep one for each.
    pub fn origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.origins = Some(origins.into_iter().map(Into::into).collect());
        self
    }

    /// Who evaluates a filter that the service cannot evaluate itself: a function of yours, text under a collation, full-text
    /// search; by default Postgres, for all shapes. It costs a round trip to the database for each batch of changes that may
    /// concern such a shape. Where Postgres is not to be asked, such a filter is refused by name.
    pub fn evaluators(mut self, evaluators: Evaluators) -> Self {
        self.settings.evaluators = evaluators;
        self
    }

    /// How long a stream of events (`live_sse=true`) lasts before it ends and its client asks for another; by default 60
    /// seconds.
    pub fn sse(mut self, life: Duration) -> Self {
        self.settings.timings.sse = life;
        self
    }

    /// After how long a silence a stream of events sends a comment, so that clients and proxies see that it is still
    /// there; by default 21 seconds. Clients give one up that says nothing for 45.
    pub fn keep_alive(mut self, silence: Duration) -> Self {
        self.settings.timings.keep_alive = silence;
        self
    }

    /// Connects and starts to follow the database.
    ///
    /// If the database merely cannot be reached at the moment, the service starts all the same and goes on trying.
    ///
    /// # Errors
    /// [`Error::Config`] if an option is missing or makes no sense, [`Error::Source`] if the URL cannot be used, and
    /// [`Error::Start`] if the database refuses in a way that trying again will not mend; what to set is in the message of
    /// its source.
    pub async fn start(self) -> Result<SyncService, Error> {
        let url = self.database_url.ok_or_else(|| refused("no database to follow: call `.database_url(..)`"))?;
        if self.chunk_bytes == 0 {
            return Err(refused("chunk_bytes is 0: a chunk must have room for an item"));
        }
        let mut settings = self.settings;
        settings.limits.check()?;
        if let Some(origins) = &self.origins {
            settings.origins = Origins::new(origins)?;
        }
        if settings.timings.hold.is_zero() {
            return Err(refused("hold is 0: live requests would never wait for a change"));
        }
        if settings.timings.sse.is_zero() || settings.timings.keep_alive.is_zero() {
            return Err(refused("sse or keep_alive is 0: a stream of events would end or repeat itself at once"));
        }
        if self.patience.lock.as_millis() == 0 || self.patience.first_row.as_millis() == 0 {
            return Err(refused("table_lock or first_row is below a millisecond: no shape could be made"));
        }
        let mut source = PostgresSource::new(&url, self.tls)?;
        source.patience = self.patience;
        let store = self.storage.open(self.chunk_bytes);
        let (source, chunk_bytes, max_shapes) = (Arc::new(source), self.chunk_bytes, settings.limits.shapes);
        let interrupts = Interrupts::default();
        let (on_message, ear) = nodes::ear(interrupts.clone());
        let config = EngineConfig { source, store, chunk_bytes, max_shapes, on_message };
        let service = SyncService::new(Engine::start(config).await?, interrupts, settings);
        // Ends with the service, whose engine is the other end.
        tokio::spawn(ear.listen(Arc::downgrade(&service.inner)));
        Ok(service)
    }
}

fn refused(text: &str) -> Error {
    Error::Config(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(builder: SyncServiceBuilder) -> String {
        let error = builder.start().await.unwrap_err();
        assert!(!error.is_retryable());
        std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": ")
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_by_name() {
        let builder = || SyncService::builder().database_url("postgres://u@127.0.0.1:1/d");
        for (builder, name) in [
            (SyncService::builder(), "database_url"),
            (builder().chunk_bytes(0), "chunk_bytes"),
            (builder().hold(Duration::ZERO), "hold"),
            (builder().table_lock(Duration::ZERO), "table_lock"),
            (builder().first_row(Duration::from_micros(999)), "first_row"),
            (builder().sse(Duration::ZERO), "sse"),
            (builder().keep_alive(Duration::ZERO), "keep_alive"),
            (builder().origins(["app.example"]), "origins"),
            (builder().limits(Limits { shapes: 0, ..Limits::default() }), "limits.shapes"),
            (builder().database_url("postgres://u@h/d?sslmode=require"), ".tls(connector)"),
            (builder().database_url("postgres://u@h/d?sslmode=verify-full"), "sslmode=verify-full"),
        ] {
            let text = refusal(builder).await;
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let builder = SyncService::builder().database_url("postgres://u:hunter2@h/d");
        assert!(!format!("{builder:?}").contains("hunter2"));
    }
}
