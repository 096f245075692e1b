//! [`PostgresSource`]: a Postgres server as a source.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use tracing::debug;

use super::endpoint::Endpoint;
use super::pool::{Client, Pool, pool};
use super::slot::{self, Names};
use super::stream::PostgresStream;
use super::tls::TlsConnector;
use super::{
    ChangeStream, SnapshotQuery, SnapshotRows, Source, SourceError, catalog, checks, publication, settings, snapshot,
};
use crate::pg::{TableName, TableSchema};

/// Connections for catalog and publication.
const ADMIN_CONNECTIONS: usize = 4;

/// Connections for snapshots: as many are read at once.
const SNAPSHOT_CONNECTIONS: usize = 16;

/// A Postgres server.
#[derive(Debug)]
pub(crate) struct PostgresSource {
    endpoint: Arc<Endpoint>,
    admin: Pool,
    snapshots: Pool,
    names: Mutex<Vec<Names>>,
}

impl PostgresSource {
    /// The database at `url`. Connects when it is first asked for something.
    ///
    /// # Errors
    /// If the URL cannot be read, or asks for what is not supported.
    pub(crate) fn new(url: &str, tls: Option<Arc<dyn TlsConnector>>) -> Result<Self, SourceError> {
        let endpoint = Arc::new(Endpoint::new(url, tls)?);
        Ok(Self {
            admin: pool(&endpoint, ADMIN_CONNECTIONS),
            snapshots: pool(&endpoint, SNAPSHOT_CONNECTIONS),
            endpoint,
            names: Mutex::default(),
        })
    }

    /// What each connection called its things; the last is the current one.
    fn names(&self) -> MutexGuard<'_, Vec<Names>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<PostgresStream, SourceError> {
        let mut connection = checks::connect(&self.endpoint).await?;
        let server = checks::check(&mut connection).await?;
        let session = format!("{}{}SET lock_timeout = 0", settings::display("SET"), settings::no_timeouts("SET"));
        connection.query(&session).await?;
        slot::sweep(&mut connection).await;
        let names = slot::lock_new_names(&mut connection).await?;
        publication::create(&mut connection, &names, server, &self.endpoint).await?;
        self.names().push(names.clone());
        slot::create_temporary(&mut connection, &names).await.map_err(checks::slot_refused)?;
        debug!(slot = names.slot, "replication slot made");
        PostgresStream::start(connection, &slot::start_command(&names), server.wal_sender_timeout).await
    }
}

impl Source for PostgresSource {
    fn table<'a>(&'a self, name: &'a TableName) -> BoxFuture<'a, Result<Arc<TableSchema>, SourceError>> {
        catalog::table(&self.admin, name).boxed()
    }

    fn publish<'a>(&'a self, table: &'a TableSchema) -> BoxFuture<'a, Result<(), SourceError>> {
        async move {
            let names = self.names().last().cloned().ok_or(SourceError::NotFollowing)?;
            let published = publication::publish(&self.admin, &names.publication, table).await;
            published.map_err(SourceError::for_snapshot)
        }
        .boxed()
    }

    fn snapshot<'a>(&'a self, query: &'a SnapshotQuery) -> BoxFuture<'a, Result<Box<dyn SnapshotRows>, SourceError>> {
        async move {
            let taken = snapshot::take(&self.snapshots, &self.endpoint, query).await;
            Ok(Box::new(taken.map_err(SourceError::for_snapshot)?) as Box<dyn SnapshotRows>)
        }
        .boxed()
    }

    fn stream(&self) -> BoxFuture<'_, Result<Box<dyn ChangeStream>, SourceError>> {
        async move { Ok(Box::new(self.connect().await?) as Box<dyn ChangeStream>) }.boxed()
    }

    fn clean_up(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        async move {
            let made = std::mem::take(&mut *self.names());
            if made.is_empty() {
                return Ok(());
            }
            let client = Client::connect(&self.endpoint).await?;
            for names in made {
                publication::remove(&client, &names.publication).await?;
            }
            Ok(())
        }
        .boxed()
    }
}
