//! The start of a sync.

use super::support::{Answer, after, stand};

/// Both doors to the same shape.
const ITEMS: [&str; 2] = ["/v1/shape?table=items&", "/shapes/items?"];

#[tokio::test]
async fn case_39_the_first_request_gets_the_snapshot() {
    let stand = stand().await;
    stand.db.run("INSERT INTO items VALUES ('00000000-0000-0000-0000-000000000001', 'a')").await;
    let mut handles = Vec::new();
    for items in ITEMS {
        let answer = stand.get(&format!("{items}offset=-1")).await;
        assert_eq!(answer.words(), ["insert 00000000-0000-0000-0000-000000000001", "snapshot-end"]);
        assert_eq!(answer.offset(), "0_0");
        assert_eq!(answer.header("electric-has-data"), "true");
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        let schema = r#"{"id":{"not_null":true,"pk_index":0,"type":"uuid"},"value":{"not_null":true,"type":"text"}}"#;
        assert_eq!(answer.header("electric-schema"), schema);
        assert_eq!((answer.get("electric-up-to-date"), answer.get("electric-cursor")), (None, None));
        handles.push(answer.handle());
        let next: Answer = stand.get(&after(items, &answer)).await;
        assert_eq!(next.words(), ["up-to-date"]);
    }
    assert_eq!(handles[0], handles[1], "one shape by two doors");
    stand.stop().await;
}
