//! What is in a log.

use serde_json::{Value, json};

use super::support::{Answer, after, stand, stand_with};
use crate::support::Stand;

/// The messages that some statements lead to in a shape that was up to date before, without the `up-to-date`.
pub async fn changes(stand: &Stand, shape: &str, before: &str, sql: &str) -> Vec<Value> {
    stand.db.run(before).await;
    let last = stand.sync(shape).await.0;
    stand.db.run(sql).await;
    let answer: Answer = stand.live(shape, &last).await;
    let mut messages = answer.messages();
    assert_eq!(messages.pop().unwrap()["headers"]["control"], "up-to-date");
    messages
}

#[tokio::test]
async fn case_47_a_long_log_comes_in_chunks_that_stay() {
    let stand = stand_with(|builder| builder.chunk_bytes(400)).await;
    let last = stand.sync("/shapes/num?").await.0;
    stand.db.run("INSERT INTO num SELECT n, n FROM generate_series(1, 9) n").await;
    for shape in ["/v1/shape?table=num&", "/shapes/num?"] {
        let first = stand.live(shape, &last).await;
        assert!(first.words().len() < 9 && !first.words().contains(&"up-to-date".to_owned()));
        assert_eq!(first.get("electric-up-to-date"), None);
        let (mut answer, mut words) = (first.clone(), first.words());
        while answer.get("electric-up-to-date").is_none() {
            answer = stand.get(&after(shape, &answer)).await;
            words.extend(answer.words());
        }
        let mut wanted: Vec<String> = (1..=9).map(|n| format!("insert {n}")).collect();
        wanted.push("up-to-date".to_owned());
        assert_eq!(words, wanted);
        // The chunk is closed for good.
        let [one, two] = [stand.get(&after(shape, &last)).await, stand.get(&after(shape, &last)).await];
        assert_eq!((&one.text, one.lasting_headers()), (&first.text, two.lasting_headers()));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_59_two_rows_of_one_transaction() {
    let stand = stand().await;
    let last = stand.sync("/v1/shape?table=num&").await.0;
    stand.db.run("BEGIN; INSERT INTO num VALUES (1, 1); INSERT INTO num VALUES (2, 2); COMMIT").await;
    let answer = stand.live("/v1/shape?table=num&", &last).await;
    let headers: Vec<Value> = answer.messages().iter().map(|message| message["headers"].clone()).collect();
    assert_eq!((&headers[0]["op_position"], &headers[1]["op_position"]), (&json!(0), &json!(2)));
    assert_eq!((headers[0].get("last"), headers[1].get("last")), (None, Some(&json!(true))));
    assert_eq!(headers[0]["txids"], headers[1]["txids"]);
    assert!(headers[0]["txids"][0].is_u64() && headers[0]["txids"][1].is_null());
    assert_eq!(answer.offset(), format!("{}_2", headers[0]["lsn"].as_str().unwrap()));
    stand.stop().await;
}

/// A table like `wide` with one row.
fn fresh(table: &str) -> String {
    format!(
        "CREATE TABLE {table} (LIKE wide INCLUDING ALL); INSERT INTO {table} VALUES (1, repeat('x', 10000), 'b', 'c')"
    )
}

#[tokio::test]
async fn case_60_61_62_71_what_updates_and_deletes_carry() {
    let stand = stand().await;
    // Kept apart from its row, so that an update which leaves it alone does not repeat it.
    stand.db.run("ALTER TABLE wide ALTER v1 SET STORAGE EXTERNAL").await;
    let long = "x".repeat(10_000);
    let update = changes(&stand, "/v1/shape?table=w1&", &fresh("w1"), "UPDATE w1 SET v2 = 'y'").await;
    assert_eq!((&update[0]["value"], update[0].get("old_value")), (&json!({"id": "1", "v2": "y"}), None));
    let update = changes(&stand, "/v1/shape?table=w2&replica=full&", &fresh("w2"), "UPDATE w2 SET v2 = 'y'").await;
    assert_eq!(update[0]["value"], json!({"id": "1", "v1": long, "v2": "y", "v3": "c"}));
    assert_eq!(update[0]["old_value"], json!({"v2": "b"}));
    let delete = changes(&stand, "/v1/shape?table=w3&", &fresh("w3"), "DELETE FROM w3").await;
    assert_eq!((&delete[0]["headers"]["operation"], &delete[0]["value"]), (&json!("delete"), &json!({"id": "1"})));
    let delete = changes(&stand, "/v1/shape?table=w4&replica=full&", &fresh("w4"), "DELETE FROM w4").await;
    assert_eq!(delete[0]["value"], json!({"id": "1", "v1": long, "v2": "b", "v3": "c"}));
    stand.stop().await;
}

#[tokio::test]
async fn case_64_a_change_of_key() {
    let stand = stand().await;
    let (fresh, wide) = ("INSERT INTO wide VALUES (1, 'a', 'b', 'c')", "/v1/shape?table=wide&");
    let moved = "BEGIN; UPDATE wide SET id = 2; UPDATE wide SET v1 = 'z'; COMMIT";
    let messages = changes(&stand, wide, fresh, moved).await;
    let [delete, insert, update] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!(delete["headers"]["key_change_to"], "\"public\".\"wide\"/\"2\"");
    assert_eq!(insert["headers"]["key_change_from"], "\"public\".\"wide\"/\"1\"");
    assert_eq!(insert["value"], json!({"id": "2", "v1": "a", "v2": "b", "v3": "c"}));
    let ops: Vec<&Value> = messages.iter().map(|message| &message["headers"]["op_position"]).collect();
    assert_eq!(ops, [&json!(0), &json!(1), &json!(2)]);
    assert_eq!((delete["headers"].get("last"), &update["headers"]["last"]), (None, &json!(true)));
    stand.stop().await;
}

#[tokio::test]
async fn case_65_66_without_a_key_all_columns_are_one() {
    let stand = stand().await;
    let (fresh, nopk) = ("INSERT INTO nopk VALUES ('x', NULL)", "/v1/shape?table=nopk&");
    let first = {
        stand.db.run(fresh).await;
        stand.get(&format!("{nopk}offset=-1")).await.messages()
    };
    assert_eq!(first[0]["key"], "\"public\".\"nopk\"/\"x\"/_");
    assert_eq!(first[0]["value"], json!({"a": "x", "b": null}));
    let change = "BEGIN; UPDATE nopk SET b = 'y'; INSERT INTO nopk VALUES ('z', 'z'); COMMIT";
    let messages = changes(&stand, nopk, "", change).await;
    let operations: Vec<&Value> = messages.iter().map(|message| &message["headers"]["operation"]).collect();
    assert_eq!(operations, ["delete", "insert", "insert"]);
    assert_eq!(messages[0]["value"], json!({"a": "x", "b": null}));
    assert_eq!(messages[2]["key"], "\"public\".\"nopk\"/\"z\"/\"z\"");
    stand.stop().await;
}

#[tokio::test]
async fn case_69_70_keys() {
    let stand = stand().await;
    stand.db.run("CREATE TABLE pair (a text, b text, PRIMARY KEY (b, a))").await;
    stand.db.run("INSERT INTO pair VALUES ('a/b', '')").await;
    let answer = stand.get("/v1/shape?table=pair&offset=-1").await;
    assert_eq!(answer.messages()[0]["key"], "\"public\".\"pair\"/\"\"/\"a//b\"");
    stand.stop().await;
}

#[tokio::test]
async fn case_75_what_the_snapshot_holds_is_not_in_the_log() {
    let stand = stand().await;
    stand.db.run("INSERT INTO num VALUES (1, 1)").await;
    stand.db.run("BEGIN; INSERT INTO num VALUES (2, 2); ROLLBACK").await;
    let (last, words) = stand.sync("/v1/shape?table=num&").await;
    assert_eq!(words, ["insert 1", "snapshot-end", "up-to-date"]);
    stand.db.run("INSERT INTO num VALUES (3, 3)").await;
    assert_eq!(stand.live("/v1/shape?table=num&", &last).await.words(), ["insert 3", "up-to-date"]);
    stand.stop().await;
}
