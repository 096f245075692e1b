//! `LIKE` and `ILIKE`, as Postgres matches them (`like_match.c`): on characters, newlines included.

use std::borrow::Cow;

use memchr::memchr;

use super::EvalError;

/// How `ILIKE` tells upper case from lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// Under C and POSIX only the letters of ASCII have case.
    Ascii,
    /// Character by character.
    Unicode,
}

/// Whether `text` as a whole is like `pattern`, in which `\` escapes.
///
/// # Errors
/// The pattern ends in a lone `\`, and the match gets there.
pub(super) fn is_like(text: &[u8], pattern: &[u8]) -> Result<bool, EvalError> {
    let (mut text, mut pattern) = (text, pattern);
    // Where to go on after a mismatch: behind the last `%`, at the text it was tried with. Earlier ones need no second try.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        let step = match (text, pattern) {
            ([], rest) => return Ok(rest.iter().all(|byte| *byte == b'%')),
            (_, [b'%', rest @ ..]) => match after_any(text, rest)? {
                Any::Rest => return Ok(true),
                Any::TooShort => return Ok(false),
                Any::Try(text, pattern) => {
                    retry = Some((text, pattern));
                    Some((text, pattern))
                }
            },
            (_, [b'_', rest @ ..]) => Some((skip_character(text), rest)),
            (_, [b'\\']) => return Err(EvalError::TrailingEscape),
            ([a, text @ ..], [b'\\', b, pattern @ ..]) => (a == b).then_some((text, pattern)),
            ([a, text @ ..], [b, pattern @ ..]) if a == b => Some((text, pattern)),
            _ => None,
        };
        (text, pattern) = match (step, retry) {
            (Some(step), _) => step,
            (None, None) => return Ok(false),
            (None, Some((tried, rest))) => match after_any(skip_character(tried), rest)? {
                Any::Rest => return Ok(true),
                Any::TooShort => return Ok(false),
                Any::Try(text, pattern) => {
                    retry = Some((text, pattern));
                    (text, pattern)
                }
            },
        };
    }
}

/// How to go on after a `%`.
enum Any<'a> {
    /// Nothing follows: all the text matches.
    Rest,
    /// The `_`s that follow find no characters.
    TooShort,
    Try(&'a [u8], &'a [u8]),
}

/// Takes the `%` and `_` that follow a `%`: each `_` one character, the rest of them nothing.
fn after_any<'a>(mut text: &'a [u8], mut pattern: &'a [u8]) -> Result<Any<'a>, EvalError> {
    loop {
        match (text, pattern) {
            (_, []) => return Ok(Any::Rest),
            (_, [b'%', rest @ ..]) => pattern = rest,
            ([], [b'_', ..]) => return Ok(Any::TooShort),
            (_, [b'_', rest @ ..]) => (text, pattern) = (skip_character(text), rest),
            (_, [b'\\']) => return Err(EvalError::TrailingEscape),
            ([], _) => return Ok(Any::TooShort),
            (_, [b'\\', ..]) => return Ok(Any::Try(text, pattern)),
            (_, [first, ..]) => {
                // A byte that begins a character is never inside one.
                let skipped = memchr(*first, text).and_then(|at| text.get(at..));
                return Ok(skipped.map_or(Any::TooShort, |text| Any::Try(text, pattern)));
            }
        }
    }
}

/// `text` without its first UTF-8 character.
fn skip_character(text: &[u8]) -> &[u8] {
    let Some((_, mut rest)) = text.split_first() else { return text };
    while let [0x80..=0xBF, after @ ..] = rest {
        rest = after;
    }
    rest
}

/// The pattern with `\` as its escape instead of `escape`; with an empty `escape` nothing escapes.
///
/// # Errors
/// `escape` is longer than a character.
pub(super) fn with_backslash(pattern: &str, escape: &str) -> Result<String, EvalError> {
    let mut characters = escape.chars();
    let escape = characters.next();
    if characters.next().is_some() {
        return Err(EvalError::InvalidEscape);
    }
    if escape == Some('\\') {
        return Ok(pattern.to_owned());
    }
    let mut converted = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        if Some(c) == escape && !escaped {
            converted.push('\\');
            escaped = true;
            continue;
        }
        if c == '\\' && !escaped {
            converted.push('\\');
        }
        converted.push(c);
        escaped = false;
    }
    Ok(converted)
}

/// Text in lower case, each character for itself.
pub(super) fn lower(text: &[u8], case: Case) -> Cow<'_, [u8]> {
    match std::str::from_utf8(text) {
        Ok(valid) if case == Case::Unicode && !valid.is_ascii() => {
            Cow::Owned(valid.chars().map(lower_character).collect::<String>().into_bytes())
        }
        _ if text.iter().any(u8::is_ascii_uppercase) => Cow::Owned(text.to_ascii_lowercase()),
        _ => Cow::Borrowed(text),
    }
}

/// Text in upper case, each character for itself.
pub(super) fn upper(text: &str, case: Case) -> String {
    match case {
        Case::Ascii => text.to_ascii_uppercase(),
        Case::Unicode => text.chars().map(upper_character).collect(),
    }
}

fn upper_character(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next(), c) {
        (Some(single), None, _) => single,
        // Of the letters that become several, these are also one: with an iota at their side instead of below.
        (_, _, '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}') => moved(c, 8),
        (_, _, '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}') => moved(c, 9),
        _ => c,
    }
}

fn moved(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}

fn lower_character(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        // I with a dot is the one letter that becomes several.
        (Some(first), Some(_)) if c == '\u{130}' => first,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> Result<bool, EvalError> {
        is_like(text.as_bytes(), pattern.as_bytes())
    }

    #[test]
    fn matches() {
        for (text, pattern) in [
            ("", ""),
            ("", "%"),
            ("abc", "abc"),
            ("abc", "a%"),
            ("abc", "%c"),
            ("abc", "%b%"),
            ("abc", "a_c"),
            ("aäc", "a_c"),
            ("a\nc", "a%c"),
            ("a\nc", "a_c"),
            ("aXbXc", "a%X%c"),
            ("aab", "%ab"),
            ("mississippi", "%iss%ip%"),
            ("100%", "100\\%"),
            ("a_b", "a\\_b"),
            ("a\\b", "a\\\\b"),
            ("abc", "%%_%"),
            ("abc", "___"),
            ("ä", "_"),
        ] {
            assert_eq!(like(text, pattern), Ok(true), "{text} {pattern}");
        }
    }

    #[test]
    fn mismatches() {
        for (text, pattern) in [
            ("", "_"),
            ("", "a"),
            ("abc", "ab"),
            ("abc", "bc"),
            ("abc", "ABC"),
            ("abc", "____"),
            ("abc", "a%b"),
            ("axc", "a\\_c"),
            ("ab", "%_b_"),
            ("abc", "%d%"),
            ("ä", "__"),
            ("", "%\\"),
        ] {
            assert_eq!(like(text, pattern), Ok(false), "{text} {pattern}");
        }
    }

    #[test]
    fn a_lone_backslash_at_the_end_is_an_error_when_reached() {
        assert_eq!(like("ab", "a\\"), Err(EvalError::TrailingEscape));
        assert_eq!(like("b", "a\\"), Ok(false));
        assert_eq!(like("a", "a\\"), Ok(false));
        assert_eq!(like("a", "%\\"), Err(EvalError::TrailingEscape));
        assert_eq!(like("a", "%_\\"), Err(EvalError::TrailingEscape));
    }

    #[test]
    fn long_patterns_end_in_time() {
        let (text, pattern) = ("a".repeat(2000), "%a".repeat(500) + "b");
        assert_eq!(like(&text, &pattern), Ok(false));
    }

    #[test]
    fn other_escapes_become_backslashes() {
        assert_eq!(with_backslash("a!%b\\", "!").as_deref(), Ok("a\\%b\\\\"));
        assert_eq!(with_backslash("a\\%", "").as_deref(), Ok("a\\\\%"));
        assert_eq!(with_backslash("!!", "!").as_deref(), Ok("\\!"));
        assert_eq!(with_backslash("a\\%", "\\").as_deref(), Ok("a\\%"));
        assert_eq!(with_backslash("a", "!!"), Err(EvalError::InvalidEscape));
    }

    #[test]
    fn case() {
        assert_eq!(lower("AÄ".as_bytes(), Case::Ascii), "aÄ".as_bytes());
        assert_eq!(lower("AÄİ".as_bytes(), Case::Unicode), "aäi".as_bytes());
    }
}
