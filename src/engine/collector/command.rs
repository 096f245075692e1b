//! What others ask of the collector.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::engine::LiveShape;
use crate::engine::join::Filter;
use crate::engine::verdicts::Verdicts;
use crate::pg::{PgSnapshot, RelationId, TableSchema};

/// A request to the collector, which carries it out between two events of the stream.
#[derive(Debug)]
pub(in crate::engine) enum Command {
    /// Route changes to this shape from now on and keep them until its snapshot is known.
    Register {
        /// The shape.
        live: Arc<LiveShape>,
        /// Answered once it is done; dropped if the stream is not connected.
        done: oneshot::Sender<()>,
    },
    /// This is the shape's snapshot: judge what was kept.
    Join {
        /// The shape.
        live: Arc<LiveShape>,
        /// What its snapshot sees, and where the WAL ended when it had been taken.
        filter: Filter,
        /// Answered with what came of it.
        done: oneshot::Sender<Joined>,
    },
    /// How many transactions have begun to be processed.
    Count {
        /// Answered with the number.
        done: oneshot::Sender<u64>,
    },
    /// Whether a snapshot sees all of the first transactions.
    SeesAll {
        /// The snapshot.
        snapshot: PgSnapshot,
        /// How many of them.
        begun: u64,
        /// Answered with whether it does.
        done: oneshot::Sender<bool>,
    },
    /// Postgres' answer to a question.
    Verdicts {
        /// Which.
        number: u64,
        /// The answer.
        verdicts: Verdicts,
    },
    /// The shape is gone: forget it.
    Remove(Arc<LiveShape>),
    /// The table is gone: end its shapes.
    InvalidateTable(RelationId),
    /// The table is not what it was, but this: end the shapes to which that matters.
    ChangeTable(Arc<TableSchema>),
}

/// What came of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Joined {
    /// The snapshot and the stream fit together.
    Yes,
    /// The snapshot lacks a transaction that was streamed before the shape was registered: take another.
    TooEarly,
    /// The shape is gone.
    Gone,
}
