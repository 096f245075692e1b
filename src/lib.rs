//! Real-time sync for Postgres-backed Rust apps.
//!
//! A Diesel model or query becomes a *shape*: the rows of one table that match a filter. An engine inside the app
//! follows Postgres' logical replication and keeps one log per shape; an Actix service streams it over plain HTTP,
//! so that every client of the Electric shape protocol holds a live copy.
//!
//! Where to begin:
//! - [`SyncService::builder`] starts the engine of an app, [`sync_scope`] serves shapes that the app defines.
//! - [`IntoShape`] tells what can become a shape: Diesel tables, queries and boxed queries, the shapes of models with
//!   `#[derive(Syncable)]`, and a [`Shape`] written by hand.
//! - [`SyncRequest`] defines a shape for each request; [`SyncService::interrupt`] makes those that wait look again.
//! - [`shape_api`] serves shapes that clients define.
//!
//! ```no_run
//! use actix_web::{App, HttpServer};
//! use diesel::prelude::*;
//! use diesel_electric::{SyncService, sync_scope};
//!
//! diesel::table! {
//!     todos (id) {
//!         id -> Int8,
//!         title -> Text,
//!         done -> Bool,
//!     }
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let sync = SyncService::builder().database_url("postgres://localhost/app").start().await?;
//! let open = || todos::table.filter(todos::done.eq(false));
//! HttpServer::new(move || App::new().service(sync_scope("/shapes", &sync).shape("/open", open())))
//!     .bind("127.0.0.1:8080")?
//!     .run()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `derive` | yes | `#[derive(Syncable)]` |
//! | `embedded` | yes | the engine in this process: replication, snapshots, shape logs |
//! | `actix` | yes | the Actix routes: `sync_scope`, `shape_api`, `SyncRequest` |
#![forbid(unsafe_code)]

mod change;
mod pg;
mod predicate;
mod protocol;
mod shape;
mod storage;

#[cfg(feature = "embedded")]
mod engine;
#[cfg(feature = "embedded")]
mod interrupt;
#[cfg(feature = "embedded")]
mod service;
#[cfg(feature = "embedded")]
mod source;

#[cfg(feature = "actix")]
mod http;

#[cfg(any(feature = "__fuzz", all(test, feature = "embedded")))]
mod fuzz;

pub use pg::TableName;
pub use predicate::{CheckError, ParseError};
pub use protocol::{LogMode, ReplicaMode};
pub use shape::{
    BindError, BindValue, InterruptOnCommit, IntoShape, IntoShapeMatch, Shape, ShapeError, ShapeMatch,
    ShapeParamValues, ShapeView, Syncable, TypedShape,
};

#[cfg(feature = "derive")]
pub use diesel_electric_derive::Syncable;

/// What derived code names.
#[doc(hidden)]
pub mod __private {
    pub use diesel::Column;

    pub use crate::shape::model;
}

#[cfg(feature = "embedded")]
pub use engine::{EngineStatus, ResolveError, StartError};
#[cfg(feature = "actix")]
pub use http::{CachePolicy, ShapeApi, SyncRequest, SyncResult, SyncScope, shape_api, sync_scope, tune_compression};
#[cfg(feature = "embedded")]
pub use service::{Error, ErrorKind, Evaluators, Limits, Storage, SyncService, SyncServiceBuilder, interrupt};
#[cfg(feature = "embedded")]
pub use source::{ServerError, SourceError};

/// Doors for the benches of this repository; no promises.
#[cfg(feature = "__bench")]
#[doc(hidden)]
pub mod __bench {
    pub use crate::engine::{Filter, Routing};
}

/// Doors for the fuzzers of this repository; no promises.
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod __fuzz {
    pub use crate::fuzz::{offset, params, pgoutput, where_text};
}

/// Compiles the snippets of the readme.
#[cfg(all(doctest, feature = "actix", feature = "derive"))]
#[doc = include_str!("../README.md")]
struct Readme;
