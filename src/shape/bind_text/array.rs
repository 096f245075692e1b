//! Arrays.

/// The text of a one-dimensional array whose elements have these texts (Postgres manual, "Array Input and Output
/// Syntax"; quotes as `array_out` sets them).
pub fn array_literal(elements: impl Iterator<Item = Option<String>>) -> String {
    let mut text = String::from("{");
    for (position, element) in elements.enumerate() {
        if position > 0 {
            text.push(',');
        }
        match element {
            None => text.push_str("NULL"),
            Some(element) if needs_quotes(&element) => push_quoted(&mut text, &element),
            Some(element) => text.push_str(&element),
        }
    }
    text.push('}');
    text
}

fn needs_quotes(element: &str) -> bool {
    element.is_empty() || element.eq_ignore_ascii_case("null") || element.contains(is_special)
}

fn is_special(c: char) -> bool {
    matches!(c, '"' | '\\' | '{' | '}' | ',' | ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn push_quoted(text: &mut String, element: &str) {
    text.push('"');
    for c in element.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}
