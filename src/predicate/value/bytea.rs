//! `bytea`

use std::fmt::Write;

use super::text::is_blank;
use super::uuid::digit;

/// Reads the hex form (`\x00ff`, blanks allowed between bytes) and the escape form (`a\\b\001`).
pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix("\\x") {
        Some(hex) => parse_hex(hex.as_bytes()),
        None => parse_escaped(text.as_bytes()),
    }
}

fn parse_hex(mut hex: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(hex.len() / 2);
    loop {
        hex = match hex {
            [] => return Some(bytes),
            [blank, rest @ ..] if is_blank(char::from(*blank)) => rest,
            [high, low, rest @ ..] => {
                bytes.push(digit(*high)? << 4 | digit(*low)?);
                rest
            }
            _ => return None,
        };
    }
}

fn parse_escaped(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    loop {
        text = match text {
            [] => return Some(bytes),
            [b'\\', b'\\', rest @ ..] => {
                bytes.push(b'\\');
                rest
            }
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest
            }
            [b'\\', ..] => return None,
            [byte, rest @ ..] => {
                bytes.push(*byte);
                rest
            }
        };
    }
}

pub(super) fn print(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        for text in ["\\x61005cff", "\\x61 00 5cFF", "a\\000\\\\\\377"] {
            assert_eq!(parse(text).as_deref(), Some(&b"a\0\\\xff"[..]), "{text}");
        }
        assert_eq!(print(b"a\0\\\xff"), "\\x61005cff");
        assert_eq!(parse(""), Some(vec![]));
    }

    #[test]
    fn broken_ones_are_refused() {
        for text in ["\\x6", "\\x6 1", "\\xgg", "\\", "\\400", "a\\1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
