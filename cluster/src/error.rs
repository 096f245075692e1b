//! Why there is no cluster.

use std::path::PathBuf;

/// A cluster cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No server is installed in any of the usual places.
    #[error(
        "no PostgreSQL server (14 or later) was found; install one (Debian: `apt install postgresql`, macOS: \
         `brew install postgresql@17`), or name its folder of programs in PG_BIN"
    )]
    NotInstalled,
    /// A program of the server failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Which.
        program: PathBuf,
        /// What it printed.
        output: String,
    },
    /// The server must not run as root, and there is no other user to run it as.
    #[error("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as")]
    NoUser,
    /// The operating system refuses something.
    #[error("cannot {what}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

impl ClusterError {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}
