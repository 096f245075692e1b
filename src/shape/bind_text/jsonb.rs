//! `jsonb`, which Postgres does not keep as it was written: keys are sorted and unique, numbers are numeric.

use std::fmt::Write;

use serde::de::IgnoredAny;

use super::Fault;

/// The most digits before and after the point of a numeric.
const MOST_WHOLE: i64 = 131_072;
const MOST_DECIMALS: i64 = 16_383;

/// How deep arrays and objects may lie in each other, lest the stack overflow; as in `serde_json`.
const DEEPEST: u32 = 128;

/// A version, then JSON text.
pub(super) fn jsonb(bytes: &[u8]) -> Result<String, Fault> {
    let Some((1, json)) = bytes.split_first() else { return Err(Fault::Malformed) };
    let json = str::from_utf8(json).map_err(|_| Fault::Malformed)?;
    // From here on it is JSON, of whatever depth.
    serde_json::from_str::<IgnoredAny>(json).map_err(|_| Fault::Malformed)?;
    let mut printer = Printer { rest: json, text: String::with_capacity(json.len()), depth: 0 };
    printer.value()?;
    Ok(printer.text)
}

struct Printer<'a> {
    rest: &'a str,
    text: String,
    /// How many arrays and objects are open.
    depth: u32,
}

impl<'a> Printer<'a> {
    fn value(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some('"') => {
                let string = self.string()?;
                push_string(&mut self.text, &string);
                Ok(())
            }
            Some('-' | '0'..='9') => {
                let number = self.token();
                self.text.push_str(&number_text(number)?);
                Ok(())
            }
            _ => {
                let word = self.token();
                self.text.push_str(word);
                Ok(())
            }
        }
    }

    fn nested(&mut self, print: fn(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.depth == DEEPEST {
            return Err(Fault::OutOfRange);
        }
        self.depth += 1;
        print(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn array(&mut self) -> Result<(), Fault> {
        self.expect('[')?;
        self.text.push('[');
        let mut is_first = true;
        while self.peek() != Some(']') {
            if !is_first {
                self.expect(',')?;
                self.text.push_str(", ");
            }
            is_first = false;
            self.value()?;
        }
        self.text.push(']');
        self.expect(']')
    }

    /// Of equal keys the last counts. Shorter keys come first, then the lesser in bytes.
    fn object(&mut self) -> Result<(), Fault> {
        self.expect('{')?;
        let mut members: Vec<(String, String)> = Vec::new();
        while self.peek() != Some('}') {
            if !members.is_empty() {
                self.expect(',')?;
            }
            let key = self.string()?;
            self.expect(':')?;
            let before = std::mem::take(&mut self.text);
            self.value()?;
            members.push((key, std::mem::replace(&mut self.text, before)));
        }
        self.expect('}')?;
        members.reverse();
        members.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        members.dedup_by(|(later, _), (earlier, _)| later == earlier);
        self.text.push('{');
        for (position, (key, value)) in members.iter().enumerate() {
            if position > 0 {
                self.text.push_str(", ");
            }
            push_string(&mut self.text, key);
            self.text.push_str(": ");
            self.text.push_str(value);
        }
        self.text.push('}');
        Ok(())
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.peek();
        let mut is_escaped = false;
        let end = self.rest.char_indices().skip(1).find(|&(_, c)| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        });
        let (at, _) = end.ok_or(Fault::Malformed)?;
        let string: String = serde_json::from_str(self.take(at + 1)?).map_err(|_| Fault::Malformed)?;
        // Postgres has no place for it in text.
        if string.contains('\0') { Err(Fault::OutOfRange) } else { Ok(string) }
    }

    /// A number or a word.
    fn token(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
        self.take(end.unwrap_or(self.rest.len())).unwrap_or_default()
    }

    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn expect(&mut self, c: char) -> Result<(), Fault> {
        self.peek();
        self.rest = self.rest.strip_prefix(c).ok_or(Fault::Malformed)?;
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<&'a str, Fault> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Fault::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// Escapes what `escape_json` of Postgres does.
fn push_string(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\x08' => text.push_str("\\b"),
            '\x0c' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// A number as numeric prints it: no exponent, and the decimals that were written.
fn number_text(number: &str) -> Result<String, Fault> {
    let (number, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i64 = exponent.parse().map_err(|_| Fault::OutOfRange)?;
    let (sign, magnitude) = number.strip_prefix('-').map_or(("", number), |magnitude| ("-", magnitude));
    let (whole, decimals) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let digits = format!("{whole}{decimals}");
    // Where the point goes, counted from the first digit.
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(exponent);
    let shown = i64::try_from(decimals.len()).unwrap_or(i64::MAX).saturating_sub(exponent).max(0);
    let is_zero = digits.chars().all(|digit| digit == '0');
    if shown > MOST_DECIMALS || (point > MOST_WHOLE && !is_zero) {
        return Err(Fault::OutOfRange);
    }
    let (whole, decimals) = match usize::try_from(point) {
        Err(_) => (String::new(), zeros(-point) + &digits),
        Ok(point) if is_zero => (String::new(), digits.get(point..).unwrap_or_default().to_owned()),
        Ok(point) => match digits.split_at_checked(point) {
            Some((whole, decimals)) => (whole.to_owned(), decimals.to_owned()),
            None => (digits.clone() + &"0".repeat(point - digits.len()), String::new()),
        },
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_zero { "" } else { sign };
    Ok(if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
}

fn zeros(count: i64) -> String {
    "0".repeat(usize::try_from(count).unwrap_or_default())
}
