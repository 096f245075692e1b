//! [`SyncService`]: the one place that wires the rooms together.

use crate::engine::Engine;

/// The user's door to sync. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SyncService {
    engine: Engine,
}

impl SyncService {
    /// The engine behind it.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}
