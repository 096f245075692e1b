//! What stands in a piece of SQL: its string literals and the names that it calls. Pure.
//!
//! Both what we print and what the server prints of it is read, so comments and dollar quotes need not be known.

use std::iter::Peekable;
use std::str::Chars;

/// Words that a date or time may be written with and that mean another one each time (Postgres manual, "Date/Time Input").
const MOMENTS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// The text of a string literal.
    Literal(String),
    /// A name or keyword, without its quotes.
    Name(String),
    /// Anything else.
    Sign(char),
}

struct Tokens<'a>(Peekable<Chars<'a>>);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let chars = &mut self.0;
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        Some(match chars.next()? {
            '\'' => Token::Literal(quoted(chars, '\'', false)),
            '"' => Token::Name(quoted(chars, '"', false)),
            'E' | 'e' if chars.next_if_eq(&'\'').is_some() => Token::Literal(quoted(chars, '\'', true)),
            first if first.is_alphabetic() || first == '_' => {
                let mut name = first.to_lowercase().to_string();
                while let Some(next) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    name.extend(next.to_lowercase());
                }
                Token::Name(name)
            }
            sign => Token::Sign(sign),
        })
    }
}

/// The text up to the closing quote, which is doubled inside.
fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char, has_escapes: bool) -> String {
    let mut text = String::new();
    while let Some(next) = chars.next() {
        match next {
            '\\' if has_escapes => text.extend(chars.next()),
            _ if next == quote && chars.next_if_eq(&quote).is_none() => break,
            other => text.push(other),
        }
    }
    text
}

fn tokens(sql: &str) -> Tokens<'_> {
    Tokens(sql.chars().peekable())
}

/// The names that are called as functions, or stand alone as some that look like none do: each once.
pub(super) fn names(sql: &str) -> Vec<String> {
    let mut names: Vec<String> = tokens(sql)
        .filter_map(|token| match token {
            Token::Name(name) => Some(name),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The words in string literals that would mean a moment in a date or time, in order.
pub(super) fn moments(sql: &str) -> Vec<&'static str> {
    let literals = tokens(sql).filter_map(|token| match token {
        Token::Literal(text) => Some(text),
        _ => None,
    });
    let moment = |word: &str| MOMENTS.into_iter().find(|moment| word.eq_ignore_ascii_case(moment));
    let of = |text: String| text.split(|c: char| !c.is_alphabetic()).filter_map(moment).collect::<Vec<_>>();
    literals.flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_names_are_told_apart() {
        let sql = r#"("a'b" = 'it''s "x"' AND E'\'y' <> "F"."g"(B'1', e))"#;
        let literals: Vec<String> =
            tokens(sql).filter_map(|token| if let Token::Literal(text) = token { Some(text) } else { None }).collect();
        assert_eq!(literals, ["it's \"x\"", "'y", "1"]);
        assert_eq!(names(sql), ["F", "a'b", "and", "b", "e", "g"]);
    }

    #[test]
    fn moments_are_found_in_literals_only() {
        assert_eq!(moments("(now() > ' NOW ' AND \"today\" = '{tomorrow,2020-01-01}')"), ["now", "tomorrow"]);
        assert_eq!(moments("'knowhow' || 'nowadays' || 'to day'"), [""; 0]);
    }
}
