//! Regular expressions, as far as another engine surely finds what Postgres finds.
//!
//! That is the common part: characters, `.`, bracket expressions of characters and ranges, groups, alternatives, `*`, `+`,
//! `?`, `{m,n}`, and the anchors at the ends of alternatives. Whether a text matches does not depend on how greedy
//! they are. A pattern is read here and written anew, so that nothing in it means something else to the engine. Everything
//! else is left to Postgres (its manual, section 9.7.3).

use std::iter::Peekable;
use std::str::Chars;

use regex_lite::Regex;

/// Longer patterns are left to Postgres.
const LONGEST_BYTES: usize = 1000;
/// Deeper groups are left to Postgres.
const DEEPEST: usize = 16;
/// As often may something be repeated (`DUPMAX`).
const MOST_REPEATS: u32 = 255;

/// What a pattern means depends on this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    pub(super) ignores_case: bool,
    /// Only letters and digits of ASCII are such: `\w` and its like are known.
    pub(super) is_ascii: bool,
}

/// The pattern, if its meaning is known.
pub(super) fn compiled(pattern: &str, mode: Mode) -> Option<Regex> {
    if pattern.len() > LONGEST_BYTES || (mode.ignores_case && !pattern.is_ascii()) {
        return None;
    }
    let flags = if mode.ignores_case { "(?si)" } else { "(?s)" };
    let mut reader = Reader { rest: pattern.chars().peekable(), out: flags.to_owned(), mode };
    reader.alternatives(0)?;
    if reader.rest.next().is_some() {
        return None;
    }
    Regex::new(&reader.out).ok()
}

struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
    mode: Mode,
}

impl Reader<'_> {
    fn eat(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }

    /// `a|b`; none of them empty.
    fn alternatives(&mut self, depth: usize) -> Option<()> {
        loop {
            self.branch(depth)?;
            if !self.eat('|') {
                return Some(());
            }
            self.out.push('|');
        }
    }

    fn branch(&mut self, depth: usize) -> Option<()> {
        let mut is_empty = true;
        if self.eat('^') {
            self.out.push('^');
            is_empty = false;
        }
        loop {
            match self.rest.peek() {
                None | Some('|' | ')') => break,
                Some('$') => {
                    self.rest.next();
                    self.out.push('$');
                    return matches!(self.rest.peek(), None | Some('|' | ')')).then_some(());
                }
                Some(_) => {
                    self.atom(depth)?;
                    self.quantifier()?;
                    is_empty = false;
                }
            }
        }
        (!is_empty).then_some(())
    }

    fn atom(&mut self, depth: usize) -> Option<()> {
        match self.rest.next()? {
            '(' => {
                if depth >= DEEPEST || (self.eat('?') && !self.eat(':')) {
                    return None;
                }
                self.out.push_str("(?:");
                self.alternatives(depth + 1)?;
                self.out.push(')');
                self.eat(')').then_some(())
            }
            '[' => self.bracket(),
            '.' => {
                self.out.push('.');
                Some(())
            }
            '\\' => self.escape(false),
            '*' | '+' | '?' | '{' | '}' | ']' | '^' => None,
            literal => {
                self.literal(literal);
                Some(())
            }
        }
    }

    /// `[a-z_]`, `[^,]`
    fn bracket(&mut self) -> Option<()> {
        self.out.push('[');
        if self.eat('^') {
            self.out.push('^');
        }
        let mut is_empty = true;
        loop {
            match self.rest.next()? {
                ']' if !is_empty => break,
                ']' | '[' => return None,
                // Where it is last, it stands for itself.
                '-' if self.rest.peek() != Some(&']') => return None,
                '\\' => self.escape(true)?,
                low => {
                    self.literal(low);
                    self.range(low)?;
                }
            }
            is_empty = false;
        }
        self.out.push(']');
        Some(())
    }

    /// What follows a character in brackets, if it is the rest of a range.
    fn range(&mut self, low: char) -> Option<()> {
        if low == '-' || self.rest.peek() != Some(&'-') {
            return Some(());
        }
        self.rest.next();
        if self.rest.peek() == Some(&']') {
            self.literal('-');
            return Some(());
        }
        let high = self.rest.next().filter(|high| high.is_ascii_alphanumeric() && low.is_ascii_alphanumeric())?;
        if high < low {
            return None;
        }
        self.out.push('-');
        self.literal(high);
        // `a-c-e`
        (self.rest.peek() != Some(&'-')).then_some(())
    }

    /// What follows a backslash.
    fn escape(&mut self, in_brackets: bool) -> Option<()> {
        let class = match self.rest.next()? {
            'd' if self.mode.is_ascii => "0-9",
            'w' if self.mode.is_ascii => "A-Za-z0-9_",
            's' if self.mode.is_ascii => " \\t\\n\\r\\x0b\\x0c",
            't' => "\\t",
            'n' => "\\n",
            'r' => "\\r",
            literal if literal.is_ascii_punctuation() => {
                self.literal(literal);
                return Some(());
            }
            _ => return None,
        };
        self.out.push_str(if in_brackets { "" } else { "[" });
        self.out.push_str(class);
        self.out.push_str(if in_brackets { "" } else { "]" });
        Some(())
    }

    fn literal(&mut self, literal: char) {
        if "\\.+*?()|[]{}^$#&-~".contains(literal) {
            self.out.push('\\');
        }
        self.out.push(literal);
    }

    fn quantifier(&mut self) -> Option<()> {
        match self.rest.peek() {
            Some(&sign @ ('*' | '+' | '?')) => {
                self.rest.next();
                self.out.push(sign);
            }
            Some('{') => {
                self.rest.next();
                self.bounds()?;
            }
            _ => return Some(()),
        }
        // One on another is an error, or makes it less greedy.
        (!matches!(self.rest.peek(), Some('*' | '+' | '?' | '{'))).then_some(())
    }

    /// `m}`, `m,}`, `m,n}`
    fn bounds(&mut self) -> Option<()> {
        let least = self.number()?;
        self.out.push('{');
        self.out.push_str(&least.to_string());
        if self.eat(',') {
            self.out.push(',');
            if self.rest.peek() != Some(&'}') {
                let most = self.number().filter(|most| *most >= least)?;
                self.out.push_str(&most.to_string());
            }
        }
        self.out.push('}');
        self.eat('}').then_some(())
    }

    fn number(&mut self) -> Option<u32> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok().filter(|number| *number <= MOST_REPEATS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(pattern: &str) -> bool {
        compiled(pattern, Mode { ignores_case: false, is_ascii: true }).is_some()
    }

    #[test]
    fn what_another_engine_may_read_otherwise_is_left_to_postgres() {
        for pattern in [
            "",
            "*a",
            "a**",
            "a*?",
            "a|",
            "()",
            "(?=a)",
            "(?i)a",
            "***=a",
            "(a)\\1",
            "\\yb",
            "\\Aa",
            "[[:alpha:]]",
            "[]a]",
            "[a",
            "a{",
            "a{,3}",
            "a{3,2}",
            "a{256}",
            "^*",
            "[c-a]",
            "[a-c-e]",
            "[-a]",
            "(a",
            "a)",
            "a\\",
            "$a",
            "a^",
            "[é-ü]",
            "\\e",
            "\\x41",
            "\\W",
        ] {
            assert!(!is_known(pattern), "{pattern}");
        }
        assert!(compiled("é", Mode { ignores_case: true, is_ascii: true }).is_none());
        assert!(compiled("\\w", Mode { ignores_case: false, is_ascii: false }).is_none());
    }

    #[test]
    fn the_common_part_is_known() {
        for pattern in [
            "a",
            "^a.*b$",
            "(a|b)+c?",
            "[a-z0-9_.-]+@[^@ ]+\\.(com|org)",
            "^(?:a{2}|b{1,}|c{0,3})$",
            "é.",
            "\\d+\\s*\\w",
            "[\\d.]",
            "\\$\\.",
            "a<b>",
            "a b#c",
            "^$",
        ] {
            assert!(is_known(pattern), "{pattern}");
        }
    }
}
