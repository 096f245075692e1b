//! The first rows of a shape: from `COPY` text to chunks of log items.

use bytes::Bytes;
use serde_json::{Value, json};
use smallvec::SmallVec;

use super::{Definition, LiveShape};
use crate::pg::PgSnapshot;
use crate::protocol::{ItemEncoder, LogMode};
use crate::source::{SnapshotQuery, SnapshotRows, SourceError, copy};
use crate::storage::{ShapeLog, StorageError};

/// A piece of a chunk of this size is handed to the log, and so to readers. Larger ones would be sent faster, but Actix keeps
/// as much memory for each connection that one went through.
const PIECE_BYTES: usize = 64 * 1024;

/// Why a snapshot stopped.
#[derive(Debug)]
pub(super) enum SnapshotError {
    Source(SourceError),
    Storage(StorageError),
    /// A row lacks a value where the table said that there always is one, and clients have been told so.
    Null,
}

impl From<SourceError> for SnapshotError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<StorageError> for SnapshotError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// What to read for a shape.
pub(super) fn query(definition: &Definition) -> SnapshotQuery {
    SnapshotQuery {
        table: definition.table.name.clone(),
        id: Some(definition.table.id),
        columns: definition.column_names().map(str::to_owned).collect(),
        filter: definition.predicate.as_ref().map(|predicate| predicate.sql()),
        rows: definition.log == LogMode::Full,
        subset: None,
    }
}

/// Reads all rows into the shape's log, ends it with the visibility of the snapshot, and tells readers as it goes.
pub(super) async fn write_snapshot(
    live: &LiveShape,
    mut rows: Box<dyn SnapshotRows>,
    chunk_bytes: usize,
) -> Result<(), SnapshotError> {
    let definition = live.definition();
    let encoder = ItemEncoder::of_selection(&definition.table, &definition.columns);
    let mut writer = ChunkWriter { live, chunk_bytes, in_chunk: 0, chunks: 0, piece: Vec::new() };
    let is_not_null = |at: &usize| definition.table.columns.get(*at).is_some_and(|column| column.not_null);
    let not_null: Vec<bool> = definition.columns.iter().map(is_not_null).collect();
    let mut reader = copy::RowReader::default();
    while let Some(text) = rows.next().await? {
        if live.is_gone() {
            // Nobody will read on.
            return Ok(());
        }
        for row in copy::rows(&text) {
            let cells: SmallVec<[Option<&[u8]>; 24]> = reader.read(row).collect();
            if cells.iter().zip(&not_null).any(|(cell, not_null)| *not_null && cell.is_none()) {
                return Err(SnapshotError::Null);
            }
            encoder.snapshot_row(&cells, &mut writer.piece);
            writer.item()?;
        }
    }
    let mut headers = visibility(rows.visible());
    if let Some(headers) = headers.as_object_mut() {
        headers.insert("control".to_owned(), "snapshot-end".into());
    }
    writer.piece.extend_from_slice(format!(",{}", json!({ "headers": headers })).as_bytes());
    writer.finish()
}

/// What clients are told of which transactions a snapshot sees.
pub(super) fn visibility(snapshot: &PgSnapshot) -> Value {
    let xip: Vec<String> = snapshot.xip.iter().map(ToString::to_string).collect();
    json!({"xmin": snapshot.xmin.to_string(), "xmax": snapshot.xmax.to_string(), "xip_list": xip})
}

/// Cuts items into pieces and chunks.
struct ChunkWriter<'a> {
    live: &'a LiveShape,
    chunk_bytes: usize,
    /// Bytes of the open chunk that were handed on.
    in_chunk: usize,
    chunks: u32,
    piece: Vec<u8>,
}

impl ChunkWriter<'_> {
    fn log(&self) -> &dyn ShapeLog {
        self.live.log().as_ref()
    }

    /// An item is complete: the one that crosses the threshold closes the chunk behind itself.
    fn item(&mut self) -> Result<(), StorageError> {
        if self.in_chunk + self.piece.len() >= self.chunk_bytes {
            self.hand_on()?;
            self.close()
        } else if self.piece.len() >= PIECE_BYTES {
            self.hand_on()
        } else {
            Ok(())
        }
    }

    fn hand_on(&mut self) -> Result<(), StorageError> {
        self.in_chunk += self.piece.len();
        let room = self.piece.len().min(PIECE_BYTES + PIECE_BYTES / 8);
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(room));
        self.log().append_snapshot(Bytes::from(piece))?;
        self.live.update(|state| state.snapshot_pieces += 1);
        Ok(())
    }

    fn close(&mut self) -> Result<(), StorageError> {
        self.log().close_snapshot_chunk()?;
        self.chunks += 1;
        self.in_chunk = 0;
        // A reader that waits at the end of the chunk must see that it has ended.
        self.live.update(|state| state.snapshot_pieces += 1);
        Ok(())
    }

    fn finish(mut self) -> Result<(), SnapshotError> {
        self.piece.shrink_to_fit();
        self.hand_on()?;
        self.close()?;
        let chunks = self.chunks;
        self.live.update(|state| state.snapshot_chunks = Some(chunks));
        Ok(())
    }
}
