//! Messages off a socket: read in large blocks, handed out as shares of them.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::source::SourceError;

/// How much is asked of the socket at once.
const BLOCK_BYTES: usize = 256 * 1024;

/// A tag and a length: what every message begins with.
const HEADER_BYTES: usize = 5;

/// What was read and not yet taken.
#[derive(Debug)]
pub(crate) struct Frames {
    buffer: BytesMut,
    /// The largest message that is taken, header included.
    limit: usize,
    /// How many bytes the message at the front still lacks.
    lacking: usize,
}

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// What kind it is.
    pub(crate) tag: u8,
    /// What follows its length.
    pub(crate) body: Bytes,
}

impl Frames {
    pub(crate) fn new(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), limit, lacking: 0 }
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Takes all messages that are complete.
    ///
    /// # Errors
    /// If the next message is larger than the limit, or its length is impossible.
    pub(crate) fn take(&mut self) -> Result<Block, SourceError> {
        let mut end = 0;
        self.lacking = 0;
        while let Some(length) = self.length_at(end)? {
            let there = self.buffer.len() - end;
            if there < length {
                self.lacking = length - there;
                break;
            }
            end += length;
        }
        Ok(Block(self.buffer.split_to(end).freeze()))
    }

    /// Takes one message, if it is complete.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub(crate) fn take_one(&mut self) -> Result<Option<Frame>, SourceError> {
        self.lacking = 0;
        let Some(length) = self.length_at(0)? else { return Ok(None) };
        if self.buffer.len() < length {
            self.lacking = length - self.buffer.len();
            return Ok(None);
        }
        Ok(Block(self.buffer.split_to(length).freeze()).next())
    }

    /// Reads what there is, and waits if there is nothing.
    ///
    /// # Errors
    /// If the connection ends.
    ///
    /// # Cancel safety
    /// What was read is in the buffer, whether or not the future is polled to its end.
    pub(crate) async fn fill(&mut self, socket: &mut (impl AsyncRead + Unpin)) -> Result<(), SourceError> {
        if self.buffer.is_empty() && self.buffer.capacity() > 8 * BLOCK_BYTES {
            // A huge message went through: do not keep its memory.
            self.buffer = BytesMut::new();
        }
        if self.buffer.capacity() - self.buffer.len() < BLOCK_BYTES / 4 || self.lacking > BLOCK_BYTES {
            self.buffer.reserve(self.lacking.max(BLOCK_BYTES));
        }
        match socket.read_buf(&mut self.buffer).await {
            Ok(0) => Err(SourceError::Lost(std::io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => Ok(()),
            Err(error) => Err(SourceError::Lost(error)),
        }
    }

    /// The length of the message that begins at `start`, header included.
    fn length_at(&self, start: usize) -> Result<Option<usize>, SourceError> {
        let Some(mut header) = self.buffer.get(start..).filter(|rest| rest.len() >= HEADER_BYTES) else {
            return Ok(None);
        };
        header.advance(1);
        // The length counts itself, not the tag.
        let counted = header.get_u32() as usize;
        if counted < HEADER_BYTES - 1 {
            return Err(SourceError::Protocol("message length"));
        }
        let length = counted + 1;
        if length > self.limit {
            return Err(SourceError::MessageTooLarge { bytes: length, limit: self.limit });
        }
        Ok(Some(length))
    }
}

/// Messages that were read together, each complete.
#[derive(Debug)]
pub(crate) struct Block(Bytes);

impl Iterator for Block {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let tag = self.0.try_get_u8().ok()?;
        let length = self.0.try_get_u32().ok()? as usize;
        let body = length.checked_sub(HEADER_BYTES - 1).filter(|length| *length <= self.0.len())?;
        Some(Frame { tag, body: self.0.split_to(body) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[tag][..], &length.to_be_bytes(), body].concat()
    }

    fn texts(block: Block) -> Vec<(char, String)> {
        block.map(|frame| (frame.tag.into(), String::from_utf8(frame.body.to_vec()).unwrap())).collect()
    }

    #[tokio::test]
    async fn a_read_cancelled_in_the_middle_of_a_message_loses_nothing() {
        let (mut server, mut client) = tokio::io::duplex(1 << 20);
        let mut frames = Frames::new(1 << 20);
        let bytes = [message(b'a', b"one"), message(b'b', b""), message(b'c', b"three")].concat();
        for half in bytes.chunks(4) {
            // The read that is under way when nothing has come is dropped.
            tokio::select! {
                biased;
                filled = frames.fill(&mut client) => panic!("nothing was sent, but {filled:?}"),
                () = std::future::ready(()) => {}
            }
            server.write_all(half).await.unwrap();
            frames.fill(&mut client).await.unwrap();
        }
        let read = texts(frames.take().unwrap());
        assert_eq!(read, [('a', "one".into()), ('b', String::new()), ('c', "three".into())]);
    }

    #[tokio::test]
    async fn incomplete_messages_wait_for_their_rest() {
        let (mut server, mut client) = tokio::io::duplex(1 << 20);
        let mut frames = Frames::new(1 << 20);
        server.write_all(&[message(b'a', b"x"), message(b'b', b"long")[..7].to_vec()].concat()).await.unwrap();
        frames.fill(&mut client).await.unwrap();
        assert_eq!(texts(frames.take().unwrap()), [('a', "x".into())]);
        assert_eq!(frames.lacking, 2);
        assert!(frames.take_one().unwrap().is_none());
        server.write_all(b"ng").await.unwrap();
        frames.fill(&mut client).await.unwrap();
        let frame = frames.take_one().unwrap().unwrap();
        assert_eq!((frame.tag, &frame.body[..]), (b'b', &b"long"[..]));
    }

    #[tokio::test]
    async fn too_large_and_impossible_messages_are_refused() {
        let (mut server, mut client) = tokio::io::duplex(1 << 20);
        let mut frames = Frames::new(100);
        server.write_all(&message(b'd', &[0; 96])[..9]).await.unwrap();
        frames.fill(&mut client).await.unwrap();
        let error = frames.take().unwrap_err();
        assert!(matches!(error, SourceError::MessageTooLarge { bytes: 101, limit: 100 }), "{error}");
        assert!(error.to_string().contains("101 bytes"));

        let mut frames = Frames::new(100);
        server.write_all(&[b'd', 0, 0, 0, 3]).await.unwrap();
        // What is left of the first message is read first.
        frames.fill(&mut client).await.unwrap();
        assert!(matches!(frames.take(), Err(SourceError::Protocol(_))));
    }

    #[tokio::test]
    async fn the_end_of_the_connection_is_an_error() {
        let (server, mut client) = tokio::io::duplex(64);
        drop(server);
        assert!(matches!(Frames::new(100).fill(&mut client).await, Err(SourceError::Lost(_))));
    }
}
