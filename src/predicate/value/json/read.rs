//! Reads JSON as Postgres does for `jsonb`.

use super::{Json, Number};
use crate::predicate::value::Numeric;

/// Deeper documents are not read: the stack is finite.
pub(super) const MAX_DEPTH: usize = 500;

/// The whole text as one value.
pub(super) fn document(text: &str) -> Option<Json> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(|text| Json::Text(text.into())),
            b'-' | b'0'..=b'9' => self.number().map(Json::Number),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Json> {
        let rest = self.text.get(self.at..)?;
        let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        let (word, value) = words.into_iter().find(|(word, _)| rest.starts_with(word))?;
        self.at += word.len();
        Some(value)
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        self.eat(b'[')?;
        let mut elements = Vec::new();
        self.blanks();
        if self.eat(b']').is_some() {
            return Some(Json::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.blanks();
            if self.eat(b',').is_none() {
                self.eat(b']')?;
                return Some(Json::Array(elements));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.eat(b'{')?;
        let mut fields = Vec::new();
        self.blanks();
        if self.eat(b'}').is_some() {
            return Some(Json::Object(fields));
        }
        loop {
            self.blanks();
            let key = self.string()?;
            self.blanks();
            self.eat(b':')?;
            fields.push((key.into(), self.value(depth + 1)?));
            self.blanks();
            if self.eat(b',').is_none() {
                self.eat(b'}')?;
                return Some(Json::object(fields));
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.eat(b'"')?;
        let mut text = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let plain = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ')?;
            text.push_str(rest.get(..plain)?);
            self.at += plain;
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => text.push(self.escape()?),
                // A control character must be escaped.
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        self.eat(b'\\')?;
        let kind = self.peek()?;
        self.at += 1;
        Some(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let is_high = (0xD800..0xDC00).contains(&unit);
                let code = if is_high {
                    self.eat(b'\\')?;
                    self.eat(b'u')?;
                    let low = self.unit()?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
                    0x10000 + ((unit - 0xD800) << 10) + low
                } else {
                    unit
                };
                // Text has no zero character.
                char::from_u32(code).filter(|character| *character != '\0')?
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let unit = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)?;
        self.at += 4;
        u32::from_str_radix(unit, 16).ok()
    }

    /// Postgres prints a number as its `numeric`. One with an exponent, or a zero with a sign, is printed otherwise than it is
    /// written; Postgres itself prints none, and who writes one is sent there.
    fn number(&mut self) -> Option<Number> {
        let start = self.at;
        let _ = self.eat(b'-');
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.eat(b'.').is_some() {
            self.digits()?;
        }
        let text: &'t str = self.text.get(start..self.at)?;
        let is_plain = !self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        let is_signed_zero = text.starts_with('-') && text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'));
        if !is_plain || is_signed_zero {
            return None;
        }
        Some(Number { value: Numeric::parse(text)?, text: text.into() })
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}
