//! `float4` and `float8` with the fewest digits that are read back as the same number (`extra_float_digits` 1).
//!
//! Postgres' digits differ from Rust's in one case: where the shortest decimal lies exactly between two numbers, and
//! only rounding to even leads back, Postgres takes a longer one (`STRICTLY_SHORTEST` is off in its `d2s.c`).

pub(super) fn float4(value: f32) -> String {
    if let Some(text) = special(f64::from(value)) {
        return text;
    }
    let magnitude = value.abs();
    let is_same = |text: &str| text.parse() == Ok(magnitude);
    let digits = shortest(&format!("{magnitude:e}"), 9, |n| format!("{magnitude:.n$e}"), is_same);
    // From 10^6 on with an exponent, as `f2s.c` has it.
    place(value.is_sign_negative(), &digits, 6)
}

pub(super) fn float8(value: f64) -> String {
    if let Some(text) = special(value) {
        return text;
    }
    let magnitude = value.abs();
    let is_same = |text: &str| text.parse() == Ok(magnitude);
    let digits = shortest(&format!("{magnitude:e}"), 17, |n| format!("{magnitude:.n$e}"), is_same);
    // From 10^15 on with an exponent, as `d2s.c` has it.
    place(value.is_sign_negative(), &digits, 15)
}

fn special(value: f64) -> Option<String> {
    let text = match value {
        _ if value.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        0.0 if value.is_sign_negative() => "-0",
        0.0 => "0",
        _ => return None,
    };
    Some(text.into())
}

/// A positive number: its digits without zeros at the end, and the power of ten of the first.
struct Digits {
    digits: String,
    exponent: i32,
}

impl Digits {
    /// Reads Rust's form with an exponent, such as `1.25e-7`.
    fn read(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits = mantissa.replace('.', "");
        let digits = digits.trim_end_matches('0');
        Self { digits: digits.to_owned(), exponent: exponent.parse().unwrap_or_default() }
    }

    /// Whether all numbers next to it are read back as the same, so that it lies inside the interval and not at its end.
    ///
    /// No end of such an interval is as near to a decimal of 17 digits as the 60 digits added here, unless it is the same.
    fn is_inside(&self, is_same: impl Fn(&str) -> bool) -> bool {
        let Ok(number) = self.digits.parse::<u64>() else { return true };
        let last = self.exponent.saturating_sub(i32::try_from(self.digits.len()).unwrap_or(i32::MAX) - 1);
        let above = format!("{number}.{:0<60}1e{last}", "");
        let below = format!("{}.{:9<60}e{last}", number.saturating_sub(1), "");
        is_same(&above) && is_same(&below)
    }
}

/// The shortest digits inside the interval; `most` are always enough.
fn shortest(shown: &str, most: usize, rounded: impl Fn(usize) -> String, is_same: impl Fn(&str) -> bool) -> Digits {
    let shown = Digits::read(shown);
    let length = shown.digits.len();
    // Of two decimals that are as near, Rust shows the upper one, and rounds to the even one, as Postgres does.
    let nearest = Digits::read(&rounded(length - 1));
    let longer = (length..most).map(|decimals| Digits::read(&rounded(decimals)));
    [nearest, shown]
        .into_iter()
        .chain(longer)
        .find(|digits| digits.is_inside(&is_same))
        .unwrap_or_else(|| Digits::read(&rounded(most - 1)))
}

/// Puts the point, or an exponent of at least two digits: from `10^least` on, and below `10^-4`.
fn place(is_negative: bool, number: &Digits, least: i32) -> String {
    let Digits { digits, exponent } = number;
    let sign = if is_negative { "-" } else { "" };
    if (-4..least).contains(exponent) {
        let zeros = usize::try_from(-exponent).unwrap_or_default();
        let whole = usize::try_from(exponent + 1).unwrap_or_default();
        if zeros > 0 {
            return format!("{sign}0.{:0<width$}{digits}", "", width = zeros - 1);
        }
        return match digits.split_at_checked(whole) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, decimals)) => format!("{sign}{whole}.{decimals}"),
            None => format!("{sign}{digits:0<whole$}"),
        };
    }
    let (first, decimals) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if decimals.is_empty() { "" } else { "." };
    let direction = if *exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{decimals}e{direction}{:02}", exponent.unsigned_abs())
}
