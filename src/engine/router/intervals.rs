//! Closed intervals, found by a value in them.
//!
//! A treap (a search tree that is kept in shape by priorities drawn at random) in the order of the lower bounds; each node
//! knows how far its subtree reaches, so that subtrees that end below a value are not entered. Adding, removing and
//! finding take time logarithmic in the number of intervals, and linear in what is found.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Slot;
use crate::predicate::Value;

/// A set of intervals with their shapes.
#[derive(Debug, Default)]
pub(super) struct Intervals {
    root: Link,
}

type Link = Option<Box<Node>>;

#[derive(Debug)]
struct Node {
    key: Key,
    priority: u64,
    /// The highest upper bound in this subtree.
    reach: High,
    left: Link,
    right: Link,
}

/// The order of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// No bound is the lowest.
    low: Option<Value>,
    high: High,
    slot: Slot,
}

/// An upper bound; none is the highest. Shared, since nodes above repeat it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct High(Option<Arc<Value>>);

impl High {
    fn admits(&self, value: &Value) -> bool {
        self.0.as_ref().is_none_or(|high| value <= high)
    }
}

impl Ord for High {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

impl PartialOrd for High {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Node {
    fn update(&mut self) {
        let below = self.left.iter().chain(&self.right).map(|node| &node.reach);
        let reach = below.chain([&self.key.high]).max();
        if let Some(reach) = reach.filter(|reach| **reach != self.reach).cloned() {
            self.reach = reach;
        }
    }
}

impl Intervals {
    pub(super) fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    pub(super) fn insert(&mut self, low: Option<Value>, high: Option<Value>, slot: Slot) {
        let high = High(high.map(Arc::new));
        let (key, reach) = (Key { low, high: high.clone(), slot }, high);
        let (before, same, after) = split_around(self.root.take(), &key);
        // Of two that are the same one is enough.
        let new =
            same.unwrap_or_else(|| Box::new(Node { key, priority: priority(slot), reach, left: None, right: None }));
        self.root = merge(merge(before, Some(new)), after);
    }

    pub(super) fn remove(&mut self, low: Option<Value>, high: Option<Value>, slot: Slot) {
        let key = Key { low, high: High(high.map(Arc::new)), slot };
        let (before, _, after) = split_around(self.root.take(), &key);
        self.root = merge(before, after);
    }

    /// The shapes of all intervals that `value` is in.
    pub(super) fn around(&self, value: &Value, found: &mut Vec<Slot>) {
        around(&self.root, value, found);
    }

    /// All shapes.
    pub(super) fn all(&self, found: &mut Vec<Slot>) {
        all(&self.root, found);
    }
}

fn around(link: &Link, value: &Value, found: &mut Vec<Slot>) {
    let Some(node) = link.as_deref().filter(|node| node.reach.admits(value)) else { return };
    around(&node.left, value, found);
    if node.key.low.as_ref().is_none_or(|low| low <= value) {
        if node.key.high.admits(value) {
            found.push(node.key.slot);
        }
        around(&node.right, value, found);
    }
}

fn all(link: &Link, found: &mut Vec<Slot>) {
    if let Some(node) = link {
        all(&node.left, found);
        found.push(node.key.slot);
        all(&node.right, found);
    }
}

/// What is less than `key`, the node of `key` itself, and what is greater.
fn split_around(link: Link, key: &Key) -> (Link, Option<Box<Node>>, Link) {
    let Some(mut node) = link else { return (None, None, None) };
    match node.key.cmp(key) {
        Ordering::Less => {
            let (before, same, after) = split_around(node.right.take(), key);
            node.right = before;
            node.update();
            (Some(node), same, after)
        }
        Ordering::Greater => {
            let (before, same, after) = split_around(node.left.take(), key);
            node.left = after;
            node.update();
            (before, same, Some(node))
        }
        Ordering::Equal => {
            let (before, after) = (node.left.take(), node.right.take());
            node.reach = node.key.high.clone();
            (before, Some(node), after)
        }
    }
}

/// One tree of two, all of the first before all of the second.
fn merge(first: Link, second: Link) -> Link {
    let (mut first, mut second) = match (first, second) {
        (Some(first), Some(second)) => (first, second),
        (first, second) => return first.or(second),
    };
    if first.priority >= second.priority {
        first.right = merge(first.right.take(), Some(second));
        first.update();
        Some(first)
    } else {
        second.left = merge(Some(first), second.left.take());
        second.update();
        Some(second)
    }
}

/// As good as random: the finisher of `SplitMix64`. Who chooses slots is us, not a client.
fn priority(slot: Slot) -> u64 {
    let z = u64::from(slot).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_shallow_whatever_the_order() {
        fn depth(link: &Link) -> usize {
            link.as_ref().map_or(0, |node| 1 + depth(&node.left).max(depth(&node.right)))
        }
        let bound = |n: u32| Some(Value::Int(n.into()));
        let mut intervals = Intervals::default();
        for n in 0..10_000 {
            intervals.insert(bound(n), bound(n + 1), n);
        }
        assert!(depth(&intervals.root) < 60, "{}", depth(&intervals.root));
        let mut found = Vec::new();
        intervals.around(&Value::Int(5000), &mut found);
        assert_eq!(found, [4999, 5000]);
        for n in 0..10_000 {
            intervals.remove(bound(n), bound(n + 1), n);
        }
        assert!(intervals.is_empty());
    }
}
