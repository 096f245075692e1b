use super::*;
use crate::storage::ItemEnd;

/// Appends one transaction whose items are `,` and a letter each, and publishes it.
fn commit(log: &MemoryLog, tx: u64, letters: &str) {
    append(log, tx, 0, letters);
    log.publish();
}

fn append(log: &MemoryLog, tx: u64, first_op: u64, letters: &str) {
    let bytes: String = letters.chars().flat_map(|letter| [',', letter]).collect();
    let ends: Vec<_> = (0..letters.len()).map(|n| ItemEnd { op: first_op + 2 * n as u64, end: 2 * (n + 1) }).collect();
    log.append(Items { tx, bytes: bytes.as_bytes(), ends: &ends }).unwrap();
}

fn read(log: &MemoryLog, offset: LogOffset) -> (String, LogOffset, bool) {
    let slice = log.read(offset);
    let text = slice.pieces.iter().map(|piece| String::from_utf8_lossy(piece)).collect();
    (text, slice.end, slice.is_tail)
}

fn log(chunk_bytes: usize) -> MemoryLog {
    MemoryLog::new(chunk_bytes, Arc::default())
}

const START: LogOffset = LogOffset::SNAPSHOT_LAST;

#[test]
fn reads_what_follows_any_offset() {
    let log = log(1000);
    commit(&log, 10, "abc");
    commit(&log, 20, "d");
    assert_eq!(read(&log, START), (",a,b,c,d".into(), LogOffset::new(20, 0), true));
    assert_eq!(read(&log, LogOffset::new(10, 1)).0, ",b,c,d", "between two items");
    assert_eq!(read(&log, LogOffset::new(10, 2)).0, ",c,d");
    assert_eq!(read(&log, LogOffset::new(10, 4)).0, ",d");
    assert_eq!(read(&log, LogOffset::new(20, 0)), (String::new(), LogOffset::new(20, 0), true));
    assert_eq!(read(&log, LogOffset::new(99, 0)), (String::new(), LogOffset::new(20, 0), true));
}

#[test]
fn an_empty_log_ends_with_its_snapshot() {
    assert_eq!(read(&log(10), START), (String::new(), START, true));
}

#[test]
fn an_open_transaction_is_not_seen() {
    let log = log(1000);
    commit(&log, 10, "a");
    append(&log, 20, 0, "bc");
    assert_eq!(read(&log, START), (",a".into(), LogOffset::new(10, 0), true));
    append(&log, 20, 4, "d");
    assert_eq!(log.publish(), LogOffset::new(20, 4));
    assert_eq!(read(&log, START).0, ",a,b,c,d");
}

#[test]
fn chunks_close_with_the_item_that_crosses_and_stay() {
    let log = log(5);
    commit(&log, 10, "abcd");
    // Three items of two bytes cross five bytes.
    let full = (",a,b,c".into(), LogOffset::new(10, 4), false);
    assert_eq!(read(&log, START), full);
    assert_eq!(read(&log, LogOffset::new(10, 4)), (",d".into(), LogOffset::new(10, 6), true));
    commit(&log, 20, "efgh");
    assert_eq!(read(&log, START), full, "boundaries are permanent");
    assert_eq!(read(&log, LogOffset::new(10, 0)).0, ",b,c");
    assert_eq!(read(&log, LogOffset::new(10, 4)), (",d,e,f".into(), LogOffset::new(20, 2), false));
    assert_eq!(read(&log, LogOffset::new(20, 2)), (",g,h".into(), LogOffset::new(20, 6), true));
}

#[test]
fn a_chunk_that_closes_at_the_end_of_the_log_is_its_tail() {
    let log = log(4);
    commit(&log, 10, "ab");
    assert_eq!(read(&log, START), (",a,b".into(), LogOffset::new(10, 2), true));
    commit(&log, 20, "c");
    assert_eq!(read(&log, START), (",a,b".into(), LogOffset::new(10, 2), false));
}

#[test]
fn sealed_segments_and_tail_read_as_one() {
    let log = log(usize::MAX);
    let letters = "x".repeat(SEGMENT_BYTES / 2);
    commit(&log, 1, &letters);
    commit(&log, 2, &letters);
    commit(&log, 3, "yz");
    let slice = log.read(START);
    assert_eq!(slice.pieces.len(), 3);
    assert_eq!(slice.pieces.iter().map(Bytes::len).sum::<usize>(), 2 * SEGMENT_BYTES + 4);
    assert_eq!(read(&log, LogOffset::new(2, letters.len() as u64 * 2 - 4)).0, ",x,y,z");
    assert_eq!(read(&log, LogOffset::new(3, 0)).0, ",z");
}

#[test]
fn equal_reads_of_the_tail_share_their_bytes() {
    let log = log(1000);
    commit(&log, 10, "ab");
    let [one, two] = [log.read(START), log.read(START)];
    assert_eq!(one.pieces[0].as_ptr(), two.pieces[0].as_ptr());
    commit(&log, 20, "c");
    assert_eq!(read(&log, START).0, ",a,b,c", "a commit ends the sharing");
}

#[test]
fn snapshot_pieces_are_read_while_they_are_written() {
    let log = log(1000);
    assert_eq!(log.snapshot_piece(0, 0), SnapshotPiece::Pending);
    log.append_snapshot(Bytes::from_static(b",a")).unwrap();
    assert_eq!(log.snapshot_piece(0, 0), SnapshotPiece::Items(Bytes::from_static(b",a")));
    assert_eq!(log.snapshot_piece(0, 1), SnapshotPiece::Pending);
    log.close_snapshot_chunk().unwrap();
    assert_eq!(log.snapshot_piece(0, 1), SnapshotPiece::EndOfChunk);
    assert_eq!(log.snapshot_piece(1, 0), SnapshotPiece::Pending);
    log.append_snapshot(Bytes::from_static(b",b")).unwrap();
    assert_eq!(log.snapshot_piece(1, 0), SnapshotPiece::Items(Bytes::from_static(b",b")));
}

#[test]
fn snapshots_that_are_alike_are_kept_once() {
    let first = log(1000);
    let second = MemoryLog::new(1000, first.last.clone());
    let [first, second] = [&first, &second].map(|log| {
        log.append_snapshot(Bytes::from(b",end".to_vec())).unwrap();
        let SnapshotPiece::Items(items) = log.snapshot_piece(0, 0) else { panic!("a piece") };
        items
    });
    assert_eq!((first.as_ptr(), first.as_ref()), (second.as_ptr(), second.as_ref()));
}
