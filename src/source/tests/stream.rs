use super::*;
use crate::change::{Cell, OldRow, Operation, Tuple};

fn texts(tuple: &Tuple) -> String {
    let text = |cell| match cell {
        Cell::Null => "null".into(),
        Cell::Unchanged => "unchanged".into(),
        Cell::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
    };
    tuple.cells().map(text).collect::<Vec<_>>().join("|")
}

/// What happened, in short; numbers that differ from run to run are left out.
fn short(event: &Event) -> Option<String> {
    let change = |operation: &Operation| match operation {
        Operation::Insert { new } => format!("insert {}", texts(new)),
        Operation::Update { old: Some(OldRow::Full(old)), new } => format!("update {} to {}", texts(old), texts(new)),
        Operation::Update { old, new } => format!("update {old:?} to {}", texts(new)),
        Operation::Delete { old: OldRow::Full(old) } => format!("delete {}", texts(old)),
        Operation::Delete { old: OldRow::Key(key) } => format!("delete key {}", texts(key)),
    };
    Some(match event {
        Event::Begin(_) => "begin".into(),
        Event::Commit(_) => "commit".into(),
        Event::Relation(relation) => {
            let columns: Vec<_> = relation.columns.iter().map(|column| column.name.as_str()).collect();
            format!("relation {} ({}) {:?}", relation.name.table, columns.join(", "), relation.identity)
        }
        Event::Change(found) => change(&found.operation),
        Event::Truncate(tables) => format!("truncate {}", tables.len()),
        Event::Message(message) => {
            format!("message {} {} {}", message.prefix, message.content.len(), message.transactional)
        }
        Event::Keepalive(_) => return None,
    })
}

fn is_message(prefix: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Message(message) if message.prefix == prefix)
}

const END: &str = "SELECT pg_logical_emit_message(false, 'end', '')";

#[tokio::test]
async fn every_kind_of_message_comes_through() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY, a text, b text)").await;
    test.execute("ALTER TABLE t ALTER b SET STORAGE EXTERNAL").await;
    let mut stream = test.follow(&["t"]).await;
    test.execute("INSERT INTO t VALUES (1, 'x', repeat('y', 20000)), (2, NULL, '')").await;
    test.execute("UPDATE t SET a = 'z' WHERE id = 1").await;
    test.execute("UPDATE t SET id = 3 WHERE id = 2; DELETE FROM t WHERE id = 3").await;
    test.execute("BEGIN; TRUNCATE t; SELECT pg_logical_emit_message(true, 'ours', 'hello'); COMMIT").await;
    test.execute("ALTER TABLE t ADD c int DEFAULT 7; INSERT INTO t VALUES (4, 'n')").await;
    test.execute(END).await;
    let events = until(&mut *stream, is_message("end")).await;
    let events: Vec<_> = events.iter().filter_map(short).map(|text| text.replace(&"y".repeat(20000), "long")).collect();
    let expected = [
        "begin",
        "relation t (id, a, b) Full",
        "insert 1|x|long",
        "insert 2|null|",
        "commit",
        "begin",
        "update 1|x|long to 1|z|unchanged",
        "commit",
        "begin",
        "update 2|null| to 3|null|",
        "delete 3|null|",
        "commit",
        "begin",
        "relation t (id, a, b) Full",
        "truncate 1",
        "message ours 5 true",
        "commit",
        "begin",
        "relation t (id, a, b, c) Full",
        "insert 4|n|null|7",
        "commit",
        "message end 0 false",
    ];
    assert_eq!(events, expected);
}
