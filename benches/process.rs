//! Processes of one's own: servers and load are measured apart, and each has its own limit of open files.
//!
//! A process is this very program with other arguments (`main.rs`). It takes commands as lines of its standard input,
//! answers each by a line, and ends when its input does.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::cpu;

/// What a child is called with before the name of its role.
pub(crate) const CHILD: &str = "child";

pub(crate) struct Process {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start(role: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("the path of this program"));
        command.arg(CHILD).arg(role).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        let commands = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, commands, answers }
    }

    /// The next line.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        let length = self.answers.read_line(&mut line).expect("a line");
        assert!(length > 0, "the process goes on");
        line.trim_end().to_owned()
    }

    /// What it answers to a command.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        let commands = self.commands.as_mut().expect("it is not stopped");
        commands.write_all(format!("{command}\n").as_bytes()).and_then(|()| commands.flush()).expect("it listens");
        self.line()
    }

    pub(crate) fn cpu(&self) -> Duration {
        cpu::of(self.child.id()).unwrap_or_default()
    }

    pub(crate) fn resident_kib(&self) -> u64 {
        cpu::resident_kib(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}

/// Fails unless a process may have that many files open, connections included.
pub(crate) fn need_files(count: u32) {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    if let Some(soft) = soft {
        let needed = u64::from(count) + 200;
        assert!(soft >= needed, "a process may have {soft} files open, this needs {needed}: ulimit -n {needed}");
    }
}
