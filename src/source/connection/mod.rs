//! A connection that can replicate, over `postgres-protocol`: the client library for everything else cannot.
//!
//! Made by [`Connection::connect`], asked by [`Connection::query`], and then turned into a stream of messages by
//! [`Connection::replicate`].

mod frames;
mod login;

pub(super) use frames::Frames;

use std::fmt;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{
    COMMAND_COMPLETE_TAG, DATA_ROW_TAG, EMPTY_QUERY_RESPONSE_TAG, ERROR_RESPONSE_TAG, Message, NOTICE_RESPONSE_TAG,
    PARAMETER_STATUS_TAG, READY_FOR_QUERY_TAG, ROW_DESCRIPTION_TAG,
};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio_postgres::error::SqlState;

use super::SourceError;
use super::endpoint::Endpoint;
use super::error::ServerError;
use super::tls::Socket;
use frames::Frame;

/// The largest message taken before streaming: answers to our own questions.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The largest message of the stream: Postgres' own limit for any (`MaxAllocSize`), and what goes around it.
const MAX_STREAM_BYTES: usize = (1 << 30) + 64;

/// Not known to `postgres-protocol`: the answer to `START_REPLICATION`.
const COPY_BOTH_TAG: u8 = b'W';

/// A row of an answer.
pub(super) type Row = Vec<Option<String>>;

/// A logged-in connection in replication mode, between two questions.
pub(super) struct Connection {
    socket: Socket,
    frames: Frames,
    out: BytesMut,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects and logs in, in no more than twice the endpoint's time for connecting.
    pub(super) async fn connect(endpoint: &Endpoint) -> Result<Self, SourceError> {
        let socket = endpoint.open().await?;
        let mut connection = Self { socket, frames: Frames::new(MAX_ANSWER_BYTES), out: BytesMut::new() };
        match tokio::time::timeout(endpoint.connect_timeout(), connection.log_in(endpoint)).await {
            Ok(done) => done?,
            Err(_) => return Err(SourceError::Lost(std::io::ErrorKind::TimedOut.into())),
        }
        Ok(connection)
    }

    /// Runs SQL or a replication command; returns the rows of all its results, as text.
    pub(super) async fn query(&mut self, sql: &str) -> Result<Vec<Row>, SourceError> {
        frontend::query(sql, &mut self.out).map_err(SourceError::Lost)?;
        self.flush().await?;
        let (mut rows, mut refusal) = (Vec::new(), None);
        loop {
            let frame = self.frame().await?;
            match frame.tag {
                DATA_ROW_TAG => rows.push(row(&frame)?),
                ERROR_RESPONSE_TAG => refusal = Some(SourceError::Server(server_error(&frame))),
                READY_FOR_QUERY_TAG => return refusal.map_or(Ok(rows), Err),
                ROW_DESCRIPTION_TAG | COMMAND_COMPLETE_TAG | EMPTY_QUERY_RESPONSE_TAG => {}
                _ => return Err(SourceError::Protocol("answer to a query")),
            }
        }
    }

    /// Sends a `START_REPLICATION` command and takes the connection apart for streaming.
    pub(super) async fn replicate(mut self, command: &str) -> Result<(Frames, Halves), SourceError> {
        frontend::query(command, &mut self.out).map_err(SourceError::Lost)?;
        self.flush().await?;
        let frame = self.frame().await?;
        match frame.tag {
            COPY_BOTH_TAG => {}
            ERROR_RESPONSE_TAG => return Err(SourceError::Server(server_error(&frame))),
            _ => return Err(SourceError::Protocol("answer to START_REPLICATION")),
        }
        self.frames.set_limit(MAX_STREAM_BYTES);
        Ok((self.frames, tokio::io::split(self.socket)))
    }

    /// The next message that is not a notice.
    async fn frame(&mut self) -> Result<Frame, SourceError> {
        loop {
            match self.frames.take_one()? {
                Some(frame) if [NOTICE_RESPONSE_TAG, PARAMETER_STATUS_TAG].contains(&frame.tag) => {}
                Some(frame) => return Ok(frame),
                None => self.frames.fill(&mut self.socket).await?,
            }
        }
    }

    async fn flush(&mut self) -> Result<(), SourceError> {
        let sent = async {
            self.socket.write_all(&self.out).await?;
            self.socket.flush().await
        };
        sent.await.map_err(SourceError::Lost)?;
        self.out.clear();
        Ok(())
    }
}

/// The two directions of a socket.
pub(super) type Halves = (ReadHalf<Socket>, WriteHalf<Socket>);

/// The message as `postgres-protocol` understands it.
fn parse(frame: &Frame) -> Result<Message, SourceError> {
    let malformed = || SourceError::Protocol("message");
    let length = u32::try_from(frame.body.len() + 4).map_err(|_| malformed())?;
    let mut bytes = BytesMut::with_capacity(frame.body.len() + 5);
    bytes.extend_from_slice(&[frame.tag]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&frame.body);
    Message::parse(&mut bytes).ok().flatten().ok_or_else(malformed)
}

/// What an error message says.
pub(super) fn server_error(frame: &Frame) -> ServerError {
    let mut error = ServerError { code: SqlState::INTERNAL_ERROR, message: "error without a message".to_owned() };
    if let Ok(Message::ErrorResponse(body)) = parse(frame) {
        let mut fields = body.fields();
        while let Ok(Some(field)) = fields.next() {
            let value = String::from_utf8_lossy(field.value_bytes());
            match field.type_() {
                b'C' => error.code = SqlState::from_code(&value),
                b'M' => error.message = value.into_owned(),
                _ => {}
            }
        }
    }
    error
}

fn row(frame: &Frame) -> Result<Row, SourceError> {
    let Message::DataRow(body) = parse(frame)? else { return Err(SourceError::Protocol("row")) };
    let text = |range: Option<std::ops::Range<usize>>| {
        let bytes = body.buffer().get(range?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    body.ranges().map(|range| Ok(text(range))).collect().map_err(SourceError::Lost)
}
