//! Bodies of refusals (section 3).

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// What is wrong with a request, by parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors {
    fields: BTreeMap<&'static str, Field>,
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Texts(Vec<String>),
    /// What Postgres has found.
    Found(String),
    /// It has parameters of its own.
    Nested(FieldErrors),
}

impl FieldErrors {
    /// One thing that is wrong.
    pub fn one(field: &'static str, text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, text);
        errors
    }

    /// What Postgres has found to be wrong, which is told without a list.
    pub fn found(field: &'static str, text: impl Into<String>) -> Self {
        Self { fields: BTreeMap::from([(field, Field::Found(text.into()))]) }
    }

    /// All that is wrong with a parameter that has parameters of its own.
    pub fn nested(field: &'static str, errors: FieldErrors) -> Self {
        let mut outer = Self::default();
        outer.nest(field, errors);
        outer
    }

    /// Another thing that is wrong.
    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        match self.fields.entry(field).or_insert_with(|| Field::Texts(Vec::new())) {
            Field::Texts(texts) => texts.push(text.into()),
            other => *other = Field::Texts(vec![text.into()]),
        }
    }

    /// As [`Self::nested`], beside what is wrong already; nothing if nothing is.
    pub(super) fn nest(&mut self, field: &'static str, errors: FieldErrors) {
        if !errors.is_empty() {
            self.fields.insert(field, Field::Nested(errors));
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// `Err` if anything is wrong.
    pub(super) fn or_ok(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// `{"message":"Invalid request","errors":{field:[text]}}`
    pub fn body(&self) -> String {
        json!({"message": "Invalid request", "errors": self.json()}).to_string()
    }

    fn json(&self) -> Value {
        let fields = self.fields.iter().map(|(name, field)| {
            let value = match field {
                Field::Texts(texts) => json!(texts),
                Field::Found(text) => json!(text),
                Field::Nested(errors) => errors.json(),
            };
            ((*name).to_owned(), value)
        });
        Value::Object(fields.collect())
    }
}

/// The fields alone: their texts may quote what the client has sent.
impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<&str> = self.fields.keys().copied().collect();
        write!(f, "invalid {}", fields.join(", "))
    }
}

/// `{"message":text}`
pub fn message_body(text: &str) -> String {
    json!({ "message": text }).to_string()
}

/// The body of an answer to what should not have happened. Says nothing more.
pub const CRASH: &str = r#"{"error":"Internal server error"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_hold_lists_of_texts() {
        let mut errors = FieldErrors::one("offset", "can't be blank");
        errors.add("replica", "is invalid");
        let body: Value = serde_json::from_str(&errors.body()).unwrap();
        let wanted = json!({"message": "Invalid request",
            "errors": {"offset": ["can't be blank"], "replica": ["is invalid"]}});
        assert_eq!(body, wanted);
        assert_eq!(errors.to_string(), "invalid offset, replica");
    }

    #[test]
    fn fields_of_a_subset_are_nested() {
        for (inner, wanted) in [
            (FieldErrors::one("limit", "must be greater than 0"), json!({"limit": ["must be greater than 0"]})),
            (FieldErrors::found("where", "invalid"), json!({"where": "invalid"})),
        ] {
            let body: Value = serde_json::from_str(&FieldErrors::nested("subset", inner).body()).unwrap();
            assert_eq!(body["errors"], json!({"subset": wanted}));
        }
    }
}
