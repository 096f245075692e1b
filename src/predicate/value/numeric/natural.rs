//! Natural numbers of any length.

use std::cmp::Ordering;

/// Digits in a limb.
const LIMB_DIGITS: usize = 9;
const BASE: u64 = 1_000_000_000;

/// In limbs to the base 10^9, the lowest first; the highest is not 0, and zero has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Natural(Vec<u32>);

impl Natural {
    /// Of decimal digits and zeros after them.
    pub(super) fn from_digits(digits: &[u8], zeros: usize) -> Self {
        let mut limbs = vec![0; zeros / LIMB_DIGITS];
        // How many digits the limb at work has.
        let (mut limb, mut power, mut filled) =
            (0, 10u32.pow(u32::try_from(zeros % LIMB_DIGITS).unwrap_or_default()), zeros % LIMB_DIGITS);
        for digit in digits.iter().rev() {
            limb += u32::from(*digit) * power;
            filled += 1;
            if filled == LIMB_DIGITS {
                limbs.push(limb);
                (limb, power, filled) = (0, 1, 0);
            } else {
                power *= 10;
            }
        }
        limbs.push(limb);
        Self::trimmed(limbs)
    }

    /// Its decimal digits, none for zero.
    pub(super) fn digits(&self) -> Vec<u8> {
        let mut digits = Vec::with_capacity(self.0.len() * LIMB_DIGITS);
        for limb in &self.0 {
            let mut rest = *limb;
            for _ in 0..LIMB_DIGITS {
                digits.push(u8::try_from(rest % 10).unwrap_or_default());
                rest /= 10;
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        digits.reverse();
        digits
    }

    pub(super) fn one() -> Self {
        Self(vec![1])
    }

    fn trimmed(mut limbs: Vec<u32>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self(limbs)
    }

    fn limb(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or_default().into()
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (long, short) = if self.0.len() < other.0.len() { (other, self) } else { (self, other) };
        let mut carry = 0;
        let mut limbs: Vec<u32> = (0..long.0.len())
            .map(|at| {
                let sum = long.limb(at) + short.limb(at) + carry;
                carry = sum / BASE;
                low(sum)
            })
            .collect();
        limbs.push(low(carry));
        Self::trimmed(limbs)
    }

    /// `other` is not greater.
    pub(super) fn subtract(&self, other: &Self) -> Self {
        let mut borrow = 0;
        let limbs = (0..self.0.len())
            .map(|at| {
                let (have, take) = (self.limb(at), other.limb(at) + borrow);
                borrow = u64::from(have < take);
                low((have + BASE * borrow).saturating_sub(take))
            })
            .collect();
        Self::trimmed(limbs)
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        let mut limbs = vec![0u32; self.0.len() + other.0.len()];
        for (at, limb) in self.0.iter().enumerate() {
            let mut carry = 0;
            for (position, slot) in limbs.iter_mut().skip(at).enumerate() {
                if carry == 0 && position >= other.0.len() {
                    break;
                }
                let sum = u64::from(*slot) + u64::from(*limb) * other.limb(position) + carry;
                *slot = low(sum);
                carry = sum / BASE;
            }
        }
        Self::trimmed(limbs)
    }

    /// Quotient and remainder; `divisor` is not zero.
    pub(super) fn divide(&self, divisor: &Self) -> (Self, Self) {
        match divisor.0.as_slice() {
            [] => (Self(Vec::new()), Self(Vec::new())),
            [limb] => self.divide_by_limb(u64::from(*limb)),
            _ if *self < *divisor => (Self(Vec::new()), self.clone()),
            _ => self.divide_long(divisor),
        }
    }

    fn divide_by_limb(&self, divisor: u64) -> (Self, Self) {
        let mut rest = 0;
        let mut limbs: Vec<u32> = self
            .0
            .iter()
            .rev()
            .map(|limb| {
                let dividend = rest * BASE + u64::from(*limb);
                rest = dividend % divisor;
                low(dividend / divisor)
            })
            .collect();
        limbs.reverse();
        (Self::trimmed(limbs), Self::trimmed(vec![low(rest)]))
    }

    /// By the method of the schools, each limb of the quotient guessed by the first two of the divisor (Knuth, The Art of
    /// Computer Programming, 4.3.1, algorithm D).
    fn divide_long(&self, divisor: &Self) -> (Self, Self) {
        let length = divisor.0.len();
        // Guesses are near if the divisor's first limb is large.
        let scale = BASE / (divisor.limb(length - 1) + 1);
        let by = divisor.multiply(&Self(vec![low(scale)]));
        let mut rest = self.multiply(&Self(vec![low(scale)])).0;
        rest.resize(self.0.len() + 1, 0);
        let mut quotient = vec![0; rest.len() - length];
        for (at, slot) in quotient.iter_mut().enumerate().rev() {
            let mut guess = guess(&rest, &by, at);
            let window = rest.iter_mut().skip(at).take(length + 1);
            if subtract_multiple(window, &by, guess) {
                guess -= 1;
                add_back(rest.iter_mut().skip(at).take(length + 1), &by);
            }
            *slot = low(guess);
        }
        let (rest, _) = Self::trimmed(rest).divide_by_limb(scale);
        (Self::trimmed(quotient), rest)
    }
}

/// The limb of the quotient at `at`, or one more.
fn guess(rest: &[u32], by: &Natural, at: usize) -> u64 {
    let length = by.0.len();
    let limb = |at: usize| u64::from(rest.get(at).copied().unwrap_or_default());
    let (first, second) = (by.limb(length - 1), by.limb(length - 2));
    let head = limb(at + length) * BASE + limb(at + length - 1);
    let (mut guess, mut remainder) = (head / first, head % first);
    while guess >= BASE || guess * second > remainder * BASE + limb(at + length - 2) {
        guess -= 1;
        remainder += first;
        if remainder >= BASE {
            break;
        }
    }
    guess
}

/// Whether it went below zero, and now is what it is to the base's power more.
fn subtract_multiple<'l>(window: impl Iterator<Item = &'l mut u32>, by: &Natural, times: u64) -> bool {
    let mut borrow = 0;
    for (position, slot) in window.enumerate() {
        let take = by.limb(position) * times + borrow;
        let (have, low_of_take) = (u64::from(*slot), take % BASE);
        borrow = take / BASE + u64::from(have < low_of_take);
        *slot = low(have + BASE - low_of_take);
    }
    borrow > 0
}

fn add_back<'l>(window: impl Iterator<Item = &'l mut u32>, by: &Natural) {
    let mut carry = 0;
    for (position, slot) in window.enumerate() {
        let sum = u64::from(*slot) + by.limb(position) + carry;
        carry = sum / BASE;
        *slot = low(sum);
    }
}

/// What stays in a limb.
fn low(value: u64) -> u32 {
    u32::try_from(value % BASE).unwrap_or_default()
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn natural(text: &str) -> Natural {
        Natural::from_digits(&text.bytes().map(|byte| byte - b'0').collect::<Vec<_>>(), 0)
    }

    #[test]
    fn digits_and_zeros() {
        for (digits, zeros, expected) in [("7", 0, "7"), ("12", 8, "1200000000"), ("1", 9, "1000000000"), ("", 3, "")] {
            let digits: Vec<u8> = digits.bytes().map(|byte| byte - b'0').collect();
            let made: String =
                Natural::from_digits(&digits, zeros).digits().iter().map(|d| char::from(d + b'0')).collect();
            assert_eq!(made, expected);
        }
    }

    #[test]
    fn division_undoes_multiplication() {
        let parts = [
            "1",
            "999999999",
            "1000000000",
            "999999999999999999",
            "500000000000000000000000001",
            "123456789012345678901234567890",
        ];
        for a in parts {
            for b in parts {
                for rest in ["0", "1", "499999999"] {
                    let (a, b, rest) = (natural(a), natural(b), natural(rest));
                    if rest >= b {
                        continue;
                    }
                    let product = a.multiply(&b).add(&rest);
                    assert_eq!(product.divide(&b), (a.clone(), rest.clone()));
                    assert_eq!(product.subtract(&rest), b.multiply(&a));
                }
            }
        }
    }

    #[test]
    fn a_guess_that_is_one_too_much_is_taken_back() {
        // The classic case: the first limbs of dividend and divisor alike.
        let divisor = natural("500000000000000000999999999");
        let dividend = natural("499999999999999999999999999000000000000000000");
        let (quotient, rest) = dividend.divide(&divisor);
        assert!(rest < divisor);
        assert_eq!(quotient.multiply(&divisor).add(&rest), dividend);
    }
}
