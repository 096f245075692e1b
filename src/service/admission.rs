//! How many requests run at once (section 14).
//!
//! Those that know no shape yet may make the service work; those that know theirs mostly wait. So each kind has a limit of
//! its own, and a crowd of the one does not keep out the other. Counters are shared by all routes of a service.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Limits;

/// The counters.
#[derive(Debug)]
pub(crate) struct Admission {
    initial: Gate,
    existing: Gate,
    sse: Gate,
}

/// How many may pass at once, and how many have.
#[derive(Debug)]
struct Gate {
    limit: usize,
    passed: AtomicUsize,
}

impl Gate {
    fn new(limit: usize) -> Self {
        Self { limit, passed: AtomicUsize::new(0) }
    }

    fn enter(&self) -> bool {
        let more = |passed| (passed < self.limit).then_some(passed + 1);
        self.passed.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    fn leave(&self) {
        self.passed.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Which requests there are too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// Those that know no shape.
    Initial,
    /// Those that know theirs.
    Existing,
    /// Streams of events.
    Sse,
}

/// A request that may not run now. The text is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    crowd: Crowd,
    limit: usize,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let crowd = match self.crowd {
            Crowd::Initial => "initial request",
            Crowd::Existing => "existing request",
            Crowd::Sse => "SSE connection",
        };
        write!(f, "Concurrent {crowd} limit exceeded (limit: {}), please retry", self.limit)
    }
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            initial: Gate::new(limits.initial_requests),
            existing: Gate::new(limits.existing_requests),
            sse: Gate::new(limits.sse_connections),
        })
    }

    /// Lets a request run, for as long as the permit lives. `knows_shape`: whether it names the handle of a shape that is
    /// kept; `is_stream`: whether it asks for a stream of events.
    pub(crate) fn admit(self: &Arc<Self>, knows_shape: bool, is_stream: bool) -> Result<Permit, Rejected> {
        let (crowd, gate) =
            if knows_shape { (Crowd::Existing, &self.existing) } else { (Crowd::Initial, &self.initial) };
        if !gate.enter() {
            return Err(Rejected { crowd, limit: gate.limit });
        }
        let is_initial = AtomicBool::new(!knows_shape);
        let mut permit = Permit { admission: self.clone(), is_initial, is_stream: false };
        if is_stream {
            if !self.sse.enter() {
                return Err(Rejected { crowd: Crowd::Sse, limit: self.sse.limit });
            }
            permit.is_stream = true;
        }
        Ok(permit)
    }
}

/// A request that runs. Whatever becomes of it, dropping this makes room for another.
#[derive(Debug)]
#[must_use = "a request may run only for as long as this lives"]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    is_initial: AtomicBool,
    is_stream: bool,
}

impl Permit {
    /// The request knows its shape now: it makes room for others that do not, if there is room among those that do.
    pub(crate) fn knows_shape(&self) {
        if self.is_initial.load(Ordering::Acquire) && self.admission.existing.enter() {
            self.is_initial.store(false, Ordering::Release);
            self.admission.initial.leave();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let gate = if *self.is_initial.get_mut() { &self.admission.initial } else { &self.admission.existing };
        gate.leave();
        if self.is_stream {
            self.admission.sse.leave();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(initial: usize, existing: usize, sse: usize) -> Arc<Admission> {
        let mut limits = Limits::default();
        (limits.initial_requests, limits.existing_requests, limits.sse_connections) = (initial, existing, sse);
        Admission::new(&limits)
    }

    fn counts(admission: &Admission) -> [usize; 3] {
        [&admission.initial, &admission.existing, &admission.sse].map(|gate| gate.passed.load(Ordering::Acquire))
    }

    #[test]
    fn case_115_117_one_too_many_is_told_which_crowd_it_is_in() {
        let admission = admission(1, 1, 1);
        let held = [admission.admit(false, false).unwrap(), admission.admit(true, false).unwrap()];
        let text = |knows_shape| admission.admit(knows_shape, false).unwrap_err().to_string();
        assert_eq!(text(false), "Concurrent initial request limit exceeded (limit: 1), please retry");
        assert_eq!(text(true), "Concurrent existing request limit exceeded (limit: 1), please retry");
        drop(held);
        assert_eq!(counts(&admission), [0, 0, 0]);
    }

    #[test]
    fn a_stream_counts_twice_and_a_rejected_one_not_at_all() {
        let admission = admission(2, 2, 1);
        let held = admission.admit(true, true).unwrap();
        assert_eq!(counts(&admission), [0, 1, 1]);
        let rejected = admission.admit(true, true).unwrap_err().to_string();
        assert_eq!(rejected, "Concurrent SSE connection limit exceeded (limit: 1), please retry");
        assert_eq!(counts(&admission), [0, 1, 1]);
        drop(held);
        assert_eq!(counts(&admission), [0, 0, 0]);
    }

    #[test]
    fn a_permit_is_exchanged_if_there_is_room_else_kept() {
        let admission = admission(2, 1, 1);
        let held = [admission.admit(false, false).unwrap(), admission.admit(false, false).unwrap()];
        for _ in 0..2 {
            held.iter().for_each(Permit::knows_shape);
            assert_eq!(counts(&admission), [1, 1, 0]);
        }
        drop(held);
        assert_eq!(counts(&admission), [0, 0, 0]);
    }
}
