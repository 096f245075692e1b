//! Text types, and what all readers need of text.

/// Longest `name`, in bytes (`NAMEDATALEN` - 1).
const NAME_BYTES: usize = 63;

/// Without the blanks that Postgres' readers skip (`isspace` in the C locale).
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// `text` without the word at its end, if it stands there after a blank.
pub(super) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    let stands = tail.eq_ignore_ascii_case(word) && head.ends_with(is_blank);
    stands.then(|| trim(head))
}

/// Postgres has no text with a zero character.
pub(super) fn accepted(text: &str) -> Option<&str> {
    if text.contains('\0') { None } else { Some(text) }
}

/// As Postgres cuts a text that becomes a `name`: whole characters within the limit.
pub(super) fn cut_name(text: &str) -> &str {
    let mut end = text.len().min(NAME_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// `bpchar` without the blanks that do not count when it is compared.
pub(super) fn without_padding(text: &str) -> &str {
    text.trim_end_matches(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_characters() {
        assert_eq!(cut_name("short"), "short");
        assert_eq!(cut_name(&"ä".repeat(40)), "ä".repeat(31));
        assert_eq!(cut_name(&"a".repeat(70)).len(), 63);
    }

    #[test]
    fn padding_is_blanks_only() {
        assert_eq!(without_padding(" a\t  "), " a\t");
    }
}
