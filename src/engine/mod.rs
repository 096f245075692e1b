//! The engine: follows the stream and keeps one log per shape.
//!
//! Has threads of its own; whoever asks it from elsewhere waits on channels.

mod definition;
mod error;
mod live;

pub use definition::Definition;
pub use error::{CreateError, ResolveError};
pub use live::{LiveShape, LogState, ShapeStatus};

use std::sync::Arc;

use crate::pg::Lsn;
use crate::protocol::ShapeHandle;
use crate::shape::Shape;

/// How far the engine has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineStatus {
    /// Connecting, or connecting again.
    Starting,
    /// Another engine holds the slot; known shapes can be read.
    Waiting,
    /// Following the stream.
    Active,
    /// Stopped for good.
    Stopped,
}

/// The engine's door. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {}

#[expect(clippy::unused_self, clippy::unused_async, clippy::todo, reason = "stub")]
impl Engine {
    /// Looks a shape's table, columns and types up and checks its filter: the second of the two phases.
    pub async fn resolve(&self, _shape: &Shape) -> Result<Arc<Definition>, ResolveError> {
        todo!()
    }

    /// The live shape of this definition, if there is one.
    pub fn find(&self, _definition: &Definition) -> Option<Arc<LiveShape>> {
        todo!()
    }

    /// The live shape of this handle, if there is one.
    pub fn by_handle(&self, _handle: &ShapeHandle) -> Option<Arc<LiveShape>> {
        todo!()
    }

    /// The live shape of this definition, made if there is none. Resolves once its snapshot has started: its first
    /// rows or its end are there.
    pub async fn get_or_create(&self, _definition: &Arc<Definition>) -> Result<Arc<LiveShape>, CreateError> {
        todo!()
    }

    /// The position up to which every transaction has been handed to the shapes it concerns.
    pub fn processed(&self) -> Lsn {
        todo!()
    }

    /// How far it has come.
    pub fn status(&self) -> EngineStatus {
        todo!()
    }

    /// Waits until it is active.
    pub async fn active(&self) {
        todo!()
    }
}
