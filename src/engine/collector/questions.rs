//! The collector's questions to Postgres: one is out at a time, what comes meanwhile gathers for the next.

use tokio::task::AbortHandle;

use super::fold::fold_judged;
use super::{Collector, Command, Slot};
use crate::engine::verdicts::{Question, Verdicts, answer};

/// Which question is out.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// How many there were.
    count: u64,
    out: Option<AbortHandle>,
}

impl Questions {
    /// What is out need not be answered any more.
    pub(super) fn drop_all(&mut self) {
        self.count += 1;
        if let Some(out) = self.out.take() {
            out.abort();
        }
    }
}

impl Collector {
    /// Asks Postgres about all changes that wait for its word, if no question is out. To be called when a batch of events or
    /// commands has been worked through.
    pub(in crate::engine) fn ask(&mut self) {
        if self.questions.out.is_some() {
            return;
        }
        let waiting = self.shapes.pending();
        if waiting.is_empty() {
            return;
        }
        let mut question = Question::default();
        for slot in waiting {
            if question.is_full() {
                self.shapes.go_on_with(slot);
                break;
            }
            let Some(entry) = self.shapes.get_mut(slot) else { continue };
            let Some(table) = self.tables.get(&entry.table()) else { continue };
            if let Some(pending) = &mut entry.pending {
                pending.ask(&mut question, &table.schema);
            }
        }
        if !question.is_empty() {
            self.send(question);
        }
    }

    fn send(&mut self, question: Question) {
        self.questions.count += 1;
        let (number, shared) = (self.questions.count, self.shared.clone());
        let asks = question.into_asks();
        let asking = self.shared.work.spawn({
            let shared = shared.clone();
            async move { answer(&shared, &asks).await }
        });
        self.questions.out = Some(asking.abort_handle());
        self.shared.work.spawn(async move {
            // Whoever loses a question must say so: shapes wait for it.
            let verdicts = asking.await.unwrap_or_default();
            // The collector is gone only when the engine stops.
            let _ = shared.commands.send(Command::Verdicts { number, verdicts }).await;
        });
    }

    /// Takes the answer to a question, folds what it was about, and asks the next.
    pub(super) fn verdicts(&mut self, number: u64, verdicts: &Verdicts) {
        if number != self.questions.count || self.questions.out.take().is_none() {
            return;
        }
        for slot in self.shapes.pending() {
            let Some(pending) = self.shapes.get_mut(slot).and_then(|entry| entry.pending.as_mut()) else { continue };
            match pending.answer(verdicts) {
                Ok(()) => self.fold_judged(slot),
                Err(trouble) => self.trouble(slot, &trouble.into()),
            }
        }
        self.ask();
    }

    /// Folds what can be folded of what waits.
    pub(super) fn fold_judged(&mut self, slot: Slot) {
        let Self { shapes, tables, .. } = self;
        let Some(entry) = shapes.get_mut(slot) else { return };
        let Some(table) = tables.get_mut(&entry.table()) else { return };
        let Some(projection) = table.projections.get_mut(entry.projection) else { return };
        match fold_judged(entry, projection) {
            Ok(()) => shapes.note_pending(slot),
            Err(trouble) => self.trouble(slot, &trouble),
        }
    }
}
