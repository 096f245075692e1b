//! The collector: the one place through which the stream goes, on a thread of its own.
//!
//! It takes events in order, finds the shapes that a change may concern, folds the change into each of their logs, and
//! at the commit lets readers see it and wakes them. Everything it needs is its own: no lock is held, and nothing is
//! awaited, while it works through events.
//!
//! Called by: the stream's loop. Calls: router, fold, storage, the shapes' readers (by waking them).

mod altered;
mod command;
mod fold;
mod pending;
mod projection;
mod questions;
mod shapes;
mod table;
mod transaction;

pub(super) use command::{Command, Joined};

use std::collections::HashMap;
use std::sync::Arc;

use tracing::warn;

use super::flush::FlushTracker;
use super::join::{Filter, Phase, Processed};
use super::live::LiveShape;
use super::router::Slot;
use super::{Shared, metrics};
use crate::change::{Change, Commit, Event, OldRow, Operation, Relation};
use crate::pg::{Lsn, RelationId};
use crate::storage::Items;
use fold::{Kept, Target, Trouble, Versions, finish, fold, publish};
use pending::Pending;
use questions::Questions;
use shapes::{Entry, Shapes};
use table::FollowedTable;
use transaction::{OpenTransaction, Touched};

/// Takes the stream apart.
#[derive(Debug)]
pub(super) struct Collector {
    shared: Arc<Shared>,
    tables: HashMap<RelationId, FollowedTable>,
    /// What this connection has said of tables.
    relations: HashMap<RelationId, Relation>,
    shapes: Shapes,
    open: Option<OpenTransaction>,
    processed: Processed,
    flush: FlushTracker,
    /// Counts changes, to tell what was written for which.
    changes: u64,
    candidates: Vec<Slot>,
    spare: Vec<Touched>,
    questions: Questions,
}

impl Collector {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            tables: HashMap::new(),
            relations: HashMap::new(),
            shapes: Shapes::default(),
            open: None,
            processed: Processed::default(),
            flush: FlushTracker::default(),
            changes: 0,
            candidates: Vec::new(),
            spare: Vec::new(),
            questions: Questions::default(),
        }
    }

    /// A new connection: descriptions of tables come again, an open transaction is not continued, and with a new slot
    /// nothing that was known can be relied on.
    pub(super) fn connected(&mut self, is_fresh: bool) {
        self.relations.clear();
        if is_fresh {
            for slot in self.shapes.find(|_| true) {
                self.end(slot);
            }
            self.questions.drop_all();
            self.open = None;
        }
    }

    /// The position that may be acknowledged.
    pub(super) fn checkpoint(&mut self) -> Lsn {
        let claimable = self.flush.claimable(self.shapes.waiting());
        if let Err(error) = self.shared.store.checkpoint(claimable) {
            // Nothing is acknowledged, so nothing is lost; the next one tries again.
            warn!(error = &error as &dyn std::error::Error, "checkpoint failed");
        }
        let durable = self.shared.store.durable();
        // What is acknowledged does not come again.
        self.shapes.passed(durable);
        durable
    }

    /// Takes one event of the stream.
    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::Begin(begin) => {
                self.processed.begin(begin.xid);
                self.open = Some(OpenTransaction::new(begin));
            }
            Event::Change(change) => self.change(&change),
            Event::Commit(commit) => self.commit(commit),
            Event::Relation(relation) => self.relation(relation),
            Event::Truncate(tables) => {
                for table in tables {
                    self.next_operation();
                    self.invalidate_table(table, "it was truncated");
                }
            }
            Event::Keepalive(end) => {
                if self.open.is_none() {
                    if self.flush.processed(end) {
                        self.shared.stirred.notify_one();
                    }
                    self.shared.set_processed(end);
                }
            }
            Event::Message(message) => match &mut self.open {
                Some(open) if message.transactional => open.messages.push(message),
                _ => (self.shared.on_message)(message),
            },
        }
    }

    /// Carries out a command.
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Register { live, done } => {
                self.register(live);
                // Whoever asked may have gone; the shape is then removed by them.
                let _ = done.send(());
            }
            Command::Join { live, filter, done } => {
                let joined = self.join(&live, filter);
                let _ = done.send(joined);
            }
            Command::Count { done } => {
                let _ = done.send(self.processed.count());
            }
            Command::SeesAll { snapshot, begun, done } => {
                let _ = done.send(self.processed.all_seen_by(&snapshot, begun));
            }
            Command::Verdicts { number, verdicts } => self.verdicts(number, &verdicts),
            Command::Remove(live) => {
                if let Some(slot) = self.shapes.slot_of(&live) {
                    self.remove(slot);
                }
            }
            Command::InvalidateTable(table) => self.forget_table(table, "it is gone"),
            Command::ChangeTable(now) => {
                self.shared.catalog_changed(now.id);
                self.change_table(&now);
            }
        }
    }

    fn register(&mut self, live: Arc<LiveShape>) {
        if live.is_gone() {
            // It was evicted before it came here; so was the command to remove it.
            return;
        }
        let slot = self.shapes.reserve();
        live.set_slot(slot);
        let definition = live.definition().clone();
        self.change_table(&definition.table);
        let table = self.tables.entry(definition.table.id).or_insert_with(|| {
            let mut table = FollowedTable::new(definition.table.clone());
            if let Some(relation) = self.relations.get(&definition.table.id) {
                // Drift is found by the check of the catalog that every new shape goes through.
                table.describe(relation);
            }
            table
        });
        table.slots.insert(slot);
        table.router.insert(slot, live.definition().predicate.as_ref(), &table.schema);
        let projection = table.take_projection(&definition);
        let open = self.open.as_ref().map(|open| open.begin.xid);
        let phase = Phase::joining(self.processed.count(), open);
        let handed_on = live.definition().predicate.as_ref().and_then(|predicate| predicate.handed_on());
        let pending = handed_on.map(|part| Box::new(Pending::new(part)));
        if pending.is_some() {
            metrics::handed_on_shapes(1.0);
        }
        self.shapes.insert(slot, Entry { live, projection, phase, touched: None, pending });
    }

    fn join(&mut self, live: &Arc<LiveShape>, filter: Filter) -> Joined {
        let Some(slot) = self.shapes.slot_of(live) else { return Joined::Gone };
        let Some(entry) = self.shapes.get_mut(slot) else { return Joined::Gone };
        let Phase::Joining(joining) = &entry.phase else { return Joined::Yes };
        if !joining.accepts(&filter.snapshot, &self.processed) {
            return Joined::TooEarly;
        }
        self.processed.forget_seen_by(&filter.snapshot);
        let snapshot = filter.snapshot.clone();
        let filtering = Phase::Filtering(Box::new(filter));
        let Phase::Joining(joining) = std::mem::replace(&mut entry.phase, filtering) else { return Joined::Yes };
        // Of the open transaction the shape may hold a part that is in the snapshot.
        if let (Some(at), Some(open)) = (entry.touched, &mut self.open)
            && snapshot.sees_narrow(open.begin.xid)
            && let Some(touched) = open.touched.get_mut(at)
        {
            touched.slot = None;
            entry.touched = None;
        }
        if let Some(pending) = &mut entry.pending {
            pending.drop_seen_by(&snapshot);
        }
        let mut stored = Ok(());
        for kept in joining.judge(&snapshot) {
            let items = Items { tx: kept.lsn.0, bytes: &kept.bytes, ends: &kept.ends };
            stored = stored.and_then(|()| entry.live.log().append(items));
        }
        match stored {
            Ok(()) => {
                // A part of the open transaction, or of one that waits, may be among what was kept: its end publishes all.
                if entry.touched.is_none() && !entry.pending.as_ref().is_some_and(|pending| pending.has_begun()) {
                    publish(&entry.live);
                }
                self.shapes.joined(slot);
                self.shapes.note_pending(slot);
                Joined::Yes
            }
            Err(error) => {
                self.trouble(slot, &error.into());
                Joined::Gone
            }
        }
    }

    /// Ends a shape: its readers must fetch anew.
    fn end(&mut self, slot: Slot) {
        if let Some(entry) = self.remove(slot) {
            self.shared.forget(&entry.live, None);
        }
    }

    fn trouble(&mut self, slot: Slot, trouble: &Trouble) {
        if let Some(entry) = self.shapes.get(slot) {
            trouble.report(&entry.live);
            if let Trouble::Null = trouble {
                self.shared.catalog_changed(entry.table());
            }
        }
        self.end(slot);
    }

    fn remove(&mut self, slot: Slot) -> Option<Entry> {
        let entry = self.shapes.remove(slot)?;
        if entry.pending.is_some() {
            metrics::handed_on_shapes(-1.0);
        }
        if let (Some(at), Some(open)) = (entry.touched, &mut self.open)
            && let Some(touched) = open.touched.get_mut(at)
        {
            touched.slot = None;
        }
        let definition = entry.live.definition();
        if let Some(table) = self.tables.get_mut(&definition.table.id) {
            table.slots.remove(&slot);
            table.router.remove(slot, definition.predicate.as_ref(), &table.schema);
            table.release_projection(entry.projection);
            if table.router.is_empty() {
                self.tables.remove(&definition.table.id);
            }
        }
        Some(entry)
    }

    /// The next operation number of the open transaction.
    fn next_operation(&mut self) {
        if let Some(open) = &mut self.open {
            open.place.op += 2;
        }
    }

    fn change(&mut self, change: &Change) {
        let Self { tables, shapes, open: Some(open), candidates, spare, changes, .. } = self else {
            // pgoutput never does that, and the stream's decoder has checked the order.
            return;
        };
        let Some(table) = tables.get_mut(&change.relation) else {
            self.next_operation();
            return;
        };
        *changes += 1;
        let waiting = open.waiting.len();
        let mut troubles = Vec::new();
        let tuples = match &change.operation {
            Operation::Insert { new } => Some((None, Some(new))),
            Operation::Update { old: Some(OldRow::Full(old)), new } => Some((Some(old), Some(new))),
            Operation::Delete { old: OldRow::Full(old) } => Some((Some(old), None)),
            Operation::Update { .. } | Operation::Delete { .. } => None,
        };
        if let Some((old, new)) = tuples {
            let old = old.and_then(|tuple| table.row(tuple, None));
            let new = new.and_then(|tuple| table.row(tuple, old.as_ref()));
            let versions = Versions { old: old.as_deref(), new: new.as_deref() };
            table.router.candidates(versions.old, versions.new, candidates);
            let mut target = Target { open, spare, change: *changes, kept: Kept::default() };
            for &slot in candidates.iter() {
                let Some(entry) = shapes.get_mut(slot) else { continue };
                let Some(projection) = table.projections.get_mut(entry.projection) else { continue };
                projection.begin(*changes);
                if let Err(trouble) = fold(entry, slot, projection, versions, &mut target) {
                    troubles.push((slot, trouble));
                }
            }
        }
        let is_complete = tuples.is_some();
        for slot in open.waiting.get(waiting..).unwrap_or_default() {
            shapes.note_pending(*slot);
        }
        self.next_operation();
        for (slot, trouble) in troubles {
            self.trouble(slot, &trouble);
        }
        if !is_complete {
            self.forget_table(change.relation, "an update came without the whole old row");
        }
    }

    fn commit(&mut self, commit: Commit) {
        let Some(open) = self.open.take() else { return };
        for mut touched in open.touched {
            if let Some(slot) = touched.slot
                && let Some(entry) = self.shapes.get_mut(slot)
            {
                entry.touched = None;
                if let Err(trouble) = finish(entry, open.begin, &mut touched) {
                    self.trouble(slot, &trouble);
                }
            }
            self.spare.push(touched);
        }
        for slot in open.waiting {
            if let Some(pending) = self.shapes.get_mut(slot).and_then(|entry| entry.pending.as_mut()) {
                pending.commit(open.begin);
                self.fold_judged(slot);
            }
        }
        self.flush.processed(commit.end_lsn);
        self.shared.set_processed(commit.commit_lsn);
        open.messages.into_iter().for_each(|message| (self.shared.on_message)(message));
    }
}
