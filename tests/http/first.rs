//! The start of a sync: snapshot, and the way to the end of the log.

use reqwest::Method;

use super::support::{ITEMS, after, row, stand, stand_with};

const SCHEMA_OF_ITEMS: &str =
    r#"{"id":{"not_null":true,"pk_index":0,"type":"uuid"},"value":{"not_null":true,"type":"text"}}"#;

#[tokio::test]
async fn case_39_the_first_request_gets_the_snapshot() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let answer = stand.get(&format!("{items}offset=-1")).await;
        assert_eq!(answer.words(), ["insert 1", "snapshot-end"]);
        assert_eq!(answer.offset(), "0_0");
        assert_eq!(answer.header("electric-has-data"), "true");
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        assert_eq!(answer.header("electric-schema"), SCHEMA_OF_ITEMS);
        assert_eq!((answer.get("electric-up-to-date"), answer.get("electric-cursor")), (None, None));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_41_an_empty_table_has_an_end_of_its_snapshot() {
    let stand = stand().await;
    for items in ITEMS {
        assert_eq!(stand.get(&format!("{items}offset=-1")).await.words(), ["snapshot-end"]);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_42_head_has_the_headers_and_no_body() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let path = format!("{items}offset=-1");
        // Read to its end: what is still being written has no length yet.
        stand.get(&path).await;
        let (get, head) = (stand.get(&path).await, stand.send(Method::HEAD, &path, &[]).await);
        assert_eq!(head.status, 200);
        assert_eq!(head.text, "");
        for name in ["electric-handle", "electric-offset", "electric-schema", "etag", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_43_44_one_handle_for_each_definition() {
    let stand = stand().await;
    let handle = async |path: String| stand.get(&path).await.handle();
    let first = handle(format!("{}offset=-1", ITEMS[0])).await;
    for items in ITEMS {
        assert_eq!(handle(format!("{items}offset=-1&handle=bogus")).await, first);
        assert_eq!(handle(format!("{items}offset=-1&log=full")).await, first);
    }
    let full = handle(format!("{}offset=-1&replica=full", ITEMS[0])).await;
    let changes = handle(format!("{}offset=-1&log=changes_only", ITEMS[0])).await;
    assert!(first != full && full != changes && changes != first);
    assert_eq!(handle(format!("{}offset=-1&replica=full&foo=bar", ITEMS[1])).await, first, "the server says which");
    stand.stop().await;
}

#[tokio::test]
async fn case_27_the_order_of_columns_does_not_count() {
    let stand = stand().await;
    let listed = stand.get("/v1/shape?table=items&offset=-1&columns=%22id%22,%22value%22").await;
    let turned = stand.get("/v1/shape?table=items&offset=-1&columns=value,id").await;
    assert_eq!((listed.status, listed.handle()), (turned.status, turned.handle()));
    stand.stop().await;
}

#[tokio::test]
async fn case_37_38_unknown_names_are_ignored_and_what_is_queryable_is_selected() {
    let stand = stand().await;
    stand.db.run("INSERT INTO wide VALUES (1, 'a', 'b', 'c')").await;
    let answer = stand.get("/v1/shape?table=items&offset=-1&foo=bar&cache-buster=1&expired_handle=z").await;
    assert_eq!(answer.status, 200);
    let answer = stand.get("/v1/shape?table=wide&offset=-1&queryable_columns=id,v1").await;
    assert_eq!(answer.messages()[0]["value"], serde_json::json!({"id": "1", "v1": "a"}));
    let answer = stand.get("/v1/shape?table=wide&offset=-1&queryable_columns=id,v1&columns=id,v2").await;
    assert_eq!(answer.refusal(), ("columns", "The following columns are not found on the table: v2".to_owned()));
    let answer = stand.get("/v1/shape?table=wide&offset=-1&queryable_columns=v1").await;
    let text = "The list of queryable columns must include all primary key columns, missing: id";
    assert_eq!(answer.refusal(), ("queryable_columns", text.to_owned()));
    stand.stop().await;
}

#[tokio::test]
async fn case_45_after_the_snapshot_comes_the_end_of_the_log() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let first = stand.get(&format!("{items}offset=-1")).await;
        let answer = stand.get(&after(items, &first)).await;
        assert_eq!(answer.words(), ["up-to-date"]);
        assert_eq!((answer.offset().as_str(), answer.header("electric-up-to-date")), ("0_inf", ""));
        assert_eq!((answer.header("electric-schema"), answer.header("electric-has-data")), (SCHEMA_OF_ITEMS, "true"));
        assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
        assert_eq!(answer.header("etag"), format!("\"{}:0_0:0_inf\"", first.handle()));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_46_a_snapshot_comes_in_chunks() {
    let stand = stand_with(|builder| builder.chunk_bytes(10)).await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let mut answer = stand.get(&format!("{items}offset=-1")).await;
        for (words, offset, next) in
            [(["insert 1"], "0_0", "0_1"), (["snapshot-end"], "0_1", "0_inf"), (["up-to-date"], "0_inf", "0_inf")]
        {
            assert_eq!((answer.words().as_slice(), answer.offset().as_str()), (&words.map(str::to_owned)[..], offset));
            answer = stand.get(&after(items, &answer)).await;
            assert_eq!(answer.offset(), next);
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_48_49_from_now_on() {
    let stand = stand().await;
    for items in ITEMS {
        let new = stand.get(&format!("{items}offset=now")).await;
        assert_eq!(new.words(), ["up-to-date"]);
        assert_eq!((new.header("electric-has-data"), new.header("electric-up-to-date")), ("false", ""));
        assert!(new.get("electric-schema").is_some());
    }
    let items = ITEMS[0];
    let (follower, _) = stand.sync(items).await;
    assert_eq!(follower.offset(), "0_inf");
    stand.db.run(&row(1)).await;
    let follower = stand.get(&format!("{}&live", after(items, &follower))).await;
    assert_eq!(follower.words(), ["insert 1", "up-to-date"]);
    for items in ITEMS {
        let now = stand.get(&format!("{items}offset=now&handle=any")).await;
        assert_eq!((now.words(), now.offset()), (vec!["up-to-date".to_owned()], follower.offset()));
        let etag = format!("\"{}:now:{}:", follower.handle(), follower.offset());
        assert!(now.header("etag").starts_with(&etag), "{now:?}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_50_changes_only_begins_with_nothing() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    let mut last = Vec::new();
    for items in ITEMS.map(|items| format!("{items}log=changes_only&")) {
        let (answer, words) = stand.sync(&items).await;
        assert_eq!(words, ["snapshot-end", "up-to-date"]);
        last.push((items, answer));
    }
    stand.db.run("UPDATE items SET value = value || '!'").await;
    for (items, answer) in last {
        assert_eq!(stand.live(&items, &answer).await.words(), ["update 1", "up-to-date"]);
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_snapshot_of_many_pieces_is_one_array() {
    let stand = stand().await;
    stand.db.run("INSERT INTO num SELECT n, n FROM generate_series(1, 20000) n").await;
    // At once and again: while it is being written, and when it is there.
    let start = || stand.get("/shapes/num?offset=-1");
    for answer in <[_; 3]>::from(tokio::join!(start(), start(), start())) {
        let messages = answer.messages();
        assert_eq!(messages.len(), 20_001);
        assert_eq!(messages[20_000]["headers"]["control"], "snapshot-end");
    }
    assert_eq!(start().await.messages().len(), 20_001);
    stand.stop().await;
}
