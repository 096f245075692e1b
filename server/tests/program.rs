//! The program as a user runs it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that meets something else than it expects must stop; clippy knows tests only by their attribute"
)]

mod support;

use std::process::{Command, Output};

use support::{Server, database, program};

async fn get(url: &str) -> (u16, String) {
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn serves_until_it_is_told_to_stop() {
    let database = database().await;
    database.psql("CREATE TABLE items (id int8 PRIMARY KEY); INSERT INTO items VALUES (7)").unwrap();
    for signal in ["-TERM", "-INT"] {
        let server =
            Server::start(&mut program(&["serve", "--database-url", database.url(), "--listen", "127.0.0.1:0"]));
        assert_eq!(get(&format!("{}/v1/health", server.url)).await, (200, r#"{"status":"active"}"#.to_owned()));
        let (status, body) = get(&format!("{}/v1/shape?table=items&offset=-1", server.url)).await;
        assert!(status == 200 && body.contains(r#""value":{"id":"7"}"#), "{status} {body}");
        // A client that waits does not keep it.
        let live = format!("{}/v1/shape?table=items&offset=now", server.url);
        let now = reqwest::get(&live).await.unwrap();
        let header = |name: &str| now.headers()[name].to_str().unwrap().to_owned();
        let (handle, offset) = (header("electric-handle"), header("electric-offset"));
        let live = format!("{}/v1/shape?table=items&live=true&offset={offset}&handle={handle}", server.url);
        let held = tokio::spawn(async move { reqwest::get(&live).await.map(|answer| answer.status().as_u16()) });
        let code = tokio::task::spawn_blocking(move || server.stop(signal)).await.unwrap();
        assert_eq!(code, Some(0), "{signal}");
        // Answered, or not reached any more.
        assert!(!matches!(held.await.unwrap(), Ok(200)));
        let left = database.psql("SELECT count(*) FROM pg_publication").unwrap();
        assert_eq!(left.trim(), "0", "nothing stays in the database");
    }
}

#[tokio::test]
async fn options_come_from_the_environment_too() {
    let database = database().await;
    database.psql("CREATE TABLE items (id int8 PRIMARY KEY); INSERT INTO items VALUES (1), (2)").unwrap();
    let mut command = program(&["serve"]);
    command
        .env("DATABASE_URL", database.url())
        .env("DIESEL_ELECTRIC_LISTEN", "127.0.0.1:0")
        .env("DIESEL_ELECTRIC_CHUNK_BYTES", "10")
        .env("DIESEL_ELECTRIC_LONG_POLL_TIMEOUT_MS", "100")
        .env("DIESEL_ELECTRIC_SECRET", "s")
        .env("DIESEL_ELECTRIC_ALLOW_DELETE", "1")
        .env("DIESEL_ELECTRIC_ORIGINS", "https://a.example,https://b.example")
        .env("DIESEL_ELECTRIC_MAX_AGE_SECONDS", "7")
        .env("DIESEL_ELECTRIC_MAX_COLUMNS", "1");
    let server = Server::start(&mut command);
    let shape = format!("{}/v1/shape?table=items&offset=-1", server.url);
    assert_eq!(get(&shape).await.0, 401);
    let shape = format!("{shape}&secret=s");
    let (_, body) = get(&shape).await;
    assert_eq!(body.matches("\"key\"").count(), 1, "{body}");
    let (status, body) = get(&format!("{shape}&columns=id,x")).await;
    assert!(status == 400 && body.contains("longer than 1"), "{body}");
    let http = reqwest::Client::new();
    let now = http.get(shape.replace("-1", "now")).header("origin", "https://b.example").send().await.unwrap();
    assert_eq!(now.headers()["access-control-allow-origin"], "https://b.example");
    assert_eq!(now.headers()["cache-control"], "public, max-age=7, stale-while-revalidate=300");
    assert_eq!(http.delete(&shape).send().await.unwrap().status(), 202);
    tokio::task::spawn_blocking(move || server.stop("-TERM")).await.unwrap();
}

fn output(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, stdout } = command.output().unwrap();
    (status.code(), format!("{}{}", String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap()))
}

#[test]
fn help_names_each_option_and_shows_no_secret() {
    let (code, text) = output(program(&["serve", "--help"]).env("DATABASE_URL", "postgres://u:hunter2@h/d"));
    assert_eq!(code, Some(0));
    for name in [
        "--database-url",
        "--listen",
        "--secret",
        "--allow-delete",
        "--origins",
        "--compression",
        "--chunk-bytes",
        "--long-poll-timeout-ms",
        "--readiness-timeout-ms",
        "--table-lock-timeout-ms",
        "--first-row-timeout-ms",
        "--sse-timeout-ms",
        "--sse-keep-alive-ms",
        "--max-age-seconds",
        "--stale-age-seconds",
        "--max-url-bytes",
        "--max-body-bytes",
        "--max-columns",
        "--max-params",
        "--max-filter-bytes",
        "--max-filter-depth",
        "--max-shapes",
        "--max-initial-requests",
        "--max-existing-requests",
        "--max-sse-connections",
    ] {
        assert!(text.contains(name), "{name}");
        let variable = format!("DIESEL_ELECTRIC_{}", name.trim_start_matches('-').replace('-', "_").to_uppercase());
        let variable = if name == "--database-url" { "DATABASE_URL" } else { &variable };
        assert!(text.contains(&format!("[env: {variable}")), "{variable}");
    }
    assert!(!text.contains("hunter2"));
}

#[tokio::test]
async fn answers_are_compressed_if_it_is_told_so() {
    let database = database().await;
    database
        .psql("CREATE TABLE items (id int8 PRIMARY KEY); INSERT INTO items SELECT generate_series(1, 100)")
        .unwrap();
    let plain = ["serve", "--database-url", database.url(), "--listen", "127.0.0.1:0"];
    for (arguments, encoding) in [(plain.to_vec(), None), ([&plain[..], &["--compression"]].concat(), Some("zstd"))] {
        let server = Server::start(&mut program(&arguments));
        let url = format!("{}/v1/shape?table=items&offset=-1", server.url);
        let answer = reqwest::Client::new().get(url).header("accept-encoding", "zstd").send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("content-encoding").as_deref(), encoding);
        assert_eq!(header("etag").unwrap().starts_with("W/"), encoding.is_some());
        let bytes = answer.bytes().await.unwrap();
        let text = if encoding.is_some() { zstd::decode_all(&bytes[..]).unwrap() } else { bytes.to_vec() };
        assert_eq!(String::from_utf8(text).unwrap().matches("\"key\"").count(), 100);
        tokio::task::spawn_blocking(move || server.stop("-TERM")).await.unwrap();
    }
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_said() {
    let database = database().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let missing = format!("{}_missing", database.url());
    for (arguments, words) in [
        (["serve", "--database-url", database.url(), "--listen", &address], ["cannot listen on", "because: "]),
        (["serve", "--database-url", "postgres://", "--listen", "127.0.0.1:0"], ["error: ", "because: "]),
        (["serve", "--database-url", &missing, "--listen", "127.0.0.1:0"], ["cannot be followed", "does not exist"]),
        (
            ["serve", "--database-url", database.url(), "--listen=127.0.0.1:0", "--max-shapes=0"],
            ["limits.shapes", "is 0"],
        ),
        (["serve", "--database-url", database.url(), "--listen=127.0.0.1:0", "--origins=a.b"], ["origins", "https://"]),
    ] {
        let mut command = program(&arguments);
        let (code, text) = tokio::task::spawn_blocking(move || output(&mut command)).await.unwrap();
        assert_eq!(code, Some(1), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    let (code, text) = output(program(&["serve", "--database-url", "x"]).env("DIESEL_ELECTRIC_SECRET", ""));
    assert!(code == Some(2) && text.contains("--secret") && text.contains("empty"), "{text}");
    let (code, text) = output(&mut program(&["serve"]));
    assert!(code == Some(2) && text.contains("--database-url"), "{text}");
}
