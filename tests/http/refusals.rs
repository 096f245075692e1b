//! What is refused, and with which words.

use serde_json::json;

use super::support::{ITEMS, after, stand};

#[tokio::test]
async fn case_12_13_19_to_23_refusals_before_the_database_is_asked() {
    let stand = stand().await;
    for (path, field, text) in [
        ("/v1/shape", "offset", "can't be blank"),
        ("/shapes/items", "offset", "can't be blank"),
        ("/v1/shape?offset=-1", "table", "can't be blank"),
        ("/v1/shape?table=items&offset=0_0", "handle", "can't be blank when offset != -1"),
        ("/shapes/items?offset=0_0", "handle", "can't be blank when offset != -1"),
        ("/v1/shape?table=items&offset=-1&live=true", "live", "can't be true when offset == -1"),
        ("/v1/shape?table=items&offset=now&live", "live", "can't be true when offset is 'now'"),
        ("/shapes/items?offset=1_2_3", "offset", "has invalid format"),
    ] {
        let answer = stand.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, (field, text.to_owned())), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("surrogate-control"), "no-store");
        assert_eq!((answer.get("electric-handle"), answer.get("electric-has-data")), (None, None));
    }
    let answer = stand.get("/v1/shape?table=items&replica=x&log=y").await;
    let errors = json!({"replica": ["is invalid"], "log": ["is invalid"], "offset": ["can't be blank"]});
    assert_eq!(answer.json(), json!({"message": "Invalid request", "errors": errors}));
    stand.stop().await;
}

#[tokio::test]
async fn case_14_offsets_that_are_none() {
    let stand = stand().await;
    for items in ITEMS {
        for offset in ["x", "10", "1_2_3", "0_-1", "10_3.1", "_", "0_", "-2", "0_x", "NOW"] {
            let answer = stand.get(&format!("{items}offset={offset}")).await;
            let expected = ("offset", "has invalid format".to_owned());
            assert_eq!((answer.status.as_u16(), answer.refusal()), (400, expected), "{items} {offset}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_22_streams_are_live() {
    let stand = stand().await;
    for items in ITEMS {
        let last = stand.sync(items).await.0;
        for stream in ["live_sse=true", "live_sse", "experimental_live_sse=true", "live=false&live_sse=true"] {
            let answer = stand.get(&format!("{}&{stream}", after(items, &last))).await;
            let expected = ("live_sse", "can't be true unless live is also true".to_owned());
            assert_eq!((answer.status.as_u16(), answer.refusal()), (400, expected), "{items} {stream}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_15_to_18_names_of_tables() {
    let stand = stand().await;
    let missing = |name: &str| {
        format!(
            "Table {name} does not exist. If the table name contains capitals or special characters you must quote it."
        )
    };
    for (table, text) in [
        (".x", "Invalid zero-length delimited identifier".to_owned()),
        ("none", missing("\"public\".\"none\"")),
        ("a.b.c", "Invalid relation identifier, too many delimiters: a.b.c".to_owned()),
        ("%22ITEMS%22", missing("\"public\".\"ITEMS\"")),
    ] {
        let answer = stand.get(&format!("/v1/shape?table={table}&offset=-1")).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, ("table", text)), "{table}");
    }
    assert_eq!(stand.get("/v1/shape?table=ITEMS&offset=-1").await.status, 200);
    stand.stop().await;
}

#[tokio::test]
async fn case_24_to_26_columns() {
    let stand = stand().await;
    for (columns, text) in [
        ("value", "The list of columns must include all primary key columns, missing: id"),
        ("id,zz", "The following columns are not found on the table: zz"),
        ("id,id", "The following columns are not found on the table: id"),
        (",,", "Invalid zero-length delimited identifier"),
    ] {
        let answer = stand.get(&format!("{}offset=-1&columns={columns}", ITEMS[0])).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, ("columns", text.to_owned())), "{columns}");
        // A route's own selection stands.
        let answer = stand.get(&format!("{}offset=-1&columns={columns}", ITEMS[1])).await;
        assert_eq!(answer.status, 200);
    }
    stand.stop().await;
}

#[tokio::test]
async fn long_urls_are_read() {
    let stand = stand().await;
    let pad = "x".repeat(40_000);
    assert_eq!(stand.get(&format!("{}offset=-1&pad={pad}", ITEMS[0])).await.status, 200);
    stand.stop().await;
}
