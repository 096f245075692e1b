//! The shapes that want the same.

use std::collections::BTreeSet;

use super::Slot;

/// More than so many are kept in a tree.
const FEW: usize = 32;

/// A set of shapes. Adding one and removing one take time logarithmic in their number. Most values have one shape: it lies
/// in the set itself.
#[derive(Debug, Default)]
pub(in crate::engine) enum Slots {
    #[default]
    None,
    One(Slot),
    /// Ascending.
    Few(Vec<Slot>),
    #[expect(clippy::box_collection, reason = "the others are smaller")]
    Many(Box<BTreeSet<Slot>>),
}

impl Slots {
    pub(in crate::engine) fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(in crate::engine) fn insert(&mut self, slot: Slot) {
        match self {
            Self::None => *self = Self::One(slot),
            Self::One(other) if *other == slot => {}
            Self::One(other) => *self = Self::Few(vec![slot.min(*other), slot.max(*other)]),
            Self::Few(slots) => {
                if let Err(at) = slots.binary_search(&slot) {
                    slots.insert(at, slot);
                }
                if slots.len() > FEW {
                    *self = Self::Many(Box::new(slots.iter().copied().collect()));
                }
            }
            Self::Many(slots) => {
                slots.insert(slot);
            }
        }
    }

    pub(in crate::engine) fn remove(&mut self, slot: Slot) {
        match self {
            Self::One(other) if *other == slot => *self = Self::None,
            Self::None | Self::One(_) => {}
            Self::Few(slots) => {
                slots.retain(|other| *other != slot);
                if let [last] = slots.as_slice() {
                    *self = Self::One(*last);
                }
            }
            Self::Many(slots) => {
                slots.remove(&slot);
                // Well below the number at which it was made, so that nothing goes back and forth.
                if slots.len() <= FEW / 2 {
                    *self = Self::Few(slots.iter().copied().collect());
                }
            }
        }
    }

    /// Adds them to `found`, ascending.
    pub(in crate::engine) fn list(&self, found: &mut Vec<Slot>) {
        match self {
            Self::None => {}
            Self::One(slot) => found.push(*slot),
            Self::Few(slots) => found.extend_from_slice(slots),
            Self::Many(slots) => found.extend(slots.iter()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(slots: &Slots) -> Vec<Slot> {
        let mut found = Vec::new();
        slots.list(&mut found);
        found
    }

    #[test]
    fn holds_each_once_whatever_their_number() {
        let mut slots = Slots::default();
        for count in 1..=100 {
            // 7 is prime to 101: each comes once, out of order.
            slots.insert(count * 7 % 101);
            slots.insert(count * 7 % 101);
            let mut expected: Vec<_> = (1..=count).map(|n| n * 7 % 101).collect();
            expected.sort_unstable();
            assert_eq!(list(&slots), expected);
        }
        for count in 1..=100 {
            slots.remove(count * 5 % 101);
            slots.remove(count * 5 % 101);
            let mut expected: Vec<_> = (count + 1..=100).map(|n| n * 5 % 101).collect();
            expected.sort_unstable();
            assert_eq!(list(&slots), expected);
        }
        assert!(slots.is_empty());
        assert!(size_of::<Slots>() <= 24);
    }
}
