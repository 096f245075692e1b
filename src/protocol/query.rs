//! Query strings (section 2): names and values, decoded.

use std::borrow::Cow;
use std::fmt;

/// The parameters of a query string. Of a name that comes twice the last counts; a value that is empty or blank counts
/// as absent, but for flags.
#[derive(Clone, Default)]
pub struct Query {
    values: Vec<(String, Value)>,
}

/// A value as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// Not UTF-8, or with a NUL, which Postgres knows no text with.
    NotText,
}

/// The names alone: among the values are a secret and those of filters.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.iter().map(|(name, _)| name)).finish()
    }
}

/// The value is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotText;

impl Query {
    /// Decodes `a=b&c=d`: `+` is a space, `%XX` a byte; a `%` without two digits stands for itself.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let values = pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // A name that is not text is none of ours.
            let Value::Text(name) = decode(name) else { return None };
            Some((name, decode(value)))
        });
        Self { values: values.collect() }
    }

    /// The value of `name`, `None` if it is absent or blank.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, NotText> {
        match self.last(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(Value::NotText) => Err(NotText),
        }
    }

    /// A flag: every present value but `false` means true; `None` if it is absent.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.last(name).map(|value| *value != Value::Text("false".to_owned()))
    }

    /// The parameters `name[key]`, in the order of their coming: the key, and the value as it is.
    pub(super) fn keyed<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, Result<&'a str, NotText>)> {
        self.values.iter().filter_map(move |(full, value)| {
            let key = full.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            let value = match value {
                Value::Text(text) => Ok(text.as_str()),
                Value::NotText => Err(NotText),
            };
            Some((key, value))
        })
    }

    /// Another value, which counts instead of those of the same name before.
    pub(super) fn add(&mut self, name: String, value: Value) {
        self.values.push((name, value));
    }

    /// Forgets `name`, and every `name[key]`.
    pub(super) fn remove_keyed(&mut self, name: &str) {
        self.values
            .retain(|(full, _)| full.strip_prefix(name).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('[')));
    }

    /// Whether a name begins so.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.values.iter().any(|(name, _)| name.starts_with(prefix))
    }

    fn last(&self, name: &str) -> Option<&Value> {
        self.values.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

fn decode(text: &str) -> Value {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    if !spaced.contains(['%', '\0']) {
        return Value::Text(spaced.into_owned());
    }
    let mut bytes = Vec::with_capacity(spaced.len());
    let mut rest = spaced.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = match tail {
            [high, low, after @ ..] if byte == b'%' => digit(*high).zip(digit(*low)).map(|pair| (pair, after)),
            _ => None,
        };
        if let Some(((high, low), after)) = escaped {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Value::Text(text),
        _ => Value::NotText,
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decodes_as_forms_are_encoded() {
        let query = Query::parse("a=1+2&b=%22x%22&a=%C3%A9&c=100%&d=a%3Db%26c&&=x&e");
        assert_eq!(query.text("a"), Ok(Some("é")));
        assert_eq!(query.text("b"), Ok(Some("\"x\"")));
        assert_eq!(query.text("c"), Ok(Some("100%")));
        assert_eq!(query.text("d"), Ok(Some("a=b&c")));
        assert_eq!(query.text("e"), Ok(None));
        assert_eq!(query.text("none"), Ok(None));
    }

    #[test]
    fn the_last_duplicate_wins_even_if_it_is_blank() {
        assert_eq!(Query::parse("a=1&a=2").text("a"), Ok(Some("2")));
        assert_eq!(Query::parse("a=1&a=+").text("a"), Ok(None));
    }

    #[test]
    fn values_are_not_shown() {
        assert_eq!(format!("{:?}", Query::parse("secret=hunter2&live")), "[\"secret\", \"live\"]");
    }

    #[test]
    fn flags_are_true_unless_they_say_false() {
        let query = Query::parse("a&b=&c=1&d=true&e=false&f=banana");
        for name in ["a", "b", "c", "d", "f"] {
            assert_eq!(query.flag(name), Some(true), "{name}");
        }
        assert_eq!(query.flag("e"), Some(false));
        assert_eq!(query.flag("g"), None);
    }

    #[test]
    fn what_postgres_knows_no_text_for_is_not_text() {
        assert_eq!(Query::parse("a=%FF").text("a"), Err(NotText));
        assert_eq!(Query::parse("a=x%00").text("a"), Err(NotText));
    }

    #[test]
    fn keyed_names_come_encoded_or_plain() {
        let query = Query::parse("params%5B1%5D=x&params[2]=&params=z&params[a]=+y");
        let keyed: Vec<_> = query.keyed("params").collect();
        assert_eq!(keyed, [("1", Ok("x")), ("2", Ok("")), ("a", Ok(" y"))]);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let query = Query::parse(&text);
            let _ = (query.text("a"), query.flag("a"), query.keyed("params").count());
        }
    }
}
