//! The conformance cases of the protocol's reference (section 16), over HTTP and a real Postgres, by their numbers.

mod first;
mod support;
