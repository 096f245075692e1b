//! Positions in a shape's log (section 4).

use std::fmt;
use std::str::FromStr;

/// A position in a shape's log.
///
/// Ordered by transaction, then operation; `-1` is below everything and `inf` above every operation of its
/// transaction. Offsets are compared, never looked up exactly: a request may name one between two items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogOffset {
    /// `-1`: before the snapshot.
    BeforeAll,
    /// `<tx>_<op>`.
    At {
        /// The commit LSN; 0 for the snapshot.
        tx: u64,
        /// The operation in its transaction, or the chunk of the snapshot; [`LogOffset::INFINITE`] prints as `inf`.
        op: u64,
    },
}

impl LogOffset {
    /// The operation above all others.
    pub const INFINITE: u64 = u64::MAX;
    /// `0_inf`: the end of the snapshot and the start of the log.
    pub const SNAPSHOT_LAST: LogOffset = LogOffset::At { tx: 0, op: Self::INFINITE };

    /// The offset `<tx>_<op>`.
    pub const fn new(tx: u64, op: u64) -> Self {
        Self::At { tx, op }
    }

    /// The end of chunk `chunk` of the snapshot.
    pub const fn snapshot_chunk(chunk: u32) -> Self {
        Self::At { tx: 0, op: chunk as u64 }
    }

    /// The transaction part; 0 before the log.
    pub const fn tx(self) -> u64 {
        match self {
            Self::BeforeAll => 0,
            Self::At { tx, .. } => tx,
        }
    }
}

impl fmt::Display for LogOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeAll => f.write_str("-1"),
            Self::At { tx, op: Self::INFINITE } => write!(f, "{tx}_inf"),
            Self::At { tx, op } => write!(f, "{tx}_{op}"),
        }
    }
}

/// The text is not an offset. The message is part of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has invalid format")]
pub struct ParseOffsetError;

impl FromStr for LogOffset {
    type Err = ParseOffsetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "-1" || text == "-1_0" {
            return Ok(Self::BeforeAll);
        }
        // Any number of digits is well formed; what exceeds 64 bits is merely beyond every log.
        let number = |part: &str, most: u64| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().unwrap_or(most).min(most)).ok_or(ParseOffsetError)
        };
        let (tx, op) = text.split_once('_').ok_or(ParseOffsetError)?;
        let tx = number(tx, u64::MAX)?;
        let op = if op == "inf" { Self::INFINITE } else { number(op, Self::INFINITE - 1)? };
        Ok(Self::At { tx, op })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> LogOffset {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints() {
        for text in ["-1", "0_0", "0_inf", "26800584_2", "18446744073709551615_3"] {
            assert_eq!(at(text).to_string(), text);
        }
        assert_eq!(at("-1_0"), LogOffset::BeforeAll);
        assert_eq!(at("0_02"), at("0_2"));
        assert_eq!(at("99999999999999999999_1").tx(), u64::MAX);
    }

    #[test]
    fn refuses_other_forms() {
        for text in ["", "x", "10", "1_2_3", "0_-1", "10_3.1", " 0_0", "0_", "_0", "+1_0", "-2", "inf_0"] {
            assert_eq!(text.parse::<LogOffset>(), Err(ParseOffsetError), "{text}");
        }
    }

    #[test]
    fn orders_by_transaction_then_operation() {
        let ordered = ["-1", "0_0", "0_1", "0_inf", "1_0", "1_inf", "2_0", "9223372036854775808_0"].map(at);
        assert!(ordered.is_sorted_by(|a, b| a < b));
    }
}
