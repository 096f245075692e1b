//! What is not about shapes: other paths, health, other origins.

use reqwest::Method;

use super::support::{ITEMS, row, stand};

#[tokio::test]
async fn case_1_2_paths_without_shapes() {
    let stand = stand().await;
    let answer = stand.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str(), answer.get("content-type")), (200, "", None));
    for (method, path, methods) in [
        (Method::GET, "/nope", "GET, HEAD"),
        (Method::GET, "/v1/nope", "GET, HEAD"),
        (Method::GET, "/shapes/nope", "GET, HEAD"),
        (Method::PUT, "/v1/shape", "GET, POST, HEAD, DELETE, OPTIONS"),
        (Method::PUT, "/shapes/items", "GET, POST, HEAD, DELETE, OPTIONS"),
    ] {
        let answer = stand.send(method, path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (404, "Not found"), "{path}");
        assert_eq!(answer.get("content-type"), None);
        assert_eq!(answer.header("access-control-allow-methods"), methods, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cache-control"), "max-age=0, private, must-revalidate");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_3_health() {
    let stand = stand().await;
    for method in [Method::GET, Method::HEAD] {
        let answer = stand.send(method.clone(), "/v1/health", &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.text, if method == Method::GET { r#"{"status":"active"}"# } else { "" });
        assert_eq!(answer.header("cache-control"), "no-cache, no-store, must-revalidate");
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_5_6_preflights() {
    let stand = stand().await;
    for path in ["/v1/shape", "/shapes/items", "/guarded/items"] {
        let asked = [("access-control-request-headers", "authorization,If-None-Match,x-tenant")];
        let answer = stand.send(Method::OPTIONS, path, &asked).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
        assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, HEAD, DELETE, OPTIONS");
        assert_eq!(answer.header("access-control-allow-headers"), asked[0].1);
        assert_eq!((answer.header("access-control-max-age"), answer.get("cache-control")), ("86400", None));
        let answer = stand.send(Method::OPTIONS, path, &[]).await;
        for name in ["authorization", "content-type", "if-none-match"] {
            assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_7_other_origins_may_read_everything() {
    let stand = stand().await;
    let origin = [("origin", "https://a.b")];
    for path in ["/v1/shape?table=items&offset=-1", "/shapes/items?offset=-1", "/shapes/items", "/guarded/items"] {
        let answer = stand.send(Method::GET, path, &origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        let exposed: Vec<&str> = answer.header("access-control-expose-headers").split(',').collect();
        for name in [
            "electric-cursor",
            "electric-handle",
            "electric-has-data",
            "electric-offset",
            "electric-schema",
            "electric-up-to-date",
            "electric-internal-known-error",
            "retry-after",
            "electric-snapshot",
            "etag",
        ] {
            assert!(exposed.contains(&name), "{name}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_8_other_spellings_of_the_path() {
    let stand = stand().await;
    stand.db.run(&row(1)).await;
    for path in ["/v1/shape/", "/v1//shape", "/v1/%73hape", "//v1/shape//"] {
        let answer = stand.get(&format!("{path}?table=items&offset=-1")).await;
        assert_eq!(answer.words(), ["insert 1", "snapshot-end"], "{path}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_guard_stands_before_routes_but_not_before_preflights() {
    let stand = stand().await;
    let refused = stand.get("/guarded/items?offset=-1").await;
    assert_eq!((refused.status.as_u16(), refused.header("cache-control")), (401, "no-store"));
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    let allowed = stand.send(Method::GET, "/guarded/items?offset=-1", &[("x-key", "open")]).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(
        allowed.header("cache-control"),
        "private, no-cache",
        "whoever passes a guard gets an answer of his own"
    );
    let shared = stand.send(Method::GET, "/guarded/public?offset=-1", &[("x-key", "open")]).await;
    assert!(shared.header("cache-control").starts_with("public"));
    let fixed = stand.send(Method::GET, &format!("{}offset=-1", ITEMS[1]), &[("authorization", "Bearer x")]).await;
    assert_eq!(fixed.header("vary"), "Authorization, Cookie");
    assert_eq!(fixed.header("cache-control"), "private, no-cache");
    stand.stop().await;
}
