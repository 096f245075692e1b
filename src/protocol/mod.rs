//! The shape protocol without sockets: offsets, handles, parameters, messages, headers, and the decision what a
//! request gets.
//!
//! Pure. Sections named in comments are those of the protocol's reference.

mod body;
mod cache;
mod cursor;
mod delete;
mod error;
mod etag;
mod glance;
mod handle;
mod head;
mod item;
mod message;
mod offset;
mod params;
mod plan;
mod query;
mod schema;
mod sse;
mod subset;

pub use body::BodyError;
pub use cache::{Ages, Caching, HEALTH, NO_CACHE, NO_STORE, REVALIDATE};
pub use cursor::next_cursor;
pub use delete::Deletion;
pub use error::{CRASH, FieldErrors, message_body};
pub use etag::{none_match, refetch_etag};
pub use handle::ShapeHandle;
pub use head::{Circumstances, Content, Head};
pub use item::{Cells, END, END_LAST, ItemEncoder, Place};
pub use message::{MUST_REFETCH, up_to_date};
pub use offset::LogOffset;
pub use params::{ParamsError, Request, RequestOffset, ShapeParams};
pub use plan::{LogView, Plan, Resolution, SnapshotView, Waited, plan};
pub use query::Query;
pub use schema::schema_header;
pub use sse::{EVENT_STREAM, KEEP_ALIVE, event, item_events};
pub use subset::SubsetParams;

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
