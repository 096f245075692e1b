//! Throw-away Postgres clusters.
