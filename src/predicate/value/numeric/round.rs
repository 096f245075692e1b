//! Numerics rounded, and their scales.

use super::arithmetic::{Computed, Trouble};
use super::{Decimal, Digits, MAX_AFTER, Numeric, Repr};

/// What becomes of digits that go.
#[derive(Clone, Copy)]
enum Rounding {
    /// Half away from zero.
    Nearest,
    /// They are cut off.
    Toward,
    /// One more in magnitude, if they are not all 0.
    Away,
}

impl Numeric {
    /// To so many digits after the point, half away from zero; before it, if negative. More than there are become zeros.
    pub(in crate::predicate) fn rounded(&self, places: i64) -> Computed {
        self.with(|decimal| decimal.cut(places, Rounding::Nearest))
    }

    /// The same, without the digits beyond.
    pub(in crate::predicate) fn truncated(&self, places: i64) -> Computed {
        self.with(|decimal| decimal.cut(places, Rounding::Toward))
    }

    /// The least integer that is not less.
    pub(in crate::predicate) fn ceiling(&self) -> Computed {
        self.with(|decimal| decimal.cut(0, if decimal.negative { Rounding::Toward } else { Rounding::Away }))
    }

    /// The greatest integer that is not more.
    pub(in crate::predicate) fn floor(&self) -> Computed {
        self.with(|decimal| decimal.cut(0, if decimal.negative { Rounding::Away } else { Rounding::Toward }))
    }

    /// Digits after the point that it shows; `None` of what is not finite.
    pub(in crate::predicate) fn scale(&self) -> Option<i64> {
        self.finite().map(|decimal| decimal.scale.into())
    }

    /// Digits after the point that it needs; `None` of what is not finite.
    pub(in crate::predicate) fn least_scale(&self) -> Option<i64> {
        self.finite().map(Decimal::places)
    }

    /// Without zeros at its end.
    pub(in crate::predicate) fn trimmed(&self) -> Self {
        let Repr::Finite(decimal) = &self.0 else { return self.clone() };
        let scale = u16::try_from(decimal.places()).unwrap_or_default();
        Self(Repr::Finite(Decimal { scale, ..decimal.clone() }))
    }

    /// Whether it has more than `digits` digits before the point.
    pub(in crate::predicate) fn is_longer_than(&self, digits: i64) -> bool {
        self.finite().is_some_and(|decimal| !decimal.digits.is_empty() && i64::from(decimal.point) > digits)
    }

    /// Whether it is neither infinite nor NaN.
    pub(in crate::predicate) fn is_finite(&self) -> bool {
        self.finite().is_some()
    }

    /// The nearest integer, half away from zero; `None` if it is none of `int8`.
    pub(in crate::predicate) fn to_int(&self) -> Option<i64> {
        self.finite().and_then(|decimal| decimal.cut(0, Rounding::Nearest))?.to_string().parse().ok()
    }

    fn finite(&self) -> Option<&Decimal> {
        match &self.0 {
            Repr::Finite(decimal) => Some(decimal),
            _ => None,
        }
    }

    fn with(&self, change: impl Fn(&Decimal) -> Option<Decimal>) -> Computed {
        match &self.0 {
            Repr::Finite(decimal) => {
                change(decimal).map(|decimal| Self(Repr::Finite(decimal))).ok_or(Trouble::Overflow)
            }
            special => Ok(Self(special.clone())),
        }
    }
}

impl Decimal {
    /// With so many digits after the point, which may be negative; `None` if it comes out of the range.
    fn cut(&self, places: i64, how: Rounding) -> Option<Self> {
        let scale = u16::try_from(places.clamp(0, MAX_AFTER)).unwrap_or_default();
        let point = i64::from(self.point);
        let Ok(kept) = usize::try_from(point + places) else {
            // Even the first is below what is rounded to.
            let is_one = matches!(how, Rounding::Away) && !self.digits.is_empty();
            let digits = if is_one { Digits::from_slice(&[1]) } else { Digits::new() };
            return Self::new(self.negative, 1 - places, digits, scale);
        };
        let Some(first_gone) = self.digits.get(kept) else { return Some(Self { scale, ..self.clone() }) };
        let up = match how {
            Rounding::Nearest => *first_gone >= 5,
            Rounding::Toward => false,
            Rounding::Away => true,
        };
        let mut digits: Digits = self.digits.iter().take(kept).copied().collect();
        let is_longer = up && carry(&mut digits);
        Self::new(self.negative, point + i64::from(is_longer), digits, scale)
    }
}

/// Adds one at the last digit; whether that made one digit more in front.
fn carry(digits: &mut Digits) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    true
}
