//! Throw-away Postgres clusters: for the tests, benches and demo of this workspace.
//!
//! A [`Cluster`] is a server of its own, in a folder and on a port of its own, ready for logical replication. It goes
//! when the value is dropped, and also when the process dies in any other way: a small shell process waits for the end
//! of a pipe that only we hold. [`database`] hands out fresh databases of one server that the whole process shares.
//! [`Random`] numbers, for tests that try many cases, are here because all of them use this crate.

mod binaries;
mod error;
mod owner;
mod random;
mod server;
mod shared;

pub use binaries::{Binaries, version};
pub use error::ClusterError;
pub use random::{Random, setting};
pub use server::Cluster;
pub use shared::{Database, TEST_DATABASE_URL, database, database_apart};
