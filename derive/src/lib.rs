//! `#[derive(Syncable)]` for `diesel-electric`.
