//! Interrupts that come from other services on the same database, or with a transaction: through Postgres itself.
//!
//! They are messages in the stream, so each service sees them at their place in it, after the changes that they belong to.

use std::sync::{Arc, Weak};

use tokio::sync::mpsc;
use tracing::warn;

use super::{Error, Inner, SyncService};
use crate::change::LogicalMessage;
use crate::engine::ResolveError;
use crate::interrupt::{Interrupts, Target};
use crate::shape::{Announcement, INTERRUPT_PREFIX, InterruptOnCommit, IntoShapeMatch, ShapeMatch};

/// So many may wait to be looked up. Beyond that nobody can tell whom they are for, and everybody looks again.
const WAITING: usize = 1024;

/// The way from the stream to the service, which is made after the engine that feeds it.
pub(super) struct Ear(mpsc::Receiver<Announcement>);

/// What the engine tells of messages, and where it can be heard.
pub(super) fn ear(interrupts: Interrupts) -> (Arc<dyn Fn(LogicalMessage) + Send + Sync>, Ear) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let hear = move |message: LogicalMessage| {
        if message.prefix != INTERRUPT_PREFIX {
            return;
        }
        let is_kept = Announcement::parse(&message.content).is_some_and(|heard| sender.try_send(heard).is_ok());
        if !is_kept {
            warn!("an interrupt came through the database that cannot be looked up: all requests look again");
            interrupts.interrupt(Target::Unknown);
        }
    };
    (Arc::new(hear), Ear(receiver))
}

impl Ear {
    /// Passes on what is heard, for as long as the service is there.
    pub(super) async fn listen(mut self, service: Weak<Inner>) {
        while let Some(heard) = self.0.recv().await {
            let Some(inner) = service.upgrade() else { return };
            SyncService { inner }.interrupt_for_another(heard).await;
        }
    }
}

impl SyncService {
    /// Interrupts with the transaction in which the result is executed: its requests look again after they have got what
    /// the transaction changed, on every node, and not at all if it is rolled back.
    ///
    /// ```no_run
    /// # use diesel::prelude::*;
    /// # use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
    /// # diesel::table! { members (team, person) { team -> Int4, person -> Int4 } }
    /// # diesel::table! { todos (id) { id -> Int8, team -> Int4 } }
    /// # async fn run(sync: diesel_electric::SyncService, mut conn: AsyncPgConnection) -> Result<(), Box<dyn std::error::Error>> {
    /// let interrupt = sync.interrupt_on_commit(todos::table)?;
    /// conn.transaction(async |conn| {
    ///     diesel::delete(members::table.find((1, 7))).execute(conn).await?;
    ///     interrupt.execute(conn).await
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `what` is no shape. Whether it fits the database is found out by those who get it.
    pub fn interrupt_on_commit(&self, what: impl IntoShapeMatch) -> Result<InterruptOnCommit, Error> {
        let announcement = Announcement::new(what.into_shape_match(), None)?;
        Ok(InterruptOnCommit::new(announcement.to_text()))
    }

    async fn interrupt_for_another(&self, announcement: Announcement) {
        if announcement.from.as_deref() == Some(self.node()) {
            return;
        }
        if let Some(target) = self.target_of(announcement).await {
            self.interrupts().interrupt(target);
        }
    }

    async fn target_of(&self, announcement: Announcement) -> Option<Target> {
        let (shape, any) = announcement.into_meant();
        match self.engine().resolve_match(&shape, self.evaluators().for_routes()).await {
            Ok(meant) => Some(if any { Target::Like(meant) } else { Target::Exactly(meant) }),
            Err(ResolveError::Unreachable(_)) => Some(Target::Unknown),
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "an interrupt that does not fit the database");
                None
            }
        }
    }

    /// Tells the other services of an interrupt that has reached `reached` requests of this one.
    pub(super) async fn announce(&self, what: ShapeMatch, reached: usize) -> Result<(), Error> {
        let announcement = Announcement::new(what, Some(self.node().to_owned()))?;
        let announced = self.engine().announce(INTERRUPT_PREFIX, announcement.to_text()).await;
        announced.map_err(|source| Error::NotAnnounced { reached, source })
    }
}
