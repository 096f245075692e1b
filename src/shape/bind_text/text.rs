//! Text, and what is written as characters: `bytea`, `uuid`, `"char"`.

use std::fmt::Write;

use super::Fault;

/// Text as it is. Postgres' text has no NUL.
pub(super) fn plain(bytes: &[u8]) -> Result<String, Fault> {
    let text = str::from_utf8(bytes).map_err(|_| Fault::Malformed)?;
    if text.contains('\0') { Err(Fault::Malformed) } else { Ok(text.to_owned()) }
}

/// `"char"`: one byte, of which 0 is the empty text. Beyond ASCII its text differs between versions of Postgres.
pub(super) fn char(bytes: &[u8]) -> Result<String, Fault> {
    match bytes {
        [0] => Ok(String::new()),
        [byte] if byte.is_ascii() => Ok(char::from(*byte).to_string()),
        [_] => Err(Fault::Unsupported),
        _ => Err(Fault::Malformed),
    }
}

/// `bytea` in the hex form.
pub(super) fn bytea(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + bytes.len() * 2);
    text.push_str("\\x");
    push_hex(&mut text, bytes);
    text
}

pub(super) fn uuid(bytes: &[u8]) -> Result<String, Fault> {
    if bytes.len() != 16 {
        return Err(Fault::Malformed);
    }
    let mut text = String::with_capacity(36);
    for (position, byte) in bytes.iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        push_hex(&mut text, &[*byte]);
    }
    Ok(text)
}

pub(super) fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
}
