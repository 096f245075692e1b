//! Subsets: some of a shape's rows as they are now, read for one request.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use smallvec::SmallVec;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tracing::debug;

use super::collector::Command;
use super::create::{BEFORE_RETAKE, failure};
use super::snapshot::{query, visibility};
use super::{CreateError, Engine, LiveShape, Shared, SubsetError};
use crate::protocol::ItemEncoder;
use crate::shape::Subset;
use crate::source::{SnapshotQuery, SnapshotRows, SourceError, copy};

/// How many pieces of about 64 KiB wait for a reader. A subset that fits gives its connection back at once.
const PIECES: usize = 32;

/// How long a snapshot may lack what was streamed: as long as a commit may take to become visible, which is forever if it
/// waits for a standby.
const UNSEEN: Duration = Duration::from_secs(30);

/// How long a reader may leave all of them waiting before it is given up: it holds a connection, and a snapshot that keeps
/// the database from cleaning up.
const STALLED: Duration = Duration::from_secs(30);

/// The same for a reader that goes on, but slowly.
const LONGEST: Duration = Duration::from_secs(600);

/// The body of a subset's answer, as it is read: a JSON object.
#[derive(Debug)]
pub struct SubsetBody {
    first: Option<Bytes>,
    rest: mpsc::Receiver<Piece>,
    is_complete: bool,
}

#[derive(Debug)]
enum Piece {
    Text(Bytes),
    End,
    Failed(SubsetError),
}

impl SubsetBody {
    /// The next piece, `None` at the end.
    ///
    /// # Errors
    /// If it ends in the middle.
    pub async fn next(&mut self) -> Result<Option<Bytes>, SubsetError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        if self.is_complete {
            return Ok(None);
        }
        match self.rest.recv().await {
            Some(Piece::Text(text)) => Ok(Some(text)),
            Some(Piece::End) => {
                self.is_complete = true;
                Ok(None)
            }
            Some(Piece::Failed(error)) => Err(error),
            None => Err(CreateError::NotActive.into()),
        }
    }
}

impl Engine {
    /// Reads some of a shape's rows, from a snapshot that is taken now. Resolves once it is known whether they can be read.
    ///
    /// If its reader `skips_log`, to go on at an end of the log that was seen before this was called, then the snapshot sees
    /// all of the log up to there.
    ///
    /// # Errors
    /// If Postgres refuses the subset, or cannot be asked.
    ///
    /// # Cancel safety
    /// Reading ends when the asker leaves.
    pub async fn subset(
        &self,
        live: &Arc<LiveShape>,
        subset: Subset,
        skips_log: bool,
    ) -> Result<SubsetBody, SubsetError> {
        let (pieces, mut rest) = mpsc::channel(PIECES);
        let (shared, live) = (self.shared().clone(), live.clone());
        self.shared().work.spawn(async move {
            let reading = timeout(LONGEST, read(&shared, &live, subset, skips_log, &pieces));
            let read = tokio::select! {
                read = reading => read.unwrap_or(Err(SubsetError::Stalled)),
                () = pieces.closed() => return,
            };
            if let Err(error) = read {
                if !matches!(error, SubsetError::Refused { .. }) {
                    // What Postgres refuses it quotes, and that is the client's.
                    debug!(handle = %live.handle(), error = &error as &dyn std::error::Error, "a subset cannot be read");
                }
                // The reader may have gone, or stopped to read: then it sees no end.
                let _ = pieces.try_send(Piece::Failed(error));
            }
        });
        match rest.recv().await {
            Some(Piece::Text(first)) => Ok(SubsetBody { first: Some(first), rest, is_complete: false }),
            Some(Piece::Failed(error)) => Err(error),
            Some(Piece::End) | None => Err(CreateError::NotActive.into()),
        }
    }
}

async fn read(
    shared: &Arc<Shared>,
    live: &LiveShape,
    subset: Subset,
    skips_log: bool,
    pieces: &mpsc::Sender<Piece>,
) -> Result<(), SubsetError> {
    let definition = live.definition();
    let query = SnapshotQuery { rows: true, subset: Some(subset), ..query(definition) };
    let refused = |error| refusal(shared, live, &query, error);
    let mut rows = snapshot(shared, live, &query, skips_log).await?;
    // 31 bits, as clients expect. The standard library's hashers are keyed at random.
    let mark = (RandomState::new().hash_one(0_u8) >> 33) as u32;
    let mut text = head(rows.as_ref(), mark);
    let encoder = ItemEncoder::of_selection(&definition.table, &definition.columns);
    let mut reader = copy::RowReader::default();
    let mut is_first = true;
    while let Some(copied) = rows.next().await.map_err(refused)? {
        for row in copy::rows(&copied) {
            let cells: SmallVec<[Option<&[u8]>; 24]> = reader.read(row).collect();
            let start = text.len();
            encoder.subset_row(&cells, mark, &mut text);
            if std::mem::take(&mut is_first) {
                // The array begins without a comma.
                text.remove(start);
            }
        }
        send(pieces, Piece::Text(std::mem::take(&mut text).into())).await?;
    }
    text.extend_from_slice(b"]}");
    send(pieces, Piece::Text(text.into())).await?;
    send(pieces, Piece::End).await
}

async fn send(pieces: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), SubsetError> {
    match timeout(STALLED, pieces.send(piece)).await {
        // A reader that has gone is not told.
        Ok(_) => Ok(()),
        Err(_) => Err(SubsetError::Stalled),
    }
}

/// A snapshot that sees what it must.
async fn snapshot(
    shared: &Arc<Shared>,
    live: &LiveShape,
    query: &SnapshotQuery,
    skips_log: bool,
) -> Result<Box<dyn SnapshotRows>, SubsetError> {
    if !skips_log {
        return shared.source.snapshot(query).await.map_err(|error| refusal(shared, live, query, error));
    }
    timeout(UNSEEN, seeing_all(shared, query, live)).await.unwrap_or(Err(CreateError::NotActive.into()))
}

/// What is told of the snapshot before its rows.
fn head(rows: &dyn SnapshotRows, mark: u32) -> Vec<u8> {
    let mut metadata = visibility(rows.visible());
    if let Some(fields) = metadata.as_object_mut() {
        fields.insert("database_lsn".to_owned(), rows.lsn().0.to_string().into());
        fields.insert("snapshot_mark".to_owned(), mark.into());
    }
    format!("{{\"metadata\":{metadata},\"data\":[").into_bytes()
}

/// A snapshot that sees all that the shape's log holds by now: a commit can be streamed before it becomes visible.
async fn seeing_all(
    shared: &Arc<Shared>,
    query: &SnapshotQuery,
    live: &LiveShape,
) -> Result<Box<dyn SnapshotRows>, SubsetError> {
    let begun = ask(shared, |done| Command::Count { done }).await?;
    loop {
        let rows = shared.source.snapshot(query).await.map_err(|error| refusal(shared, live, query, error))?;
        let snapshot = rows.visible().clone();
        if ask(shared, |done| Command::SeesAll { snapshot, begun, done }).await? {
            return Ok(rows);
        }
        debug!(handle = %live.handle(), "a subset's snapshot lacks a transaction that was streamed: taking another");
        drop(rows);
        tokio::time::sleep(BEFORE_RETAKE).await;
    }
}

async fn ask<T>(shared: &Shared, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, CreateError> {
    let (done, answer) = oneshot::channel();
    shared.commands.send(command(done)).await.map_err(|_| CreateError::NotActive)?;
    answer.await.map_err(|_| CreateError::NotActive)
}

fn refusal(shared: &Arc<Shared>, live: &LiveShape, query: &SnapshotQuery, error: SourceError) -> SubsetError {
    let has_filter = query.subset.as_ref().is_some_and(|subset| subset.filter.is_some());
    let field = if has_filter { "where" } else { "order_by" };
    if let SourceError::Subset(refusal) = error {
        return SubsetError::Refused { field, message: refusal.to_string() };
    }
    if let Some(code) = error.of_a_value() {
        return SubsetError::Value { field, code: code.to_owned() };
    }
    let table = &live.definition().table;
    if error.is_schema_change() {
        // No change has told of it yet.
        shared.check_table(table.id);
    }
    failure(table, error).into()
}
