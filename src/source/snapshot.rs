//! Reading a table in a snapshot whose visibility is known.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::StreamExt;
use tokio_postgres::{CopyOutStream, SimpleQueryMessage};
use tracing::debug;

use super::endpoint::Endpoint;
use super::patience::Patience;
use super::pool::{Pool, Pooled, cancel, get};
use super::{SnapshotQuery, SnapshotRows, SourceError, settings};
use crate::pg::{Lsn, PgSnapshot, RelationId, quote_ident, quote_literal};
use crate::shape::Subset;

/// Rows are handed on in pieces of about this size: the client library yields them one by one.
const PIECE_BYTES: usize = 64 * 1024;

/// How long cancelling may take before it is given up.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// Fixes a snapshot. Its rows are read when they are first asked for.
pub(super) async fn take(
    pool: &Pool,
    endpoint: &Arc<Endpoint>,
    query: &SnapshotQuery,
    patience: Patience,
) -> Result<Snapshot, SourceError> {
    let session = Session { client: Some(get(pool).await?), endpoint: endpoint.clone(), is_reading: false };
    // The lock comes before the snapshot: a table that was rewritten in between would look empty in it.
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = {}; {} \
         SET LOCAL row_security = off; LOCK TABLE ONLY {} IN ACCESS SHARE MODE; {} \
         SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text, {}::regclass::oid",
        patience.lock.as_millis(),
        settings::display("SET LOCAL"),
        query.table.quoted(),
        settings::no_timeouts("SET LOCAL"),
        quote_literal(&query.table.quoted()),
    );
    let answer = session.client()?.simple_query(&begin).await?;
    let row = answer.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let malformed = || SourceError::Protocol("snapshot");
    let text = |column| row.and_then(|row| row.get(column)).ok_or_else(malformed);
    let visible = text(0)?.parse().map_err(|_| malformed())?;
    let lsn = text(1)?.parse().map_err(|_| malformed())?;
    let id = RelationId(text(2)?.parse().map_err(|_| malformed())?);
    if query.id.is_some_and(|wanted| wanted != id) {
        return Err(SourceError::Replaced(query.table.clone()));
    }
    if query.subset.is_some() {
        // Only read, not run: what is wrong with it is found without a look at a row, whose values no error then holds.
        let checked = session.client()?.prepare(&select(query, "1")).await;
        checked.map_err(|error| SourceError::from(error).for_subset())?;
    }
    let rows = if query.rows { Rows::Unread(copy(query)) } else { Rows::Read };
    Ok(Snapshot { session, visible, lsn, rows, first_row: patience.first_row })
}

/// The statement that reads the rows, in exactly the text that the stream carries.
fn copy(query: &SnapshotQuery) -> String {
    let columns: Vec<String> = query.columns.iter().map(|column| quote_ident(column)).collect();
    format!("COPY ({}) TO STDOUT", select(query, &columns.join(", ")))
}

fn select(query: &SnapshotQuery, columns: &str) -> String {
    let table = query.table.quoted();
    let within = query.subset.as_ref().and_then(|subset| subset.filter.as_ref());
    let (from, conditions) = match (&query.filter, within) {
        // An error of the client's condition on a row that the filter leaves out would tell of that row. Without this
        // fence Postgres may well look at the condition first.
        (Some(filter), Some(within)) if within.may_raise => {
            (format!("(SELECT * FROM ONLY {table} WHERE {filter} OFFSET 0) AS shape"), vec![&within.sql])
        }
        (filter, within) => (format!("ONLY {table}"), filter.iter().chain(within.map(|within| &within.sql)).collect()),
    };
    let mut select = format!("SELECT {columns} FROM {from}");
    let conditions: Vec<String> = conditions.iter().map(|condition| format!("({condition})")).collect();
    if !conditions.is_empty() {
        select.push_str(" WHERE ");
        select.push_str(&conditions.join(" AND "));
    }
    if let Some(Subset { order_by, limit, offset, .. }) = &query.subset {
        let clause =
            |name: &str, value: Option<String>| value.map(|value| format!(" {name} {value}")).unwrap_or_default();
        select.push_str(&clause("ORDER BY", order_by.clone()));
        select.push_str(&clause("LIMIT", limit.map(|limit| limit.to_string())));
        select.push_str(&clause("OFFSET", offset.map(|offset| offset.to_string())));
    }
    select
}

/// A snapshot that is held open, and its rows.
pub(super) struct Snapshot {
    session: Session,
    visible: PgSnapshot,
    lsn: Lsn,
    rows: Rows,
    first_row: Duration,
}

enum Rows {
    /// Not asked for yet, with the statement that asks.
    Unread(String),
    Reading(Pin<Box<CopyOutStream>>),
    Read,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("visible", &self.visible).finish_non_exhaustive()
    }
}

impl Snapshot {
    async fn piece(&mut self) -> Result<Option<Bytes>, SourceError> {
        if let Rows::Unread(copy) = &self.rows {
            let copy = copy.clone();
            return match tokio::time::timeout(self.first_row, self.first_piece(&copy)).await {
                Ok(piece) => piece,
                Err(_) => Err(SourceError::SlowSnapshot(self.first_row.as_millis())),
            };
        }
        self.next_piece().await
    }

    async fn first_piece(&mut self, copy: &str) -> Result<Option<Bytes>, SourceError> {
        self.session.is_reading = true;
        let rows = self.session.client()?.copy_out(copy).await?;
        self.rows = Rows::Reading(Box::pin(rows));
        self.next_piece().await
    }

    async fn next_piece(&mut self) -> Result<Option<Bytes>, SourceError> {
        let Rows::Reading(rows) = &mut self.rows else {
            self.session.finish().await;
            return Ok(None);
        };
        let mut piece = BytesMut::new();
        let mut row = rows.next().await;
        while let Some(text) = row.transpose()? {
            piece.extend_from_slice(&text);
            if piece.len() >= PIECE_BYTES {
                return Ok(Some(piece.freeze()));
            }
            // Whatever has come in by now.
            let Some(next) = rows.next().now_or_never() else { return Ok(Some(piece.freeze())) };
            row = next;
        }
        self.rows = Rows::Read;
        self.session.is_reading = false;
        self.session.finish().await;
        Ok(Some(piece.freeze()).filter(|piece| !piece.is_empty()))
    }
}

impl SnapshotRows for Snapshot {
    fn visible(&self) -> &PgSnapshot {
        &self.visible
    }

    fn lsn(&self) -> Lsn {
        self.lsn
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, SourceError>> {
        async move { self.piece().await.map_err(SourceError::for_snapshot) }.boxed()
    }
}

/// The connection that holds the snapshot: goes back to its pool only when the transaction has ended well.
struct Session {
    client: Option<Pooled>,
    endpoint: Arc<Endpoint>,
    /// Whether a statement is running.
    is_reading: bool,
}

impl Session {
    fn client(&self) -> Result<&Pooled, SourceError> {
        self.client.as_ref().ok_or(SourceError::Protocol("end of the snapshot"))
    }

    async fn finish(&mut self) {
        if let Some(client) = self.client.take() {
            end(client).await;
        }
    }
}

/// Ends the transaction; a connection that cannot do that is of no use to others.
async fn end(client: Pooled) {
    if client.batch_execute("COMMIT").await.is_err() {
        drop(Pooled::take(client));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            // Nobody is there to do more than to close the connection, which the server notices when it next writes.
            drop(Pooled::take(client));
            return;
        };
        if !self.is_reading {
            runtime.spawn(end(client));
            return;
        }
        let (token, endpoint) = (Pooled::take(client).cancel_token(), self.endpoint.clone());
        runtime.spawn(async move {
            let cancelled = tokio::time::timeout(CANCEL_LIMIT, cancel(&endpoint, token)).await;
            debug!(?cancelled, "snapshot query cancelled");
        });
    }
}
