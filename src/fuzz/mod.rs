//! Doors for fuzzers: each takes any bytes, must not panic, and says whether they meant something.
//!
//! `fuzz/` has a target for each; `cargo test` runs them as well, on bytes of its own (`tests`).

mod filter;
#[cfg(test)]
mod tests;

pub use filter::where_text;

use bytes::Bytes;

use crate::change::{Event, OldRow, Operation, Tuple};
use crate::protocol::{LogOffset, Query, Request};
use crate::source::Decoder;

/// The messages of a replication stream, each after its length in one byte.
pub fn pgoutput(mut bytes: &[u8]) -> bool {
    let (mut decoder, mut is_read) = (Decoder::default(), false);
    while let Some((length, rest)) = bytes.split_first() {
        let (message, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = rest;
        let Ok(Some(event)) = decoder.decode(&Bytes::copy_from_slice(message)) else { continue };
        is_read = true;
        if let Event::Change(change) = event {
            match &change.operation {
                Operation::Insert { new } | Operation::Update { old: None | Some(OldRow::Key), new } => read(new),
                Operation::Update { old: Some(OldRow::Full(old)), new } => [old, new].into_iter().for_each(read),
                Operation::Delete { old: OldRow::Full(old) } => read(old),
                Operation::Delete { old: OldRow::Key } => {}
            }
        }
    }
    is_read
}

/// Its values, which are found as they are read.
fn read(tuple: &Tuple) {
    let _ = tuple.cells().count();
}

/// An offset: what is read prints as what reads the same.
pub fn offset(bytes: &[u8]) -> bool {
    let Ok(offset) = String::from_utf8_lossy(bytes).parse::<LogOffset>() else { return false };
    assert_eq!(offset.to_string().parse::<LogOffset>().ok(), Some(offset), "an offset is read back");
    true
}

/// The query of a request.
pub fn params(bytes: &[u8]) -> bool {
    let query = Query::parse(&String::from_utf8_lossy(bytes));
    let is_read = Request::parse(&query).is_ok();
    Request::parse_with_shape(&query).is_ok() || is_read
}
