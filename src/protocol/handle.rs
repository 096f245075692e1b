//! Names of incarnations of a shape (section 4).

use std::fmt;

/// One incarnation of a shape. Never issued twice: clients keep dead handles and take an answer that bears one for a
/// stale cache entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeHandle(Box<str>);

impl ShapeHandle {
    /// The reference's form: `<hash of the definition>-<unix microseconds>`.
    pub fn new(definition_hash: u32, unix_micros: u64) -> Self {
        Self(format!("{definition_hash}-{unix_micros}").into())
    }

    /// A handle as a client sends it. Any text: one that was never issued is merely unknown.
    pub fn from_client(text: &str) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShapeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
