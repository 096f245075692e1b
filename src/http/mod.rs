//! The Actix door: shapes over HTTP.
//!
//! Two ways in, one way on. `scope` has the routes whose shape the server defines, fixed or by a handler that takes a
//! `request`; `api` those of the protocol itself, whose shape the client defines (`define`). `secret` and `admission` say
//! who may come in at all. Both ways end in `serve`, which asks `protocol::plan` what a request gets, waits for `news` where
//! that says so, and answers (`answer`, `body`, `sse`, `subset`); what cannot be served goes through `error`, which alone
//! chooses status codes for it. `cors` stands around all of them, `route` says who may keep an answer.
//!
//! Invariants: a waiting request is one future, registered for interrupts, without a lock; bytes of a log are shared, not
//! copied per client; nothing a client sends widens a shape that the server defines.
//!
//! Called by: the user's Actix app; the stand-alone server.

mod admission;
mod answer;
mod api;
mod body;
mod cors;
mod define;
mod delete;
mod encoding;
mod error;
mod headers;
mod news;
mod post;
mod request;
mod route;
mod scope;
mod secret;
mod serve;
mod sse;
mod subset;

pub use api::{ShapeApi, shape_api};
pub use encoding::tune_compression;
pub use request::{SyncRequest, SyncResult};
pub use route::CachePolicy;
pub use scope::{SyncScope, sync_scope};
