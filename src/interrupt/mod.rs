//! Which requests wait, and how to make them look again.
//!
//! Every waiting request of every route is registered here, by table. An interrupt fires the registrations that it
//! matches. One that comes between a request's look at the database and its registration is not lost: the request notes
//! the [`Interrupts::generation`] first, and a matching interrupt since then counts as received.
//!
//! Called by: `http`, which registers; `service`, which interrupts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::pg::RelationId;
use crate::shape::Definition;

/// How many interrupts are remembered for requests that are about to register. Who took longer is told to look again.
const REMEMBERED: usize = 1024;

/// The waiting requests of one service. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Interrupts {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// How many interrupts there were.
    generation: u64,
    /// The last of them.
    recent: VecDeque<Target>,
    waiting: HashMap<RelationId, HashMap<u64, Waiting>>,
    next_id: u64,
}

#[derive(Debug)]
struct Waiting {
    definition: Arc<Definition>,
    fired: Arc<Notify>,
}

/// Which requests an interrupt is for.
#[derive(Clone, Debug)]
pub struct Target {
    definition: Arc<Definition>,
    columns_count: bool,
}

impl Target {
    /// The requests for the table of `definition`; with a filter, those with the same filter and values. The columns
    /// count only if `columns_count`; replica and log mode never do.
    ///
    /// Rather a request too many: it only recomputes.
    pub fn new(definition: Arc<Definition>, columns_count: bool) -> Self {
        Self { definition, columns_count }
    }

    fn matches(&self, waiting: &Definition) -> bool {
        let Definition { table, predicate, columns, .. } = &*self.definition;
        if table.id != waiting.table.id {
            return false;
        }
        let Some(predicate) = predicate else { return true };
        waiting.predicate.as_ref() == Some(predicate) && (!self.columns_count || *columns == waiting.columns)
    }
}

impl Interrupts {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change is complete before anything can panic, and nothing of a user runs under the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many interrupts there were. To be noted before a request looks at anything that an interrupt may be about.
    pub fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Registers a waiting request. It counts as fired if a matching interrupt has come after generation `since`.
    pub fn register(&self, definition: &Arc<Definition>, since: u64) -> Registration {
        let fired = Arc::new(Notify::new());
        let mut inner = self.lock();
        if inner.interrupted(definition, since) {
            fired.notify_one();
        }
        let id = inner.next_id;
        inner.next_id += 1;
        let table = definition.table.id;
        let waiting = Waiting { definition: definition.clone(), fired: fired.clone() };
        inner.waiting.entry(table).or_default().insert(id, waiting);
        Registration { interrupts: self.clone(), table, id, fired }
    }

    /// Fires the registrations that `target` matches and returns how many there are.
    pub fn interrupt(&self, target: Target) -> usize {
        let mut inner = self.lock();
        inner.generation += 1;
        let mut reached = 0;
        for waiting in inner.waiting.get(&target.definition.table.id).into_iter().flat_map(HashMap::values) {
            if target.matches(&waiting.definition) {
                waiting.fired.notify_one();
                reached += 1;
            }
        }
        if inner.recent.len() == REMEMBERED {
            inner.recent.pop_front();
        }
        inner.recent.push_back(target);
        reached
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.values().map(HashMap::len).sum()
    }
}

impl Inner {
    /// Whether an interrupt after generation `since` may have been for `definition`.
    fn interrupted(&self, definition: &Definition, since: u64) -> bool {
        let missed = usize::try_from(self.generation.saturating_sub(since)).unwrap_or(usize::MAX);
        missed > self.recent.len() || self.recent.iter().rev().take(missed).any(|target| target.matches(definition))
    }
}

/// A waiting request. Dropping it ends the registration.
#[derive(Debug)]
#[must_use = "a request is registered for as long as this lives"]
pub struct Registration {
    interrupts: Interrupts,
    table: RelationId,
    id: u64,
    fired: Arc<Notify>,
}

impl Registration {
    /// Waits for a matching interrupt. Several that come before it is asked count as one.
    ///
    /// # Cancel safety
    /// Dropping the future loses no interrupt.
    pub async fn fired(&mut self) {
        self.fired.notified().await;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut inner = self.interrupts.lock();
        if let Some(waiting) = inner.waiting.get_mut(&self.table) {
            waiting.remove(&self.id);
            if waiting.is_empty() {
                inner.waiting.remove(&self.table);
            }
        }
    }
}
