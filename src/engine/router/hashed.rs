//! Shapes by the value that they want, and by the beginning of a text.
//!
//! Only hashes are kept. Two values of the same hash share their shapes, which are then found for both: the fold tells them
//! apart. The hashes are keyed at random, so nobody can choose values that collide.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use super::{Slot, Slots};

/// Shapes by a hash.
type ByHash = HashMap<u64, Slots, BuildHasherDefault<Same>>;

/// What is a hash already needs no other.
#[derive(Debug, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

fn add(shapes: &mut ByHash, hash: u64, slot: Slot) {
    shapes.entry(hash).or_default().insert(slot);
}

fn take(shapes: &mut ByHash, hash: u64, slot: Slot) {
    if let Some(slots) = shapes.get_mut(&hash) {
        slots.remove(slot);
        if slots.is_empty() {
            shapes.remove(&hash);
        }
    }
}

fn all(shapes: &ByHash, found: &mut Vec<Slot>) {
    for slots in shapes.values() {
        slots.list(found);
    }
}

/// Shapes by a value.
#[derive(Debug, Default)]
pub(super) struct Values {
    shapes: ByHash,
    state: RandomState,
}

impl Values {
    pub(super) fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    pub(super) fn insert(&mut self, value: &impl Hash, slot: Slot) {
        add(&mut self.shapes, self.state.hash_one(value), slot);
    }

    pub(super) fn remove(&mut self, value: &impl Hash, slot: Slot) {
        take(&mut self.shapes, self.state.hash_one(value), slot);
    }

    pub(super) fn find(&self, value: &impl Hash, found: &mut Vec<Slot>) {
        if let Some(slots) = self.shapes.get(&self.state.hash_one(value)) {
            slots.list(found);
        }
    }

    pub(super) fn all(&self, found: &mut Vec<Slot>) {
        all(&self.shapes, found);
    }
}

/// Shapes by the beginning of a text.
#[derive(Debug)]
pub(super) struct Prefixes {
    shapes: ByHash,
    /// How many bytes the beginnings have, and how many shapes want one of that length. A text is looked up once for each.
    lengths: BTreeMap<usize, usize>,
    /// Chosen at random.
    start: u64,
    factor: u64,
}

impl Default for Prefixes {
    fn default() -> Self {
        let state = RandomState::new();
        Self {
            shapes: ByHash::default(),
            lengths: BTreeMap::new(),
            start: state.hash_one(0),
            factor: state.hash_one(1) | 1,
        }
    }
}

impl Prefixes {
    pub(super) fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    pub(super) fn insert(&mut self, prefix: &str, slot: Slot) {
        *self.lengths.entry(prefix.len()).or_default() += 1;
        let hash = self.hash(prefix);
        add(&mut self.shapes, hash, slot);
    }

    pub(super) fn remove(&mut self, prefix: &str, slot: Slot) {
        if let Some(count) = self.lengths.get_mut(&prefix.len()) {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&prefix.len());
            }
        }
        let hash = self.hash(prefix);
        take(&mut self.shapes, hash, slot);
    }

    /// The shapes that want a beginning of this text.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Slot>) {
        let (mut hash, mut done) = (self.start, 0);
        for &length in self.lengths.keys() {
            let Some(part) = text.as_bytes().get(done..length) else { return };
            hash = self.go_on(hash, part);
            done = length;
            if let Some(slots) = self.shapes.get(&hash) {
                slots.list(found);
            }
        }
    }

    pub(super) fn all(&self, found: &mut Vec<Slot>) {
        all(&self.shapes, found);
    }

    fn hash(&self, text: &str) -> u64 {
        self.go_on(self.start, text.as_bytes())
    }

    /// The hash of a text, given that of its part before `bytes`. What is multiplied to 128 bits is folded to 64.
    fn go_on(&self, hash: u64, bytes: &[u8]) -> u64 {
        bytes.iter().fold(hash, |hash, byte| {
            let wide = u128::from(hash ^ u64::from(*byte)) * u128::from(self.factor);
            #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
            let folded = (wide >> 64) as u64 ^ wide as u64;
            folded
        })
    }
}
