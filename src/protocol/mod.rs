//! The shape protocol without sockets: offsets, handles, parameters, messages, headers, and the decision what a
//! request gets.
//!
//! Pure. Sections named in comments are those of the protocol's reference.

mod handle;
mod item;
mod offset;

pub use handle::ShapeHandle;
pub use item::{Cells, END, END_LAST, ItemEncoder, Place, escape_json};
pub use offset::{LogOffset, ParseOffsetError};

use serde::{Deserialize, Serialize};

/// What updates and deletes carry (section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReplicaMode {
    /// The key, and what has changed.
    #[default]
    Default,
    /// Whole rows, and of updates also the old values of what has changed.
    Full,
}

/// Where a log begins (section 2, `log`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogMode {
    /// With the rows that exist.
    #[default]
    Full,
    /// With nothing: only later changes.
    ChangesOnly,
}
