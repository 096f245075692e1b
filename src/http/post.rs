//! The bodies of POST requests, read whole.

use std::fmt;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::BytesMut;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::protocol::BodyError;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body that was not read yet.
pub(super) struct PostBody(pub(super) Payload);

impl fmt::Debug for PostBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostBody")
    }
}

impl PostBody {
    /// All of it, if it has at most so many bytes.
    pub(super) async fn read(self, limit: usize) -> Result<BytesMut, BodyError> {
        timeout(PATIENCE, read(self.0, limit)).await.unwrap_or(Err(BodyError::Unread))
    }
}

async fn read(mut payload: Payload, limit: usize) -> Result<BytesMut, BodyError> {
    let mut body = BytesMut::new();
    let mut left_out = 0_usize;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| BodyError::Unread)?;
        if left_out == 0 && body.len() + piece.len() <= limit {
            body.extend_from_slice(&piece);
            continue;
        }
        // A client that still sends when it is answered may never see the answer: what is a little too long is read to its
        // end.
        body.clear();
        left_out += piece.len();
        if left_out > limit {
            break;
        }
    }
    if left_out == 0 { Ok(body) } else { Err(BodyError::TooLarge) }
}
