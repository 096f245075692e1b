//! Bodies of refusals (section 3).

use std::collections::BTreeMap;
use std::fmt;

/// What is wrong with a request, by parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors {
    fields: BTreeMap<&'static str, Vec<String>>,
}

impl FieldErrors {
    /// One thing that is wrong.
    pub fn one(field: &'static str, text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, text);
        errors
    }

    /// Another thing that is wrong.
    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.fields.entry(field).or_default().push(text.into());
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
        serde_json::json!({"message": "Invalid request", "errors": self.fields}).to_string()
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
    serde_json::json!({ "message": text }).to_string()
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
        let body: serde_json::Value = serde_json::from_str(&errors.body()).unwrap();
        let wanted = serde_json::json!({"message": "Invalid request",
            "errors": {"offset": ["can't be blank"], "replica": ["is invalid"]}});
        assert_eq!(body, wanted);
        assert_eq!(errors.to_string(), "invalid offset, replica");
    }
}
