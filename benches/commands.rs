//! The other end of a `Process`: commands come, answers go.

use std::io::Write;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

/// Lines of the standard input.
pub(crate) struct Commands {
    lines: Lines<BufReader<Stdin>>,
}

impl Commands {
    pub(crate) fn new() -> Self {
        Self { lines: BufReader::new(tokio::io::stdin()).lines() }
    }

    /// The next one; `None` when it is time to end.
    pub(crate) async fn next(&mut self) -> Option<String> {
        self.lines.next_line().await.expect("readable commands")
    }
}

/// The command `waiting N` waits until so many requests are held, which `held` counts. Returns when it is time to end.
pub(crate) async fn serve_waiting(held: impl Fn() -> usize) {
    let mut commands = Commands::new();
    while let Some(command) = commands.next().await {
        let count: usize = command.strip_prefix("waiting ").and_then(|count| count.parse().ok()).expect("a command");
        while held() != count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        say("");
    }
}

/// Prints an answer.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).expect("somebody listens");
}
