//! What the tests share: a fresh database with a connection to it, a service that follows it, a server in front.

mod nginx;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use cluster::{ClusterError, Database};
use diesel_electric::{SyncService, SyncServiceBuilder};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

pub use nginx::Nginx;

/// A database of one's own and a connection to it.
pub struct Db {
    database: Arc<Database>,
    pub client: Client,
    connection: JoinHandle<()>,
}

impl Db {
    /// A fresh database in which `schema` has been run.
    pub async fn new(schema: &str) -> Self {
        Self::of(cluster::database, schema).await
    }

    /// As [`Self::new`], on a server of its own.
    pub async fn apart(schema: &str) -> Self {
        Self::of(cluster::database_apart, schema).await
    }

    async fn of(database: fn() -> Result<Database, ClusterError>, schema: &str) -> Self {
        let database = tokio::task::spawn_blocking(database).await.unwrap().unwrap();
        let db = Self::to(database.into()).await;
        db.run(schema).await;
        db
    }

    async fn to(database: Arc<Database>) -> Self {
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
        let connection = tokio::spawn(async move { connection.await.unwrap() });
        Self { database, client, connection }
    }

    /// Another connection to the same.
    pub async fn again(&self) -> Self {
        Self::to(self.database.clone()).await
    }

    /// Runs statements.
    pub async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    pub fn url(&self) -> &str {
        self.database.url()
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// A service that follows a database, and an HTTP server in front of it on a port of its own.
pub struct Stand {
    pub db: Db,
    pub sync: SyncService,
    /// `http://127.0.0.1:port`
    pub url: String,
    pub http: reqwest::Client,
    server: ServerHandle,
}

impl Stand {
    /// Starts a service with `configure`d options on a fresh database, with the routes that `routes` adds.
    pub async fn start<R>(
        schema: &str,
        configure: impl FnOnce(SyncServiceBuilder) -> SyncServiceBuilder,
        routes: R,
    ) -> Self
    where
        R: Fn(&mut ServiceConfig, &SyncService) + Clone + Send + 'static,
    {
        Self::on(Db::new(schema).await, configure, routes).await
    }

    /// As [`Self::start`], on a database that is there.
    pub async fn on<R>(db: Db, configure: impl FnOnce(SyncServiceBuilder) -> SyncServiceBuilder, routes: R) -> Self
    where
        R: Fn(&mut ServiceConfig, &SyncService) + Clone + Send + 'static,
    {
        let sync = configure(SyncService::builder().database_url(db.url())).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = sync.clone();
        let app = move || App::new().configure(|config| routes(config, &service));
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .h1_allow_half_closed(false)
            // A test that is busy for a while must not find its idle connection closed just when it asks again.
            .keep_alive(Duration::from_secs(600))
            // Nor may a connection that a dropped request has left unused be told off by a 408 just when it is used.
            .client_request_timeout(Duration::ZERO)
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { db, sync, url, http: reqwest::Client::new(), server: handle }
    }

    /// Stops the server and the service, so that nothing of the test goes on.
    pub async fn stop(self) {
        self.server.stop(false).await;
        self.sync.stop().await;
    }
}
