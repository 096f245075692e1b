//! How much clients may ask for.

use std::time::Duration;

use diesel_electric::Limits;
use reqwest::Method;

use super::support::{ITEMS, after, row, stand_with, stand_within};

#[tokio::test]
async fn longer_urls_than_are_allowed_are_refused() {
    let stand = stand_within(|limits| limits.url_bytes = 10_000).await;
    for items in ITEMS {
        let path = format!("{items}offset=-1&pad=");
        let fits = format!("{path}{}", "x".repeat(10_000 - path.len()));
        assert_eq!(stand.get(&fits).await.status, 200);
        let answer = stand.get(&format!("{fits}x")).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (414, "no-store"));
        assert_eq!(answer.json()["message"], "The URL is longer than 10000 bytes");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    stand.stop().await;
}

#[tokio::test]
async fn larger_definitions_than_are_allowed_are_refused() {
    let set = |limits: &mut Limits| {
        (limits.columns, limits.params, limits.filter_bytes, limits.filter_depth) = (2, 2, 40, 3);
    };
    let stand = stand_within(set).await;
    let long = "num%20=%20100000000000000000000000000000000000000000";
    for (query, field, text) in [
        ("columns=id,v1,v2", "columns", "The list of columns is longer than 2"),
        ("queryable_columns=id,v1,v2", "queryable_columns", "The list of columns is longer than 2"),
        ("params[1]=a&params[2]=b&params[3]=c", "params", "There are more than 2 parameters"),
        (&format!("where={long}"), "where", "WHERE clause is bigger than maximum size of 40 bytes"),
        ("where=NOT%20(NOT%20(id%20=%201))", "where", "At location 0: expression is nested deeper than 3 levels"),
    ] {
        for method in [Method::GET, Method::DELETE] {
            let answer = stand.send(method, &format!("/v1/shape?table=wide&offset=-1&{query}"), &[]).await;
            assert_eq!((answer.status.as_u16(), answer.refusal()), (400, (field, text.to_owned())), "{query}");
        }
    }
    let fits = "/v1/shape?table=wide&offset=-1&columns=id,v1&where=v1=$1&params[1]=a&params[2]=b";
    assert_eq!(stand.get(fits).await.status, 200);
    // What the server defines is its own affair.
    assert_eq!(stand.get(&format!("/shapes/brief?offset=-1&where={long}&columns=a,b,c")).await.status, 200);
    stand.stop().await;
}

#[tokio::test]
async fn one_shape_too_many_takes_the_place_of_the_one_that_was_last_asked_for_longest_ago() {
    let stand = stand_within(|limits| limits.shapes = 2).await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let last = stand.sync(items).await.0;
        for table in ["num", "wide"] {
            assert_eq!(stand.get(&format!("/v1/shape?table={table}&offset=-1")).await.status, 200);
        }
        // Its client merely fetches anew.
        let handle = stand.get(&after(items, &last)).await.refetch(&last.handle());
        let next = stand.get(&format!("{items}offset=-1&handle={handle}")).await;
        assert_eq!((next.handle(), next.words()), (handle, vec!["insert 1".to_owned(), "snapshot-end".to_owned()]));
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_shape_that_somebody_waits_on_keeps_its_place() {
    let stand = stand_within(|limits| limits.shapes = 1).await;
    let last = stand.sync(ITEMS[0]).await.0;
    let held = stand.held(&format!("{}&live=true", after(ITEMS[1], &last)));
    stand.waiting("items", 1).await;
    for path in ["/v1/shape?table=num&offset=-1", "/shapes/num?offset=-1"] {
        let answer = stand.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "10"));
        assert_eq!(answer.json()["message"], "Shape limit exceeded (limit: 1), please retry");
        assert_eq!(answer.header("electric-internal-known-error"), "true");
    }
    stand.db.run(&row(1)).await;
    assert_eq!(held.await.unwrap().words(), ["insert 1", "up-to-date"]);
    assert_eq!(stand.get("/v1/shape?table=num&offset=-1").await.status, 200);
    stand.stop().await;
}

#[tokio::test]
async fn how_long_answers_may_be_kept_can_be_set() {
    let age = Duration::from_secs;
    let stand = stand_with(|builder| builder.max_age(age(7)).stale_age(age(8))).await;
    for items in ITEMS {
        let last = stand.sync(items).await.0;
        assert_eq!(last.header("cache-control"), "public, max-age=7, stale-while-revalidate=8");
        let first = stand.get(&format!("{items}offset=-1")).await;
        assert!(first.header("cache-control").starts_with("public, max-age=604800,"));
    }
    stand.stop().await;
}

#[tokio::test]
async fn listed_origins_alone_may_read_answers() {
    let stand = stand_with(|builder| builder.origins(["https://a.example", "http://localhost:5173"])).await;
    let paths =
        ["/v1/shape?table=items&offset=-1", "/v1/shape", "/v1/nope", "/shapes/items?offset=-1", "/guarded/items"];
    for path in paths {
        for (method, origin, allowed) in [
            (Method::GET, Some("https://a.example"), Some("https://a.example")),
            (Method::GET, Some("http://localhost:5173"), Some("http://localhost:5173")),
            (Method::GET, Some("https://b.example"), None),
            (Method::GET, None, None),
            (Method::OPTIONS, Some("https://a.example"), Some("https://a.example")),
            (Method::OPTIONS, Some("https://b.example"), None),
        ] {
            let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
            let answer = stand.send(method, path, &headers).await;
            assert_eq!(answer.get("access-control-allow-origin"), allowed, "{path} {origin:?}");
            assert!(answer.all("vary").contains(&"Origin"), "{path} {origin:?} {answer:?}");
        }
    }
    // What varies by user varies by origin, too.
    let private = stand.send(Method::GET, "/guarded/items?offset=-1", &[("x-key", "open")]).await;
    assert_eq!(private.all("vary"), ["Authorization, Cookie", "Origin"]);
    stand.stop().await;
}
