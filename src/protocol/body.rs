//! The body of a POST (section 11): JSON that counts as if it stood in the query string.

use std::collections::BTreeMap;

use serde_json::json;
use serde_json::value::RawValue;

use super::Query;
use super::query::Value;
use super::subset::{PREFIX, scalar};

/// At the top of a body these belong to the subset, unless that has a name of its own there.
const OF_SUBSET: [&str; 7] = ["where", "params", "limit", "offset", "order_by", "where_expr", "order_by_expr"];

/// A body that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Longer than is taken.
    #[error("Request body too large")]
    TooLarge,
    /// It broke off.
    #[error("Failed to read request body")]
    Unread,
    /// No JSON.
    #[error("Invalid JSON in request body")]
    NotJson {
        /// Why not. Without what it holds.
        details: String,
    },
    /// Something else than an object.
    #[error("Request body must be a JSON object")]
    NotAnObject,
}

impl BodyError {
    /// `{"error":text}`
    pub fn body(&self) -> String {
        let mut body = json!({"error": self.to_string()});
        if let (Self::NotJson { details }, Some(fields)) = (self, body.as_object_mut()) {
            fields.insert("details".to_owned(), json!(details));
        }
        body.to_string()
    }
}

impl Query {
    /// The query string and, over it, what the body says. Values are kept as they are written; nothing of the body is
    /// nested in memory, however deep it is.
    pub fn with_body(mut self, body: &[u8]) -> Result<Self, BodyError> {
        if body.trim_ascii().is_empty() {
            return Ok(self);
        }
        let not_json = |error: serde_json::Error| BodyError::NotJson { details: error.to_string() };
        let raw: &RawValue = serde_json::from_slice(body).map_err(not_json)?;
        if !raw.get().starts_with('{') {
            return Err(BodyError::NotAnObject);
        }
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get()).map_err(not_json)?;
        let is_nested = fields.contains_key("subset");
        for (name, value) in fields {
            match name.as_str() {
                "subset" => self.add_subset(value),
                name if !is_nested && OF_SUBSET.contains(&name) => self.add_of_subset(name, value),
                // What `params[1]` is in a query string.
                "params" => self.add_params(value),
                _ => self.add(name, text(value)),
            }
        }
        Ok(self)
    }

    fn add_subset(&mut self, value: &RawValue) {
        let fields = if value.get().starts_with('{') { serde_json::from_str(value.get()).ok() } else { None };
        let Some(fields): Option<BTreeMap<String, &RawValue>> = fields else {
            return self.add(PREFIX.to_owned(), Value::NotText);
        };
        // An empty one is a subset, too.
        self.add(PREFIX.to_owned(), Value::Text(String::new()));
        for (name, value) in fields {
            self.add_of_subset(&name, value);
        }
    }

    fn add_of_subset(&mut self, name: &str, value: &RawValue) {
        let is_text = value.get().starts_with(['"', 'n']);
        let value = if name == "params" && !is_text { Value::Text(value.get().to_owned()) } else { text(value) };
        self.add(format!("{PREFIX}{name}"), value);
    }

    fn add_params(&mut self, value: &RawValue) {
        self.remove_keyed("params");
        let fields = if value.get().starts_with('{') { serde_json::from_str(value.get()).ok() } else { None };
        let Some(fields): Option<BTreeMap<String, &RawValue>> = fields else {
            return self.add("params".to_owned(), text(value));
        };
        for (name, value) in fields {
            self.add(format!("params[{name}]"), text(value));
        }
    }
}

/// As the query string would have it; null is absent.
fn text(value: &RawValue) -> Value {
    scalar(value).map_or(Value::NotText, |text| Value::Text(text.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{FieldErrors, Request, SubsetParams};

    fn read(query: &str, body: &str) -> Result<(Request, crate::protocol::ShapeParams), FieldErrors> {
        Request::parse_with_shape(&Query::parse(query).with_body(body.as_bytes()).unwrap())
    }

    fn refused(query: &str, body: &str) -> serde_json::Value {
        let mut body: serde_json::Value = serde_json::from_str(&read(query, body).unwrap_err().body()).unwrap();
        body["errors"].take()
    }

    #[test]
    fn the_seven_names_at_the_top_are_the_subsets() {
        let query = "table=t&offset=0_0&handle=h&where=a=1&log=changes_only";
        let body = r#"{"where": "b = $1 \u00e9", "params": {"1": 2}, "limit": 3, "offset": "4", "order_by": "b",
            "where_expr": {"deep": [[1]]}, "order_by_expr": []}"#;
        let (request, shape) = read(query, body).unwrap();
        let wanted = SubsetParams {
            filter: Some("b = $1 é".to_owned()),
            params: vec![Some("2".to_owned())],
            limit: Some(3),
            offset: Some(4),
            order_by: Some("b".to_owned()),
            errors: FieldErrors::default(),
        };
        assert_eq!(request.subset, Some(wanted));
        assert_eq!((request.offset.to_string(), shape.filter), ("0_0".to_owned(), Some("a=1".to_owned())));
    }

    #[test]
    fn beside_a_subset_of_its_own_all_may_be_in_the_body() {
        let body = r#"{"table": "t", "offset": "-1", "log": "changes_only", "where": "a=$1", "params": {"1": 5},
            "subset": {"where": "id = 1"}}"#;
        let (request, shape) = read("table=u&offset=now&params[1]=x&params[2]=y", body).unwrap();
        assert_eq!(request.subset.unwrap().filter.as_deref(), Some("id = 1"));
        assert_eq!((request.offset.to_string(), shape.table.table.as_str()), ("-1".to_owned(), "t"));
        assert_eq!((shape.filter.as_deref(), shape.params), (Some("a=$1"), Ok(vec!["5".to_owned()])));
    }

    #[test]
    fn without_a_key_of_a_subset_it_is_an_ordinary_request() {
        for body in ["", " \n", "{}", r#"{"bogus": 1, "live": false}"#] {
            assert_eq!(read("table=t&offset=-1", body).unwrap().0.subset, None, "{body}");
        }
        assert!(read("table=t&offset=-1", r#"{"subset": {}}"#).unwrap().0.subset.is_some());
        assert_eq!(
            refused("table=t&offset=-1", r#"{"offset": null, "subset": {}}"#),
            json!({"offset": ["can't be blank"]})
        );
    }

    #[test]
    fn what_has_the_wrong_type_is_invalid() {
        for (body, wanted) in [
            (r#"{"subset": "x"}"#, json!({"subset": ["is invalid"]})),
            (r#"{"subset": null}"#, json!({"subset": ["is invalid"]})),
            (r#"{"where": 5.5, "limit": [1]}"#, json!({"subset": {"limit": ["is invalid"]}})),
            (r#"{"where": {}, "limit": 1.5}"#, json!({"subset": {"limit": ["is invalid"], "where": ["is invalid"]}})),
            (r#"{"table": ["t"]}"#, json!({"table": ["is invalid"]})),
            (r#"{"order_by": "\u0000"}"#, json!({"subset": {"order_by": ["is invalid"]}})),
            (r#"{"where": "\ud800"}"#, json!({"subset": {"where": ["is invalid"]}})),
        ] {
            assert_eq!(refused("table=t&offset=-1", body), wanted, "{body}");
        }
    }

    #[test]
    fn case_112_bodies_that_are_no_object() {
        let error = |body: &[u8]| Query::default().with_body(body).unwrap_err();
        for body in ["[1]", "1", "\"x\"", "null"] {
            assert_eq!(error(body.as_bytes()).body(), r#"{"error":"Request body must be a JSON object"}"#);
        }
        for body in [&b"x"[..], b"{", b"{\"a\":1}x", b"\xff", b"{\"a\":\"\xff\"}", b"{\"\\ud800\":1}"] {
            let body: serde_json::Value = serde_json::from_str(&error(body).body()).unwrap();
            assert_eq!(body["error"], "Invalid JSON in request body");
            assert!(body["details"].is_string());
        }
        let secret = error(br#"{"secret": hunter2}"#).body();
        assert!(!secret.contains("hunter2"), "{secret}");
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!("{{\"params\": {}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let subset = read("table=t&offset=-1", &deep).unwrap().0.subset.unwrap();
        assert_eq!(subset.errors, FieldErrors::one("params", "params must be a JSON object"));
        let deep = format!("{{\"a\": {}", "[".repeat(1_000_000));
        assert!(Query::default().with_body(deep.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(body in any::<Vec<u8>>(), text in any::<String>()) {
            let _ = Query::default().with_body(&body);
            let body = json!({"where": text, "subset": {&text: &text}, &text: {&text: [1]}}).to_string();
            if let Ok(query) = Query::default().with_body(body.as_bytes()) {
                let _ = Request::parse_with_shape(&query);
            }
        }
    }
}
