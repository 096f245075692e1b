//! Which transactions a snapshot sees.

use std::fmt;
use std::str::FromStr;

use super::{Xid, Xid8};

/// The visibility of one Postgres snapshot, as `pg_current_snapshot()` prints it: `xmin:xmax:xip,xip`.
///
/// A transaction is visible iff it is older than `xmin`, or older than `xmax` and not in `xip` (Postgres manual,
/// "Transaction ID and Snapshot Information Functions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgSnapshot {
    /// All older transactions had ended.
    pub xmin: Xid8,
    /// This one and all younger ones had not yet begun.
    pub xmax: Xid8,
    /// Those between that were still running, ascending.
    pub xip: Box<[Xid8]>,
}

impl PgSnapshot {
    /// Whether the snapshot sees what transaction `xid` wrote.
    pub fn sees(&self, xid: Xid8) -> bool {
        xid < self.xmin || (xid < self.xmax && self.xip.binary_search(&xid).is_err())
    }

    /// As [`Self::sees`], for an id of the replication stream.
    pub fn sees_narrow(&self, xid: Xid) -> bool {
        self.sees(xid.widen(self.xmax))
    }
}

/// The text is not of the form `xmin:xmax:xip,..`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a snapshot of the form xmin:xmax:xip")]
pub struct ParseSnapshotError(String);

impl FromStr for PgSnapshot {
    type Err = ParseSnapshotError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseSnapshotError(text.to_owned());
        let xid = |part: &str| part.parse().map(Xid8).map_err(|_| refused());
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().ok_or_else(refused);
        let (xmin, xmax, xip) = (xid(part()?)?, xid(part()?)?, part()?);
        let mut xip = xip.split(',').filter(|x| !x.is_empty()).map(xid).collect::<Result<Vec<_>, _>>()?;
        xip.sort_unstable();
        Ok(Self { xmin, xmax, xip: xip.into() })
    }
}

impl fmt::Display for PgSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.xmin, self.xmax)?;
        for (i, xid) in self.xip.iter().enumerate() {
            write!(f, "{}{xid}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_had_ended() {
        let snapshot: PgSnapshot = "10:20:12,15".parse().unwrap();
        for (xid, seen) in [(9, true), (10, true), (12, false), (13, true), (15, false), (19, true), (20, false)] {
            assert_eq!(snapshot.sees(Xid8(xid)), seen, "{xid}");
        }
    }

    #[test]
    fn compares_in_64_bits_after_an_epoch() {
        let epoch = 1u64 << 32;
        let snapshot: PgSnapshot = format!("{}:{}:{}", epoch + 3, epoch + 9, epoch + 5).parse().unwrap();
        assert!(!snapshot.sees_narrow(Xid(5)));
        assert!(snapshot.sees_narrow(Xid(4)));
        assert!(snapshot.sees_narrow(Xid(u32::MAX)));
    }

    #[test]
    fn prints_what_it_parsed_and_refuses_the_rest() {
        for text in ["1:1:", "10:20:12,15"] {
            assert_eq!(text.parse::<PgSnapshot>().unwrap().to_string(), text);
        }
        for text in ["", "1", "1:2", "a:1:", "1:2:x"] {
            assert!(text.parse::<PgSnapshot>().is_err(), "{text}");
        }
    }
}
