//! What can go wrong at the user's door.

use crate::engine::{ResolveError, StartError};
use crate::shape::ShapeError;
use crate::source::SourceError;

/// What can go wrong with a service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The builder was not told what it needs, or was told something that cannot be.
    #[error("{0}")]
    Config(String),
    /// The database URL or its TLS settings cannot be used.
    #[error("the connection to the database cannot be configured")]
    Source(#[from] SourceError),
    /// The engine cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A query or definition is no shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A shape does not fit the database.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// An interrupt has reached the requests of this service, and the others on the same database could not be told.
    #[error("{reached} requests of this service were interrupted, those of other services could not be told")]
    NotAnnounced {
        /// How many it has reached here.
        reached: usize,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// [`SyncService::install_global`](super::SyncService::install_global) was called twice.
    #[error("a global service is installed already; install one, once, at start")]
    AlreadyInstalled,
    /// [`interrupt`](fn@super::interrupt) was called before
    /// [`SyncService::install_global`](super::SyncService::install_global).
    #[error("no global service is installed; call `install_global()` on the service at start")]
    NotInstalled,
}

/// What kind of trouble an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something to mend in the program or its settings.
    Usage,
    /// The database, or the way to it.
    Database,
}

impl Error {
    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Source(_)
            | Self::Start(_)
            | Self::NotAnnounced { .. }
            | Self::Resolve(ResolveError::Unreachable(_)) => ErrorKind::Database,
            _ => ErrorKind::Usage,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Source(error) | Self::Start(StartError::Source(error)) => !error.is_fatal(),
            Self::Resolve(ResolveError::Unreachable(_)) | Self::NotAnnounced { .. } => true,
            _ => false,
        }
    }
}
