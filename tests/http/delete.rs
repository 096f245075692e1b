//! Shapes that clients drop.

use reqwest::Method;

use super::support::{Answer, ITEMS, after, row, stand, stand_with_api};
use crate::support::Stand;

async fn open() -> Stand {
    stand_with_api(|builder| builder, |api| api.allow_delete(true)).await
}

async fn delete(stand: &Stand, query: &str) -> Answer {
    let answer = stand.send(Method::DELETE, &format!("/v1/shape?{query}"), &[]).await;
    assert_eq!((answer.header("cache-control"), answer.get("surrogate-control")), ("no-cache", None), "{query}");
    answer
}

fn message(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn case_88_deletion_is_off_unless_it_is_allowed() {
    let stand = stand().await;
    let handle = stand.get(&format!("{}offset=-1", ITEMS[0])).await.handle();
    for query in [format!("handle={handle}"), "live=banana".to_owned(), String::new()] {
        assert_eq!(message(&delete(&stand, &query).await), (405, "DELETE not allowed".to_owned()), "{query}");
    }
    assert_eq!(stand.get(&format!("{}offset=-1", ITEMS[0])).await.handle(), handle);
    stand.stop().await;
}

#[tokio::test]
async fn case_89_90_deletions_that_name_nothing() {
    let stand = open().await;
    for (query, field, text) in [
        ("", "handle", "can't be blank when shape definition is missing"),
        ("where=id=1", "handle", "can't be blank when shape definition is missing"),
        ("live=banana", "live", "is invalid"),
        ("table=a.b.c", "table", "Invalid relation identifier, too many delimiters: a.b.c"),
    ] {
        let answer = delete(&stand, query).await;
        assert_eq!((answer.status.as_u16(), answer.refusal()), (400, (field, text.to_owned())), "{query}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_91_a_deleted_shape_is_made_anew_under_another_handle() {
    let stand = open().await;
    stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2)").await;
    let shape = "/v1/shape?table=num&where=num%20=%20$1&params[1]=2&";
    let mut handles = Vec::new();
    for by in ["handle", "definition", "both"] {
        let first = stand.get(&format!("{shape}offset=-1")).await;
        assert_eq!(first.words(), ["insert 2", "snapshot-end"]);
        let handle = first.handle();
        let by_definition = shape.trim_start_matches("/v1/shape?").to_owned();
        let answer = match by {
            "handle" => delete(&stand, &format!("handle={handle}")).await,
            "definition" => delete(&stand, &by_definition).await,
            _ => delete(&stand, &format!("{by_definition}handle={handle}")).await,
        };
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""), "{by}");
        assert_eq!((answer.header("electric-has-data"), answer.get("content-type")), ("true", None));
        assert_eq!(message(&delete(&stand, &by_definition).await), (404, "No existing shape found".to_owned()), "{by}");
        assert!(!handles.contains(&handle));
        handles.push(handle);
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_80_who_waits_on_a_deleted_shape_is_sent_to_the_next() {
    let stand = open().await;
    stand.db.run(&row(1)).await;
    for items in ITEMS {
        let (last, _) = stand.sync(items).await;
        let held = stand.held(&format!("{}&live=true", after(items, &last)));
        stand.waiting("items", 1).await;
        assert_eq!(delete(&stand, &format!("handle={}", last.handle())).await.status, 202);
        let handle = held.await.unwrap().refetch(&last.handle());
        assert_eq!(stand.get(&after(items, &last)).await.refetch(&last.handle()), handle);
        let next = stand.get(&format!("{items}offset=-1&handle={handle}")).await;
        assert_eq!((next.handle(), next.words()), (handle, vec!["insert 1".to_owned(), "snapshot-end".to_owned()]));
    }
    stand.stop().await;
}

#[tokio::test]
async fn case_92_93_deletions_of_what_is_not_there() {
    let stand = open().await;
    let missing = (404, "No existing shape found".to_owned());
    for query in ["handle=none", "table=items", "table=items&handle=none"] {
        assert_eq!(message(&delete(&stand, query).await), missing, "{query}");
    }
    // The definition was looked up, and no shape was made.
    assert_eq!(message(&delete(&stand, "table=items").await), missing);
    let other = stand.get("/v1/shape?table=num&offset=-1").await.handle();
    let handle = stand.get(&format!("{}offset=-1", ITEMS[0])).await.handle();
    let (status, text) = message(&delete(&stand, &format!("table=items&handle={other}")).await);
    assert_eq!(status, 400);
    assert!(text.starts_with("The specified shape definition and handle do not match. Please ensure"), "{text}");
    assert_eq!(stand.get(&format!("{}offset=-1", ITEMS[0])).await.handle(), handle);
    stand.stop().await;
}

#[tokio::test]
async fn routes_of_the_server_cannot_be_deleted() {
    let stand = open().await;
    let handle = stand.get(&format!("{}offset=-1", ITEMS[1])).await.handle();
    let answer = stand.send(Method::DELETE, &format!("/shapes/items?handle={handle}"), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (404, "Not found"));
    assert_eq!(stand.get(&format!("{}offset=-1", ITEMS[1])).await.handle(), handle);
    stand.stop().await;
}
