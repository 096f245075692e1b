use bytes::{BufMut, BytesMut};
use proptest::prelude::*;

use super::*;
use crate::change::Cell;

fn message(write: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut bytes = BytesMut::new();
    write(&mut bytes);
    bytes.freeze()
}

fn begin_message() -> Bytes {
    message(|out| {
        out.put_u8(b'B');
        out.put_u64(0xFFFF_FFFF_0000_0001);
        out.put_u64(0);
        out.put_u32(77);
    })
}

fn tuple(out: &mut BytesMut, texts: &[&str]) {
    out.put_u16(u16::try_from(texts.len()).unwrap());
    for text in texts {
        out.put_u8(b't');
        out.put_u32(u32::try_from(text.len()).unwrap());
        out.put_slice(text.as_bytes());
    }
}

fn update_message(kinds: &[u8]) -> Bytes {
    message(|out| {
        out.put_u8(b'U');
        out.put_u32(9);
        for kind in kinds {
            out.put_u8(*kind);
            tuple(out, &["1", if *kind == b'N' { "new" } else { "old" }]);
        }
    })
}

fn texts(tuple: &Tuple) -> Vec<String> {
    let text = |cell| match cell {
        Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    };
    tuple.cells().map(text).collect()
}

/// A decoder inside a transaction.
fn decoder() -> Decoder {
    let mut decoder = Decoder::default();
    decoder.decode(&begin_message()).unwrap();
    decoder
}

fn decode(message: &Bytes) -> Event {
    decoder().decode(message).unwrap().unwrap()
}

#[test]
fn begin_and_commit_frame_a_transaction() {
    let mut decoder = Decoder::default();
    let Event::Begin(begin) = decoder.decode(&begin_message()).unwrap().unwrap() else { panic!() };
    assert_eq!(begin, Begin { xid: Xid(77), commit_lsn: Lsn(0xFFFF_FFFF_0000_0001) });
    assert!(decoder.in_transaction());
    assert_eq!(decoder.decode(&begin_message()).unwrap_err(), DecodeError::OutOfOrder("begin"));
    let commit = message(|out| {
        out.put_u8(b'C');
        out.put_u8(0);
        out.put_u64(5);
        out.put_u64(6);
        out.put_u64(0);
    });
    let mut decoder = self::decoder();
    let Event::Commit(ended) = decoder.decode(&commit).unwrap().unwrap() else { panic!() };
    assert_eq!(ended, Commit { commit_lsn: Lsn(5), end_lsn: Lsn(6) });
    assert_eq!(decoder.decode(&commit).unwrap_err(), DecodeError::OutOfOrder("commit"));
}

#[test]
fn relation_describes_a_table() {
    let message = message(|out| {
        out.put_u8(b'R');
        out.put_u32(9);
        out.put_slice(b"\0items\0f");
        out.put_u16(1);
        out.put_u8(1);
        out.put_slice(b"id\0");
        out.put_u32(23);
        out.put_i32(-1);
    });
    let Event::Relation(relation) = decode(&message) else { panic!() };
    assert_eq!(relation.name, TableName::new("pg_catalog", "items"));
    assert_eq!(relation.identity, ReplicaIdentity::Full);
    let id = RelationColumn { name: "id".into(), type_oid: 23, type_modifier: -1 };
    assert_eq!(relation.columns, [id]);
}

#[test]
fn update_tells_full_key_and_no_old_rows_apart() {
    for (kinds, expected) in [(&b"ON"[..], Some(true)), (b"KN", Some(false)), (b"N", None)] {
        let Event::Change(change) = decode(&update_message(kinds)) else { panic!() };
        let Operation::Update { old, new } = change.operation else { panic!() };
        assert_eq!(texts(&new), ["1", "new"]);
        let is_full = old.as_ref().map(|old| matches!(old, OldRow::Full(_)));
        assert_eq!(is_full, expected);
        if let Some(OldRow::Full(old)) = old {
            assert_eq!(texts(&old), ["1", "old"]);
        }
    }
}

#[test]
fn truncate_and_message_are_read() {
    let truncated = message(|out| {
        out.put_u8(b'T');
        out.put_u32(2);
        out.put_u8(1);
        out.put_u32(7);
        out.put_u32(8);
    });
    assert!(matches!(decode(&truncated), Event::Truncate(ids) if ids == [RelationId(7), RelationId(8)]));
    let told = message(|out| {
        out.put_u8(b'M');
        out.put_u8(0);
        out.put_u64(3);
        out.put_slice(b"ours\0");
        out.put_u32(2);
        out.put_slice(b"hi");
    });
    let Event::Message(message) = Decoder::default().decode(&told).unwrap().unwrap() else { panic!() };
    assert_eq!((message.prefix.as_str(), &message.content[..], message.transactional), ("ours", &b"hi"[..], false));
}

#[test]
fn unknown_and_misplaced_messages_are_refused_by_name() {
    assert_eq!(decoder().decode(&Bytes::from_static(b"S")).unwrap_err(), DecodeError::UnknownMessage('S'));
    assert_eq!(Decoder::default().decode(&update_message(b"N")).unwrap_err(), DecodeError::OutOfOrder("update"));
    assert!(decoder().decode(&Bytes::from_static(b"Y")).unwrap().is_none());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decoder().decode(&Bytes::from(bytes));
    }

    #[test]
    fn a_cut_or_altered_message_is_refused_or_read(at in 0usize..60, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = update_message(b"ON").to_vec();
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at);
            prop_assert!(decoder().decode(&Bytes::from(bytes)).is_err());
        } else {
            bytes[at] = byte;
            let _ = decoder().decode(&Bytes::from(bytes));
        }
    }
}
