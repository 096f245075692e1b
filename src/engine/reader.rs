//! Waiting for news of a shape. What wakes those who wait is only there while somebody does.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::watch;

use super::{LiveShape, LogState};

/// Those who wait for news of a shape.
#[derive(Debug, Default)]
pub(super) struct Readers {
    count: u32,
    /// There as long as somebody reads.
    news: Option<watch::Sender<LogState>>,
}

impl Readers {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Another reader, who has seen `state`.
    pub(super) fn add(&mut self, state: LogState) -> watch::Receiver<LogState> {
        self.count += 1;
        self.news.get_or_insert_with(|| watch::Sender::new(state)).subscribe()
    }

    pub(super) fn remove(&mut self) {
        self.count -= 1;
        if self.count == 0 {
            self.news = None;
        }
    }

    /// Tells all of them that the state is this now.
    pub(super) fn wake(&self, state: LogState) {
        if let Some(news) = &self.news {
            news.send_replace(state);
        }
    }
}

/// Sees the states of a shape's log as they come; a shape that has a reader is not evicted.
#[derive(Debug)]
pub struct Reader {
    live: Arc<LiveShape>,
    states: watch::Receiver<LogState>,
}

impl Reader {
    pub(super) fn new(live: Arc<LiveShape>, states: watch::Receiver<LogState>) -> Self {
        Self { live, states }
    }

    /// Waits until there is a state that was not seen.
    ///
    /// # Cancel safety
    /// What comes meanwhile is seen by the next call.
    pub async fn changed(&mut self) {
        // What sends lives as long as this.
        let _ = self.states.changed().await;
    }
}

impl Deref for Reader {
    type Target = watch::Receiver<LogState>;

    fn deref(&self) -> &Self::Target {
        &self.states
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.states
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.live.unsubscribe();
    }
}
