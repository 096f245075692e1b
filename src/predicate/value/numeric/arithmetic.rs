//! What Postgres computes with numerics, to the last digit (`numeric.c`: facts about scales, not code).

use std::cmp::Ordering;

use super::natural::Natural;
use super::{Decimal, MAX_AFTER, MAX_BEFORE, Numeric, Repr};

/// A quotient has at least so many significant digits (`NUMERIC_MIN_SIG_DIGITS`).
const LEAST_DIGITS: i64 = 16;
/// But no more than so many after the point by that rule (`NUMERIC_MAX_DISPLAY_SCALE`).
const MOST_SCALE: i64 = 1000;
/// Postgres counts digits by fours (`DEC_DIGITS`), which shows in the scale of quotients.
const GROUP: i64 = 4;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::predicate) enum Trouble {
    /// More digits before the point than Postgres keeps.
    Overflow,
    DivisionByZero,
}

pub(super) type Computed = Result<Numeric, Trouble>;

impl Numeric {
    pub(in crate::predicate) fn add(&self, other: &Self) -> Computed {
        let (a, b) = match (&self.0, &other.0) {
            (Repr::Finite(a), Repr::Finite(b)) => (a, b),
            (Repr::NaN, _)
            | (_, Repr::NaN)
            | (Repr::Infinity, Repr::NegInfinity)
            | (Repr::NegInfinity, Repr::Infinity) => {
                return Ok(Self(Repr::NaN));
            }
            (Repr::Finite(_), special) | (special, _) => return Ok(Self(special.clone())),
        };
        let places = a.places().max(b.places());
        let (left, right) = (a.shifted(places), b.shifted(places));
        let scale = a.scale.max(b.scale);
        if a.negative == b.negative {
            return finite(a.negative, &left.add(&right), places, scale);
        }
        match left.cmp(&right) {
            Ordering::Less => finite(b.negative, &right.subtract(&left), places, scale),
            _ => finite(a.negative, &left.subtract(&right), places, scale),
        }
    }

    pub(in crate::predicate) fn subtract(&self, other: &Self) -> Computed {
        self.add(&other.negated())
    }

    pub(in crate::predicate) fn multiply(&self, other: &Self) -> Computed {
        let (Repr::Finite(a), Repr::Finite(b)) = (&self.0, &other.0) else {
            return Ok(Self::special(self.sign().zip(other.sign()).map(|(a, b)| a * b)));
        };
        let places = a.places() + b.places();
        let product = a.shifted(a.places()).multiply(&b.shifted(b.places()));
        let scale = i64::from(a.scale) + i64::from(b.scale);
        let negative = a.negative != b.negative;
        if scale <= MAX_AFTER {
            return finite(negative, &product, places, u16::try_from(scale).unwrap_or_default());
        }
        finite(negative, &product, places, u16::MAX)?.rounded(MAX_AFTER)
    }

    pub(in crate::predicate) fn divide(&self, other: &Self) -> Computed {
        let (Repr::Finite(a), Repr::Finite(b)) = (&self.0, &other.0) else { return self.divide_special(other) };
        if b.digits.is_empty() {
            return Err(Trouble::DivisionByZero);
        }
        let scale = quotient_scale(a, b);
        let (mut quotient, rest, divisor) = a.divided(b, scale);
        if rest.add(&rest) >= divisor {
            quotient = quotient.add(&Natural::one());
        }
        finite(a.negative != b.negative, &quotient, scale, u16::try_from(scale).unwrap_or_default())
    }

    /// Without what comes after the point.
    pub(in crate::predicate) fn divide_whole(&self, other: &Self) -> Computed {
        let (Repr::Finite(a), Repr::Finite(b)) = (&self.0, &other.0) else { return self.divide_special(other) };
        if b.digits.is_empty() {
            return Err(Trouble::DivisionByZero);
        }
        finite(a.negative != b.negative, &a.divided(b, 0).0, 0, 0)
    }

    /// What the whole division leaves, with the sign of the dividend.
    pub(in crate::predicate) fn remainder(&self, other: &Self) -> Computed {
        let (a, b) = match (&self.0, &other.0) {
            (Repr::NaN, _) | (_, Repr::NaN) => return Ok(Self(Repr::NaN)),
            (_, Repr::Finite(b)) if b.digits.is_empty() => return Err(Trouble::DivisionByZero),
            (Repr::Finite(a), Repr::Finite(b)) => (a, b),
            (Repr::Finite(_), _) => return Ok(self.clone()),
            _ => return Ok(Self(Repr::NaN)),
        };
        let places = a.places().max(b.places());
        let (_, rest) = a.shifted(places).divide(&b.shifted(places));
        finite(a.negative, &rest, places, a.scale.max(b.scale))
    }

    /// One of the two is not finite.
    fn divide_special(&self, other: &Self) -> Computed {
        match (&self.0, &other.0) {
            (Repr::Finite(_), Repr::Infinity | Repr::NegInfinity) => Ok(Self::from_int(0)),
            (Repr::Infinity | Repr::NegInfinity, Repr::Finite(b)) if b.digits.is_empty() => {
                Err(Trouble::DivisionByZero)
            }
            (Repr::Infinity | Repr::NegInfinity, Repr::Finite(_)) => {
                Ok(Self::special(self.sign().zip(other.sign()).map(|(a, b)| a * b)))
            }
            _ => Ok(Self(Repr::NaN)),
        }
    }

    /// Infinity of this sign; NaN without one.
    fn special(sign: Option<i8>) -> Self {
        Self(match sign {
            Some(1) => Repr::Infinity,
            Some(-1) => Repr::NegInfinity,
            _ => Repr::NaN,
        })
    }

    /// 1, 0 or -1; `None` of NaN.
    pub(in crate::predicate) fn sign(&self) -> Option<i8> {
        match &self.0 {
            Repr::NaN => None,
            Repr::Infinity => Some(1),
            Repr::NegInfinity => Some(-1),
            Repr::Finite(decimal) => Some(decimal.sign()),
        }
    }

    pub(in crate::predicate) fn negated(&self) -> Self {
        Self(match &self.0 {
            Repr::NaN => Repr::NaN,
            Repr::Infinity => Repr::NegInfinity,
            Repr::NegInfinity => Repr::Infinity,
            Repr::Finite(decimal) => {
                let negative = !decimal.negative && !decimal.digits.is_empty();
                Repr::Finite(Decimal { negative, ..decimal.clone() })
            }
        })
    }

    pub(in crate::predicate) fn absolute(&self) -> Self {
        if self.sign() == Some(-1) { self.negated() } else { self.clone() }
    }
}

impl Decimal {
    /// Digits after the point, without zeros at their end.
    pub(super) fn places(&self) -> i64 {
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        (length - i64::from(self.point)).max(0)
    }

    /// The magnitude times 10^`places`, which leaves nothing after the point.
    fn shifted(&self, places: i64) -> Natural {
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let zeros = i64::from(self.point) - length + places;
        if self.digits.is_empty() {
            return Natural::from_digits(&[], 0);
        }
        Natural::from_digits(&self.digits, usize::try_from(zeros).unwrap_or_default())
    }

    /// The quotient times 10^`scale`, without what comes after its point, what that leaves, and of what divisor.
    fn divided(&self, by: &Self, scale: i64) -> (Natural, Natural, Natural) {
        let places = self.places().max(by.places());
        let divisor = by.shifted(places);
        let (quotient, rest) = self.shifted(places + scale).divide(&divisor);
        (quotient, rest, divisor)
    }

    /// Of the first group of four digits its weight, as a power of 10^4, and its value.
    fn first_group(&self) -> (i64, u32) {
        let Some(exponent) = self.digits.first().map(|_| i64::from(self.point) - 1) else { return (0, 0) };
        let length = usize::try_from(exponent.rem_euclid(GROUP)).unwrap_or_default() + 1;
        let digits = self.digits.iter().copied().chain(std::iter::repeat(0)).take(length);
        (exponent.div_euclid(GROUP), digits.fold(0, |group, digit| group * 10 + u32::from(digit)))
    }
}

/// Digits after the point of a quotient (`select_div_scale`): that it has enough significant ones, and no fewer after the
/// point than either operand shows.
fn quotient_scale(a: &Decimal, b: &Decimal) -> i64 {
    let ((weight_a, first_a), (weight_b, first_b)) = (a.first_group(), b.first_group());
    let weight = weight_a - weight_b - i64::from(first_a <= first_b);
    (LEAST_DIGITS - weight * GROUP).max(a.scale.into()).max(b.scale.into()).clamp(0, MOST_SCALE)
}

/// The number `magnitude` / 10^`places`.
fn finite(negative: bool, magnitude: &Natural, places: i64, scale: u16) -> Computed {
    let digits = magnitude.digits();
    let point = i64::try_from(digits.len()).unwrap_or(i64::MAX) - places;
    Decimal::new(negative, point, digits.into(), scale)
        .map(|decimal| Numeric(Repr::Finite(decimal)))
        .ok_or(Trouble::Overflow)
}

impl Decimal {
    /// 0.d1d2.. * 10^`point`, with any zeros at the end; `None` beyond the range.
    pub(super) fn new(negative: bool, point: i64, mut digits: super::Digits, scale: u16) -> Option<Self> {
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self { negative: false, scale, point: 0, digits });
        }
        (point <= MAX_BEFORE).then_some(Self { negative, scale, point: i32::try_from(point).ok()?, digits })
    }
}
