//! What can go wrong with stored logs.

/// A log cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {}
