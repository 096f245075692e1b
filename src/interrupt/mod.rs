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
use crate::shape::{Definition, Meant};

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
pub enum Target {
    /// Those of the shapes that are meant; with the filter and exactly its values.
    Exactly(Meant),
    /// The same, but where the filter has NULL, any value will do.
    Like(Meant),
    /// Any: what it was for is not known any more.
    Unknown,
}

impl Target {
    /// Replica and log mode never count. Rather a request too many: it only recomputes.
    fn matches(&self, waiting: &Definition) -> bool {
        let (Self::Exactly(meant) | Self::Like(meant)) = self else { return true };
        let has_filter = match (&meant.predicate, &waiting.predicate) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(meant), Some(filter)) => match self {
                Self::Like(_) => meant.leaves_open(filter),
                _ => meant == filter,
            },
        };
        meant.table == waiting.table.id
            && has_filter
            && meant.columns.as_ref().is_none_or(|columns| **columns == *waiting.columns)
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
        let reached = match &target {
            Target::Exactly(meant) | Target::Like(meant) => {
                let waiting = inner.waiting.get(&meant.table).into_iter().flat_map(HashMap::values);
                fire(waiting.filter(|waiting| target.matches(&waiting.definition)))
            }
            Target::Unknown => fire(inner.all()),
        };
        inner.remember(target);
        reached
    }

    /// Fires the registrations whose definition is `wanted` and returns how many there are. Nothing is locked while
    /// `wanted` runs, so it may take its time, and may panic.
    pub fn interrupt_if(&self, wanted: impl Fn(&Definition) -> bool) -> usize {
        let mut definitions: HashMap<*const Definition, Arc<Definition>> = HashMap::new();
        {
            let mut inner = self.lock();
            for waiting in inner.all() {
                definitions.entry(Arc::as_ptr(&waiting.definition)).or_insert_with(|| waiting.definition.clone());
            }
            // Whoever registers from now on may have looked before: it cannot be asked later, so it looks again.
            inner.remember(Target::Unknown);
        }
        definitions.retain(|_, definition| wanted(definition));
        let inner = self.lock();
        fire(inner.all().filter(|waiting| definitions.contains_key(&Arc::as_ptr(&waiting.definition))))
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.values().map(HashMap::len).sum()
    }
}

fn fire<'a>(waiting: impl Iterator<Item = &'a Waiting>) -> usize {
    waiting.map(|waiting| waiting.fired.notify_one()).count()
}

impl Inner {
    fn all(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.values().flat_map(HashMap::values)
    }

    fn remember(&mut self, target: Target) {
        self.generation += 1;
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(target);
    }

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
