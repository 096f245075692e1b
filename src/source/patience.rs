//! How long the server may take for what others wait for.

use std::time::Duration;

/// Limits on what the server is asked for. It is told milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// The locks for publishing a table, and the one that keeps it as it is for a snapshot. Others queue behind them.
    pub(crate) lock: Duration,
    /// The first row of a snapshot, once there is a connection.
    pub(crate) first_row: Duration,
    /// A question about rows of the stream: a filter that takes longer for a single row is given up.
    pub(crate) question: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { lock: Duration::from_secs(5), first_row: Duration::from_secs(30), question: Duration::from_secs(10) }
    }
}
