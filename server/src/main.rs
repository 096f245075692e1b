//! The stand-alone `diesel-electric` program: a sync server over one Postgres database, for shapes that clients define.
//!
//! A thin crate: `options` and `limits` say what can be set, `serve` runs the library's service behind Actix,
//! `openapi` describes what it answers.

mod limits;
mod openapi;
mod options;
mod serve;

use std::error::Error;
use std::io::{self, IsTerminal};
use std::iter::successors;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::options::{Command, Options};

#[actix_web::main]
async fn main() -> ExitCode {
    let Options { command } = Options::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(io::stderr).init();
    let outcome = match command {
        Command::Serve(options) => serve::run(options).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let causes = successors(error.source(), |&cause| cause.source());
            causes.for_each(|cause| eprintln!("  because: {cause}"));
            ExitCode::FAILURE
        }
    }
}

/// An error and what it was about.
#[derive(Debug)]
struct Failure {
    about: String,
    source: Box<dyn Error>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.about)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
