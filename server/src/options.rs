//! What can be set: by an argument, else by an environment variable.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// Real-time sync for Postgres: serves live shapes of a database's tables over plain HTTP, to every client of the
/// Electric shape protocol.
#[derive(Debug, Parser)]
#[command(name = "diesel-electric", version)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Follow a database and serve shapes of its tables, until SIGTERM or SIGINT
    ///
    /// Any client that reaches the server can read any table that the database's role can publish: let only those reach
    /// it who may. The environment variable `RUST_LOG` says what it logs, by default `info`.
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The database to follow, directly (no pooler); its role needs REPLICATION, CREATE on the database, and to own the
    /// tables
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: String,

    /// Where to listen
    #[arg(long, env = "DIESEL_ELECTRIC_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,

    /// The size at which a part of a shape's log closes, in bytes
    #[arg(long, env = "DIESEL_ELECTRIC_CHUNK_BYTES", value_name = "BYTES", default_value_t = 10_485_760)]
    pub(crate) chunk_bytes: usize,

    /// How long a live request waits for a change, in milliseconds
    #[arg(long, env = "DIESEL_ELECTRIC_LONG_POLL_TIMEOUT_MS", value_name = "MS", default_value_t = 20_000)]
    long_poll_timeout_ms: u64,
}

impl Serve {
    /// How long a live request is held.
    pub(crate) fn hold(&self) -> Duration {
        Duration::from_millis(self.long_poll_timeout_ms)
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
    fn help_never_shows_the_url() {
        // Arguments' values come from the environment in help texts, and this one holds a password.
        let serve = Options::command();
        let serve = serve.find_subcommand("serve").unwrap();
        let url = serve.get_arguments().find(|argument| argument.get_id() == "database_url").unwrap();
        assert!(url.is_hide_env_values_set());
    }
}
