//! [`PostgresSource`]: a Postgres server as a source.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::Notify;
use tokio_postgres::types::Type;
use tracing::debug;

use super::connection::Connection;
use super::endpoint::Endpoint;
use super::patience::Patience;
use super::pool::{Client, Pool, get, pool};
use super::slot::{self, Names};
use super::stream::PostgresStream;
use super::tls::TlsConnector;
use super::{
    Ask, ChangeStream, Refusal, SnapshotQuery, SnapshotRows, Source, SourceError, TableMark, admission, catalog,
    checks, publication, settings, snapshot, verdicts,
};
use crate::pg::{RelationId, TableName, TableSchema};

/// Connections for catalog and publication.
const ADMIN_CONNECTIONS: usize = 4;

/// Connections for snapshots: as many are read at once.
const SNAPSHOT_CONNECTIONS: usize = 16;

/// Connections for subsets, which clients read at their own pace: they keep no shape from being made.
const SUBSET_CONNECTIONS: usize = 16;

/// Connections for questions about rows of the stream, of which there is one at a time.
const QUESTION_CONNECTIONS: usize = 1;

/// A Postgres server.
#[derive(Debug)]
pub(crate) struct PostgresSource {
    endpoint: Arc<Endpoint>,
    admin: Pool,
    snapshots: Pool,
    subsets: Pool,
    questions: Pool,
    pub(crate) patience: Patience,
    /// What was made in the database so far; the last is in use.
    made: Mutex<Vec<Made>>,
}

/// What belongs to one connection of the stream.
#[derive(Clone, Debug)]
pub(super) struct Made {
    names: Names,
    /// Ends the stream.
    end: Arc<Notify>,
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
            subsets: pool(&endpoint, SUBSET_CONNECTIONS),
            questions: pool(&endpoint, QUESTION_CONNECTIONS),
            endpoint,
            patience: Patience::default(),
            made: Mutex::default(),
        })
    }

    pub(super) fn made(&self) -> MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each attempt to connect makes a publication; of those before, only what is still there is remembered.
    async fn forget_swept(&self, connection: &mut Connection) -> Result<(), SourceError> {
        let before = self.made().clone();
        for Made { names, .. } in before {
            if !slot::has_publication(connection, &names).await? {
                self.made().retain(|made| made.names != names);
            }
        }
        Ok(())
    }

    async fn connect(&self) -> Result<PostgresStream, SourceError> {
        let mut connection = checks::connect(&self.endpoint).await?;
        let server = checks::check(&mut connection).await?;
        let session = format!("{}{}SET lock_timeout = 0", settings::display("SET"), settings::no_timeouts("SET"));
        connection.query(&session).await?;
        slot::sweep(&mut connection).await;
        self.forget_swept(&mut connection).await?;
        let names = slot::lock_new_names(&mut connection).await?;
        publication::create(&mut connection, &names, server, &self.endpoint).await?;
        let end = Arc::new(Notify::new());
        self.made().push(Made { names: names.clone(), end: end.clone() });
        slot::create_temporary(&mut connection, &names).await.map_err(checks::slot_refused)?;
        debug!(slot = names.slot, "replication slot made");
        PostgresStream::start(connection, &slot::start_command(&names), server.wal_sender_timeout, end).await
    }
}

impl Source for PostgresSource {
    fn table<'a>(&'a self, name: &'a TableName) -> BoxFuture<'a, Result<Arc<TableSchema>, SourceError>> {
        catalog::table(&self.admin, name).boxed()
    }

    fn marks<'a>(
        &'a self,
        tables: &'a [RelationId],
    ) -> BoxFuture<'a, Result<HashMap<RelationId, TableMark>, SourceError>> {
        async move {
            let made = self.made().last().cloned().ok_or(SourceError::NotFollowing)?;
            catalog::marks(&self.admin, tables, &made.names.publication).await
        }
        .boxed()
    }

    fn publish<'a>(&'a self, table: &'a TableSchema) -> BoxFuture<'a, Result<(), SourceError>> {
        async move {
            let made = self.made().last().cloned().ok_or(SourceError::NotFollowing)?;
            let published = publication::publish(&self.admin, &made.names.publication, table, self.patience.lock).await;
            if let Err(SourceError::PublicationGone(_)) = published {
                // Making it anew is not enough: changes are judged by the publication as of their time.
                made.end.notify_one();
            }
            published.map_err(SourceError::for_snapshot)
        }
        .boxed()
    }

    fn snapshot<'a>(&'a self, query: &'a SnapshotQuery) -> BoxFuture<'a, Result<Box<dyn SnapshotRows>, SourceError>> {
        async move {
            let pool = if query.subset.is_some() { &self.subsets } else { &self.snapshots };
            let taken = snapshot::take(pool, &self.endpoint, query, self.patience).await;
            Ok(Box::new(taken.map_err(SourceError::for_snapshot)?) as Box<dyn SnapshotRows>)
        }
        .boxed()
    }

    fn admits<'a>(
        &'a self,
        table: &'a TableSchema,
        sql: &'a str,
    ) -> BoxFuture<'a, Result<Option<Refusal>, SourceError>> {
        admission::ask(&self.admin, &self.endpoint, table, sql).boxed()
    }

    fn verdicts<'a>(&'a self, asks: &'a [Ask]) -> BoxFuture<'a, Result<Vec<Vec<bool>>, SourceError>> {
        verdicts::ask(&self.questions, asks, self.patience.question).boxed()
    }

    fn announce<'a>(&'a self, prefix: &'a str, content: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        async move {
            let client = get(&self.admin).await?;
            let emit = "SELECT pg_logical_emit_message(true, $1, $2)";
            client.query_typed(emit, &[(&prefix, Type::TEXT), (&content, Type::TEXT)]).await?;
            Ok(())
        }
        .boxed()
    }

    fn stream(&self) -> BoxFuture<'_, Result<Box<dyn ChangeStream>, SourceError>> {
        async move { Ok(Box::new(self.connect().await?) as Box<dyn ChangeStream>) }.boxed()
    }

    fn clean_up(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        async move {
            let made = std::mem::take(&mut *self.made());
            if made.is_empty() {
                return Ok(());
            }
            let client = Client::connect(&self.endpoint).await?;
            for Made { names, .. } in made {
                publication::remove(&client, &names.publication).await?;
            }
            Ok(())
        }
        .boxed()
    }
}
