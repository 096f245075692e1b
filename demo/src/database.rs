//! Where the demo keeps its rows: in a Postgres of its own that goes with it, or in the database that
//! `DEMO_DATABASE_URL` names.

use std::env;
use std::error::Error;
use std::net::SocketAddr;

use cluster::{Cluster, ClusterError};
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::{BuildError, Pool};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::todos;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// Names a database to use instead of a throw-away one.
const DATABASE_URL: &str = "DEMO_DATABASE_URL";

/// The statement that a visitor is shown.
const INSERT: &str = "INSERT INTO todos (owner_id, title) VALUES (2, 'Put the plum tarts in the window')";

/// The demo's database.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    /// The server, if it is our own.
    cluster: Option<Cluster>,
}

impl Database {
    /// The database that `DEMO_DATABASE_URL` names, else one on a server that is started for it.
    pub(crate) fn find() -> Result<Self, ClusterError> {
        match env::var(DATABASE_URL) {
            Ok(url) if !url.is_empty() => Ok(Self { url, cluster: None }),
            _ => {
                println!("starting a Postgres for the demo");
                let cluster = Cluster::start()?;
                cluster.psql("postgres", "CREATE DATABASE demo")?;
                Ok(Self { url: cluster.url("demo"), cluster: Some(cluster) })
            }
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A command that adds a row. Of a database that is not ours it names the variable: a URL may hold a password.
    pub(crate) fn psql(&self) -> String {
        match &self.cluster {
            None => format!(r#"psql "${DATABASE_URL}" -c "{INSERT}""#),
            Some(_) if is_on_path("psql") => format!(r#"psql {} -c "{INSERT}""#, self.url),
            Some(cluster) => format!(r#"'{}' {} -c "{INSERT}""#, cluster.program("psql").display(), self.url),
        }
    }

    /// What a visitor is told at the start.
    pub(crate) fn welcome(&self, address: SocketAddr) -> String {
        let psql = self.psql();
        let end = match self.cluster {
            Some(_) => "Ctrl-C stops the demo and its Postgres, and removes both.".to_owned(),
            None => format!("Ctrl-C stops the demo. Its table stays in the database that {DATABASE_URL} names."),
        };
        format!(
            "\nOpen      http://{address}\n\nThen paste this line into another terminal, and see the row appear:\n\n  \
             {psql}\n\n{end}"
        )
    }
}

fn is_on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Brings the database up to date, and writes the first rows into an empty table.
pub(crate) async fn migrate(url: &str) -> Result<(), Box<dyn Error>> {
    let mut harness = AsyncMigrationHarness::new(AsyncPgConnection::establish(url).await?);
    // It blocks, which this runtime's own thread must not.
    let migrated = tokio::task::spawn_blocking(move || {
        harness.run_pending_migrations(MIGRATIONS)?;
        Ok::<_, Box<dyn Error + Send + Sync>>(harness)
    });
    let mut connection = migrated.await?.map_err(|error| -> Box<dyn Error> { error })?.into_inner();
    todos::seed(&mut connection).await?;
    Ok(())
}

/// The connections of the app's own queries.
pub(crate) fn pool(url: &str) -> Result<Pool<AsyncPgConnection>, BuildError> {
    Pool::builder(AsyncDieselConnectionManager::new(url)).max_size(4).build()
}
