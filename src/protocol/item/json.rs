//! Text inside a JSON string.

/// Appends `text` with everything escaped that JSON does not allow in a string: quotes, backslashes, control characters.
///
/// Looks at eight bytes at a time, since most values need no escape.
pub fn escape_json(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = first_special(rest) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, tail)) = tail.split_first() else { return };
        escape_byte(byte, out);
        rest = tail;
    }
    out.extend_from_slice(rest);
}

fn escape_byte(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn first_special(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut words = text.chunks_exact(8);
    for word in words.by_ref() {
        if let Ok(word) = word.try_into()
            && may_hold_special(u64::from_le_bytes(word))
            && let Some(found) = word.iter().position(|byte| is_special(*byte))
        {
            return Some(at + found);
        }
        at += 8;
    }
    words.remainder().iter().position(|byte| is_special(*byte)).map(|found| at + found)
}

/// Whether one of the eight bytes may be special: the usual borrow trick, which may err only towards yes.
fn may_hold_special(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let has_zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = has_zero(word ^ (ONES * u64::from(b'"')));
    let backslash = has_zero(word ^ (ONES * u64::from(b'\\')));
    (control | quote | backslash) & HIGH != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn serde_reads_back_what_was_escaped(text in any::<String>(), pad in "[a-z]{0,16}") {
            let text = format!("{pad}{text}");
            let mut out = vec![b'"'];
            escape_json(text.as_bytes(), &mut out);
            out.push(b'"');
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn every_byte_that_needs_it_is_escaped_at_every_position() {
        for byte in 0u8..0x80 {
            for at in 0..17 {
                let mut text = vec![b'x'; 17];
                text[at] = byte;
                let mut out = vec![b'"'];
                escape_json(&text, &mut out);
                out.push(b'"');
                assert_eq!(serde_json::from_slice::<String>(&out).unwrap().into_bytes(), text);
            }
        }
    }
}
