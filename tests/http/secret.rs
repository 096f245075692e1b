//! A secret before the shapes that clients define.

use reqwest::Method;

use super::support::{ITEMS, stand_with_api};
use crate::support::Stand;

async fn stand() -> Stand {
    stand_with_api(|builder| builder, |api| api.secret("s")).await
}

#[tokio::test]
async fn case_8_9_without_the_secret_no_spelling_of_the_path_is_served() {
    let stand = stand().await;
    for path in ["/v1/shape", "/v1/shape/", "/v1//shape", "/v1/%73hape", "//v1/shape//"] {
        for query in ["", "&secret=", "&secret=x", "&secret=S", "&secret=ss", "&secret=x&api_secret=s", "&secret=%FF"] {
            let answer = stand.send(Method::GET, &format!("{path}?table=items&offset=-1{query}"), &[]).await;
            assert_eq!(answer.status, 401, "{path} {query}");
            assert_eq!(answer.text, r#"{"message":"Unauthorized - Invalid API secret"}"#);
            // D3: a browser must see what it is, or it would take it for a broken network.
            assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.header("cache-control"), "max-age=0, private, must-revalidate");
        }
        let answer = stand.get(&format!("{path}?table=items&offset=-1&secret=s")).await;
        assert_eq!(answer.words(), ["snapshot-end"], "{path}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_10_the_secret_protects_every_method_but_preflights_and_nothing_else() {
    let stand = stand().await;
    for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE, Method::PUT] {
        assert_eq!(stand.send(method, "/v1/shape?table=items&offset=-1", &[]).await.status, 401);
    }
    assert_eq!(stand.send(Method::OPTIONS, "/v1/shape", &[]).await.status, 204);
    for path in ["/", "/v1/health", "/shapes/items?offset=-1"] {
        assert_eq!(stand.get(path).await.status, 200, "{path}");
    }
    assert_eq!(stand.get("/v1/nope").await.status, 404);
    stand.stop().await;
}

#[tokio::test]
async fn case_11_the_secret_by_either_name() {
    let stand = stand().await;
    for query in ["secret=s", "api_secret=s", "secret=&api_secret=s", "secret=s&api_secret=x"] {
        let answer = stand.get(&format!("/v1/shape?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.refusal().0), (400, "offset"), "{query}");
    }
    let (last, _) = stand.sync(&format!("{}secret=s&", ITEMS[0])).await;
    assert_eq!(last.header("electric-up-to-date"), "");
    stand.stop().await;
}
