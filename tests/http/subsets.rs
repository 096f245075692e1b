//! Subset snapshots, by GET and by POST, at both doors.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, ITEMS, after, row, stand, stand_within};
use crate::support::Stand;

const WAYS: [Method; 2] = [Method::GET, Method::POST];

/// `path` with what is needed beside a subset.
fn at_start(shape: &str) -> String {
    format!("{shape}log=changes_only&offset=-1")
}

/// Asks for a subset: as parameters in the query string, or as a body.
async fn ask(stand: &Stand, way: &Method, path: &str, subset: &Value) -> Answer {
    if *way == Method::POST {
        return stand.post(path, subset.to_string()).await;
    }
    let fields = subset.as_object().unwrap().iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("&subset__{name}={}", encoded(&text))
    });
    stand.get(&format!("{path}{}", fields.collect::<String>())).await
}

fn encoded(text: &str) -> String {
    let escape = |byte: &u8| format!("%{byte:02X}");
    text.as_bytes().iter().map(escape).collect::<Vec<_>>().concat()
}

/// The ids of the rows, as short as they were given.
#[track_caller]
fn ids(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{answer:#?}");
    let rows = answer.json()["data"].as_array().unwrap().clone();
    let id = |row: &Value| row["value"]["id"].as_str().unwrap().trim_start_matches(['0', '-']).parse().unwrap();
    rows.iter().map(id).collect()
}

#[track_caller]
fn refused(answer: &Answer, wanted: &Value) {
    assert_eq!(answer.status, 400, "{answer:#?}");
    assert_eq!(answer.json(), json!({"message": "Invalid request", "errors": {"subset": wanted}}));
}

async fn with_items() -> Stand {
    let stand = stand().await;
    for n in 1..=3 {
        stand.db.run(&row(n)).await;
    }
    stand.db.run("UPDATE items SET value = 'row ' || right(id::text, 1)").await;
    stand
}

#[tokio::test]
async fn case_100_102_an_object_with_rows_and_the_snapshot_they_are_from() {
    let stand = with_items().await;
    for (items, way) in ITEMS.iter().flat_map(|items| WAYS.map(|way| (items, way))) {
        let answer = ask(&stand, &way, &at_start(items), &json!({"where": "true = true"})).await;
        assert_eq!(ids(&answer).len(), 3);
        assert_eq!((answer.header("electric-snapshot"), answer.header("cache-control")), ("true", "no-cache"));
        assert_eq!(answer.header("electric-up-to-date"), "");
        assert_eq!(answer.offset(), "0_0");
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        assert!(answer.header("electric-schema").contains("\"pk_index\":0"));
        for absent in ["etag", "electric-cursor", "electric-has-data"] {
            assert_eq!(answer.get(absent), None);
        }
        let body = answer.json();
        let metadata = &body["metadata"];
        for position in ["xmin", "xmax", "database_lsn"] {
            assert!(metadata[position].as_str().unwrap().parse::<u64>().unwrap() > 0);
        }
        assert!(metadata["xip_list"].is_array());
        let mark = metadata["snapshot_mark"].as_u64().unwrap();
        assert!(mark < 1 << 31);
        let first = &body["data"][0];
        let id = first["value"]["id"].as_str().unwrap();
        let wanted = json!({"key": format!("\"public\".\"items\"/\"{id}\""), "value": {"id": id, "value": "row 1"},
            "headers": {"operation": "insert", "relation": ["public", "items"], "snapshot_mark": mark}});
        assert_eq!(*first, wanted);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_101_a_condition_with_values() {
    let stand = with_items().await;
    for (items, way) in ITEMS.iter().flat_map(|items| WAYS.map(|way| (items, way))) {
        let path = at_start(items);
        let subset = async |subset: Value| ids(&ask(&stand, &way, &path, &subset).await);
        assert_eq!(subset(json!({"where": "value ILIKE $1", "params": {"1": "ROW%2"}})).await, [2]);
        assert_eq!(subset(json!({"where": "\"value\" = ANY($1)", "params": {"1": "{\"row 1\",x}"}})).await, [1]);
        assert_eq!(subset(json!({"where": "value > $1 AND NOT value IS NULL", "params": {"1": "row 2"}})).await, [3]);
        assert_eq!(
            subset(json!({"where": "UPPER(value) = $1 OR LENGTH(value) = $2",
            "params": {"1": "ROW 3", "2": 77}}))
            .await,
            [3]
        );
        assert_eq!(
            subset(json!({"where": "LOWER(CONCAT(value, $1)) LIKE $2 AND COALESCE(value, $1) IN ($3, $4)",
            "params": {"1": "X", "2": "%x", "3": "row 1", "4": "row 2"}}))
            .await,
            [1, 2]
        );
        assert_eq!(subset(json!({"where": "value = $1", "params": {"1": "' OR true OR value = '"}})).await, [0; 0]);
        assert_eq!(subset(json!({"where": "value = $1", "params": {"1": null}})).await, [0; 0]);
        assert_eq!(subset(json!({"where": "false"})).await, [0; 0]);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_103_limit_and_offset_want_an_order() {
    let stand = with_items().await;
    for (items, way) in ITEMS.iter().flat_map(|items| WAYS.map(|way| (items, way))) {
        for (subset, wanted) in [
            (json!({"limit": 1}), json!({"order_by": ["order_by is required when limit or offset is present"]})),
            (json!({"limit": 0}), json!({"limit": ["must be greater than 0"]})),
            (json!({"limit": "x"}), json!({"limit": ["is invalid"]})),
            (json!({"offset": -1, "order_by": "id"}), json!({"offset": ["must be greater than or equal to 0"]})),
        ] {
            let answer = ask(&stand, &way, &at_start(items), &subset).await;
            refused(&answer, &wanted);
            assert_eq!(answer.header("cache-control"), if way == Method::POST { "no-cache" } else { "no-store" });
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_104_rows_come_in_order() {
    let stand = with_items().await;
    for (items, way) in ITEMS.iter().flat_map(|items| WAYS.map(|way| (items, way))) {
        for (subset, wanted) in [
            (json!({"limit": 1, "order_by": "value ASC"}), vec![1]),
            (json!({"limit": 1, "order_by": "\"value\" DESC NULLS LAST, id"}), vec![3]),
            (json!({"limit": 2, "offset": 1, "order_by": "id"}), vec![2, 3]),
            (json!({"order_by": "id DESC"}), vec![3, 2, 1]),
            (json!({"order_by": "id", "offset": 2}), vec![3]),
        ] {
            assert_eq!(ids(&ask(&stand, &way, &at_start(items), &subset).await), wanted, "{subset}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_105_an_order_is_columns_only() {
    let stand = with_items().await;
    for (order, text) in [
        ("pg_sleep(5)", "At location 18: FuncCall expressions are not allowed in ORDER BY clauses"),
        ("id::text", "At location 20: TypeCast expressions are not allowed in ORDER BY clauses"),
        ("(SELECT 1)", "At location 18: SubLink expressions are not allowed in ORDER BY clauses"),
        ("zz", "At location 18: unknown reference zz"),
        ("id; DROP TABLE items", "Unexpected `;` in order by"),
    ] {
        for way in WAYS {
            let answer = ask(&stand, &way, &at_start(ITEMS[0]), &json!({"order_by": order})).await;
            refused(&answer, &json!({"order_by": [text]}));
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_106_107_what_is_wrong_with_a_condition() {
    let stand = with_items().await;
    let long = format!("value = '{}'", "x".repeat(70_000));
    for (subset, wanted) in [
        (json!({"params": [1]}), json!({"params": ["params must be a JSON object"]})),
        (json!({"params": "x"}), json!({"params": ["params must be valid JSON"]})),
        (json!({"where": "id IN (SELECT id FROM items)"}), json!({"where": ["Subqueries are not allowed in subsets"]})),
        (json!({"where": "1 x 1"}), json!({"where": ["At location 17: syntax error at or near \"x\""]})),
        (json!({"where": "zz = 1"}), json!({"where": ["At location 0: unknown reference zz"]})),
        (json!({"where": "id = $1"}), json!({"where": ["At location 5: parameter $1 was not provided"]})),
        (json!({"where": "value"}), json!({"where": ["WHERE clause must return a boolean"]})),
        // What only Postgres finds comes as a plain text.
        (json!({"where": "value = 1"}), json!({"where": "operator does not exist: text = integer"})),
        (json!({"where": "id = 'x'"}), json!({"where": "invalid input syntax for type uuid: \"x\""})),
    ] {
        for way in WAYS {
            refused(&ask(&stand, &way, &at_start(ITEMS[0]), &subset).await, &wanted);
        }
    }
    // Too long for a URL.
    let answer = ask(&stand, &Method::POST, &at_start(ITEMS[0]), &json!({"where": long})).await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["errors"]["subset"]["where"][0].as_str().unwrap().contains("bigger than maximum size"));
    stand.stop().await;
}

#[tokio::test]
async fn case_108_labels_of_enums() {
    let stand = stand().await;
    stand.db.run("CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE cats (id int8 PRIMARY KEY, mood mood)").await;
    stand.db.run("INSERT INTO cats VALUES (1, 'sad'), (2, 'glad')").await;
    for way in WAYS {
        let path = at_start("/v1/shape?table=cats&");
        let subset = |label: &str| json!({"where": "mood = $1", "params": {"1": label}});
        assert_eq!(ids(&ask(&stand, &way, &path, &subset("glad")).await), [2]);
        let answer = ask(&stand, &way, &path, &subset("bad")).await;
        refused(&answer, &json!({"where": "invalid input value for enum mood: \"bad\""}));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_109_a_subset_lies_within_its_shape() {
    let stand = stand().await;
    stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2), (3, 2)").await;
    for way in WAYS {
        for few in ["/v1/shape?table=num&where=num=2&", "/shapes/few?"] {
            let path = at_start(few);
            assert_eq!(ids(&ask(&stand, &way, &path, &json!({"where": "id < 3"})).await), [2], "{few}");
            assert_eq!(ids(&ask(&stand, &way, &path, &json!({"where": "true OR id = 1"})).await), [2, 3], "{few}");
        }
        // What would define a shape counts for nothing where the server has defined it.
        let path = at_start("/shapes/few?where=true&table=items&columns=id,num&params[1]=1&");
        let answer = ask(&stand, &way, &path, &json!({"where": "id < 3"})).await;
        assert_eq!(answer.json()["data"][0]["value"], json!({"id": "2"}));
    }
    let body = json!({"subset": {"where": "id < 3"}, "table": "items", "where": "true", "columns": "id,num"});
    assert_eq!(ids(&stand.post(&at_start("/shapes/few?"), body.to_string()).await), [2]);
    stand.stop().await;
}

#[tokio::test]
async fn case_110_only_what_may_be_queried_can_be_named() {
    let stand = stand().await;
    stand.db.run("INSERT INTO wide VALUES (1, 'a', 'b', 'c'), (2, 'b', 'a', 'd')").await;
    for way in WAYS {
        let limited = at_start("/v1/shape?table=wide&queryable_columns=id,v1,v2&columns=id,v1&");
        // Not selected, but queryable.
        let answer = ask(&stand, &way, &limited, &json!({"where": "v2 = 'a'", "order_by": "v2"})).await;
        assert_eq!(ids(&answer), [2]);
        // A route of the server tells nothing of what it does not show.
        let brief = at_start("/shapes/brief?");
        for (path, column) in [(&limited, "v3"), (&brief, "v2")] {
            let answer = ask(&stand, &way, path, &json!({"where": format!("{column} = 'a'")})).await;
            let text = answer.json()["errors"]["subset"]["where"][0].as_str().unwrap().to_owned();
            assert!(text.starts_with(&format!("At location 0: unknown reference {column}")), "{text}");
            assert_eq!(answer.status, 400);
            assert_eq!(ask(&stand, &way, path, &json!({"order_by": column})).await.status, 400);
        }
        assert_eq!(ids(&ask(&stand, &way, &brief, &json!({"where": "v1 = 'a'"})).await), [1]);
        // Any column of the table, if nothing is said.
        let free = at_start("/v1/shape?table=wide&columns=id,v1&");
        assert_eq!(ids(&ask(&stand, &way, &free, &json!({"where": "v3 = 'd'"})).await), [2]);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_111_offsets_and_handles() {
    let stand = with_items().await;
    for items in ITEMS {
        let shape = format!("{items}log=changes_only&");
        let (start, _) = stand.sync(&shape).await;
        stand.db.run("UPDATE items SET value = 'x'").await;
        let latest = stand.live(&shape, &start).await;
        for way in WAYS {
            let subset = json!({"where": "true"});
            let at = async |offset: &str, handle: &str| {
                ask(&stand, &way, &format!("{shape}offset={offset}&handle={handle}"), &subset).await
            };
            let handle = start.handle();
            for (offset, wanted) in [
                ("0_0", "0_0"),
                ("0_inf", "0_inf"),
                (&latest.offset(), &*latest.offset()),
                ("99999999999999999999_0", &*latest.offset()),
                ("now", &*latest.offset()),
                ("-1", "0_0"),
            ] {
                let answer = at(offset, &handle).await;
                assert_eq!((ids(&answer).len(), answer.offset()), (3, wanted.to_owned()), "{offset}");
            }
            assert_eq!(at("0_0", "dead").await.refetch("dead"), handle);
            assert_eq!(at("99999999999999999999_0", "dead").await.refetch("dead"), handle);
        }
        // Flags of live requests do not count.
        let answer = stand.get(&format!("{}&live=true&subset__where=true", after(&shape, &latest))).await;
        assert_eq!((ids(&answer).len(), answer.get("electric-cursor")), (3, None));
        assert!(answer.get("electric-schema").is_some());
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_112_bodies_that_are_none() {
    let stand = stand().await;
    for items in ITEMS {
        let path = format!("{items}offset=-1");
        for (body, wanted) in [("x", "Invalid JSON in request body"), ("[1]", "Request body must be a JSON object")] {
            let answer = stand.post(&path, body).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!(wanted)));
            assert_eq!(answer.header("cache-control"), "max-age=0, private, must-revalidate");
        }
        let answer = stand.post(&path, format!("{{\"a\":\"{}\"}}", "x".repeat(9_000_000))).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (413, r#"{"error":"Request body too large"}"#));
        refused(&stand.post(&path, r#"{"subset": "x"}"#).await, &json!(["is invalid"]));
    }
    stand.stop().await;
    let stand = stand_within(|limits| limits.body_bytes = 10).await;
    assert_eq!(stand.post(&format!("{}offset=-1", ITEMS[0]), "{       }").await.status, 200);
    assert_eq!(stand.post(&format!("{}offset=-1", ITEMS[0]), "{        } ").await.status, 413);
    stand.stop().await;
}

#[tokio::test]
async fn a_post_without_a_subset_is_an_ordinary_request() {
    let stand = with_items().await;
    for items in ITEMS {
        let path = format!("{items}offset=-1");
        let get = stand.get(&path).await;
        for body in ["", "{}", r#"{"bogus": 1}"#] {
            let post = stand.post(&path, body).await;
            assert_eq!((post.words(), post.header("etag")), (get.words(), get.header("etag")));
            assert_eq!(post.header("cache-control"), "no-cache");
        }
    }
    // All may be in the body.
    let body = json!({"table": "items", "offset": "-1", "log": "changes_only", "subset": {"where": "value = 'row 2'"}});
    assert_eq!(ids(&stand.post("/v1/shape", body.to_string()).await), [2]);
    stand.stop().await;
}

#[tokio::test]
async fn head_of_a_subset_has_its_headers() {
    let stand = with_items().await;
    for items in ITEMS {
        let path = format!("{}&subset__where=true", at_start(items));
        let (get, head) = (stand.get(&path).await, stand.send(Method::HEAD, &path, &[]).await);
        assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
        for name in ["electric-handle", "electric-offset", "electric-schema", "electric-snapshot", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
        let refused = stand.send(Method::HEAD, &format!("{path}&subset__limit=0"), &[]).await;
        assert_eq!(refused.status, 400);
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_refused_subset_makes_no_shape() {
    let stand = stand().await;
    let path = at_start(ITEMS[0]);
    refused(
        &ask(&stand, &Method::GET, &path, &json!({"limit": 0})).await,
        &json!({"limit": ["must be greater than 0"]}),
    );
    let published = "SELECT count(*) FROM pg_publication_tables";
    let count: i64 = stand.db.client.query_one(published, &[]).await.unwrap().get(0);
    assert_eq!(count, 0);
    stand.stop().await;
}

#[tokio::test]
async fn answers_for_one_user_are_private() {
    let stand = with_items().await;
    for way in WAYS {
        let url = format!("{}{}&subset__where=true", stand.url, at_start("/guarded/items?"));
        let mut request = stand.http.request(way.clone(), url).header("x-key", "1");
        if way == Method::POST {
            request = request.body("{}");
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(ids(&answer).len(), 3);
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        assert_eq!(answer.header("vary"), "Authorization, Cookie");
    }
    stand.stop().await;
}

#[tokio::test]
async fn errors_tell_nothing_of_rows() {
    let stand = stand().await;
    stand.db.run("INSERT INTO wide VALUES (1, 'hunter2', 'a', 'c'), (2, '7', 'b', 'd')").await;
    let path = at_start("/v1/shape?table=wide&");
    let casts = json!({"where": "v1::int4 = 7"});
    let answer = ask(&stand, &Method::POST, &path, &casts).await;
    refused(&answer, &json!({"where": "cannot be evaluated for every row (SQLSTATE 22P02)"}));
    // Rows that are not in the shape raise nothing.
    let within = at_start("/v1/shape?table=wide&where=v2='b'&");
    assert_eq!(ids(&ask(&stand, &Method::POST, &within, &casts).await), [2]);
    stand.stop().await;
}
