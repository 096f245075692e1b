//! Our server as the role of a process.

use std::time::Duration;

use actix_web::{App, HttpServer};
use diesel_electric::{Limits, SyncService, shape_api};

use crate::commands::{say, serve_waiting};
use crate::rig::{ANSWERS_AT_ONCE, listener};

/// Longer than any bench lasts.
const HOLD: Duration = Duration::from_secs(3600);

/// None that a bench meets.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.initial_requests = ANSWERS_AT_ONCE;
    limits.existing_requests = ANSWERS_AT_ONCE;
    limits.shapes = 1_000_000;
    limits
}

/// `ours DATABASE_URL CHUNK_BYTES` prints its address. The command `waiting N` waits for so many requests that are held.
pub(crate) async fn serve(arguments: &[String]) {
    let [database_url, chunk_bytes]: &[String; 2] = arguments.try_into().expect("two arguments");
    let service = SyncService::builder().database_url(database_url).hold(HOLD);
    let service = service.chunk_bytes(chunk_bytes.parse().expect("a number"));
    let service = service.limits(limits());
    let service = service.start().await.expect("a service");
    let (listener, address) = listener();
    let api = service.clone();
    let server = HttpServer::new(move || App::new().service(shape_api(&api)));
    let server = server.workers(1).keep_alive(Duration::from_secs(600)).max_connections(ANSWERS_AT_ONCE);
    let server = server.disable_signals().h1_allow_half_closed(false).listen(listener).expect("a server").run();
    let handle = server.handle();
    tokio::spawn(server);
    say(&address);
    serve_waiting(|| service.waiting_requests()).await;
    handle.stop(false).await;
    service.stop().await;
}
