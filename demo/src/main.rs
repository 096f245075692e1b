//! The app that `make demo` runs: a table of todo items, three live shapes of it, and a page that shows them.
//!
//! Read `app` first: it is all that an app needs to sync. The rest is what any app has (a database, writes) and what a
//! demo needs besides (a Postgres of its own, a page).

mod app;
mod database;
mod page;
mod todos;
mod writes;

use std::error::Error;
use std::iter::successors;
use std::net::TcpListener;
use std::process::ExitCode;
use std::{env, io};

use actix_web::dev::Server;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use diesel_electric::SyncService;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::database::Database;
use crate::page::About;

/// Where the demo listens, unless that port is taken or `DEMO_PORT` names another.
const PORT: u16 = 3000;

/// How long answers that are being sent may take when the demo stops.
const LAST_ANSWERS_SECONDS: u64 = 2;

#[actix_web::main]
async fn main() -> ExitCode {
    let Err(error) = run().await else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    let causes = successors(error.source(), |&cause| cause.source());
    causes.for_each(|cause| eprintln!("  because: {cause}"));
    ExitCode::FAILURE
}

async fn run() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    page::check_built()?;

    let database = Database::find()?;
    database::migrate(database.url()).await?;
    // From here on a signal ends the demo in order, not at once.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let sync = SyncService::builder().database_url(database.url()).start().await?;

    let listener = listen()?;
    let welcome = database.welcome(listener.local_addr()?);
    let server = serve(listener, &database, &sync)?;
    let handle = server.handle();
    let mut server = tokio::spawn(server);
    println!("{welcome}");
    let outcome = tokio::select! {
        outcome = &mut server => outcome?,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    println!("stopping");
    // First the service, which answers those who wait.
    sync.stop().await;
    handle.stop(true).await;
    Ok(outcome?)
}

fn serve(listener: TcpListener, database: &Database, sync: &SyncService) -> Result<Server, Box<dyn Error>> {
    let (pool, about) = (Data::new(database::pool(database.url())?), Data::new(About::of(database)));
    let sync = sync.clone();
    let app = move || {
        App::new().app_data(pool.clone()).app_data(about.clone()).configure(|config| app::routes(config, &sync))
    };
    let server = HttpServer::new(app)
        // A tab that is closed leaves a request that waits; it must not stay.
        .h1_allow_half_closed(false)
        .workers(2)
        .disable_signals()
        .shutdown_timeout(LAST_ANSWERS_SECONDS);
    Ok(server.listen(listener)?.run())
}

/// A port on this machine alone.
fn listen() -> io::Result<TcpListener> {
    let port = env::var("DEMO_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(PORT);
    TcpListener::bind(("127.0.0.1", port)).or_else(|error| match error.kind() {
        io::ErrorKind::AddrInUse => TcpListener::bind(("127.0.0.1", 0)),
        _ => Err(error),
    })
}
