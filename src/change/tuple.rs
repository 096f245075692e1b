//! A row of the stream.

use bytes::Bytes;

/// One value of a [`Tuple`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// Stored out of line and not touched by the update: the value is that of the old row.
    Unchanged,
    /// The value in its type's output form.
    Text(&'a [u8]),
}

/// A row, in pgoutput's own form (`TupleData`, Postgres manual, "Logical Replication Message Formats"): a two-byte
/// count, then for each column `n`, `u`, or `t` with a four-byte length and the text.
///
/// Checked once when made, so that walking it can neither fail nor allocate. Cloning shares the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuple {
    bytes: Bytes,
}

/// The bytes are not a tuple in text form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed tuple in the replication stream")]
pub struct MalformedTuple;

impl Tuple {
    /// Takes the tuple at the start of `bytes`, leaving what follows it.
    ///
    /// # Errors
    /// If the bytes end early or hold a column of another kind than null, unchanged or text (binary is never asked for).
    pub fn take(bytes: &mut Bytes) -> Result<Self, MalformedTuple> {
        let mut rest: &[u8] = bytes;
        let count = take_count(&mut rest).ok_or(MalformedTuple)?;
        for _ in 0..count {
            take_cell(&mut rest).ok_or(MalformedTuple)?;
        }
        let length = bytes.len() - rest.len();
        Ok(Self { bytes: bytes.split_to(length) })
    }

    /// The values in column order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let mut rest: &[u8] = &self.bytes;
        let count = take_count(&mut rest).unwrap_or(0);
        (0..count).map_while(move |_| take_cell(&mut rest))
    }

    /// How many values there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.bytes.first_chunk().map_or(0, |head| usize::from(u16::from_be_bytes(*head)))
    }
}

fn take_count(rest: &mut &[u8]) -> Option<u16> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(u16::from_be_bytes(*head))
}

fn take_cell<'a>(rest: &mut &'a [u8]) -> Option<Cell<'a>> {
    let (kind, tail) = rest.split_first()?;
    *rest = tail;
    match kind {
        b'n' => Some(Cell::Null),
        b'u' => Some(Cell::Unchanged),
        b't' => {
            let (length, tail) = rest.split_first_chunk()?;
            let (text, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize)?;
            *rest = tail;
            Some(Cell::Text(text))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_itself_and_leaves_the_rest() {
        let mut bytes = Bytes::from_static(b"\0\x03nut\0\0\0\x02hirest");
        let tuple = Tuple::take(&mut bytes).unwrap();
        assert_eq!(tuple.cells().collect::<Vec<_>>(), [Cell::Null, Cell::Unchanged, Cell::Text(b"hi")]);
        assert_eq!((tuple.len(), &bytes[..]), (3, &b"rest"[..]));
    }

    #[test]
    fn refuses_what_ends_early_or_is_binary() {
        for bytes in [&b""[..], b"\0", b"\0\x01", b"\0\x01t\0\0\0\x05hi", b"\0\x01b\0\0\0\0"] {
            assert_eq!(Tuple::take(&mut Bytes::from_static(bytes)), Err(MalformedTuple));
        }
    }
}
