//! What can be set: by an argument, else by an environment variable.

use std::net::SocketAddr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use diesel_electric::{Evaluators, ShapeApi, SyncService, SyncServiceBuilder, shape_api};

use crate::limits::LimitOptions;

/// Real-time sync for Postgres: serves live shapes of a database's tables over plain HTTP, to every client of the
/// Electric shape protocol.
#[derive(Parser)]
#[command(name = "diesel-electric", version)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Follow a database and serve shapes of its tables, until SIGTERM or SIGINT
    ///
    /// Any client that reaches the server can read any table that the database's role can publish: let only those reach
    /// it who may, or give it a secret. The environment variable `RUST_LOG` says what it logs, by default `info`.
    Serve(Serve),
}

/// No `Debug`: it holds secrets.
#[derive(Args)]
pub(crate) struct Serve {
    /// The database to follow, directly (no pooler); its role needs REPLICATION, CREATE on the database, and to own the
    /// tables
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: String,

    /// Where to listen
    #[arg(long, env = "DIESEL_ELECTRIC_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,

    /// What each request for a shape must give as its parameter `secret`; without it, 401. Set it by the environment, where
    /// other users of the machine do not see it
    #[arg(long, env = "DIESEL_ELECTRIC_SECRET", hide_env_values = true, value_name = "SECRET", value_parser = secret)]
    pub(crate) secret: Option<String>,

    /// Let clients drop shapes by DELETE, so that they are made anew
    #[arg(long, env = "DIESEL_ELECTRIC_ALLOW_DELETE", value_parser = BoolishValueParser::new())]
    pub(crate) allow_delete: bool,

    /// Refuse filters that the server cannot evaluate itself, instead of having the database do it
    #[arg(long, env = "DIESEL_ELECTRIC_WITHOUT_POSTGRES", value_parser = BoolishValueParser::new())]
    pub(crate) without_postgres: bool,

    /// Which other origins browsers let read answers, each like `https://app.example`; by default all
    #[arg(long, env = "DIESEL_ELECTRIC_ORIGINS", value_name = "ORIGIN,...", value_delimiter = ',')]
    pub(crate) origins: Vec<String>,

    /// Compress answers for clients that ask for it, by br, zstd or gzip. Streams of events and what is tiny are left alone
    #[arg(long, env = "DIESEL_ELECTRIC_COMPRESSION", value_parser = BoolishValueParser::new())]
    pub(crate) compression: bool,

    /// The size at which a part of a shape's log closes, in bytes
    #[arg(long, env = "DIESEL_ELECTRIC_CHUNK_BYTES", value_name = "BYTES", default_value_t = 10_485_760)]
    pub(crate) chunk_bytes: usize,

    /// How long a live request waits for a change, in milliseconds
    #[arg(long, env = "DIESEL_ELECTRIC_LONG_POLL_TIMEOUT_MS", value_name = "MS", default_value_t = 20_000)]
    long_poll_timeout_ms: u64,

    /// How long a request waits for the server to follow the database, in milliseconds; then it gets 503
    #[arg(long, env = "DIESEL_ELECTRIC_READINESS_TIMEOUT_MS", value_name = "MS", default_value_t = 5_000)]
    readiness_timeout_ms: u64,

    /// How long to wait for the lock on a table when its first shape is made, and for each snapshot, in milliseconds; then
    /// the request gets 503
    #[arg(long, env = "DIESEL_ELECTRIC_TABLE_LOCK_TIMEOUT_MS", value_name = "MS", default_value_t = 5_000)]
    table_lock_timeout_ms: u64,

    /// How long the first row of a snapshot may take, in milliseconds; then the request gets 503
    #[arg(long, env = "DIESEL_ELECTRIC_FIRST_ROW_TIMEOUT_MS", value_name = "MS", default_value_t = 30_000)]
    first_row_timeout_ms: u64,

    /// How long a stream of events lasts, in milliseconds
    #[arg(long, env = "DIESEL_ELECTRIC_SSE_TIMEOUT_MS", value_name = "MS", default_value_t = 60_000)]
    sse_timeout_ms: u64,

    /// After how long a silence a stream of events says that it is still there, in milliseconds
    #[arg(long, env = "DIESEL_ELECTRIC_SSE_KEEP_ALIVE_MS", value_name = "MS", default_value_t = 21_000)]
    sse_keep_alive_ms: u64,

    /// For how long anybody may keep an answer with which a client has caught up, in seconds
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_AGE_SECONDS", value_name = "SECONDS", default_value_t = 60)]
    max_age_seconds: u64,

    /// For how long after that a cache may hand it out while it asks for a new one, in seconds
    #[arg(long, env = "DIESEL_ELECTRIC_STALE_AGE_SECONDS", value_name = "SECONDS", default_value_t = 300)]
    stale_age_seconds: u64,

    #[command(flatten)]
    limits: LimitOptions,
}

/// An empty one would come of a variable that was meant to be set.
fn secret(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it is empty, and nobody could give it; set it, or leave the option away".to_owned());
    }
    Ok(text.to_owned())
}

impl Serve {
    /// The service as it was asked for.
    pub(crate) fn builder(&self) -> SyncServiceBuilder {
        let builder = SyncService::builder()
            .database_url(&self.database_url)
            .chunk_bytes(self.chunk_bytes)
            .hold(Duration::from_millis(self.long_poll_timeout_ms))
            .readiness(Duration::from_millis(self.readiness_timeout_ms))
            .table_lock(Duration::from_millis(self.table_lock_timeout_ms))
            .first_row(Duration::from_millis(self.first_row_timeout_ms))
            .sse(Duration::from_millis(self.sse_timeout_ms))
            .keep_alive(Duration::from_millis(self.sse_keep_alive_ms))
            .max_age(Duration::from_secs(self.max_age_seconds))
            .stale_age(Duration::from_secs(self.stale_age_seconds))
            .evaluators(if self.without_postgres { Evaluators::WithoutPostgres } else { Evaluators::default() })
            .limits(self.limits.limits());
        if self.origins.is_empty() { builder } else { builder.origins(&self.origins) }
    }

    /// Its routes.
    pub(crate) fn api(&self, service: &SyncService) -> ShapeApi {
        let api = shape_api(service).allow_delete(self.allow_delete);
        match &self.secret {
            Some(secret) => api.secret(secret),
            None => api,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn options_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn help_never_shows_the_url_nor_the_secret() {
        // Arguments' values come from the environment in help texts, and the URL holds a password.
        let serve = Options::command();
        let serve = serve.find_subcommand("serve").unwrap();
        for name in ["database_url", "secret"] {
            let argument = serve.get_arguments().find(|argument| argument.get_id() == name).unwrap();
            assert!(argument.is_hide_env_values_set(), "{name}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let Command::Serve(serve) = Options::parse_from(["x", "serve", "--database-url", "x"]).command;
        assert_eq!(serve.limits.limits(), diesel_electric::Limits::default());
        let library = format!("{:?}", SyncService::builder().database_url("x"));
        assert_eq!(format!("{:?}", serve.builder()), library);
    }
}
