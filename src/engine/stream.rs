//! The engine's threads: the stream's, which connects, feeds the collector and connects again; and the worker's.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use super::collector::{Collector, Command};
use super::{EngineStatus, Shared, StartError};
use crate::source::{ChangeStream, SourceError};

/// Waiting times between attempts to connect: doubled from the first to the second.
const BACK_OFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(10)];

/// A connection that has lasted this long was a good one: the next failure starts with the shortest wait.
const GOOD_CONNECTION: Duration = Duration::from_secs(5);

/// How long whoever starts the engine waits for the first attempt to connect; it goes on without them.
const FIRST_ATTEMPT: Duration = Duration::from_secs(15);

/// How long cleaning up may take at a stop.
const CLEAN_UP: Duration = Duration::from_secs(30);

/// Starts the thread for what may take long; it ends with the engine.
pub(super) fn spawn_worker(mut stopped: watch::Receiver<bool>) -> Result<Handle, StartError> {
    let runtime = runtime()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("diesel-electric-work".into()).spawn(move || {
        // Ends, too, when the engine could not be made and its sender is gone.
        runtime.block_on(async { stopped.wait_for(|stop| *stop).await.is_ok() });
    })?;
    Ok(handle)
}

/// Starts the stream's thread and waits for the outcome of its first attempt to connect.
pub(super) async fn spawn(
    shared: Arc<Shared>,
    inbox: mpsc::Receiver<Command>,
    stopped: watch::Receiver<bool>,
) -> Result<(), StartError> {
    let runtime = runtime()?;
    let (first, outcome) = oneshot::channel();
    thread::Builder::new().name("diesel-electric-stream".into()).spawn(move || {
        let _end = End(shared.clone());
        runtime.block_on(Follower { shared, inbox, stopped, first: Some(first) }.run());
    })?;
    match timeout(FIRST_ATTEMPT, outcome).await {
        Ok(Ok(outcome)) => outcome.map_err(StartError::Source),
        Ok(Err(_)) => Err(StartError::Stopped),
        // The server may be waiting for a transaction to end before it makes the slot.
        Err(_) => Ok(()),
    }
}

/// Tells everybody that the engine has ended, in whatever way, a panic included.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.stop.send_replace(true);
        // In this order: no shape is begun once the status is seen.
        self.0.status.send_replace(EngineStatus::Stopped);
        self.0.forget_all();
    }
}

/// A current-thread runtime: on a multi-thread one the stream took twice the CPU.
fn runtime() -> Result<Runtime, StartError> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

struct Follower {
    shared: Arc<Shared>,
    inbox: mpsc::Receiver<Command>,
    stopped: watch::Receiver<bool>,
    /// Who waits for the first connection.
    first: Option<oneshot::Sender<Result<(), SourceError>>>,
}

impl Follower {
    async fn run(mut self) {
        let mut collector = Collector::new(self.shared.clone());
        let mut wait = BACK_OFF[0];
        loop {
            let Some(connected) = self.connect().await else { break };
            match connected {
                Ok(mut stream) => {
                    let since = Instant::now();
                    self.begin(&mut collector, stream.as_ref());
                    match self.follow(&mut collector, stream.as_mut()).await {
                        Ok(()) => break,
                        Err(error) => warn!(error = &error as &dyn std::error::Error, "replication stream lost"),
                    }
                    self.shared.status.send_replace(EngineStatus::Starting);
                    if since.elapsed() >= GOOD_CONNECTION {
                        wait = BACK_OFF[0];
                    }
                }
                Err(failure) => {
                    let Some(failure) = self.tell_first(failure) else { return };
                    error!(error = &failure as &dyn std::error::Error, ?wait, "cannot follow the database");
                }
            }
            if !self.pause(&mut collector, wait).await {
                break;
            }
            wait = (wait * 2).min(BACK_OFF[1]);
        }
        collector.connected(true);
        self.clean_up().await;
    }

    /// One attempt; `None` if the engine is to stop.
    async fn connect(&mut self) -> Option<Result<Box<dyn ChangeStream>, SourceError>> {
        let source = self.shared.source.clone();
        tokio::select! {
            _ = self.stopped.wait_for(|stop| *stop) => None,
            connected = source.stream() => Some(connected),
        }
    }

    /// Tells whoever waits for the first attempt that it failed. Gives the failure back if the engine goes on trying.
    fn tell_first(&mut self, failure: SourceError) -> Option<SourceError> {
        let Some(first) = self.first.take() else { return Some(failure) };
        if failure.is_fatal() {
            // Whoever has left meanwhile cannot decide what to do about it.
            return first.send(Err(failure)).err().and_then(Result::err);
        }
        let _ = first.send(Ok(()));
        Some(failure)
    }

    fn begin(&mut self, collector: &mut Collector, stream: &dyn ChangeStream) {
        if stream.is_fresh() {
            self.shared.catalog.clear();
        }
        collector.connected(stream.is_fresh());
        info!(fresh = stream.is_fresh(), "following the database");
        self.shared.status.send_replace(EngineStatus::Active);
        if let Some(first) = self.first.take() {
            // Whoever waited may have left; then the engine is about to stop.
            let _ = first.send(Ok(()));
        }
    }

    /// Feeds the collector until the stream fails, or the engine is to stop.
    async fn follow(&mut self, collector: &mut Collector, stream: &mut dyn ChangeStream) -> Result<(), SourceError> {
        let mut events = Vec::new();
        loop {
            tokio::select! {
                biased;
                _ = self.stopped.wait_for(|stop| *stop) => return Ok(()),
                Some(command) = self.inbox.recv() => collector.command(command),
                received = stream.next(&mut events) => {
                    received?;
                    for event in events.drain(..) {
                        collector.event(event);
                    }
                    collector.ask();
                    stream.acknowledge(collector.checkpoint());
                }
            }
        }
    }

    /// Waits before the next attempt. Shapes can be removed meanwhile, none can be made. False if the engine is to stop.
    async fn pause(&mut self, collector: &mut Collector, wait: Duration) -> bool {
        let end = sleep(wait);
        tokio::pin!(end);
        loop {
            tokio::select! {
                _ = self.stopped.wait_for(|stop| *stop) => return false,
                () = &mut end => return true,
                Some(command) = self.inbox.recv() => match command {
                    // Dropping the answer tells that there is no stream to register with.
                    Command::Register { .. } | Command::Join { .. } => {}
                    command => collector.command(command),
                },
            }
        }
    }

    async fn clean_up(&self) {
        match timeout(CLEAN_UP, self.shared.source.clean_up()).await {
            Ok(Ok(())) => info!("stopped"),
            Ok(Err(error)) => warn!(error = &error as &dyn std::error::Error, "could not clean up in the database"),
            Err(_) => warn!("cleaning up in the database took too long"),
        }
    }
}
