//! Closed intervals, found by a value in them.
//!
//! A B-tree in the order of the lower bounds. With each branch stands how far it reaches, so that branches which end below
//! a value are not entered. Many lie side by side in memory, so a lookup takes few looks into it. Adding, removing and
//! finding take time logarithmic in the number of intervals, and linear in what is found.

use std::cmp::Ordering;

use super::Slot;
use super::seen::{Bound, Probe};

/// What fits into a node.
const FULL: usize = 32;

/// A set of intervals with their shapes.
#[derive(Debug)]
pub(super) struct Intervals {
    root: Node,
}

/// In the order of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval {
    pub(super) low: Bound,
    pub(super) high: Bound,
    pub(super) slot: Slot,
}

#[derive(Debug)]
enum Node {
    Leaf(Vec<Interval>),
    Inner(Vec<Branch>),
}

#[derive(Debug)]
struct Branch {
    /// Not after any interval in it, and after all in the branch before.
    first: Interval,
    /// The highest upper bound in it.
    reach: Bound,
    node: Node,
}

impl Default for Intervals {
    fn default() -> Self {
        Self { root: Node::Leaf(Vec::new()) }
    }
}

impl Intervals {
    pub(super) fn is_empty(&self) -> bool {
        self.root.is_empty()
    }

    /// Adds one; of two that are the same one is enough.
    pub(super) fn insert(&mut self, interval: Interval) {
        let Some(second) = self.root.insert(interval) else { return };
        let first = Branch::new(std::mem::take(&mut self.root));
        self.root = Node::Inner(first.into_iter().chain([second]).collect());
    }

    pub(super) fn remove(&mut self, interval: &Interval) {
        self.root.remove(interval);
        while let Node::Inner(branches) = &mut self.root
            && branches.len() < 2
        {
            self.root = branches.pop().map(|branch| branch.node).unwrap_or_default();
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

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Vec::new())
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Self::Leaf(intervals) => intervals.is_empty(),
            Self::Inner(branches) => branches.is_empty(),
        }
    }

    /// Adds an interval. What does not fit any more comes back as a branch that goes behind this one.
    fn insert(&mut self, new: Interval) -> Option<Branch> {
        match self {
            Self::Leaf(intervals) => {
                let at = intervals.binary_search(&new).err()?;
                intervals.insert(at, new);
                Self::Leaf(second_half(intervals)?)
            }
            Self::Inner(branches) => {
                let at = place(branches, &new);
                let split = branches.get_mut(at)?.insert(new)?;
                branches.insert(at + 1, split);
                Self::Inner(second_half(branches)?)
            }
        }
        .into_branch()
    }

    fn remove(&mut self, interval: &Interval) {
        match self {
            Self::Leaf(intervals) => {
                if let Ok(at) = intervals.binary_search(interval) {
                    intervals.remove(at);
                }
            }
            Self::Inner(branches) => {
                let at = place(branches, interval);
                let Some(branch) = branches.get_mut(at) else { return };
                branch.node.remove(interval);
                if branch.node.is_empty() {
                    branches.remove(at);
                } else if branch.reach == interval.high {
                    branch.measure();
                }
            }
        }
    }

    fn around(&self, value: &Probe<'_>, found: &mut Vec<Slot>) {
        let begins = |low: &Bound| value.cmp(low) != Ordering::Less;
        let ends = |high: &Bound| value.cmp(high) == Ordering::Greater;
        match self {
            Self::Leaf(intervals) => {
                let begun = intervals.iter().take_while(|interval| begins(&interval.low));
                found.extend(begun.filter(|interval| !ends(&interval.high)).map(|interval| interval.slot));
            }
            Self::Inner(branches) => {
                let begun = branches.iter().take_while(|branch| begins(&branch.first.low));
                begun.filter(|branch| !ends(&branch.reach)).for_each(|branch| branch.node.around(value, found));
            }
        }
    }

    fn all(&self, found: &mut Vec<Slot>) {
        match self {
            Self::Leaf(intervals) => found.extend(intervals.iter().map(|interval| interval.slot)),
            Self::Inner(branches) => branches.iter().for_each(|branch| branch.node.all(found)),
        }
    }

    fn first(&self) -> Option<&Interval> {
        match self {
            Self::Leaf(intervals) => intervals.first(),
            Self::Inner(branches) => branches.first().map(|branch| &branch.first),
        }
    }

    fn reach(&self) -> Option<&Bound> {
        match self {
            Self::Leaf(intervals) => intervals.iter().map(|interval| &interval.high).max(),
            Self::Inner(branches) => branches.iter().map(|branch| &branch.reach).max(),
        }
    }

    fn into_branch(self) -> Option<Branch> {
        Branch::new(self)
    }
}

impl Branch {
    /// `None` if there is nothing in it.
    fn new(node: Node) -> Option<Self> {
        Some(Self { first: node.first()?.clone(), reach: node.reach()?.clone(), node })
    }

    fn insert(&mut self, new: Interval) -> Option<Branch> {
        if new < self.first {
            self.first = new.clone();
        }
        if new.high > self.reach {
            self.reach = new.high.clone();
        }
        let split = self.node.insert(new);
        if split.is_some() {
            self.measure();
        }
        split
    }

    /// Finds anew how far it reaches.
    fn measure(&mut self) {
        if let Some(reach) = self.node.reach().filter(|reach| **reach != self.reach) {
            self.reach = reach.clone();
        }
    }
}

/// The branch in which an interval is, or goes.
fn place(branches: &[Branch], interval: &Interval) -> usize {
    branches.partition_point(|branch| branch.first <= *interval).saturating_sub(1)
}

/// What a node has too much.
fn second_half<T>(items: &mut Vec<T>) -> Option<Vec<T>> {
    (items.len() > FULL).then(|| items.split_off(FULL / 2))
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
            match node {
                Node::Leaf(_) => 1,
                Node::Inner(branches) => 1 + branches.iter().map(|branch| depth(&branch.node)).max().unwrap_or(0),
            }
        }
        let orders: [fn(u32) -> u32; 3] = [|n| n, |n| 9_999 - n, |n| n * 7919 % 10_000];
        for order in orders {
            let mut intervals = Intervals::default();
            for n in 0..10_000 {
                intervals.insert(interval(order(n), order(n) + 1, order(n)));
            }
            assert!(depth(&intervals.root) <= 4, "{}", depth(&intervals.root));
            assert_eq!(around(&intervals, 5000), [4999, 5000]);
            for n in 0..10_000 {
                intervals.remove(&interval(order(n), order(n) + 1, order(n)));
            }
            assert!(intervals.is_empty());
        }
    }

    #[test]
    fn a_long_interval_is_found_until_it_goes() {
        let mut intervals = Intervals::default();
        for n in 0..1000 {
            intervals.insert(interval(10 * n, 10 * n + 5, n));
        }
        intervals.insert(interval(0, 20_000, 5000));
        assert_eq!(around(&intervals, 7777), [5000]);
        assert_eq!(around(&intervals, 7775), [5000, 777]);
        intervals.remove(&interval(0, 20_000, 5000));
        assert_eq!(around(&intervals, 7777), [] as [Slot; 0]);
    }
}
