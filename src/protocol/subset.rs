//! What a request asks for of a shape's rows as they are now (section 11): its parameters, read.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::params::{INVALID, ParamsError, number, text};
use super::{FieldErrors, Query};

/// A name that begins so makes a subset of the request, known or not.
pub(super) const PREFIX: &str = "subset__";

/// Which rows of a shape a request asks for, instead of the shape's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubsetParams {
    /// The text of the condition that narrows the shape.
    pub filter: Option<String>,
    /// The values of its `$n`; `None` for NULL.
    pub params: Vec<Option<String>>,
    /// How many rows at most.
    pub limit: Option<u64>,
    /// How many rows to leave out at the beginning.
    pub offset: Option<u64>,
    /// The text of the order.
    pub order_by: Option<String>,
    /// What is wrong with them, to be told after what is wrong with the shape.
    pub errors: FieldErrors,
}

impl SubsetParams {
    /// Reads the parameters if there are any. Types are noted in `errors`, all else in [`Self::errors`].
    pub(super) fn read(query: &Query, errors: &mut FieldErrors) -> Option<Self> {
        if !query.has_prefix(PREFIX) {
            return None;
        }
        if query.text(PREFIX).is_err() {
            // A body whose subset is none.
            errors.add("subset", INVALID);
            return None;
        }
        let mut types = FieldErrors::default();
        let mut get = |name, field| text(query, name, field, &mut types).flatten();
        let filter = get("subset__where", "where").map(str::to_owned);
        let order_by = get("subset__order_by", "order_by").map(str::to_owned);
        let params = get("subset__params", "params");
        let (limit, offset) = (get("subset__limit", "limit"), get("subset__offset", "offset"));
        let (limit, offset) = (integer(limit, "limit", &mut types), integer(offset, "offset", &mut types));
        errors.nest("subset", types);
        let mut subset = Self { filter, order_by, ..Self::default() };
        subset.bound(limit, offset);
        match values(params) {
            Ok(values) => subset.params = values,
            Err(error) => subset.errors.add("params", error),
        }
        Some(subset)
    }

    fn bound(&mut self, limit: Option<i64>, offset: Option<i64>) {
        self.limit = limit.and_then(|limit| u64::try_from(limit).ok());
        self.offset = offset.and_then(|offset| u64::try_from(offset).ok());
        if limit.is_some_and(|limit| limit <= 0) {
            self.errors.add("limit", "must be greater than 0");
        }
        if offset.is_some_and(|offset| offset < 0) {
            self.errors.add("offset", "must be greater than or equal to 0");
        }
        if self.errors.is_empty() && self.order_by.is_none() && (limit.is_some() || offset.is_some()) {
            self.errors.add("order_by", "order_by is required when limit or offset is present");
        }
    }
}

/// A number that Postgres takes, too.
fn integer(text: Option<&str>, field: &'static str, errors: &mut FieldErrors) -> Option<i64> {
    let parsed = text?.parse();
    if parsed.is_err() {
        errors.add(field, INVALID);
    }
    parsed.ok()
}

/// The values in `{"1":"a","2":5}`: scalars as text, numbers as they are written.
fn values(json: Option<&str>) -> Result<Vec<Option<String>>, String> {
    let Some(json) = json else { return Ok(Vec::new()) };
    let raw: &RawValue = serde_json::from_str(json).map_err(|_| "params must be valid JSON")?;
    let object: BTreeMap<String, &RawValue> =
        serde_json::from_str(raw.get()).map_err(|_| "params must be a JSON object")?;
    let mut texts = BTreeMap::new();
    for (key, value) in object {
        texts.insert(key, scalar(value).ok_or("params must hold texts, numbers, booleans and null only")?);
    }
    let texts = texts.iter().map(|(key, value)| (key.as_str(), value.clone()));
    number(texts).map_err(|error: ParamsError| error.to_string())
}

/// The text of a value, the inner `None` for null. The outer one: it is no scalar, or no text of Postgres.
#[expect(clippy::option_option, reason = "NULL is not invalid")]
pub(super) fn scalar(value: &RawValue) -> Option<Option<String>> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'{' | b'[' => None,
        b'n' => Some(None),
        b'"' => serde_json::from_str(text).ok().filter(|text: &String| !text.contains('\0')).map(Some),
        _ => Some(Some(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(query: &str) -> (Option<SubsetParams>, Value) {
        let mut errors = FieldErrors::default();
        let subset = SubsetParams::read(&Query::parse(query), &mut errors);
        (subset, fields(&errors))
    }

    fn fields(errors: &FieldErrors) -> Value {
        let mut body: Value = serde_json::from_str(&errors.body()).unwrap();
        body["errors"].take()
    }

    #[test]
    fn any_name_with_the_prefix_makes_a_subset() {
        assert_eq!(read("table=t&offset=-1"), (None, json!({})));
        for query in ["subset__where=", "subset__x=1", "subset__where_expr={}", "subset__"] {
            assert_eq!(read(query), (Some(SubsetParams::default()), json!({})), "{query}");
        }
    }

    #[test]
    fn reads_all_of_it() {
        let query = "subset__where=a=$1&subset__params={\"2\":12345678901234567890,\"1\":\"x\",\"3\":null,\"4\":true}\
                     &subset__limit=7&subset__offset=0&subset__order_by=a";
        let wanted = SubsetParams {
            filter: Some("a=$1".to_owned()),
            params: ["x", "12345678901234567890", "", "true"].map(str::to_owned).map(Some).into(),
            limit: Some(7),
            offset: Some(0),
            order_by: Some("a".to_owned()),
            errors: FieldErrors::default(),
        };
        let wanted =
            SubsetParams { params: wanted.params.into_iter().map(|x| x.filter(|x| !x.is_empty())).collect(), ..wanted };
        assert_eq!(read(query), (Some(wanted), json!({})));
    }

    #[test]
    fn case_103_106_what_is_wrong_is_told_by_name() {
        let long = "1".repeat(30);
        for (query, field, error) in [
            ("subset__limit=1", "order_by", "order_by is required when limit or offset is present"),
            ("subset__offset=1", "order_by", "order_by is required when limit or offset is present"),
            ("subset__limit=0", "limit", "must be greater than 0"),
            ("subset__limit=-1", "limit", "must be greater than 0"),
            ("subset__offset=-1&subset__order_by=a", "offset", "must be greater than or equal to 0"),
            ("subset__params=[1]", "params", "params must be a JSON object"),
            ("subset__params=1", "params", "params must be a JSON object"),
            ("subset__params=x", "params", "params must be valid JSON"),
            ("subset__params={\"1\":[1]}", "params", "params must hold texts, numbers, booleans and null only"),
            ("subset__params={\"a\":1}", "params", "Parameters can only use numbers as keys"),
            ("subset__params={\"2\":1}", "params", "Parameters must be numbered sequentially, starting from 1"),
        ] {
            let (subset, types) = read(query);
            assert_eq!((fields(&subset.unwrap().errors), types), (json!({field: [error]}), json!({})), "{query}");
        }
        for (query, field) in [
            ("subset__limit=x", "limit"),
            ("subset__limit=1.5", "limit"),
            ("subset__offset=x", "offset"),
            (&format!("subset__limit={long}"), "limit"),
            ("subset__where=%FF", "where"),
            ("subset__order_by=%00", "order_by"),
            ("subset__params=%00", "params"),
        ] {
            assert_eq!(read(query).1, json!({"subset": {field: ["is invalid"]}}), "{query}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("subset__params={}", "[".repeat(100_000));
        let (subset, _) = read(&deep);
        assert_eq!(fields(&subset.unwrap().errors), json!({"params": ["params must be valid JSON"]}));
    }
}
