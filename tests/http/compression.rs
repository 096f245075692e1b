//! Actix's own compression around the routes.

use std::io::Read;

use actix_web::middleware::{Compress, from_fn};
use actix_web::web;
use diesel_electric::{Shape, shape_api, sync_scope, tune_compression};
use reqwest::Method;

use super::support::{Answer, ITEMS, SCHEMA, after};
use crate::support::Stand;

async fn stand() -> Stand {
    let routes = |config: &mut web::ServiceConfig, sync: &diesel_electric::SyncService| {
        let scope = web::scope("")
            .service(sync_scope("/shapes", sync).shape("/items", Shape::table("items")))
            .service(shape_api(sync))
            .wrap(Compress::default())
            .wrap(from_fn(tune_compression));
        config.service(scope);
    };
    Stand::start(SCHEMA, |builder| builder, routes).await
}

fn decompress(encoding: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    match encoding {
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_string(&mut text),
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_string(&mut text),
        "zstd" => zstd::stream::read::Decoder::new(bytes).unwrap().read_to_string(&mut text),
        other => panic!("{other}"),
    }
    .unwrap();
    text
}

#[tokio::test]
async fn large_answers_are_compressed_and_their_tags_are_weak() {
    let stand = stand().await;
    stand.db.run("INSERT INTO items SELECT gen_random_uuid(), repeat('x', 100) FROM generate_series(1, 1000)").await;
    for items in ITEMS {
        let path = format!("{items}offset=-1");
        let plain = stand.get(&path).await;
        assert_eq!(plain.get("content-encoding"), None);
        for encoding in ["br", "gzip", "zstd"] {
            let request = stand.http.get(format!("{}{path}", stand.url)).header("accept-encoding", encoding);
            let response = request.send().await.unwrap();
            let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
            assert_eq!(header("content-encoding"), encoding);
            assert_eq!(header("etag"), format!("W/{}", plain.header("etag")));
            assert_eq!(header("electric-handle"), plain.handle());
            assert!(response.headers().get_all("vary").iter().any(|vary| vary == "accept-encoding"));
            let etag = header("etag");
            let bytes = response.bytes().await.unwrap();
            assert!(bytes.len() < plain.text.len() / 2);
            assert_eq!(decompress(encoding, &bytes), plain.text);
            let again =
                stand.send(Method::GET, &path, &[("accept-encoding", encoding), ("if-none-match", &etag)]).await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_snapshot_that_is_still_written_is_compressed_as_it_comes() {
    let stand = stand().await;
    stand.db.run("INSERT INTO items SELECT gen_random_uuid(), repeat('x', 1000) FROM generate_series(1, 5000)").await;
    let request = stand.http.get(format!("{}{}offset=-1", stand.url, ITEMS[0])).header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let text = decompress("gzip", &response.bytes().await.unwrap());
    assert_eq!(text.matches("\"key\"").count(), 5000);
    assert!(text.ends_with(']'));
    stand.stop().await;
}

#[tokio::test]
async fn tiny_answers_and_streams_of_events_are_left_alone() {
    let stand = stand().await;
    let accept = [("accept-encoding", "gzip, br, zstd")];
    for items in ITEMS {
        let tiny = stand.send(Method::GET, &format!("{items}offset=now"), &accept).await;
        assert_eq!(tiny.words(), ["up-to-date"]);
        assert_eq!(tiny.header("content-encoding"), "identity");
        assert!(tiny.header("etag").starts_with('"'));
        let refused = stand.send(Method::GET, &format!("{items}offset=x"), &accept).await;
        assert_eq!((refused.status.as_u16(), refused.header("content-encoding")), (400, "identity"));
        let last = stand.sync(items).await.0;
        let path = format!("{}{}&live=true&live_sse=true", stand.url, after(items, &last));
        let mut events = stand.http.get(path).header(accept[0].0, accept[0].1).send().await.unwrap();
        assert_eq!(events.headers()["content-encoding"], "identity");
        stand.db.run("INSERT INTO items VALUES (gen_random_uuid(), repeat('x', 5000))").await;
        let mut text = String::new();
        while !text.contains("up-to-date") {
            text.push_str(std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap());
        }
        assert!(text.starts_with("data: {"), "{text}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_scope_may_be_wrapped_itself() {
    let routes = |config: &mut web::ServiceConfig, sync: &diesel_electric::SyncService| {
        let scope = sync_scope("/shapes", sync).shape("/items", Shape::table("items")).wrap(Compress::default());
        config.service(scope);
    };
    let stand = Stand::start(SCHEMA, |builder| builder, routes).await;
    stand.db.run("INSERT INTO items SELECT gen_random_uuid(), repeat('x', 100) FROM generate_series(1, 100)").await;
    let url = format!("{}{}offset=-1", stand.url, ITEMS[1]);
    let response = stand.http.get(url).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(decompress("gzip", &response.bytes().await.unwrap()).matches("\"key\"").count(), 100);
    let plain: Answer = stand.get(&format!("{}offset=-1", ITEMS[1])).await;
    assert_eq!(plain.messages().len(), 101);
    stand.stop().await;
}
