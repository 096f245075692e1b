//! A fresh database for programs that are not written in Rust, such as the client tests: prints its URL and the path of
//! `psql`, a line each, and keeps it until standard input ends.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    match keep() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn keep() -> Result<(), Box<dyn Error>> {
    let database = diesel_electric_cluster::database()?;
    let mut out = io::stdout();
    writeln!(out, "{}\n{}", database.url(), database.program("psql").display())?;
    out.flush()?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
