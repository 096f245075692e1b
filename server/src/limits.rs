//! How much clients may ask for.

use clap::Args;
use diesel_electric::Limits;

#[derive(Args)]
#[command(next_help_heading = "Limits")]
#[expect(clippy::struct_field_names, reason = "they are named as on the command line")]
pub(crate) struct LimitOptions {
    /// How long the path and query of a request may be, in bytes; at least 10000. Longer ones get 414
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_URL_BYTES", value_name = "BYTES", default_value_t = Limits::default().url_bytes)]
    max_url_bytes: usize,

    /// How long the body of a request may be, in bytes. Longer ones get 413
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_BODY_BYTES", value_name = "BYTES", default_value_t = Limits::default().body_bytes)]
    max_body_bytes: usize,

    /// How many columns a shape may list
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_COLUMNS", value_name = "N", default_value_t = Limits::default().columns)]
    max_columns: usize,

    /// How many `params[n]` a request may have
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_PARAMS", value_name = "N", default_value_t = Limits::default().params)]
    max_params: usize,

    /// How long a filter may be, in bytes
    #[arg(
        long, env = "DIESEL_ELECTRIC_MAX_FILTER_BYTES", value_name = "BYTES",
        default_value_t = Limits::default().filter_bytes
    )]
    max_filter_bytes: usize,

    /// How deep a filter may nest
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_FILTER_DEPTH", value_name = "N", default_value_t = Limits::default().filter_depth)]
    max_filter_depth: usize,

    /// How many shapes are kept at once. One more takes the place of the one that was last asked for longest ago and on
    /// which nobody waits; if somebody waits on each, it gets 503
    #[arg(long, env = "DIESEL_ELECTRIC_MAX_SHAPES", value_name = "N", default_value_t = Limits::default().shapes)]
    max_shapes: usize,

    /// How many requests may run at once that know no shape yet. One more gets 503
    #[arg(
        long, env = "DIESEL_ELECTRIC_MAX_INITIAL_REQUESTS", value_name = "N",
        default_value_t = Limits::default().initial_requests
    )]
    max_initial_requests: usize,

    /// How many requests may run or wait at once that know their shape. One more gets 503
    #[arg(
        long, env = "DIESEL_ELECTRIC_MAX_EXISTING_REQUESTS", value_name = "N",
        default_value_t = Limits::default().existing_requests
    )]
    max_existing_requests: usize,

    /// How many of them may be streams of events. One more gets 503
    #[arg(
        long, env = "DIESEL_ELECTRIC_MAX_SSE_CONNECTIONS", value_name = "N",
        default_value_t = Limits::default().sse_connections
    )]
    max_sse_connections: usize,
}

impl LimitOptions {
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.url_bytes = self.max_url_bytes;
        limits.body_bytes = self.max_body_bytes;
        limits.columns = self.max_columns;
        limits.params = self.max_params;
        limits.filter_bytes = self.max_filter_bytes;
        limits.filter_depth = self.max_filter_depth;
        limits.shapes = self.max_shapes;
        limits.initial_requests = self.max_initial_requests;
        limits.existing_requests = self.max_existing_requests;
        limits.sse_connections = self.max_sse_connections;
        limits
    }
}
