//! The program with nothing from the environment, and servers that run it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use cluster::Database;

/// The program, with nothing from the environment but what a test gives it.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diesel-electric"));
    command.args(arguments).env_clear();
    command
}

/// A server that runs, and where. It ends with the test.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
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
    pub fn stop(mut self, signal: &str) -> Option<i32> {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub async fn database() -> Database {
    tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap()
}
