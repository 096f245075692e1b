//! `diesel-electric serve`

use std::error::Error;
use std::io;
use std::net::TcpListener;

use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, HttpServer};
use diesel_electric::tune_compression;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::info;

use crate::options::Serve;
use crate::{Failure, openapi};

/// How long answers that are being sent may take when the server stops.
const LAST_ANSWERS_SECONDS: u64 = 5;

/// Serves until a signal comes.
pub(crate) async fn run(options: Serve) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(options.listen)
        .map_err(|error| Failure { about: format!("cannot listen on {}", options.listen), source: error.into() })?;
    let address = listener.local_addr()?;
    let service = tokio::select! {
        started = options.builder().start() => started?,
        () = signals.next() => return Ok(()),
    };
    let (api, compression) = (options.api(&service), options.compression);
    let app = move || {
        App::new()
            .service(openapi::resource())
            .service(api.clone())
            .wrap(Condition::new(compression, Compress::default()))
            .wrap(Condition::new(compression, from_fn(tune_compression)))
    };
    let server = HttpServer::new(app)
        .disable_signals()
        // Clients leave often; what waits for them must not stay.
        .h1_allow_half_closed(false)
        .shutdown_timeout(LAST_ANSWERS_SECONDS)
        .listen(listener)?
        .run();
    let handle = server.handle();
    let mut server = tokio::spawn(server);
    info!("listening on http://{address}");
    let outcome = tokio::select! {
        outcome = &mut server => outcome,
        () = signals.next() => {
            info!("stopping");
            // First the service, which answers those who wait.
            service.stop().await;
            handle.stop(true).await;
            server.await
        }
    };
    info!("stopped");
    Ok(outcome??)
}

/// What asks the program to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
