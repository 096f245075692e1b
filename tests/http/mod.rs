//! The conformance cases of the protocol's reference (section 16), over HTTP and a real Postgres, by their numbers.

mod admission;
mod behind_a_cache;
mod caching;
mod compression;
mod delete;
mod diesel;
mod filters;
mod first;
mod follower;
mod interrupts;
mod limits;
mod live;
mod log;
mod merging;
mod outside;
mod readiness;
mod refetch;
mod refusals;
mod schema;
mod secret;
mod sse;
mod subsets;
mod support;
mod transcripts;
mod types;
mod unavailable;
