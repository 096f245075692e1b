//! `float4`, `float8`

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::text::trim;

/// A float with Postgres' order: NaN equals itself and is above everything, -0 is 0.
#[derive(Clone, Copy, Debug)]
pub struct Float(f64);

impl Float {
    /// A value, which is single precision's if it is to be a `float4`.
    pub(in crate::predicate) fn new(value: f64) -> Self {
        // NaN has many bit patterns, which nobody tells apart.
        Self(if value.is_nan() { f64::NAN } else { value })
    }

    /// The value.
    pub(in crate::predicate) fn get(self) -> f64 {
        self.0
    }

    /// The nearest float, as Postgres converts an `int8`.
    pub(in crate::predicate) fn from_int(value: i64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "rounds to nearest, as C does")]
        Self::new(value as f64)
    }

    /// A number in the order of the floats.
    pub(super) fn rank(self) -> u64 {
        let bits = self.0.to_bits();
        if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
    }

    /// The text that Postgres prints: the shortest that reads back, `single` if it was a `float4`.
    pub(super) fn print(self, single: bool) -> String {
        if self.0.is_nan() {
            return "NaN".to_owned();
        }
        if self.0.is_infinite() {
            return if self.0 > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
        }
        if self.0 == 0.0 {
            return if self.0.is_sign_negative() { "-0" } else { "0" }.to_owned();
        }
        let (sign, magnitude) = (if self.0 < 0.0 { "-" } else { "" }, self.0.abs());
        let (digits, exponent) = shortest(magnitude, single);
        // `%g` with the digits that the type always keeps (`float8out`, `float4out`).
        if !(-4..if single { 6 } else { 15 }).contains(&exponent) {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
            let (point, of_exponent) = (if rest.is_empty() { "" } else { "." }, if exponent < 0 { '-' } else { '+' });
            return format!("{sign}{first}{point}{rest}e{of_exponent}{:02}", exponent.abs());
        }
        let before = usize::try_from(exponent + 1).unwrap_or_default();
        let Some((whole, rest)) = digits.split_at_checked(before) else {
            return format!("{sign}{digits}{}", "0".repeat(before - digits.len()));
        };
        let gap = "0".repeat(usize::try_from(-exponent - 1).unwrap_or_default());
        match (whole, rest) {
            ("", rest) => format!("{sign}0.{gap}{rest}"),
            (whole, "") => format!("{sign}{whole}"),
            (whole, rest) => format!("{sign}{whole}.{rest}"),
        }
    }
}

/// The digits of a positive float and its power of ten: the fewest that lie nearer to it than to any other, and of those the
/// nearest, of two the even one. A number half way to another is not taken, though most readers would read it back.
fn shortest(value: f64, single: bool) -> (String, i32) {
    let in_digits = |count: usize| {
        let text = format!("{value:.*e}", count - 1);
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        (digits.replace('.', ""), exponent.parse::<i32>().unwrap_or_default())
    };
    #[expect(clippy::cast_possible_truncation, reason = "the value was widened from this type")]
    let text = if single { format!("{:e}", value as f32) } else { format!("{value:e}") };
    let fewest = text.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let most = if single { 9 } else { 17 };
    let mut candidates = (fewest..most).flat_map(|count| {
        let (digits, exponent) = in_digits(count);
        // Below a power of two the floats are nearer to each other: the next above may do where the nearest does not.
        let next = digits.parse::<u64>().map_or_else(|_| digits.clone(), |number| (number + 1).to_string());
        [(digits, exponent), (next, exponent)]
    });
    candidates.find(|(digits, exponent)| is_within(digits, *exponent, value, single)).unwrap_or_else(|| in_digits(most))
}

/// Whether a decimal is nearer to `value` than to any other float.
fn is_within(digits: &str, exponent: i32, value: f64, single: bool) -> bool {
    let reads = |digits: &str| {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
        let text = format!("{first}.{rest}e{exponent}");
        let read = if single { text.parse::<f32>().map(f64::from) } else { text.parse::<f64>() };
        read == Ok(value)
    };
    if !reads(digits) {
        return false;
    }
    // Only above this are there integers between the floats; what lies half way between others has more digits.
    if value < if single { 16_777_216.0 } else { 9_007_199_254_740_992.0 } {
        return true;
    }
    let places = usize::try_from(exponent).unwrap_or_default();
    let last = digits.parse::<u64>().unwrap_or_default();
    let (above, below) =
        (format!("{digits}{}1", "0".repeat(places + 2)), format!("{}{}", last - 1, "9".repeat(places + 3)));
    // A power of ten has one digit less below it.
    let below = if below.len() < above.len() { format!("0{below}") } else { below };
    reads(&above) && reads(&below)
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Float {}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // -0 is 0.
        (self.0 + 0.0).to_bits().hash(state);
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.partial_cmp(&other.0).unwrap_or_else(|| self.0.is_nan().cmp(&other.0.is_nan()))
    }
}

/// Reads a `float8`.
pub(super) fn parse8(text: &str) -> Option<Float> {
    let text = trim(text);
    let value = match special(text) {
        Some(value) => value,
        None => decimal(text)?.parse().ok()?,
    };
    checked(value, value.is_infinite(), text)
}

/// Reads a `float4`: rounded once, from the text, to single precision.
pub(super) fn parse4(text: &str) -> Option<Float> {
    let text = trim(text);
    let value = match special(text) {
        Some(value) => value,
        None => f64::from(decimal(text)?.parse::<f32>().ok()?),
    };
    checked(value, value.is_infinite(), text)
}

/// What is out of range is refused, as Postgres does: too large, or too small to be told from 0.
fn checked(value: f64, infinite: bool, text: &str) -> Option<Float> {
    let overflow = infinite && special(text).is_none();
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let underflow = value == 0.0 && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if overflow || underflow { None } else { Some(Float::new(value)) }
}

fn special(text: &str) -> Option<f64> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("nan") {
        Some(f64::NAN)
    } else if is("infinity") || is("inf") || is("+infinity") || is("+inf") {
        Some(f64::INFINITY)
    } else if is("-infinity") || is("-inf") {
        Some(f64::NEG_INFINITY)
    } else {
        None
    }
}

/// Only what both Postgres and Rust read alike: digits, a point, an exponent.
fn decimal(text: &str) -> Option<&str> {
    let fits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_postgres_does() {
        for (text, printed) in [
            ("1", "1"),
            ("-0", "-0"),
            (" 1.50 ", "1.5"),
            ("1e14", "100000000000000"),
            ("123456789012345", "123456789012345"),
            ("1e15", "1e+15"),
            ("1.25e100", "1.25e+100"),
            ("-1.25e100", "-1.25e+100"),
            // Half way to the next, and half way between two of as many digits.
            ("18014398509481988", "1.8014398509481988e+16"),
            ("172.600006103515625", "172.60000610351562"),
            ("9007199254740993", "9.007199254740992e+15"),
            ("0.0001", "0.0001"),
            ("0.00001234", "1.234e-05"),
            (".5", "0.5"),
            ("nan", "NaN"),
            ("-inf", "-Infinity"),
        ] {
            assert_eq!(parse8(text).unwrap().print(false), printed, "{text}");
        }
        for (text, printed) in [("0.1", "0.1"), ("999999", "999999"), ("1000000", "1e+06"), ("1e-5", "1e-05")] {
            assert_eq!(parse4(text).unwrap().print(true), printed, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_out_of_range_or_no_number() {
        for text in ["", "e", "1e400", "-1e400", "1e-400", "0x10", "1_0", "1e", "infinit", "nan1", "1 2"] {
            assert_eq!(parse8(text), None, "{text}");
        }
        assert_eq!(parse4("1e39"), None);
        assert_eq!(parse4("1e-50"), None);
        assert!(parse8("0e-400").is_some());
    }

    #[test]
    fn a_single_is_not_the_double_of_the_same_text() {
        assert_ne!(parse4("0.1"), parse8("0.1"));
        assert_eq!(parse4("0.5"), parse8("0.5"));
    }

    #[test]
    fn nan_is_greatest_and_zero_has_no_sign() {
        let parse = |text| parse8(text).unwrap();
        assert_eq!(parse("nan"), parse("NaN"));
        assert!(parse("nan") > parse("inf"));
        assert_eq!(parse("-0"), parse("0"));
        let hash = |text| {
            let mut hasher = std::hash::DefaultHasher::new();
            parse(text).hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash("-0"), hash("0"));
    }
}
