//! `numeric`: exact decimals. Read, ordered and printed here; [`arithmetic`] computes with them, [`round`] rounds.

mod arithmetic;
mod natural;
mod round;

pub(in crate::predicate) use arithmetic::Trouble;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use super::text::trim;

/// Digits before and after the decimal point that Postgres keeps (`numeric.c`, `NUMERIC_WEIGHT_MAX`, `NUMERIC_DSCALE_MAX`).
const MAX_BEFORE: i64 = 131_072;
const MAX_AFTER: i64 = 16_383;

/// A number of `numeric`. The scale is kept, but does not count: 1.0 is 1.00.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Numeric(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    NegInfinity,
    Finite(Decimal),
    Infinity,
    NaN,
}

/// 0 to 9 each.
type Digits = SmallVec<[u8; 24]>;

/// 0.d1d2d3.. * 10^`point`. The first digit and the last are not 0; zero has no digits, no sign and point 0.
#[derive(Clone, Debug)]
struct Decimal {
    negative: bool,
    /// Digits after the point that it shows: at least those that it has.
    scale: u16,
    point: i32,
    digits: Digits,
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        (self.negative, self.point, &self.digits) == (other.negative, other.point, &other.digits)
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.negative, self.point, &self.digits).hash(state);
    }
}

impl Numeric {
    /// Reads a decimal, with exponent or without, or one of the special values.
    pub(in crate::predicate) fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        let (negative, rest) = match text.as_bytes() {
            [b'-', ..] => (true, text.get(1..)?),
            [b'+', ..] => (false, text.get(1..)?),
            _ => (false, text),
        };
        match rest.as_bytes().first()? {
            b'0'..=b'9' | b'.' => finite(negative, rest.as_bytes()).map(|decimal| Self(Repr::Finite(decimal))),
            _ if text.eq_ignore_ascii_case("nan") => Some(Self(Repr::NaN)),
            _ if rest.eq_ignore_ascii_case("infinity") || rest.eq_ignore_ascii_case("inf") => {
                Some(Self(if negative { Repr::NegInfinity } else { Repr::Infinity }))
            }
            _ => None,
        }
    }

    /// The integer as numeric.
    pub(in crate::predicate) fn from_int(value: i64) -> Self {
        let mut buffer = itoa::Buffer::new();
        // Every integer is a decimal.
        Self::parse(buffer.format(value)).unwrap_or(Self(Repr::NaN))
    }

    /// A number in the order of the numerics, and whether no other has it: none of up to 11 digits that matter shares it.
    pub(super) fn rank(&self) -> (u64, bool) {
        match &self.0 {
            Repr::NegInfinity => (0, true),
            Repr::Infinity => (u64::MAX - 1, true),
            Repr::NaN => (u64::MAX, true),
            Repr::Finite(decimal) => decimal.rank(),
        }
    }

    /// The nearest `float8`, as Postgres' cast: by way of the text. `None` if it is out of range.
    pub(in crate::predicate) fn to_float(&self) -> Option<super::Float> {
        super::float::parse8(&self.to_string())
    }
}

fn finite(negative: bool, text: &[u8]) -> Option<Decimal> {
    let mut digits = SmallVec::new();
    let (mut before, mut after, mut seen_point, mut any) = (0i64, 0i64, false, false);
    let mut rest = text;
    while let [byte @ (b'0'..=b'9' | b'.'), tail @ ..] = rest {
        rest = tail;
        if *byte == b'.' {
            if seen_point {
                return None;
            }
            seen_point = true;
            continue;
        }
        any = true;
        if seen_point {
            after += 1;
        }
        // Leading zeros only move the point.
        if digits.is_empty() && *byte == b'0' {
            before -= i64::from(seen_point);
        } else {
            before += i64::from(!seen_point);
            digits.push(byte - b'0');
        }
    }
    let exponent = if rest.is_empty() { 0 } else { exponent(rest)? };
    let point = before + exponent;
    if !any || after - exponent > MAX_AFTER {
        return None;
    }
    Decimal::new(negative, point, digits, u16::try_from((after - exponent).max(0)).ok()?)
}

fn exponent(text: &[u8]) -> Option<i64> {
    let [b'e' | b'E', digits @ ..] = text else { return None };
    let text = std::str::from_utf8(digits).ok()?;
    let value = text.parse::<i64>().ok()?;
    // Beyond this it is out of range whatever the digits; the limit keeps the sums small.
    (value.abs() <= i64::from(i32::MAX) / 2).then_some(value)
}

impl Repr {
    fn rank(&self) -> u8 {
        match self {
            Self::NegInfinity => 0,
            Self::Finite(_) => 1,
            Self::Infinity => 2,
            Self::NaN => 3,
        }
    }
}

impl Decimal {
    fn rank(&self) -> (u64, bool) {
        const HALF: u64 = 1 << 63;
        const DIGITS: usize = 11;
        let digits = self.digits.iter().copied().chain(std::iter::repeat(0)).take(DIGITS);
        let digits = digits.fold(0, |digits, digit| digits << 4 | u64::from(digit));
        let is_exact = self.digits.len() <= DIGITS;
        // 18 bits for where the point is, above 44 for the digits, and one for whether there are more; never 0, which is zero.
        let point = u64::try_from(i64::from(self.point) + MAX_AFTER + 1).unwrap_or_default();
        let magnitude = point << 45 | digits << 1 | u64::from(!is_exact);
        let number = match self.sign() {
            0 => HALF,
            1 => HALF + magnitude,
            _ => HALF - magnitude,
        };
        (number, is_exact)
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        self.sign().cmp(&other.sign()).then_with(|| if self.negative { magnitude().reverse() } else { magnitude() })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Numeric {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Finite(a), Repr::Finite(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl PartialOrd for Numeric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As Postgres prints it.
impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::NegInfinity => f.write_str("-Infinity"),
            Repr::Infinity => f.write_str("Infinity"),
            Repr::NaN => f.write_str("NaN"),
            Repr::Finite(decimal) => decimal.fmt(f),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = usize::try_from(self.point).unwrap_or_default();
        // Zeros between the point and the first digit.
        let gap = usize::try_from(-self.point).unwrap_or_default();
        let digits = self.digits.iter().map(|digit| char::from(b'0' + digit)).chain(std::iter::repeat('0'));
        let mut text = String::with_capacity(before + usize::from(self.scale) + 3);
        if self.negative {
            text.push('-');
        }
        text.extend(digits.clone().take(before));
        if before == 0 {
            text.push('0');
        }
        if self.scale > 0 {
            text.push('.');
            text.extend(std::iter::repeat_n('0', gap).chain(digits.skip(before)).take(self.scale.into()));
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Numeric {
        Numeric::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn prints_with_scale() {
        for (text, printed) in [
            ("0", "0"),
            ("-0.00", "0.00"),
            (" 1.50 ", "1.50"),
            ("007", "7"),
            ("+100", "100"),
            ("0.001", "0.001"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("-1.5E-3", "-0.0015"),
            ("1.50e1", "15.0"),
            ("0e-3", "0.000"),
            ("0.1000", "0.1000"),
            ("120.034", "120.034"),
            ("nan", "NaN"),
            ("-inf", "-Infinity"),
            ("+Infinity", "Infinity"),
        ] {
            assert_eq!(parse(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn order_is_exact() {
        let sorted = [
            "-Infinity",
            "-100",
            "-99.9",
            "-0.01",
            "-0.001",
            "0",
            "0.001",
            "0.01",
            "9",
            "10",
            "10.000000000000000000001",
            "11",
            "Infinity",
            "NaN",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(parse(a).cmp(&parse(b)), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(parse("1.0"), parse("1.00"));
        let hash = |text: &str| {
            let mut hasher = std::hash::DefaultHasher::new();
            parse(text).hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash("1.0"), hash("1.00"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", ".", "-", "1e", "1e5.5", "1..2", "1 2", "--1", "+nan", "1e200000", "1e-20000", "0x1", "infin"]
        {
            assert_eq!(Numeric::parse(text), None, "{text}");
        }
    }
}
