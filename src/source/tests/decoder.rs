//! The decoder on what a server really sends, and on the same with errors in it.

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::change::{OldRow, Operation, Tuple};
use crate::source::pgoutput::Decoder;

/// All messages of a stream with every kind of them, begin and commit included.
async fn messages() -> Vec<Bytes> {
    let test = Fixture::new(
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int PRIMARY KEY, a text, m mood, b text);
         ALTER TABLE t ALTER b SET STORAGE EXTERNAL; ALTER TABLE t REPLICA IDENTITY FULL;
         CREATE TABLE keyed (id int PRIMARY KEY, a text); CREATE PUBLICATION p FOR TABLE t, keyed",
    )
    .await;
    let slot = test.value("SELECT 'decoder_' || current_database()").await;
    test.execute(&format!("SELECT pg_create_logical_replication_slot('{slot}', 'pgoutput')")).await;
    test.execute("INSERT INTO t VALUES (1, 'x', 'sad', repeat('y', 5000)), (2, NULL, NULL, '')").await;
    test.execute("UPDATE t SET a = 'é' WHERE id = 1; UPDATE t SET id = 3 WHERE id = 2; DELETE FROM t WHERE id = 3")
        .await;
    test.execute(
        "INSERT INTO keyed VALUES (1, 'a'); UPDATE keyed SET id = 2; UPDATE keyed SET a = 'b'; DELETE FROM keyed",
    )
    .await;
    test.execute("BEGIN; TRUNCATE t, keyed; SELECT pg_logical_emit_message(true, 'ours', 'hello'); COMMIT").await;
    test.execute("SELECT pg_logical_emit_message(false, 'ours', 'hello')").await;
    test.execute("SELECT pg_replication_origin_create('o_' || current_database())").await;
    test.execute("SELECT pg_replication_origin_session_setup('o_' || current_database())").await;
    test.execute("INSERT INTO keyed VALUES (9, 'o')").await;
    test.execute("SELECT pg_replication_origin_session_reset()").await;
    test.execute("SELECT pg_replication_origin_drop('o_' || current_database())").await;
    let read = format!(
        "SELECT data FROM pg_logical_slot_get_binary_changes('{slot}', NULL, NULL, 'proto_version', '1', \
         'publication_names', 'p', 'messages', 'true')"
    );
    let rows = test.sql.query(&read, &[]).await.unwrap();
    test.execute(&format!("SELECT pg_drop_replication_slot('{slot}')")).await;
    rows.iter().map(|row| row.get::<_, Vec<u8>>(0).into()).collect()
}

/// A decoder that takes any message but a begin.
fn inside() -> Decoder {
    let mut decoder = Decoder::default();
    let mut begin = vec![b'B'];
    begin.extend_from_slice(&[0; 20]);
    decoder.decode(&begin.into()).unwrap();
    decoder
}

/// Walks through everything that an event holds.
fn walk(event: &Event) {
    let tuple = |tuple: &Tuple| assert_eq!(tuple.cells().count(), tuple.len());
    let old = |row: &OldRow| match row {
        OldRow::Full(row) => tuple(row),
        OldRow::Key => {}
    };
    let Event::Change(change) = event else { return };
    match &change.operation {
        Operation::Insert { new } => tuple(new),
        Operation::Update { old: before, new } => {
            before.iter().for_each(old);
            tuple(new);
        }
        Operation::Delete { old: before } => old(before),
    }
}

#[tokio::test]
async fn real_messages_are_read_and_damaged_ones_never_panic() {
    let messages = messages().await;
    let mut decoder = Decoder::default();
    let mut kinds = std::collections::BTreeSet::new();
    for message in &messages {
        kinds.insert(char::from(message[0]));
        decoder.decode(message).unwrap().iter().for_each(walk);
    }
    assert_eq!(kinds.into_iter().collect::<String>(), "BCDIMORTUY");
    assert!(!decoder.in_transaction());

    let change = (any::<prop::sample::Index>(), any::<u8>());
    let damage = (
        any::<prop::sample::Index>(),
        prop::collection::vec(change, 1..4),
        prop::option::of(any::<prop::sample::Index>()),
    );
    let mut runner = TestRunner::new(Config { cases: 2000, failure_persistence: None, ..Config::default() });
    let damaged =
        |(which, changes, cut): (prop::sample::Index, Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>)| {
            let mut bytes = which.get(&messages).to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            for mut decoder in [Decoder::default(), inside()] {
                if let Ok(Some(event)) = decoder.decode(&bytes.clone().into()) {
                    walk(&event);
                }
            }
            Ok(())
        };
    runner.run(&damage, damaged).unwrap();
}
