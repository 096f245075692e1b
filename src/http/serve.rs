//! One request, from its definition to its answer: the way that all routes share.
//!
//! A request is one future. It waits on the state of its shape's log, on interrupts and on its deadline, and looks at
//! everything again when one of them calls. No lock is held while it waits, and dropping it leaves nothing behind.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::HttpResponse;
use actix_web::body::BodyStream;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::admission::hold;
use super::answer::Reply;
use super::body::{Pieces, growing_chunk, whole_chunk};
use super::error::Failure;
use super::news::view;
use super::sse::{Events, Pace};
use crate::engine::{CreateError, Definition, Engine, EngineStatus, LiveShape, LogState, ShapeStatus};
use crate::interrupt::Registration;
use crate::protocol::{
    Circumstances, Content, FieldErrors, Head, LogOffset, Plan, Request, Resolution, Waited, next_cursor, plan,
    up_to_date,
};
use crate::service::{Permit, SyncService, Timings};
use crate::shape::Subset;

/// How often a request looks again at once because what it looked at has changed under its hands.
const ATTEMPTS: usize = 3;

/// A request that is being served.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) service: SyncService,
    pub(super) times: Times,
    pub(super) request: Request,
    pub(super) reply: Reply,
    /// Whether the client defines the shape; else the server does, and the client is not to blame for it.
    pub(super) by_client: bool,
    /// Whether a handler has defined the shape once and for all: who waits for it is sent back to the handler by an
    /// interrupt.
    pub(super) is_settled: bool,
    /// What a subset may name, if the client has said so.
    pub(super) queryable: Option<Vec<String>>,
    pub(super) permit: Arc<Permit>,
}

impl Serving {
    /// Serves the shape that `define` comes to. It is asked again when the request is interrupted or the shape goes away.
    pub(super) async fn run(
        &self,
        define: impl AsyncFnMut() -> Result<Arc<Definition>, Failure>,
    ) -> Result<HttpResponse, actix_web::Error> {
        match self.attempt(define).await {
            Ok(response) => Ok(hold(response, self.permit.clone())),
            Err(failure) if self.reply.is_post => failure.of_post().respond(),
            Err(failure) => failure.respond(),
        }
    }

    async fn attempt(
        &self,
        mut define: impl AsyncFnMut() -> Result<Arc<Definition>, Failure>,
    ) -> Result<HttpResponse, Failure> {
        let mut has_followed = false;
        loop {
            // In a place of its own, which is given back before the request waits: ten thousand of them may.
            let Found { live, since, subset } = match Box::pin(self.find(&mut define, has_followed)).await {
                Ok(found) => found,
                Err(answer) => return answer,
            };
            self.permit.knows_shape();
            has_followed = true;
            if let Some(response) = self.follow(&live, since, subset).await? {
                return Ok(response);
            }
        }
    }

    /// Finds the shape, or makes it; else what the client gets.
    async fn find(
        &self,
        define: &mut impl AsyncFnMut() -> Result<Arc<Definition>, Failure>,
        has_followed: bool,
    ) -> Result<Found, Result<HttpResponse, Failure>> {
        let mut attempts = 0;
        loop {
            // Noted before anything is looked at that an interrupt may be about.
            let since = self.service.interrupts().generation();
            let definition = define().await.map_err(|failure| self.refuse(failure, has_followed))?;
            // Before a shape is made for it.
            let subset = self.subset_of(&definition).map_err(Err)?.map(Box::new);
            match self.engine().get_or_create(&definition).await {
                Ok(live) => return Ok(Found { live, since, subset }),
                Err(error) => {
                    attempts += 1;
                    self.may_retry(error, attempts).await.map_err(Err)?;
                }
            }
        }
    }

    fn engine(&self) -> &Engine {
        self.service.engine()
    }

    /// For a request whose definition is refused, or that does not get so far.
    fn refuse(&self, failure: Failure, has_followed: bool) -> Result<HttpResponse, Failure> {
        let resolution = if failure.refuses_definition() {
            Resolution::Unfit { did_fit: has_followed || !self.by_client }
        } else {
            Resolution::Refused
        };
        match plan(&self.request, resolution, self.times.waited()) {
            Plan::Refetch { .. } => Ok(self.reply.refetch(None)),
            _ => Err(failure),
        }
    }

    async fn may_retry(&self, error: CreateError, attempts: usize) -> Result<(), Failure> {
        match error {
            _ if self.engine().status() == EngineStatus::Stopped => Err(Failure::Stopped),
            _ if attempts == ATTEMPTS => Err(error.into()),
            CreateError::SchemaChanged(_) => Ok(()),
            CreateError::NotActive => active(self.engine(), &self.times).await,
            CreateError::Snapshot { .. } | CreateError::Storage(_) | CreateError::TooManyShapes { .. } => {
                Err(error.into())
            }
        }
    }

    /// Serves from this shape's log. `None` asks to look again: the shape is gone, or the request was interrupted.
    async fn follow(
        &self,
        live: &Arc<LiveShape>,
        since: u64,
        subset: Option<Box<Subset>>,
    ) -> Result<Option<HttpResponse>, Failure> {
        let mut states = live.subscribe();
        let (mut registration, mut is_interrupted) = (None, false);
        loop {
            // Before the log is looked at: a client must not believe it has seen a transaction that it was not sent.
            let circumstances = self.circumstances(live);
            // Marked as seen, so that whatever comes after this wakes.
            let state = *states.borrow_and_update();
            let now = Now { live, circumstances, since };
            let deadline = match self.step(&now, state, is_interrupted)? {
                Step::Answer(response) => return Ok(Some(response)),
                Step::Resolve => return Ok(None),
                Step::Subset(offset) => return Box::pin(self.subset(&now, *subset.unwrap_or_default(), offset)).await,
                Step::Wait(deadline) => deadline,
            };
            let registration = registration.get_or_insert_with(|| self.register(&now));
            tokio::select! {
                () = states.changed() => {}
                () = registration.fired() => {
                    if !self.is_settled {
                        return Ok(None);
                    }
                    is_interrupted = true;
                }
                () = until(deadline) => {}
            }
        }
    }

    fn step(&self, now: &Now<'_>, state: LogState, is_interrupted: bool) -> Result<Step, Failure> {
        let resolution = match state.status {
            ShapeStatus::Gone => Resolution::Gone,
            ShapeStatus::Live => {
                Resolution::Found { handle: now.live.handle(), log: view(&self.request, now.live, state) }
            }
        };
        let status = self.engine().status();
        Ok(match plan(&self.request, resolution, self.times.waited()) {
            Plan::Resolve if status == EngineStatus::Stopped => return Err(Failure::Stopped),
            // What was found is not refused.
            Plan::Resolve | Plan::Refuse => Step::Resolve,
            Plan::Refetch { names_found } => Step::Answer(self.reply.refetch(names_found.then_some(now.live.handle()))),
            Plan::OutOfBounds => return Err(FieldErrors::one("offset", "out of bounds for this shape").into()),
            Plan::Subset(offset) => Step::Subset(offset),
            Plan::Chunk(chunk) => Step::Answer(self.chunk(now, chunk)),
            Plan::Items(after) => {
                let slice = now.live.read(after);
                let content = Content::Items { end: slice.end, is_tail: slice.is_tail };
                Step::Answer(self.answer(now, content, slice.pieces))
            }
            Plan::UpToDate(latest) => Step::Answer(self.answer(now, Content::UpToDate(latest), Vec::new())),
            Plan::TimedOut(_) if status != EngineStatus::Active => return Err(Failure::LostReadiness),
            Plan::TimedOut(latest) => Step::Answer(self.answer(now, Content::TimedOut(latest), Vec::new())),
            Plan::Stream(after) => Step::Answer(self.stream(now, state, after)),
            Plan::AwaitChunk => Step::Wait(None),
            Plan::AwaitOffset => Step::Wait(Some(self.times.half)),
            // Its client comes back at once, and the handler looks again.
            Plan::Hold(latest) if is_interrupted => {
                Step::Answer(self.answer(now, Content::TimedOut(latest), Vec::new()))
            }
            Plan::Hold(latest) => self.hold(now, latest),
        })
    }

    /// What the client has already need not be waited for.
    fn hold(&self, now: &Now<'_>, latest: LogOffset) -> Step {
        let head = self.head(now, Content::UpToDate(latest));
        if self.reply.is_known(&head) {
            Step::Answer(self.reply.not_modified(now.live, &head))
        } else {
            Step::Wait(Some(self.times.hold))
        }
    }

    fn stream(&self, now: &Now<'_>, state: LogState, after: LogOffset) -> HttpResponse {
        let Timings { sse: life, keep_alive, .. } = self.service.timings();
        let is_tail = after >= state.latest;
        let head = self.head(now, Content::Stream { after, is_tail, life });
        let events = Events::new(now.live.clone(), &self.request, self.register(now), Pace::new(life, keep_alive));
        self.reply.stream(now.live, &head, BodyStream::new(Box::pin(events.stream())))
    }

    fn register(&self, now: &Now<'_>) -> Registration {
        self.service.interrupts().register(now.live.definition(), now.since)
    }

    fn head(&self, now: &Now<'_>, content: Content) -> Head {
        Head::new(now.live.handle(), &self.request, content, now.circumstances)
    }

    fn chunk(&self, now: &Now<'_>, chunk: u32) -> HttpResponse {
        let content = Content::Chunk(chunk);
        if let Some(pieces) = whole_chunk(now.live, chunk) {
            return self.answer(now, content, pieces);
        }
        let head = self.head(now, content);
        if self.reply.is_known(&head) {
            return self.reply.not_modified(now.live, &head);
        }
        self.reply.ok(now.live, &head, BodyStream::new(Box::pin(growing_chunk(now.live.clone(), chunk))))
    }

    fn answer(&self, now: &Now<'_>, content: Content, pieces: Vec<bytes::Bytes>) -> HttpResponse {
        let head = self.head(now, content);
        if self.reply.is_known(&head) {
            return self.reply.not_modified(now.live, &head);
        }
        // What a crowd asks for at the same time. Chunks of snapshots are not kept twice.
        let is_news = matches!(content, Content::Items { .. });
        let body = Pieces::new(pieces, head.up_to_date.map(up_to_date));
        if !body.is_short() {
            return self.reply.ok(now.live, &head, body);
        }
        let body = if is_news {
            let part = (self.request.offset, head.offset, head.up_to_date);
            now.live.body(part, || body.joined())
        } else {
            body.joined()
        };
        self.reply.ok(now.live, &head, body)
    }

    fn circumstances(&self, live: &LiveShape) -> Circumstances {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // The standard library's hashers are keyed at random.
        let random = RandomState::new().hash_one(0_u8);
        Circumstances {
            processed: self.engine().processed(live),
            cursor: next_cursor(since_epoch, self.service.timings().hold, self.request.cursor, random),
            moment: u64::try_from(since_epoch.as_micros()).unwrap_or_default(),
        }
    }
}

/// A shape that was found, the generation of interrupts before that, and the subset that is asked for.
struct Found {
    live: Arc<LiveShape>,
    since: u64,
    subset: Option<Box<Subset>>,
}

/// A shape, and what was noted before it was looked at.
pub(super) struct Now<'a> {
    pub(super) live: &'a Arc<LiveShape>,
    circumstances: Circumstances,
    /// The generation of interrupts.
    since: u64,
}

enum Step {
    Answer(HttpResponse),
    /// Look the shape up again.
    Resolve,
    /// Read a subset; the client goes on at this offset.
    Subset(LogOffset),
    /// Wait for news, until then.
    Wait(Option<Instant>),
}

/// Waits until shapes can be served.
pub(super) async fn ready(engine: &Engine, times: &Times) -> Result<(), Failure> {
    match engine.status() {
        // Known shapes can be read while another holds the slot.
        EngineStatus::Active | EngineStatus::Waiting => Ok(()),
        EngineStatus::Starting => active(engine, times).await,
        EngineStatus::Stopped => Err(Failure::Stopped),
    }
}

pub(super) async fn active(engine: &Engine, times: &Times) -> Result<(), Failure> {
    timeout_at(times.readiness, engine.active()).await.map_err(|_| match engine.status() {
        EngineStatus::Waiting => Failure::NotTheOwner,
        EngineStatus::Stopped => Failure::Stopped,
        EngineStatus::Starting | EngineStatus::Active => Failure::NotReady,
    })
}

/// When a request's patience ends. Fixed at its start, however often it looks again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    readiness: Instant,
    /// For offsets beyond the log.
    half: Instant,
    hold: Instant,
}

impl Times {
    pub(super) fn new(service: &SyncService) -> Self {
        let (start, timings) = (Instant::now(), service.timings());
        // A limit beyond what clocks can tell is as good as a day.
        let after = |limit: Duration| start.checked_add(limit).unwrap_or(start + Duration::from_secs(86_400));
        Self { readiness: after(timings.readiness), half: after(timings.hold / 2), hold: after(timings.hold) }
    }

    fn waited(&self) -> Waited {
        let now = Instant::now();
        if now < self.half {
            Waited::Little
        } else if now < self.hold {
            Waited::Half
        } else {
            Waited::Enough
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
