//! How much clients may ask of a service.

use super::Error;
use crate::predicate::FilterLimits;
use crate::shape::WireLimits;

/// How much clients may ask of a service; for [`SyncServiceBuilder::limits`](super::SyncServiceBuilder::limits).
///
/// ```
/// let mut limits = diesel_electric::Limits::default();
/// limits.shapes = 500;
/// limits.initial_requests = 50;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long the path and query of a request may be, in bytes; by default 100,000. What is longer is refused with 414.
    /// Actix itself reads no more than 131,072 bytes of URL and headers.
    pub url_bytes: usize,
    /// How long the body of a request may be, in bytes; by default 8,000,000. What is longer is refused with 413.
    pub body_bytes: usize,
    /// How many columns a client may list; by default 1,600, which is as many as a table can have.
    pub columns: usize,
    /// How many `params[n]` a client may send; by default 10,000.
    pub params: usize,
    /// How long a filter of a client may be, in bytes; by default 65,536, which is also the most.
    pub filter_bytes: usize,
    /// How deep a filter of a client may nest; by default 100, which is also the most.
    pub filter_depth: usize,
    /// How many shapes are kept at once; by default 100,000. One more takes the place of the one that was last asked for
    /// longest ago, of those on which nobody waits, and its clients fetch anew when they come back. If somebody waits on
    /// each, it is refused with 503.
    ///
    /// This bounds what clients can make the service keep: each shape has its log, and costs some work for each change of
    /// its table that may concern it. Shapes that select other columns of a table cost more than those that share a
    /// selection.
    pub shapes: usize,
    /// How many requests may run at once that know no shape yet, and so may have one made; by default 300. One more is
    /// refused with 503, before anything else of it is looked at.
    pub initial_requests: usize,
    /// How many requests may run, or wait, at once that know their shape; by default 10,000. One more is refused with 503.
    pub existing_requests: usize,
    /// How many of them may be streams of events (`live_sse=true`); by default 10,000. One more is refused with 503.
    pub sse_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            url_bytes: 100_000,
            body_bytes: 8_000_000,
            columns: MOST_COLUMNS,
            params: 10_000,
            filter_bytes: MOST_FILTER_BYTES,
            filter_depth: MOST_FILTER_DEPTH,
            shapes: 100_000,
            initial_requests: 300,
            existing_requests: 10_000,
            sse_connections: 10_000,
        }
    }
}

/// `MaxHeapAttributeNumber` of Postgres.
const MOST_COLUMNS: usize = 1_600;
/// What evaluates a filter recurses.
const MOST_FILTER_DEPTH: usize = 100;
/// The protocol's.
const MOST_FILTER_BYTES: usize = 65_536;
/// What the specification asks of every server.
const LEAST_URL_BYTES: usize = 10_000;

impl Limits {
    /// Those for the definition of a shape.
    pub(crate) fn definition(&self) -> WireLimits {
        let filter = FilterLimits { bytes: self.filter_bytes, depth: self.filter_depth };
        WireLimits { columns: self.columns, params: self.params, filter }
    }

    /// Refuses what would refuse everything, or could not be kept, by the name of the field.
    pub(super) fn check(&self) -> Result<(), Error> {
        for (name, value) in [
            ("columns", self.columns),
            ("filter_bytes", self.filter_bytes),
            ("filter_depth", self.filter_depth),
            ("shapes", self.shapes),
            ("initial_requests", self.initial_requests),
            ("existing_requests", self.existing_requests),
        ] {
            if value == 0 {
                return Err(Error::Config(format!("limits.{name} is 0: nothing could be served; allow at least 1")));
            }
        }
        for (name, value, most) in [
            ("columns", self.columns, MOST_COLUMNS),
            ("filter_bytes", self.filter_bytes, MOST_FILTER_BYTES),
            ("filter_depth", self.filter_depth, MOST_FILTER_DEPTH),
        ] {
            if value > most {
                return Err(Error::Config(format!("limits.{name} is {value}: {most} is the most that can be served")));
            }
        }
        if self.url_bytes < LEAST_URL_BYTES {
            let given = self.url_bytes;
            let text = format!("limits.url_bytes is {given}: clients rely on {LEAST_URL_BYTES}; allow at least that");
            return Err(Error::Config(text));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_kept() {
        assert!(Limits::default().check().is_ok());
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        type Set = fn(&mut Limits);
        let cases: [(&str, Set); 8] = [
            ("limits.shapes", |limits| limits.shapes = 0),
            ("limits.initial_requests", |limits| limits.initial_requests = 0),
            ("limits.existing_requests", |limits| limits.existing_requests = 0),
            ("limits.columns", |limits| limits.columns = 1_601),
            ("limits.filter_bytes", |limits| limits.filter_bytes = 65_537),
            ("limits.filter_depth", |limits| limits.filter_depth = 101),
            ("limits.filter_depth", |limits| limits.filter_depth = 0),
            ("limits.url_bytes", |limits| limits.url_bytes = 9_999),
        ];
        for (name, set) in cases {
            let mut limits = Limits::default();
            set(&mut limits);
            let error = limits.check().unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
