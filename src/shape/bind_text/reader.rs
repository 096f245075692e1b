//! Reads numbers from bytes, in network order.

use super::Fault;

#[derive(Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

macro_rules! integers {
    ($($ty:ident)*) => {$(
        pub(super) fn $ty(&mut self) -> Result<$ty, Fault> {
            let (bytes, rest) = self.0.split_first_chunk().ok_or(Fault::Malformed)?;
            self.0 = rest;
            Ok($ty::from_be_bytes(*bytes))
        }
    )*};
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    integers!(u8 u16 u32 u64 i16 i32 i64);

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Fault::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Bytes with their length before them; `None` for the length -1, which is NULL.
    pub(super) fn sized(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        match self.i32()? {
            -1 => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| Fault::Malformed)?).map(Some),
        }
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::Malformed) }
    }
}
