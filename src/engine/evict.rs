//! Shapes that go while their tables stay: those that somebody drops, and the one that makes room for another.
//!
//! Whoever waits on a shape that goes looks again, and so makes it anew; if nobody waits, nobody makes it.

use std::sync::Arc;

use tracing::debug;

use super::collector::Command;
use super::registry::Registry;
use super::{CreateError, Definition, Engine, LiveShape, Shared};
use crate::protocol::ShapeHandle;

impl Engine {
    /// The shape of this handle, if it is kept.
    pub fn by_handle(&self, handle: &ShapeHandle) -> Option<Arc<LiveShape>> {
        self.shared().registry().by_handle(handle).cloned()
    }

    /// The shape of this definition, if it is kept.
    pub fn find(&self, definition: &Definition) -> Option<Arc<LiveShape>> {
        self.shared().registry().find(definition).cloned()
    }

    /// Ends a shape. Its handle is dead from now on.
    pub async fn evict(&self, live: &Arc<LiveShape>) {
        self.shared().evict(live).await;
    }
}

impl Shared {
    pub(super) async fn evict(&self, live: &Arc<LiveShape>) {
        debug!(handle = %live.handle(), "shape evicted");
        self.forget(live, None);
        // The collector is gone only when the engine stops.
        let _ = self.commands.send(Command::Remove(live.clone())).await;
    }
}

/// Takes a shape out of a full registry, to be evicted: of those on which nobody waits the one that was last asked for
/// longest ago.
pub(super) fn make_room(registry: &mut Registry, max_shapes: usize) -> Result<Option<Arc<LiveShape>>, CreateError> {
    if registry.len() < max_shapes {
        return Ok(None);
    }
    let least_used = registry.least_used().ok_or(CreateError::TooManyShapes { limit: max_shapes })?;
    registry.remove(&least_used);
    Ok(Some(least_used))
}
