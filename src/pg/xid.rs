//! Transaction ids, narrow and wide.

use std::fmt;

/// A 32-bit transaction id, as the replication stream carries it and clients compare it. Wraps around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Xid(pub u32);

/// A 64-bit transaction id: the epoch in the upper half, so that order is age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Xid8(pub u64);

impl Xid {
    /// The 64-bit id with these lower bits that lies nearest to `near`.
    ///
    /// Two ids that exist at one time are less than 2^31 apart, so this is exact for any id of the stream and any
    /// snapshot taken while it runs.
    pub fn widen(self, near: Xid8) -> Xid8 {
        // The lower bits of `near`, read as a distance: wrapping into i32 picks the nearer side.
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is what is compared")]
        let low = near.0 as u32;
        let distance = i64::from(self.0.wrapping_sub(low).cast_signed());
        Xid8(near.0.saturating_add_signed(distance))
    }
}

impl fmt::Display for Xid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Xid8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widens_to_the_nearer_epoch() {
        let epoch = 1u64 << 32;
        assert_eq!(Xid(5).widen(Xid8(3)), Xid8(5));
        assert_eq!(Xid(3).widen(Xid8(epoch + 5)), Xid8(epoch + 3));
        assert_eq!(Xid(u32::MAX).widen(Xid8(epoch + 5)), Xid8(epoch - 1));
        assert_eq!(Xid(2).widen(Xid8(2 * epoch - 1)), Xid8(2 * epoch + 2));
    }
}
