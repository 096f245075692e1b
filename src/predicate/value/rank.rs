//! Values as numbers of 64 bits in the order of their type, for indexes that compare one value with many.

use super::Value;

/// Where a value stands among those of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Of two values of a type the lesser has no greater number. [`u64::MAX`] only if it is exact.
    pub number: u64,
    /// Whether no other value has the number.
    pub is_exact: bool,
}

impl Value {
    /// Where it stands among the values of its type.
    pub fn rank(&self) -> Rank {
        match self {
            Self::Bool(value) => Rank::exact(u64::from(*value)),
            Self::Int(value) | Self::Time(value) | Self::Timestamp(value) => Rank::signed(*value),
            Self::Date(days) => Rank::signed((*days).into()),
            Self::Enum(position) => Rank::exact(u64::from(*position)),
            Self::Float(value) => Rank::exact(value.rank()),
            Self::Text(text) => Rank::text(text),
            Self::Bytea(bytes) => Rank::rough(first_bytes(bytes)),
            Self::Uuid(bytes) => Rank::rough(first_bytes(bytes)),
            Self::Numeric(value) => {
                let (number, is_exact) = value.rank();
                Rank { number, is_exact }
            }
            Self::Timetz(time) => Rank::rough(Rank::signed(time.instant()).number),
            Self::Interval(_) | Self::Json(_) | Self::Array(_) => Rank::rough(0),
        }
    }
}

impl Rank {
    /// Of a text in the order of its bytes. Postgres has none with a zero in it, so shorter ones are told from longer.
    pub fn text(text: &str) -> Self {
        let number = first_bytes(text.as_bytes());
        if text.len() < 8 { Self::exact(number) } else { Self::rough(number) }
    }

    fn exact(number: u64) -> Self {
        Self { number, is_exact: true }
    }

    fn rough(number: u64) -> Self {
        Self { number: number.min(u64::MAX - 1), is_exact: false }
    }

    fn signed(number: i64) -> Self {
        Self::exact(number.cast_unsigned() ^ (1 << 63))
    }
}

/// The first eight, with zeros for those that are not there.
fn first_bytes(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::PgType;

    #[test]
    fn ranks_are_in_the_order_of_the_values() {
        let sorted = [
            (PgType::Int8, vec!["-9223372036854775808", "-5", "0", "7", "9223372036854775807"]),
            (PgType::Float8, vec!["-Infinity", "-1e9", "-0.5", "0", "1e-300", "3", "Infinity", "NaN"]),
            (PgType::Text, vec!["", "a", "aa", "abcdefg", "abcdefgh", "abcdefghi", "abcdefgi", "b", "é", "\u{10ffff}"]),
            (PgType::Date, vec!["-infinity", "0044-03-15 BC", "1999-12-31", "2000-01-01", "infinity"]),
            (PgType::Timestamp, vec!["1999-12-31 23:59:59", "2000-01-01 00:00:00", "2026-01-01 00:00:00"]),
            (PgType::Bool, vec!["f", "t"]),
            (PgType::Bytea, vec!["\\x", "\\x00", "\\xff", "\\xffffffffffffffff", "\\xffffffffffffffffff"]),
            (
                PgType::Numeric,
                vec![
                    "-Infinity",
                    "-1e131071",
                    "-12345678901.7",
                    "-12345678901.2",
                    "-100",
                    "-99.9",
                    "-1",
                    "-0.01",
                    "-1e-16383",
                    "0",
                    "1e-16383",
                    "0.001",
                    "0.5",
                    "1",
                    "1.00000000001",
                    "1.000000000011",
                    "1.000000000012",
                    "10",
                    "9e131071",
                    "Infinity",
                    "NaN",
                ],
            ),
            (PgType::Timetz, vec!["10:00:00+02", "09:00:00+00", "10:00:00+00"]),
        ];
        for (ty, texts) in sorted {
            let values: Vec<_> = texts.iter().map(|text| Value::parse(text, &ty).unwrap()).collect();
            for (a, b) in values.iter().zip(values.iter().skip(1)) {
                assert!(a < b && a.rank().number <= b.rank().number, "{a:?} {b:?}");
                assert!(!a.rank().is_exact || a.rank().number < b.rank().number, "{a:?} {b:?}");
                assert!(!b.rank().is_exact || a.rank().number < b.rank().number, "{a:?} {b:?}");
            }
        }
    }
}
