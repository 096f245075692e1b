//! The one service of a program, for code that has none at hand.

use once_cell::sync::OnceCell;

use super::{Error, SyncService};
use crate::shape::IntoShapeMatch;

static GLOBAL: OnceCell<SyncService> = OnceCell::new();

impl SyncService {
    /// Makes this the service that [`interrupt`](fn@interrupt) reaches from anywhere in the program.
    ///
    /// # Errors
    /// If one was installed before: two would take turns in ways that nobody could follow.
    pub fn install_global(&self) -> Result<(), Error> {
        GLOBAL.set(self.clone()).map_err(|_| Error::AlreadyInstalled)
    }
}

/// [`SyncService::interrupt`] of the service that was installed with [`SyncService::install_global`].
///
/// # Errors
/// As there; and [`Error::NotInstalled`] if none was installed.
pub async fn interrupt(what: impl IntoShapeMatch) -> Result<usize, Error> {
    match GLOBAL.get() {
        Some(service) => service.interrupt(what).await,
        None => Err(Error::NotInstalled),
    }
}
