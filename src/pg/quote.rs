//! The one place where text becomes part of SQL.

/// `name` as a quoted identifier: `a"b` becomes `"a""b"`.
pub fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `text` as a string literal that means the same under every `standard_conforming_strings`: quotes are doubled, and
/// a text with a backslash takes the `E''` form (as libpq's `PQescapeLiteral` does).
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

/// Appends an element to the text of an array, in quotes where `array_out` sets them: if it is empty, reads like NULL, or
/// holds a brace, comma, quote, backslash or blank (Postgres manual, "Array Input and Output Syntax").
pub fn push_array_element(element: &str, text: &mut String) {
    let is_special = |c| matches!(c, '"' | '\\' | '{' | '}' | ',' | ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c');
    if !element.is_empty() && !element.eq_ignore_ascii_case("null") && !element.contains(is_special) {
        text.push_str(element);
        return;
    }
    text.push('"');
    for c in element.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_cannot_end_the_text() {
        assert_eq!(quote_ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal("\\'"), " E'\\\\'''");
    }

    #[test]
    fn array_elements_are_quoted_where_postgres_does() {
        for (element, expected) in [
            ("a", "a"),
            ("", "\"\""),
            ("NuLL", "\"NuLL\""),
            ("nulls", "nulls"),
            ("a,b", "\"a,b\""),
            ("a b", "\"a b\""),
            ("\u{b}", "\"\u{b}\""),
            ("{\"\\", "\"{\\\"\\\\\""),
        ] {
            let mut text = String::new();
            push_array_element(element, &mut text);
            assert_eq!(text, expected);
        }
    }
}
