//! Random numbers that can be had again.

use std::hash::{BuildHasher, RandomState};

/// A generator of random numbers (`SplitMix64`): the same seed brings the same numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of the seed that an environment variable holds, or of a new one. It is printed, so that a failure can
    /// be repeated.
    ///
    /// # Panics
    /// If the variable holds something else than a number.
    pub fn from_environment(variable: &str) -> Self {
        let seed = setting(variable).unwrap_or_else(|| RandomState::new().hash_one(0));
        eprintln!("{variable}={seed}");
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    /// A place in something that is `length` long, and not empty.
    ///
    /// # Panics
    /// If it is empty.
    pub fn index(&mut self, length: usize) -> usize {
        let index = self.below(u64::try_from(length).expect("lengths fit 64 bits"));
        usize::try_from(index).expect("less than a length")
    }

    /// A number from `low`, to below `high`.
    ///
    /// # Panics
    /// If there is none.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(i128::from(high) - i128::from(low)).expect("low is not above high");
        low.wrapping_add(self.below(width).cast_signed())
    }

    /// True once in so `many` times.
    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// One of them.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items.get(self.index(items.len())).expect("less than the length")
    }

    /// So many values.
    pub fn many<T>(&mut self, count: usize, mut value: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..count).map(|_| value(self)).collect()
    }

    /// Another generator, whose numbers do not depend on how many are drawn from this one afterwards.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.bits())
    }
}

/// The number that an environment variable holds, if it is set.
///
/// # Panics
/// If it holds something else.
#[expect(clippy::panic, reason = "a test that was told nonsense must not run")]
pub fn setting(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is not a number")))
}
