//! What Postgres calls things: positions, transaction ids, names, types and table descriptions.
//!
//! The ground floor: pure, imports nothing of the house, and every other room speaks in its words.

mod ident;
mod lsn;
mod pg_type;
mod quote;
mod schema;
mod snapshot;
mod xid;

pub use ident::{TableName, parse_column_list};
pub use lsn::Lsn;
pub use pg_type::{CustomType, CustomTypeKind, PgType};
pub use quote::{push_array_element, quote_ident, quote_literal};
pub use schema::{Collation, Column, Generated, RelationId, ReplicaIdentity, TableSchema};
pub use snapshot::PgSnapshot;
pub use xid::{Xid, Xid8};
