//! The replication stream: messages off the socket to events.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::future::{BoxFuture, FutureExt};
use postgres_protocol::message::backend::{COPY_DATA_TAG, COPY_DONE_TAG, ERROR_RESPONSE_TAG};
use tokio::io::ReadHalf;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::connection::{Connection, Frames, server_error};
use super::feedback::{self, Feedback};
use super::pgoutput::Decoder;
use super::tls::Socket;
use super::{ChangeStream, SourceError};
use crate::change::Event;
use crate::pg::Lsn;

/// How many statuses may go unanswered before the server is taken for gone. The first after a silence asks for an answer.
const UNANSWERED: u32 = 4;

/// A stream that runs.
pub(super) struct PostgresStream {
    frames: Frames,
    socket: ReadHalf<Socket>,
    feedback: Feedback,
    decoder: Decoder,
    /// When the server was last heard.
    heard: Instant,
    /// How long it may be silent.
    patience: Duration,
    end: Arc<Notify>,
}

impl fmt::Debug for PostgresStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStream").field("heard", &self.heard).finish_non_exhaustive()
    }
}

impl PostgresStream {
    /// Starts to stream by `command`, until `end` is notified.
    pub(super) async fn start(
        connection: Connection,
        command: &str,
        wal_sender_timeout: Duration,
        end: Arc<Notify>,
    ) -> Result<Self, SourceError> {
        let (frames, (socket, out)) = connection.replicate(command).await?;
        let interval = feedback::interval(wal_sender_timeout);
        Ok(Self {
            frames,
            socket,
            feedback: Feedback::start(out, interval)?,
            decoder: Decoder::default(),
            heard: Instant::now(),
            patience: interval * UNANSWERED,
            end,
        })
    }

    /// Decodes all messages that are complete.
    fn decode(&mut self, events: &mut Vec<Event>) -> Result<(), SourceError> {
        for frame in self.frames.take()? {
            match frame.tag {
                COPY_DATA_TAG => self.copy_data(frame.body, events)?,
                ERROR_RESPONSE_TAG => return Err(SourceError::Server(server_error(&frame))),
                COPY_DONE_TAG => return Err(SourceError::Protocol("end of the stream")),
                // Notices and parameters.
                _ => {}
            }
        }
        Ok(())
    }

    /// `XLogData` or a keepalive (Postgres manual, "Streaming Replication Protocol").
    fn copy_data(&mut self, mut body: Bytes, events: &mut Vec<Event>) -> Result<(), SourceError> {
        let malformed = |_| SourceError::Protocol("frame in the stream");
        match body.try_get_u8().map_err(malformed)? {
            b'w' => {
                for _start_end_clock in 0..3 {
                    body.try_get_u64().map_err(malformed)?;
                }
                events.extend(self.decoder.decode(&body)?);
            }
            b'k' => {
                let end = Lsn(body.try_get_u64().map_err(malformed)?);
                let _clock = body.try_get_u64().map_err(malformed)?;
                let wants_reply = body.try_get_u8().map_err(malformed)? == 1;
                if wants_reply {
                    self.feedback.ask();
                }
                if !self.decoder.in_transaction() {
                    events.push(Event::Keepalive(end));
                }
            }
            _ => return Err(SourceError::Protocol("frame in the stream")),
        }
        Ok(())
    }

    /// Reads more, unless the server has been silent for too long.
    async fn fill(&mut self) -> Result<(), SourceError> {
        tokio::select! {
            biased;
            filled = self.frames.fill(&mut self.socket) => filled?,
            () = sleep_until(self.heard + self.patience) => {
                return Err(SourceError::Lost(std::io::ErrorKind::TimedOut.into()));
            }
            () = self.end.notified() => return Err(SourceError::Protocol("loss of the publication")),
        }
        self.heard = Instant::now();
        self.feedback.heard();
        Ok(())
    }
}

impl ChangeStream for PostgresStream {
    /// Its slot is temporary, and so is new.
    fn is_fresh(&self) -> bool {
        true
    }

    fn next<'a>(&'a mut self, events: &'a mut Vec<Event>) -> BoxFuture<'a, Result<(), SourceError>> {
        async move {
            let known = events.len();
            loop {
                self.decode(events)?;
                if events.len() > known {
                    return Ok(());
                }
                self.fill().await?;
            }
        }
        .boxed()
    }

    fn acknowledge(&mut self, flushed: Lsn) {
        self.feedback.acknowledge(flushed);
    }
}
