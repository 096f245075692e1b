//! Positions in the write-ahead log.

use std::fmt;
use std::str::FromStr;

/// A position in Postgres' write-ahead log, in bytes from its start.
///
/// Shown as Postgres shows it (`16/B374D848`, two hexadecimal halves); on the wire of the shape protocol it is the
/// plain decimal number. All 64 bits count: positions above 2^63 are legal, so comparisons are unsigned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(pub u64);

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

/// The text is not of the form `X/X`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a WAL position of the form X/X")]
pub struct ParseLsnError(String);

impl FromStr for Lsn {
    type Err = ParseLsnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseLsnError(text.to_owned());
        let half = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit());
            if digits { u32::from_str_radix(part, 16).ok() } else { None }
        };
        let (high, low) = text.split_once('/').ok_or_else(refused)?;
        let high = half(high).ok_or_else(refused)?;
        let low = half(low).ok_or_else(refused)?;
        Ok(Lsn(u64::from(high) << 32 | u64::from(low)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses_the_form_of_postgres() {
        for (text, value) in [("0/0", 0), ("16/B374D848", 0x16_B374_D848), ("FFFFFFFF/FF", 0xFFFF_FFFF_0000_00FF)] {
            assert_eq!(text.parse(), Ok(Lsn(value)));
            assert_eq!(Lsn(value).to_string(), text);
        }
    }

    #[test]
    fn refuses_other_forms() {
        for text in ["", "/", "1", "1/", "/1", "g/1", "1/2/3", "+1/2", "123456789/0"] {
            assert!(text.parse::<Lsn>().is_err(), "{text}");
        }
    }

    #[test]
    fn orders_unsigned() {
        assert!(Lsn(1 << 63) > Lsn((1 << 63) - 1));
    }
}
