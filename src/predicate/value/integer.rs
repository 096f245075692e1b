//! `int2`, `int4`, `int8`

use super::text::trim;

/// Reads a decimal integer within `least..=most`. The hexadecimal forms of newer servers are left out: what one server
/// refuses must not select rows here.
pub(super) fn parse(text: &str, least: i64, most: i64) -> Option<i64> {
    let value = trim(text).parse().ok()?;
    (least..=most).contains(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_blanks_and_limits() {
        assert_eq!(parse(" +7\n", -8, 8), Some(7));
        assert_eq!(parse("-8", -8, 8), Some(-8));
        assert_eq!(parse("-9223372036854775808", i64::MIN, i64::MAX), Some(i64::MIN));
        for text in ["", "9", "-9", "1.0", "0x1", "1_0", "- 1", "+", "9223372036854775808"] {
            assert_eq!(parse(text, -8, 8), None, "{text}");
        }
    }
}
