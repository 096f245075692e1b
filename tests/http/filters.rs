//! Shapes with a filter.

use diesel_electric::Shape;
use serde_json::{Value, json};

use super::log::changes;
use super::support::{after, row, stand};

#[tokio::test]
async fn case_28_to_34_filters() {
    let stand = stand().await;
    for (query, field, text) in [
        ("table=items&where=1+x+1", "where", "At location 17: syntax error at or near \"x\""),
        ("table=items&where=zz+%3D+1", "where", "At location 0: unknown reference zz"),
        ("table=items&where=id+%3D+$1", "where", "At location 5: parameter $1 was not provided"),
        ("table=num&where=num+%2B+1", "where", "WHERE clause must return a boolean"),
        ("table=items&where=id+%3D+$1&params[a]=x", "params", "Parameters can only use numbers as keys"),
        (
            "table=items&where=id+%3D+$1&params[2]=x",
            "params",
            "Parameters must be numbered sequentially, starting from 1",
        ),
        ("table=items&params={%221%22:%22x%22}", "params", "is invalid"),
        // The table comes first, then the columns.
        ("table=a.b.c&where=1+x+1", "table", "Invalid relation identifier, too many delimiters: a.b.c"),
        ("table=items&columns=id,zz&where=1+x+1", "columns", "The following columns are not found on the table: zz"),
    ] {
        let answer = stand.get(&format!("/v1/shape?{query}&offset=-1")).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, (field, text.to_owned())), "{query}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_35_values_are_bound_not_spliced() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    let answer = stand.get("/v1/shape?table=items&offset=-1&where=value+%3D+$1&params[1]='x'+OR+TRUE").await;
    assert_eq!(answer.words(), ["snapshot-end"]);
    stand.stop().await;
}

#[tokio::test]
async fn what_clients_send_does_not_widen_a_route() {
    let stand = stand().await;
    stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2)").await;
    let path = "/shapes/few?offset=-1&table=items&where=true&columns=id,num&replica=full&params[1]=7";
    let answer = stand.get(path).await;
    assert_eq!(answer.words(), ["insert 2", "snapshot-end"]);
    assert_eq!(answer.handle(), stand.get("/shapes/few?offset=-1").await.handle());
    stand.stop().await;
}

#[tokio::test]
async fn case_67_68_rows_come_into_a_shape_and_leave_it() {
    let stand = stand().await;
    let over = "/v1/shape?table=num&where=num+>+5&";
    let both = "BEGIN; UPDATE num SET num = 6 WHERE id = 1; UPDATE num SET num = 5 WHERE id = 2; COMMIT";
    let messages = changes(&stand, over, "INSERT INTO num VALUES (1, 1), (2, 8)", both).await;
    let [insert, delete] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!(
        (&insert["headers"]["operation"], &insert["value"]),
        (&json!("insert"), &json!({"id": "1", "num": "6"}))
    );
    assert_eq!((&delete["headers"]["operation"], &delete["value"]), (&json!("delete"), &json!({"id": "2"})));
    assert_eq!((&insert["headers"]["op_position"], &delete["headers"]["op_position"]), (&json!(0), &json!(2)));
    assert_eq!((insert["headers"].get("last"), &delete["headers"]["last"]), (None, &json!(true)));

    let few = "/v1/shape?table=keys&where=id+<+10&";
    let fresh = "CREATE TABLE keys (LIKE num INCLUDING ALL); INSERT INTO keys VALUES (20, 1), (2, 1)";
    let both = "BEGIN; UPDATE keys SET id = 3 WHERE id = 20; UPDATE keys SET id = 11 WHERE id = 2; COMMIT";
    let messages = changes(&stand, few, fresh, both).await;
    let keys: Vec<(&Value, &Value)> =
        messages.iter().map(|message| (&message["headers"]["operation"], &message["key"])).collect();
    let key = |n| json!(format!("\"public\".\"keys\"/\"{n}\""));
    assert_eq!(keys, [(&json!("insert"), &key(3)), (&json!("delete"), &key(2))]);
    stand.stop().await;
}

#[tokio::test]
async fn a_route_without_a_shape_says_so_loudly() {
    let stand = stand().await;
    let answer = stand.get("/shapes/broken?offset=-1").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (500, r#"{"error":"Internal server error"}"#));
    stand.stop().await;
}

#[tokio::test]
async fn an_interrupt_by_filter_reaches_that_filter_alone() {
    let stand = stand().await;
    let shape = |n: i32| format!("/v1/shape?table=num&where=num+%3D+{n}&");
    let mut held = Vec::new();
    for n in [1, 2] {
        let last = stand.sync(&shape(n)).await.0;
        held.push(stand.held(&format!("{}&live=true", after(&shape(n), &last))));
        stand.waiting("num", held.len()).await;
    }
    let filtered = |n: i32| Shape::table("num").filter_sql("num = $1").bind(n);
    assert_eq!(stand.sync.interrupt(filtered(3)).await.unwrap(), 0);
    // The last `waiting` has interrupted both, so they may be on their way back.
    while stand.sync.interrupt(filtered(2)).await.unwrap() != 1 {
        tokio::task::yield_now().await;
    }
    held.iter().for_each(tokio::task::JoinHandle::abort);
    stand.stop().await;
}

#[tokio::test]
async fn a_snapshot_that_postgres_refuses_is_a_known_trouble() {
    let stand = stand().await;
    // A pattern that must not be, which only the row tells.
    stand.db.run(r"INSERT INTO wide VALUES (1, 'a secret', 'a\', 'c')").await;
    let answer = stand.get("/v1/shape?table=wide&where=v1+LIKE+v2&offset=-1").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "10"));
    assert_eq!(answer.header("electric-internal-known-error"), "true");
    assert_eq!((answer.header("cache-control"), answer.get("electric-handle")), ("no-store", None));
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "Unable to create initial snapshot: LIKE pattern must not end with escape character");
    stand.stop().await;
}

#[tokio::test]
async fn values_of_the_servers_own_filters_are_not_told() {
    let stand = stand().await;
    let route = stand.get("/shapes/misfit?offset=-1").await;
    assert_eq!(route.refusal(), ("where", "At location 6: invalid syntax for type int4".to_owned()));
    let client = stand.get("/v1/shape?table=num&offset=-1&where=num+%3D+$1&params[1]=mine").await;
    assert_eq!(client.refusal(), ("where", "At location 6: invalid syntax for type int4: mine".to_owned()));
    stand.stop().await;
}
