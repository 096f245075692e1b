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
        Operation::Delete { old: OldRow::Key } => "delete by key".into(),
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
    let mut events: Vec<_> =
        events.iter().filter_map(short).map(|text| text.replace(&"y".repeat(20000), "long")).collect();
    // The server may describe a table again at any time, when others have made it forget that it had.
    let mut described = String::new();
    events.retain(|text| !text.starts_with("relation") || std::mem::replace(&mut described, text.clone()) != *text);
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

#[tokio::test]
async fn a_read_may_be_dropped_at_any_moment() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY, a text)").await;
    let mut stream = test.follow(&["t"]).await;
    // Messages larger than a block and smaller ones, so that reads end in the middle of them.
    test.execute("INSERT INTO t SELECT n, repeat('x', n * n * 100) FROM generate_series(1, 100) n").await;
    let (mut events, mut batch, mut dropped) = (Vec::new(), Vec::new(), 0);
    while !events.iter().any(is_commit) {
        tokio::select! {
            biased;
            read = stream.next(&mut batch) => read.unwrap(),
            () = tokio::task::yield_now() => dropped += 1,
        }
        events.append(&mut batch);
    }
    assert!(dropped > 10, "{dropped}");
    let lengths: Vec<_> =
        events.iter().filter_map(|event| Some(short(event)?.strip_prefix("insert ")?.len())).collect();
    let expected: Vec<_> = (1..=100).map(|n: usize| n.to_string().len() + 1 + n * n * 100).collect();
    assert_eq!(lengths, expected);
}

/// The state of our sender in the server.
const SENDER: &str = "SELECT pid FROM pg_stat_replication s JOIN pg_replication_slots l ON l.active_pid = s.pid \
                      WHERE l.database = current_database()";

#[tokio::test]
async fn status_goes_out_while_the_consumer_is_stuck() {
    let mut test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    test.source = source(&format!("{}?options=-c%20wal_sender_timeout%3D900ms", test.database.url()));
    let mut stream = test.follow(&["t"]).await;
    let sender = test.value(SENDER).await;
    // Blocks this thread, and with it the runtime of the stream, for longer than the server waits.
    test.database.psql("INSERT INTO t SELECT generate_series(1, 100000); SELECT pg_sleep(3)").unwrap();
    let events = until(&mut *stream, is_commit).await;
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Change(_))).count(), 100_000);
    assert_eq!(test.value(SENDER).await, sender, "the same connection");
}

#[tokio::test]
async fn the_acknowledged_position_follows_an_idle_stream() {
    let mut test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int)").await;
    test.source = source(&format!("{}?options=-c%20wal_sender_timeout%3D300ms", test.database.url()));
    let mut stream = test.follow(&["t"]).await;
    // Nothing of it is published.
    test.execute("INSERT INTO other SELECT generate_series(1, 1000)").await;
    let written = test.value("SELECT pg_current_wal_lsn()").await;
    let end = written.parse().unwrap();
    until(&mut *stream, |event| match event {
        Event::Keepalive(position) => *position >= end,
        other => panic!("nothing was published, but {other:?}"),
    })
    .await;
    stream.acknowledge(end);
    let confirmed = format!(
        "(SELECT confirmed_flush_lsn >= '{written}' FROM pg_replication_slots WHERE database = current_database())"
    );
    test.until(&confirmed).await;
}

#[tokio::test]
async fn keepalives_stand_between_transactions_only() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY, a text)").await;
    let mut stream = test.follow(&["t"]).await;
    for _ in 0..5 {
        test.execute("INSERT INTO t SELECT n, repeat('x', 2000) FROM generate_series(1, 3000) n; DELETE FROM t").await;
    }
    test.execute(END).await;
    let mut is_open = false;
    for event in until(&mut *stream, is_message("end")).await {
        match event {
            Event::Begin(_) => is_open = true,
            Event::Commit(_) => is_open = false,
            Event::Keepalive(_) => assert!(!is_open),
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_in_commit_order_with_growing_positions() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let mut stream = test.follow(&["t"]).await;
    let early = client(test.database.url()).await;
    early.batch_execute("BEGIN; INSERT INTO t VALUES (1)").await.unwrap();
    test.execute("INSERT INTO t VALUES (2)").await;
    early.batch_execute("COMMIT").await.unwrap();
    test.execute(END).await;
    let events = until(&mut *stream, is_message("end")).await;
    let inserts: Vec<_> = events.iter().filter_map(short).filter(|text| text.starts_with("insert")).collect();
    assert_eq!(inserts, ["insert 2", "insert 1"]);
    let commits: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::Commit(commit) = event { Some(commit.commit_lsn) } else { None })
        .collect();
    assert!(commits.is_sorted() && commits.len() == 2);
}

#[tokio::test]
async fn the_end_of_the_server_process_is_an_error() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let mut stream = test.follow(&["t"]).await;
    let sender = test.value(SENDER).await;
    test.execute(&format!("SELECT pg_terminate_backend({sender})")).await;
    let mut events = Vec::new();
    let error = loop {
        match stream.next(&mut events).await {
            Ok(()) => {}
            Err(error) => break error,
        }
    };
    assert!(!error.is_fatal(), "{}", told(&error));
    // A new stream begins anew.
    drop(stream);
    assert!(test.source.stream().await.unwrap().is_fresh());
}

#[tokio::test]
async fn a_slot_waits_for_those_who_write_and_comes_when_they_end() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let writer = client(test.database.url()).await;
    writer.batch_execute("BEGIN; INSERT INTO t VALUES (1)").await.unwrap();
    let mut starting = test.source.stream();
    let blocked = async {
        test.until(
            "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'walsender' AND wait_event_type = 'Lock' \
                    AND datname = current_database())",
        )
        .await;
    };
    tokio::select! {
        _ = &mut starting => panic!("the slot did not wait"),
        () = blocked => {}
    }
    writer.batch_execute("COMMIT").await.unwrap();
    // Nobody else writes: the server must not need that.
    assert!(starting.await.is_ok());
}
