//! The program as a user runs it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that meets something else than it expects must stop; clippy knows tests only by their attribute"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use cluster::Database;

/// The program, with nothing from the environment but what a test gives it.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diesel-electric"));
    command.args(arguments).env_clear();
    command
}

/// A server that runs, and where.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.env("RUST_LOG", "info").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| Some(format!("http://{}", line.split_once("listening on http://")?.1.trim())))
            .expect("it says where it listens");
        // Read on, or it would stop at a full pipe.
        std::thread::spawn(move || lines.count());
        Self { child, url }
    }

    /// Sends a signal and waits for the end; the exit code.
    fn stop(mut self, signal: &str) -> Option<i32> {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        self.child.wait().unwrap().code()
    }
}

async fn get(url: &str) -> (u16, String) {
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn database() -> Database {
    tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap()
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
        .env("DIESEL_ELECTRIC_LONG_POLL_TIMEOUT_MS", "100");
    let server = Server::start(&mut command);
    let (_, body) = get(&format!("{}/v1/shape?table=items&offset=-1", server.url)).await;
    assert_eq!(body.matches("\"key\"").count(), 1, "{body}");
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
    for name in ["--database-url", "--listen", "--chunk-bytes", "--long-poll-timeout-ms", "DATABASE_URL"] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains("hunter2"));
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
    ] {
        let mut command = program(&arguments);
        let (code, text) = tokio::task::spawn_blocking(move || output(&mut command)).await.unwrap();
        assert_eq!(code, Some(1), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    let (code, text) = output(&mut program(&["serve"]));
    assert!(code == Some(2) && text.contains("--database-url"), "{text}");
}
