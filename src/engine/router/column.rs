//! The shapes that demand something of one column.

use super::hashed::{Prefixes, Values};
use super::intervals::{Interval, Intervals};
use super::seen::{Bound, Probe, Seen};
use super::{Slot, Slots};
use crate::pg::PgType;
use crate::predicate::{Value, Wanted};

/// Finds shapes by the value of a column.
#[derive(Debug)]
pub(super) struct ColumnIndex {
    ty: PgType,
    /// That want this value.
    values: Values,
    /// That want NULL.
    nulls: Slots,
    /// That want a value between two.
    intervals: Intervals,
    /// That want a text that begins like this.
    prefixes: Prefixes,
    /// That want an array that holds this value.
    elements: Values,
}

impl ColumnIndex {
    pub(super) fn new(ty: &PgType) -> Self {
        Self {
            ty: ty.clone(),
            values: Values::default(),
            nulls: Slots::default(),
            intervals: Intervals::default(),
            prefixes: Prefixes::default(),
            elements: Values::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nulls.is_empty() && self.reads_nothing()
    }

    /// Whether no shape wants to know of a value what it is.
    fn reads_nothing(&self) -> bool {
        let Self { values, intervals, prefixes, elements, .. } = self;
        values.is_empty() && intervals.is_empty() && prefixes.is_empty() && elements.is_empty()
    }

    pub(super) fn insert(&mut self, slot: Slot, wanted: &Wanted) {
        match wanted {
            Wanted::OneOf(values) => values.iter().for_each(|value| self.values.insert(&Seen::of(value), slot)),
            Wanted::Holding(values) => values.iter().for_each(|value| self.elements.insert(&Seen::of(value), slot)),
            Wanted::Null => self.nulls.insert(slot),
            Wanted::Between(low, high) => self.intervals.insert(interval(low.as_ref(), high.as_ref(), slot)),
            Wanted::Prefix(prefix) => self.prefixes.insert(prefix, slot),
        }
    }

    pub(super) fn remove(&mut self, slot: Slot, wanted: &Wanted) {
        match wanted {
            Wanted::OneOf(values) => values.iter().for_each(|value| self.values.remove(&Seen::of(value), slot)),
            Wanted::Holding(values) => values.iter().for_each(|value| self.elements.remove(&Seen::of(value), slot)),
            Wanted::Null => self.nulls.remove(slot),
            Wanted::Between(low, high) => self.intervals.remove(&interval(low.as_ref(), high.as_ref(), slot)),
            Wanted::Prefix(prefix) => self.prefixes.remove(prefix, slot),
        }
    }

    /// Adds the shapes that want the value of this text to `found`, in no order, some perhaps more than once.
    pub(super) fn lookup(&self, text: Option<&[u8]>, found: &mut Vec<Slot>) {
        let Some(text) = text else { return self.nulls.list(found) };
        if self.reads_nothing() {
            return;
        }
        let Some(seen) = Seen::read(text, &self.ty) else {
            // It may be wanted by any of them: the fold finds out, and says so.
            self.values.all(found);
            self.intervals.all(found);
            self.prefixes.all(found);
            self.elements.all(found);
            return;
        };
        if !self.values.is_empty() {
            self.values.find(&seen, found);
        }
        if !self.intervals.is_empty() {
            self.intervals.around(&Probe::new(&seen), found);
        }
        match &seen {
            Seen::Text(text) => self.prefixes.find(text, found),
            Seen::Value(value) => {
                if let (Value::Array(array), false) = (&**value, self.elements.is_empty()) {
                    let elements = array.elements().iter().flatten();
                    elements.for_each(|element| self.elements.find(&Seen::of(element), found));
                }
            }
        }
    }
}

fn interval(low: Option<&Value>, high: Option<&Value>, slot: Slot) -> Interval {
    Interval { low: low.map_or(Bound::LOWEST, Bound::new), high: high.map_or(Bound::HIGHEST, Bound::new), slot }
}
