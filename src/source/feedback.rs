//! Tells the server how far we have come, whatever the consumer of the stream is doing.
//!
//! On a thread of its own: the stream's thread may be busy with one long piece of work for longer than the server waits
//! for a sign of life (`wal_sender_timeout`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{BufMut, BytesMut};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::debug;

use super::SourceError;
use crate::pg::Lsn;

/// Status is sent at least this often (specification, section 2.4).
const LONGEST_INTERVAL: Duration = Duration::from_secs(15);

/// A server that takes no status for so long is as good as gone.
const SEND_LIMIT: Duration = Duration::from_secs(10);

/// Postgres counts time from 2000-01-01.
const POSTGRES_EPOCH: Duration = Duration::from_secs(946_684_800);

/// How often status is to be sent to a server with this `wal_sender_timeout`; zero means that it has none.
pub(super) fn interval(wal_sender_timeout: Duration) -> Duration {
    match wal_sender_timeout / 3 {
        Duration::ZERO => LONGEST_INTERVAL,
        third => third.min(LONGEST_INTERVAL),
    }
}

/// The side of the stream. Dropping it sends a last status and ends the connection.
#[derive(Debug)]
pub(super) struct Feedback {
    state: Arc<State>,
    asks: mpsc::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    /// All WAL below is durable here.
    flushed: AtomicU64,
    /// Whether the server was heard since the last status.
    heard: AtomicBool,
}

impl Feedback {
    /// Starts to send status through `socket` every `interval`.
    pub(super) fn start(
        socket: impl AsyncWrite + Unpin + Send + 'static,
        interval: Duration,
    ) -> Result<Self, SourceError> {
        let state = Arc::new(State::default());
        let (asks, asked) = mpsc::channel(1);
        let sender = Sender { socket, state: state.clone(), asked, interval };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(SourceError::Lost)?;
        let thread = thread::Builder::new().name("diesel-electric-feedback".into());
        thread.spawn(move || runtime.block_on(sender.run())).map_err(SourceError::Lost)?;
        Ok(Self { state, asks })
    }

    /// All WAL below `flushed` is durable here. Told with the next status.
    pub(super) fn acknowledge(&self, flushed: Lsn) {
        self.state.flushed.fetch_max(flushed.0, Ordering::Release);
    }

    /// The server was heard.
    pub(super) fn heard(&self) {
        self.state.heard.store(true, Ordering::Release);
    }

    /// Sends status now.
    pub(super) fn ask(&self) {
        // Full: somebody has asked already. Closed: the connection is broken, as the reader will find.
        let _ = self.asks.try_send(());
    }
}

struct Sender<W> {
    socket: W,
    state: Arc<State>,
    asked: mpsc::Receiver<()>,
    interval: Duration,
}

impl<W: AsyncWrite + Unpin> Sender<W> {
    async fn run(mut self) {
        loop {
            let is_over = matches!(timeout(self.interval, self.asked.recv()).await, Ok(None));
            // A server that is silent is asked for a sign of life.
            let reply = !is_over && !self.state.heard.swap(false, Ordering::AcqRel);
            let mut message = BytesMut::new();
            status(Lsn(self.state.flushed.load(Ordering::Acquire)), reply, &mut message);
            if is_over {
                frontend::copy_done(&mut message);
                frontend::terminate(&mut message);
            }
            let sent = timeout(SEND_LIMIT, async {
                self.socket.write_all(&message).await?;
                self.socket.flush().await
            });
            match sent.await {
                Ok(Ok(())) if !is_over => {}
                Ok(Ok(())) => break,
                failed => {
                    debug!(?failed, "status cannot be sent");
                    break;
                }
            }
        }
        // Closing is a courtesy: the server notices anyway.
        let _ = timeout(SEND_LIMIT, self.socket.shutdown()).await;
    }
}

/// A standby status update (Postgres manual, "Streaming Replication Protocol").
fn status(flushed: Lsn, reply: bool, out: &mut BytesMut) {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH + POSTGRES_EPOCH).unwrap_or_default();
    out.put_u8(b'd');
    out.put_u32(4 + 1 + 3 * 8 + 8 + 1);
    out.put_u8(b'r');
    for _written_flushed_applied in 0..3 {
        out.put_u64(flushed.0);
    }
    out.put_i64(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX));
    out.put_u8(reply.into());
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[test]
    fn the_interval_is_a_third_of_the_servers_patience_but_not_long() {
        for (timeout, expected) in [(60, 15), (30, 10), (0, 15), (3, 1)] {
            assert_eq!(interval(Duration::from_secs(timeout)), Duration::from_secs(expected));
        }
    }

    #[tokio::test]
    async fn status_is_sent_when_asked_and_ends_with_the_stream() {
        let (ours, mut server) = tokio::io::duplex(1024);
        let feedback = Feedback::start(ours, Duration::from_secs(3600)).unwrap();
        feedback.acknowledge(Lsn(0x1234));
        feedback.acknowledge(Lsn(7));
        feedback.heard();
        feedback.ask();
        let mut message = [0; 39];
        server.read_exact(&mut message).await.unwrap();
        assert_eq!(message[..6], [b'd', 0, 0, 0, 38, b'r']);
        for field in message[6..30].chunks(8) {
            assert_eq!(field, 0x1234u64.to_be_bytes(), "the position never goes back");
        }
        assert_eq!(message[38], 0, "the server was heard");
        drop(feedback);
        let mut rest = Vec::new();
        server.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest.len(), 39 + 5 + 5, "status, end of copy, goodbye");
    }

    #[tokio::test]
    async fn status_is_sent_on_time_and_asks_a_silent_server_for_a_sign() {
        let (ours, mut server) = tokio::io::duplex(1024);
        let _feedback = Feedback::start(ours, Duration::from_millis(10)).unwrap();
        let mut message = [0; 39];
        server.read_exact(&mut message).await.unwrap();
        assert_eq!(message[38], 1);
    }
}
