//! The shapes that demand something of one column.

use std::collections::HashMap;

use super::intervals::Intervals;
use super::{Slot, Slots, insert_sorted, remove_sorted};
use crate::pg::PgType;
use crate::predicate::{Value, Wanted};

/// Finds shapes by the value of a column.
#[derive(Debug)]
pub(super) struct ColumnIndex {
    ty: PgType,
    /// That want this value.
    values: HashMap<Value, Slots>,
    /// That want NULL.
    nulls: Slots,
    /// That want a value between two.
    intervals: Intervals,
    /// That want an array that holds this value.
    elements: HashMap<Value, Slots>,
}

impl ColumnIndex {
    pub(super) fn new(ty: &PgType) -> Self {
        Self {
            ty: ty.clone(),
            values: HashMap::new(),
            nulls: Slots::new(),
            intervals: Intervals::default(),
            elements: HashMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.nulls.is_empty() && self.intervals.is_empty() && self.elements.is_empty()
    }

    pub(super) fn insert(&mut self, slot: Slot, wanted: &Wanted) {
        match wanted {
            Wanted::OneOf(values) => add(&mut self.values, values, slot),
            Wanted::Holding(values) => add(&mut self.elements, values, slot),
            Wanted::Null => insert_sorted(&mut self.nulls, slot),
            Wanted::Between(low, high) => self.intervals.insert(low.clone(), high.clone(), slot),
        }
    }

    pub(super) fn remove(&mut self, slot: Slot, wanted: &Wanted) {
        match wanted {
            Wanted::OneOf(values) => take(&mut self.values, values, slot),
            Wanted::Holding(values) => take(&mut self.elements, values, slot),
            Wanted::Null => remove_sorted(&mut self.nulls, slot),
            Wanted::Between(low, high) => self.intervals.remove(low.clone(), high.clone(), slot),
        }
    }

    /// Adds the shapes that want the value of this text to `found`, in no order, some perhaps more than once.
    pub(super) fn lookup(&self, text: Option<&[u8]>, found: &mut Vec<Slot>) {
        let Some(text) = text else {
            found.extend_from_slice(&self.nulls);
            return;
        };
        let Some(value) = std::str::from_utf8(text).ok().and_then(|text| Value::parse(text, &self.ty).ok()) else {
            // It may be wanted by any of them: the fold finds out, and says so.
            found.extend(self.values.values().chain(self.elements.values()).flatten());
            self.intervals.all(found);
            return;
        };
        found.extend(self.values.get(&value).into_iter().flatten());
        self.intervals.around(&value, found);
        if let (Value::Array(array), false) = (&value, self.elements.is_empty()) {
            let elements = array.elements().iter().flatten();
            found.extend(elements.filter_map(|element| self.elements.get(element)).flatten());
        }
    }
}

fn add(shapes: &mut HashMap<Value, Slots>, values: &[Value], slot: Slot) {
    for value in values {
        insert_sorted(shapes.entry(value.clone()).or_default(), slot);
    }
}

fn take(shapes: &mut HashMap<Value, Slots>, values: &[Value], slot: Slot) {
    for value in values {
        if let Some(slots) = shapes.get_mut(value) {
            remove_sorted(slots, slot);
            if slots.is_empty() {
                shapes.remove(value);
            }
        }
    }
}
