//! One server for a whole process, and databases of one's own.

use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use once_cell::sync::OnceCell;

use crate::binaries::Binaries;
use crate::error::ClusterError;
use crate::server::{Cluster, psql};

/// Names a server to use instead of a throw-away one. Fresh databases are made in it, and dropped afterwards.
pub const TEST_DATABASE_URL: &str = "DIESEL_ELECTRIC_TEST_DATABASE_URL";

/// A fresh, empty database, for one test. Dropped with this value on a server that outlives us.
#[derive(Debug)]
pub struct Database {
    url: String,
    name: String,
    server: &'static Server,
}

#[derive(Debug)]
enum Server {
    Throwaway(Cluster),
    Given { binaries: Binaries, url: String },
}

/// A fresh database of the server that this process shares: a throw-away one, unless [`TEST_DATABASE_URL`] names another.
///
/// # Errors
/// If there is no server to be had, or it makes no database.
pub fn database() -> Result<Database, ClusterError> {
    static SERVER: OnceCell<Server> = OnceCell::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_try_init(Server::find)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("diesel_electric_{}_{count}", process::id());
    server.psql(&format!("CREATE DATABASE {name}"))?;
    Ok(Database { url: server.url(&name), name, server })
}

/// A fresh database on a throw-away server of its own, which lasts as long as this process: for tests that would hold up
/// others, since no replication slot can be made on a server while a transaction stays open.
///
/// # Errors
/// If there is no server to be had, or it makes no database.
pub fn database_apart() -> Result<Database, ClusterError> {
    let server: &'static Server = Box::leak(Box::new(Server::Throwaway(Cluster::start()?)));
    let name = "apart".to_owned();
    server.psql(&format!("CREATE DATABASE {name}"))?;
    Ok(Database { url: server.url(&name), name, server })
}

impl Database {
    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The path of a program of the server, such as `psql`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.server.binaries().program(name)
    }

    /// Runs SQL in it by `psql`; returns what it prints, unaligned. For set-up: a test's own work goes by a connection.
    ///
    /// # Errors
    /// With the server's message.
    pub fn psql(&self, sql: &str) -> Result<String, ClusterError> {
        psql(self.server.binaries(), &self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Server::Given { .. } = self.server {
            // A replication slot that is still in use keeps the database; it is named after us, so it can be found.
            let _ = self.server.psql(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

impl Server {
    fn find() -> Result<Self, ClusterError> {
        match std::env::var(TEST_DATABASE_URL) {
            Ok(url) if !url.is_empty() => Ok(Self::Given { binaries: Binaries::find()?, url }),
            _ => Ok(Self::Throwaway(Cluster::start()?)),
        }
    }

    fn binaries(&self) -> &Binaries {
        match self {
            Self::Throwaway(cluster) => cluster.binaries(),
            Self::Given { binaries, .. } => binaries,
        }
    }

    fn url(&self, database: &str) -> String {
        match self {
            Self::Throwaway(cluster) => cluster.url(database),
            Self::Given { url, .. } => with_database(url, database),
        }
    }

    fn psql(&self, sql: &str) -> Result<String, ClusterError> {
        match self {
            Self::Throwaway(cluster) => cluster.psql("postgres", sql),
            Self::Given { binaries, url } => psql(binaries, url, sql),
        }
    }
}

/// The URL of another database on the same server.
fn with_database(url: &str, database: &str) -> String {
    let (base, options) = url.split_once('?').map_or((url, None), |(base, options)| (base, Some(options)));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base.get(authority..).and_then(|rest| rest.find('/')).map_or(base.len(), |at| authority + at);
    let server = base.get(..end).unwrap_or(base);
    match options {
        Some(options) => format!("{server}/{database}?{options}"),
        None => format!("{server}/{database}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_keep_everything_but_the_database() {
        for (url, expected) in [
            ("postgres://a:b@h:5/x?sslmode=require", "postgres://a:b@h:5/new?sslmode=require"),
            ("postgres://h/x", "postgres://h/new"),
            ("postgres://h", "postgres://h/new"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }

    #[test]
    fn databases_are_apart() {
        let (a, b) = (database().unwrap(), database().unwrap());
        a.psql("CREATE TABLE t (id int)").unwrap();
        assert!(b.psql("SELECT * FROM t").is_err());
        assert_eq!(a.psql("SELECT count(*) FROM t").unwrap(), "0");
    }
}
