//! Takes numbers and strings off the front of a message; `None` if it ends early.

use bytes::{Buf, Bytes};

#[derive(Debug)]
pub(super) struct Reader {
    rest: Bytes,
}

impl Reader {
    pub(super) fn new(message: Bytes) -> Self {
        Self { rest: message }
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.rest.try_get_u8().ok()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.rest.try_get_u16().ok()
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.rest.try_get_u32().ok()
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.rest.try_get_u64().ok()
    }

    /// A string that ends with a zero byte.
    pub(super) fn text(&mut self) -> Option<String> {
        let end = memchr::memchr(0, &self.rest)?;
        let text = std::str::from_utf8(self.rest.get(..end)?).ok()?.to_owned();
        self.rest.advance(end + 1);
        Some(text)
    }

    pub(super) fn bytes(&mut self, length: usize) -> Option<Bytes> {
        (length <= self.rest.len()).then(|| self.rest.split_to(length))
    }

    pub(super) fn with_rest<T>(&mut self, take: impl FnOnce(&mut Bytes) -> T) -> T {
        take(&mut self.rest)
    }
}
