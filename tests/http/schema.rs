//! Tables that change, or go, while clients follow them: whoever waits is sent back to the start, by both doors and
//! without a row that gives it away.

use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

use super::support::{Answer, ITEMS, after, row, stand_with};
use crate::support::Stand;

/// Both doors to all of `wide`.
const WIDE: [&str; 2] = ["/v1/shape?table=wide&", "/shapes/wide?"];

/// A server that holds live requests for as long as a busy machine may take to notice.
async fn patient() -> Stand {
    stand_with(|builder| builder.hold(Duration::from_secs(120))).await
}

/// A live request by each door on a shape that was up to date.
async fn held(stand: &Stand, doors: [&str; 2], table: &str) -> (Answer, Vec<JoinHandle<Answer>>) {
    let last = stand.sync(doors[0]).await.0;
    let held = doors.map(|door| stand.held(&format!("{}&live=true", after(door, &last))));
    stand.waiting(table, 2).await;
    (last, held.into())
}

/// The one handle under which all are told to fetch anew.
async fn refetched(held: Vec<JoinHandle<Answer>>, last: &Answer) -> String {
    let mut handles = Vec::new();
    for held in held {
        let answer = held.await.unwrap();
        assert_eq!(answer.header("cache-control"), "public, max-age=60, must-revalidate");
        handles.push(answer.refetch(&last.handle()));
    }
    handles.dedup();
    assert_eq!(handles.len(), 1);
    handles.remove(0)
}

/// Changes `table` under the hands of those who wait by both doors, and returns the first answer of the shape that they
/// are sent to.
async fn changed(stand: &Stand, doors: [&str; 2], table: &str, sql: &str) -> Answer {
    let (last, held) = held(stand, doors, table).await;
    stand.db.run(sql).await;
    let handle = refetched(held, &last).await;
    for door in doors {
        assert_eq!(stand.get(&after(door, &last)).await.refetch(&last.handle()), handle);
    }
    let next = stand.get(&format!("{}offset=-1&handle={handle}", doors[1])).await;
    assert_eq!((next.status.as_u16(), next.handle()), (200, handle));
    next
}

#[tokio::test]
async fn case_81_a_table_that_is_made_anew() {
    let stand = patient().await;
    stand.db.run(&row(1)).await;
    let again = "DROP TABLE items; CREATE TABLE items (id uuid PRIMARY KEY, value text NOT NULL, more int)";
    assert_eq!(changed(&stand, ITEMS, "items", again).await.words(), ["snapshot-end"]);
    // And it is followed.
    let last = stand.sync(ITEMS[0]).await.0;
    stand.db.run(&row(2)).await;
    assert_eq!(stand.live(ITEMS[1], &last).await.words(), ["insert 2", "up-to-date"]);
    // A shape that is made right after is one of the new table.
    stand.db.run("DROP TABLE items; CREATE TABLE items (id uuid PRIMARY KEY, value int)").await;
    let start = stand.get(&format!("{}columns=id,value&offset=-1", ITEMS[0])).await;
    assert!(start.header("electric-schema").contains("int4"));
    stand.stop().await;
}

#[tokio::test]
async fn case_81_another_table_in_its_place() {
    let stand = patient().await;
    stand.db.run("CREATE TABLE other (LIKE items INCLUDING ALL)").await;
    stand.db.run(&format!("INSERT INTO other {}", row(3).strip_prefix("INSERT INTO items ").unwrap())).await;
    let swap = "BEGIN; ALTER TABLE items RENAME TO old; ALTER TABLE other RENAME TO items; COMMIT";
    assert_eq!(changed(&stand, ITEMS, "items", swap).await.words(), ["insert 3", "snapshot-end"]);
    stand.stop().await;
}

#[tokio::test]
async fn a_table_that_is_dropped() {
    let stand = patient().await;
    let (last, held) = held(&stand, ITEMS, "items").await;
    stand.db.run("DROP TABLE items").await;
    // There is nothing to go to, so nobody may keep that.
    for held in held {
        let answer = held.await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.get("electric-handle")), (409, None), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(stand.get(&after(ITEMS[1], &last)).await.status, 409);
    for items in ITEMS {
        let start = stand.get(&format!("{items}offset=-1")).await;
        assert!(start.refusal().1.starts_with("Table \"public\".\"items\" does not exist."));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_82_83_columns_that_change_without_a_row() {
    let stand = patient().await;
    stand.db.run("INSERT INTO wide VALUES (1, 'a', 'b', 'c')").await;
    for (change, values) in [
        ("ALTER TABLE wide ADD COLUMN v9 text DEFAULT 'new'", r#"{"id":"1","v1":"a","v2":"b","v3":"c","v9":"new"}"#),
        ("ALTER TABLE wide ALTER v1 TYPE char(3)", r#"{"id":"1","v1":"a  ","v2":"b","v3":"c","v9":"new"}"#),
        ("ALTER TABLE wide ALTER v1 TYPE char(4)", r#"{"id":"1","v1":"a   ","v2":"b","v3":"c","v9":"new"}"#),
        ("ALTER TABLE wide RENAME v9 TO v8", r#"{"id":"1","v1":"a   ","v2":"b","v3":"c","v8":"new"}"#),
        ("ALTER TABLE wide DROP v3, DROP v2", r#"{"id":"1","v1":"a   ","v8":"new"}"#),
    ] {
        let next = changed(&stand, WIDE, "wide", change).await;
        let wanted: Value = serde_json::from_str(values).unwrap();
        assert_eq!(next.messages()[0]["value"], wanted, "{change}");
    }
    stand.stop().await;
}

/// Whether clients are told that a column is never null.
fn not_null(answer: &Answer, column: &str) -> bool {
    let schema: Value = serde_json::from_str(answer.header("electric-schema")).unwrap();
    schema[column]["not_null"] == true
}

#[tokio::test]
async fn case_84_a_column_that_may_be_null_from_now_on() {
    let stand = patient().await;
    let next = changed(&stand, WIDE, "wide", "ALTER TABLE wide ALTER v1 DROP NOT NULL").await;
    assert!(!not_null(&next, "v1") && not_null(&next, "v2"));

    // The other way round nobody is sent away; nor told, since there may be a null in the log.
    stand.db.run("INSERT INTO wide VALUES (1, NULL, 'b', 'c')").await;
    let last = stand.sync(WIDE[0]).await.0;
    stand.db.run("UPDATE wide SET v1 = 'a'; ALTER TABLE wide ALTER v1 SET NOT NULL").await;
    let mut n = 0;
    // A shape that is made once the engine knows says so.
    while !not_null(&stand.get(&format!("{}where=id+<>+{n}&offset=-1", WIDE[0])).await, "v1") {
        n += 1;
    }
    stand.db.run("INSERT INTO wide VALUES (2, 'a', 'b', 'c')").await;
    let mut answer = stand.get(&after(WIDE[1], &last)).await;
    while !answer.words().contains(&"insert 2".to_owned()) {
        answer = stand.live(WIDE[1], &answer).await;
    }
    let start = stand.get(&format!("{}offset=-1", WIDE[0])).await;
    assert_eq!((start.handle(), not_null(&start, "v1")), (last.handle(), false));
    stand.stop().await;
}

#[tokio::test]
async fn case_84_no_client_meets_a_null_where_it_was_told_that_there_is_none() {
    let stand = patient().await;
    let brief = ["/v1/shape?table=wide&columns=id,v1&", "/shapes/brief?"];
    let others = stand.sync("/v1/shape?table=wide&columns=id,v3&").await.0;
    let null = "ALTER TABLE wide ALTER v1 DROP NOT NULL; INSERT INTO wide VALUES (1, NULL, 'b', 'c')";
    let next = changed(&stand, brief, "wide", null).await;
    assert_eq!(next.messages()[0]["value"]["v1"], Value::Null);
    let last = stand.sync(brief[0]).await.0;
    stand.db.run("UPDATE wide SET v1 = 'x'; UPDATE wide SET v1 = NULL").await;
    assert_eq!(stand.live(brief[0], &last).await.messages()[0]["value"]["v1"], "x");
    // Nor is one that comes right after.
    stand.db.run("ALTER TABLE wide ALTER v2 DROP NOT NULL; UPDATE wide SET v2 = NULL").await;
    let start = stand.get("/v1/shape?table=wide&columns=id,v2&offset=-1").await;
    assert_eq!((&start.messages()[0]["value"]["v2"], not_null(&start, "v2")), (&Value::Null, false));
    // Whom it does not concern goes on.
    let others = stand.get(&after("/v1/shape?table=wide&columns=id,v3&", &others)).await;
    assert_eq!(others.words(), ["insert 1", "up-to-date"]);
    stand.stop().await;
}

#[tokio::test]
async fn what_was_missed_outside_the_publication_is_fetched_anew() {
    let stand = patient().await;
    stand.db.run(&row(1)).await;
    let publication = "SELECT pubname::text FROM pg_publication";
    let publication: String = stand.db.client.query_one(publication, &[]).await.unwrap().get(0);
    let out = format!("ALTER PUBLICATION {publication} DROP TABLE items; {}", row(2));
    assert_eq!(changed(&stand, ITEMS, "items", &out).await.words(), ["insert 1", "insert 2", "snapshot-end"]);
    let without_old_rows = format!("ALTER TABLE items REPLICA IDENTITY DEFAULT; {}", row(3));
    changed(&stand, ITEMS, "items", &without_old_rows).await;
    let last = stand.sync(ITEMS[0]).await.0;
    stand.db.run(&row(4)).await;
    assert_eq!(stand.live(ITEMS[1], &last).await.words(), ["insert 4", "up-to-date"]);
    stand.stop().await;
}
