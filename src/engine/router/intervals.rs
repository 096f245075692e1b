//! Closed intervals, found by a value in them.
//!
//! A B-tree in the order of the lower bounds. With each place in a node stands how far reaches what is there and before it,
//! so a lookup goes from the last interval that has begun at a value backwards, and stops where none before reaches it.
//! Bounds lie side by side in memory: a lookup takes few looks into it. Adding, removing and finding take time logarithmic in
//! the number of intervals, and linear in what is found.

use std::cmp::Ordering;

use super::Slot;
use super::seen::{Bound, Probe};

/// What fits into a node.
const FULL: usize = 64;

/// A set of intervals with their shapes.
#[derive(Debug, Default)]
pub(super) struct Intervals {
    root: Node,
}

/// An interval of a shape. In the order of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval {
    pub(super) low: Bound,
    pub(super) high: Bound,
    pub(super) slot: Slot,
}

/// Intervals, or branches by their first interval.
#[derive(Debug, Default)]
struct Node {
    lows: Vec<Bound>,
    highs: Vec<Bound>,
    slots: Vec<Slot>,
    /// The highest upper bound up to here.
    reaches: Vec<Bound>,
    /// Empty in a leaf.
    branches: Vec<Node>,
}

impl Intervals {
    pub(super) fn is_empty(&self) -> bool {
        self.root.slots.is_empty()
    }

    /// Adds one; of two that are the same one is enough.
    pub(super) fn insert(&mut self, interval: Interval) {
        let Some(second) = self.root.insert(interval) else { return };
        let mut root = Node::default();
        for branch in [std::mem::take(&mut self.root), second] {
            root.add_branch(root.slots.len(), branch);
        }
        root.measure(0);
        self.root = root;
    }

    pub(super) fn remove(&mut self, interval: &Interval) {
        self.root.remove(interval);
        while self.root.slots.len() == 1
            && let Some(only) = self.root.branches.pop()
        {
            self.root = only;
        }
    }

    /// The shapes of all intervals that the value is in.
    pub(super) fn around(&self, value: &Probe<'_>, found: &mut Vec<Slot>) {
        self.root.around(value, found);
    }

    /// All shapes.
    pub(super) fn all(&self, found: &mut Vec<Slot>) {
        self.root.all(found);
    }
}

impl Node {
    fn around(&self, value: &Probe<'_>, found: &mut Vec<Slot>) {
        let ends = |high: &Bound| value.cmp(high) == Ordering::Greater;
        let begun = self.lows.partition_point(|low| value.cmp(low) != Ordering::Less);
        let reaches = self.reaches.get(..begun).unwrap_or_default();
        for (at, _) in reaches.iter().enumerate().rev().take_while(|(_, reach)| !ends(reach)) {
            if let Some(branch) = self.branches.get(at) {
                branch.around(value, found);
            } else if let (Some(high), Some(slot)) = (self.highs.get(at), self.slots.get(at))
                && !ends(high)
            {
                found.push(*slot);
            }
        }
    }

    fn all(&self, found: &mut Vec<Slot>) {
        if self.branches.is_empty() {
            found.extend_from_slice(&self.slots);
        }
        self.branches.iter().for_each(|branch| branch.all(found));
    }

    /// Adds an interval. What does not fit any more comes back as a node that goes behind this one.
    fn insert(&mut self, new: Interval) -> Option<Node> {
        let after = self.after(&new);
        if self.branches.is_empty() {
            if after.checked_sub(1).is_some_and(|at| self.is_at(at, &new)) {
                return None;
            }
            self.lows.insert(after, new.low);
            self.highs.insert(after, new.high);
            self.slots.insert(after, new.slot);
            self.measure(after);
            return self.split(after);
        }
        let at = after.saturating_sub(1);
        if after == 0 {
            self.set_first(0, new.clone());
        }
        let split = self.branches.get_mut(at)?.insert(new);
        if let Some(branch) = split {
            self.add_branch(at + 1, branch);
        }
        self.measure(at);
        self.split(at + 1)
    }

    fn remove(&mut self, interval: &Interval) {
        let Some(at) = self.after(interval).checked_sub(1) else { return };
        if let Some(branch) = self.branches.get_mut(at) {
            branch.remove(interval);
            if branch.slots.is_empty() {
                self.branches.remove(at);
                self.forget(at);
            }
        } else if self.is_at(at, interval) {
            self.forget(at);
        }
        self.measure(at);
    }

    /// How many places are not after `interval`.
    fn after(&self, interval: &Interval) -> usize {
        let begun = self.lows.partition_point(|low| *low < interval.low);
        // Few begin at the same place, as a rule.
        let same = self.lows.get(begun..).unwrap_or_default().partition_point(|low| *low == interval.low);
        let (mut first, mut last) = (begun, begun + same);
        while first < last {
            let middle = usize::midpoint(first, last);
            if self.rest(middle) <= Some((&interval.high, interval.slot)) { first = middle + 1 } else { last = middle }
        }
        first
    }

    fn rest(&self, at: usize) -> Option<(&Bound, Slot)> {
        Some((self.highs.get(at)?, *self.slots.get(at)?))
    }

    fn is_at(&self, at: usize, interval: &Interval) -> bool {
        self.lows.get(at) == Some(&interval.low) && self.rest(at) == Some((&interval.high, interval.slot))
    }

    fn set_first(&mut self, at: usize, first: Interval) {
        if let (Some(low), Some(high), Some(slot)) =
            (self.lows.get_mut(at), self.highs.get_mut(at), self.slots.get_mut(at))
        {
            (*low, *high, *slot) = (first.low, first.high, first.slot);
        }
    }

    fn add_branch(&mut self, at: usize, branch: Node) {
        let (Some(low), Some((high, slot))) = (branch.lows.first(), branch.rest(0)) else { return };
        self.lows.insert(at, low.clone());
        self.highs.insert(at, high.clone());
        self.slots.insert(at, slot);
        self.branches.insert(at, branch);
    }

    fn forget(&mut self, at: usize) {
        self.lows.remove(at);
        self.highs.remove(at);
        self.slots.remove(at);
    }

    /// Finds anew how far everything from `at` on reaches.
    fn measure(&mut self, at: usize) {
        self.reaches.truncate(at);
        for at in at..self.slots.len() {
            let own = match self.branches.get(at) {
                Some(branch) => branch.reaches.last(),
                None => self.highs.get(at),
            };
            let reach = own.into_iter().chain(self.reaches.last()).max().cloned();
            self.reaches.extend(reach);
        }
    }

    /// What a node has too much, after something was added at `at`. Who only adds at the end leaves full nodes behind.
    fn split(&mut self, at: usize) -> Option<Node> {
        let len = self.slots.len();
        if len <= FULL {
            return None;
        }
        let first = if at + 1 >= len { FULL } else { len / 2 };
        let mut second = Node {
            lows: self.lows.split_off(first),
            highs: self.highs.split_off(first),
            slots: self.slots.split_off(first),
            reaches: Vec::with_capacity(len - first),
            branches: if self.branches.is_empty() { Vec::new() } else { self.branches.split_off(first) },
        };
        second.measure(0);
        self.reaches.truncate(first);
        Some(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::router::seen::Seen;
    use crate::predicate::Value;

    fn interval(low: u32, high: u32, slot: Slot) -> Interval {
        let bound = |n: u32| Bound::new(&Value::Int(n.into()));
        Interval { low: bound(low), high: bound(high), slot }
    }

    fn around(intervals: &Intervals, n: u32) -> Vec<Slot> {
        let mut found = Vec::new();
        let value = Value::Int(n.into());
        intervals.around(&Probe::new(&Seen::of(&value)), &mut found);
        found
    }

    #[test]
    fn stays_shallow_whatever_the_order() {
        fn depth(node: &Node) -> usize {
            1 + node.branches.iter().map(depth).max().unwrap_or(0)
        }
        let orders: [fn(u32) -> u32; 3] = [|n| n, |n| 9_999 - n, |n| n * 7919 % 10_000];
        for order in orders {
            let mut intervals = Intervals::default();
            for n in 0..10_000 {
                intervals.insert(interval(order(n), order(n) + 1, order(n)));
            }
            assert!(depth(&intervals.root) <= 3, "{}", depth(&intervals.root));
            assert_eq!(around(&intervals, 5000), [5000, 4999]);
            for n in 0..10_000 {
                intervals.remove(&interval(order(n), order(n) + 1, order(n)));
            }
            assert!(intervals.is_empty());
        }
    }

    #[test]
    fn what_begins_alike_is_told_apart() {
        let mut intervals = Intervals::default();
        let high = |slot: Slot| slot * 7919 % 1000 + 1;
        for slot in 0..1000 {
            intervals.insert(interval(1, high(slot), slot));
            intervals.insert(interval(1, high(slot), slot));
        }
        for slot in 0..1000 {
            let found = around(&intervals, high(slot));
            assert_eq!(found.len(), (0..1000).filter(|other| *other >= slot && high(*other) >= high(slot)).count());
            intervals.remove(&interval(1, high(slot), slot));
        }
        assert!(intervals.is_empty());
    }

    #[test]
    fn a_long_interval_is_found_until_it_goes() {
        let mut intervals = Intervals::default();
        for n in 0..1000 {
            intervals.insert(interval(10 * n, 10 * n + 5, n));
        }
        intervals.insert(interval(0, 20_000, 5000));
        assert_eq!(around(&intervals, 7777), [5000]);
        assert_eq!(around(&intervals, 7775), [777, 5000]);
        intervals.remove(&interval(0, 20_000, 5000));
        assert_eq!(around(&intervals, 7777), [] as [Slot; 0]);
    }
}
