//! The other end of a `Process`: commands come, answers go.

use std::io::Write;

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

/// Prints an answer.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).expect("somebody listens");
}
