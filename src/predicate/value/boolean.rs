//! `bool`

use super::text::trim;

/// Reads the words of Postgres' `boolin`, or any beginning that only one of them has.
pub(super) fn parse(text: &str) -> Option<bool> {
    let word = trim(text).to_ascii_lowercase();
    let begins = |whole: &str, least: usize| word.len() >= least && whole.starts_with(&word);
    match word.as_str() {
        "t" | "1" => Some(true),
        "f" | "0" => Some(false),
        _ if begins("true", 1) || begins("yes", 1) || begins("on", 2) => Some(true),
        _ if begins("false", 1) || begins("no", 1) || begins("off", 2) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_beginnings() {
        for text in ["t", "TRUE", " tru ", "y", "yes", "on", "1"] {
            assert_eq!(parse(text), Some(true), "{text}");
        }
        for text in ["f", "false", "fa", "n", "NO", "of", "off", "0"] {
            assert_eq!(parse(text), Some(false), "{text}");
        }
        for text in ["", " ", "o", "truex", "2", "10", "ja"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
