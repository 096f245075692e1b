//! Where our answer is not the recorded one.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::names::Names;
use super::recording::{Exchange, Response};

/// Headers that say nothing about the answer: when and by whom it was given, and how HTTP/1.1 carries it.
const NOT_COMPARED: [&str; 6] =
    ["date", "x-request-id", "electric-server", "connection", "transfer-encoding", "content-length"];

/// One thing that is another in our answer.
pub struct Difference {
    /// Of the step in the recording.
    pub step: usize,
    /// Such as `header etag` or `body/0/value/flag`.
    pub place: String,
    pub recorded: Option<String>,
    pub ours: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "(nothing)".to_owned());
        let Self { step, place, recorded, ours } = self;
        write!(f, "step {step}, {place}:\n  recorded {}\n  ours     {}", text(recorded), text(ours))
    }
}

/// Compares the answers to one request.
pub fn compare(names: &mut Names, step: usize, exchange: &Exchange, ours: &Response) -> Vec<Difference> {
    let recorded = &exchange.response;
    let is_live = exchange.request.is_live();
    let mut comparison = Comparison { names, step, found: Vec::new(), is_live };
    if recorded.status != ours.status {
        comparison.differ("status".to_owned(), Some(recorded.status.to_string()), Some(ours.status.to_string()));
    }
    comparison.headers(recorded, ours);
    let is_ordered = exchange.request.body.as_ref().is_some_and(|body| body.contains("order_by"));
    let (mut old, mut new) = (body(recorded), body(ours));
    if !is_ordered {
        sort_snapshot(&mut old);
        sort_snapshot(&mut new);
    }
    comparison.values("body", Some(&old), Some(&new));
    comparison.found
}

/// A body's JSON. A stream's is the array of its messages, and an empty one is null.
pub fn body(response: &Response) -> Value {
    let text = response.body.as_str();
    if response.header("content-type") == Some("text/event-stream") {
        // What comes after the last empty line is not whole yet.
        let (whole, _) = text.rsplit_once("\n\n").unwrap_or_default();
        let frames = whole.split("\n\n").filter_map(|frame| frame.strip_prefix("data: "));
        return frames.map(json).collect();
    }
    if text.is_empty() { Value::Null } else { serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)) }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Rows of a snapshot have no order. What has a position in the log keeps its place.
fn sort_snapshot(body: &mut Value) {
    let rows = if body["data"].is_array() { &mut body["data"] } else { body };
    let Some(messages) = rows.as_array_mut() else { return };
    let end = messages.iter().take_while(|message| message["key"].is_string() && message["headers"]["lsn"].is_null());
    let end = end.count();
    messages[..end].sort_by_key(|row| (row["key"].to_string(), row["value"].to_string()));
}

struct Comparison<'a> {
    names: &'a mut Names,
    step: usize,
    found: Vec<Difference>,
    is_live: bool,
}

impl Comparison<'_> {
    fn differ(&mut self, place: String, recorded: Option<String>, ours: Option<String>) {
        self.found.push(Difference { step: self.step, place, recorded, ours });
    }

    fn headers(&mut self, recorded: &Response, ours: &Response) {
        let names: BTreeSet<_> = recorded.headers.iter().chain(&ours.headers).map(|(name, _)| name.as_str()).collect();
        for name in names.into_iter().filter(|name| !NOT_COMPARED.contains(name)) {
            let place = format!("header {name}");
            match (recorded.header(name), ours.header(name)) {
                (Some(old), Some(new)) if name == "electric-schema" => {
                    self.values(&place, Some(&json(old)), Some(&json(new)));
                }
                (Some(old), Some(new)) if self.is_same_header(name, old, new) => {}
                (old, new) => self.differ(place, old.map(str::to_owned), new.map(str::to_owned)),
            }
        }
    }

    fn is_same_header(&mut self, name: &str, old: &str, new: &str) -> bool {
        match name {
            "electric-handle" => self.names.handle(old, new),
            "electric-offset" => self.names.offset(old, new),
            "etag" => self.names.etag(old, new),
            // A time; the replay compares it with the request's.
            "electric-cursor" => new.parse::<u64>().is_ok(),
            _ => old == new,
        }
    }

    fn values(&mut self, place: &str, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
                for key in keys {
                    self.field(place, key, old.get(key), new.get(key));
                }
                let (old, new) = (Value::from(old.clone()), Value::from(new.clone()));
                if old["xip_list"].is_array() && !self.names.snapshot(&old, &new) {
                    self.differ(place.to_owned(), Some(old.to_string()), Some(new.to_string()));
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                for at in 0..old.len().max(new.len()) {
                    self.values(&format!("{place}/{at}"), old.get(at), new.get(at));
                }
            }
            (old, new) if old == new => {}
            (old, new) => self.differ(place.to_owned(), old.map(Value::to_string), new.map(Value::to_string)),
        }
    }

    fn field(&mut self, place: &str, key: &str, old: Option<&Value>, new: Option<&Value>) {
        let is_head = place.ends_with("/headers") || place.ends_with("/metadata");
        let is_same = match (old, new) {
            (Some(old), Some(new)) if is_head => self.is_same_head(key, old, new),
            // Each JSON parser has its own words.
            (Some(Value::String(_)), Some(Value::String(new))) if place == "body" && key == "details" => {
                !new.is_empty()
            }
            _ => false,
        };
        if !is_same {
            self.values(&format!("{place}/{key}"), old, new);
        }
    }

    /// Whether two fields of a message's head are the same but for what changes from run to run.
    fn is_same_head(&mut self, key: &str, old: &Value, new: &Value) -> bool {
        let texts = old.as_str().zip(new.as_str());
        match (key, texts) {
            ("lsn", Some((old, new))) => self.names.commit(old, new),
            // A live answer speaks of what it holds, any other of what the server has seen.
            ("global_last_seen_lsn", Some((old, new))) if self.is_live => self.names.end(old, new),
            ("global_last_seen_lsn" | "database_lsn", Some((old, new))) => self.names.seen(old, new),
            ("txids", None) => match (old.as_array().map(Vec::as_slice), new.as_array().map(Vec::as_slice)) {
                (Some([Value::Number(old)]), Some([Value::Number(new)])) => {
                    self.names.transaction(&old.to_string(), &new.to_string())
                }
                _ => false,
            },
            ("snapshot_mark", None) => {
                old.is_u64() && new.is_u64() && self.names.mark(&old.to_string(), &new.to_string())
            }
            // The snapshot as a whole is compared.
            ("xmin" | "xmax", Some(_)) | ("xip_list", None) => true,
            _ => false,
        }
    }
}
