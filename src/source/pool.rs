//! Connections for everything but the stream: catalog, publication, snapshots.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult};
use tokio::task::JoinHandle;
use tokio_postgres::{CancelToken, NoTls};
use tracing::debug;

use super::SourceError;
use super::endpoint::Endpoint;

/// How long to wait for a connection that others use.
const WAIT: Duration = Duration::from_secs(30);

/// A pool that connects when it is first asked.
pub(super) type Pool = managed::Pool<Connector>;

/// A connection of a pool; goes back when dropped.
pub(super) type Pooled = Object<Connector>;

/// Makes connections for a pool.
#[derive(Debug)]
pub(super) struct Connector(Arc<Endpoint>);

/// A pool of at most `size` connections.
pub(super) fn pool(endpoint: &Arc<Endpoint>, size: usize) -> Pool {
    Pool::builder(Connector(endpoint.clone()))
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .runtime(Runtime::Tokio1)
        .build()
        .expect("a pool with a runtime builds")
}

/// A connection out of `pool`.
pub(super) async fn get(pool: &Pool) -> Result<Pooled, SourceError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => error,
        _ => SourceError::Busy,
    })
}

/// A logged-in connection, with the task that moves its bytes.
#[derive(Debug)]
pub(super) struct Client {
    inner: tokio_postgres::Client,
    task: JoinHandle<()>,
}

impl Client {
    /// Connects and logs in.
    pub(super) async fn connect(endpoint: &Endpoint) -> Result<Self, SourceError> {
        let socket = endpoint.open().await?;
        let login = endpoint.config().connect_raw(socket, NoTls);
        let (inner, connection) = match tokio::time::timeout(endpoint.connect_timeout(), login).await {
            Ok(done) => done?,
            Err(_) => return Err(SourceError::Lost(std::io::ErrorKind::TimedOut.into())),
        };
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!(error = &error as &dyn std::error::Error, "connection to the database ended");
            }
        });
        Ok(Self { inner, task })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Deref for Client {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

impl managed::Manager for Connector {
    type Type = Client;
    type Error = SourceError;

    async fn create(&self) -> Result<Client, SourceError> {
        Client::connect(&self.0).await
    }

    async fn recycle(&self, client: &mut Client, _: &Metrics) -> RecycleResult<SourceError> {
        if client.is_closed() { Err(RecycleError::message("closed")) } else { Ok(()) }
    }
}

/// Ends the statement that runs on another connection.
pub(super) async fn cancel(endpoint: &Endpoint, token: CancelToken) -> Result<(), SourceError> {
    let socket = endpoint.open().await?;
    Ok(token.cancel_query_raw(socket, NoTls).await?)
}
