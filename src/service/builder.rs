//! How a service is configured and started.

use std::time::Duration;

use super::{Error, SyncService};

/// Where shape logs are kept.
#[derive(Clone, Debug)]
pub struct Storage(());

impl Storage {
    /// In memory: logs go with the process, and clients fetch anew after a restart.
    pub fn memory() -> Self {
        Self(())
    }
}

/// Configures a [`SyncService`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SyncServiceBuilder {
    database_url: Option<String>,
    chunk_bytes: Option<usize>,
    hold: Option<Duration>,
}

impl SyncServiceBuilder {
    /// The database to follow.
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// Connects and starts to follow the database.
    #[expect(clippy::unused_async, clippy::todo, reason = "stub")]
    pub async fn start(self) -> Result<SyncService, Error> {
        todo!()
    }
}
