//! Messages as a stream of events (section 9).

use bytes::Bytes;

/// Its content type.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Says that the stream is still there.
pub const KEEP_ALIVE: &[u8] = b": keep-alive\n\n";

const BEGIN: &[u8] = b"data: ";
const END: &[u8] = b"\n\n";

/// A piece of a log, of whole items with a comma before each, as one event for each.
pub fn item_events(piece: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(piece.len() + piece.len() / 8);
    items(piece).for_each(|item| frame(item, &mut out));
    out.into()
}

/// A message as an event.
pub fn event(message: &str) -> Bytes {
    let mut out = Vec::with_capacity(message.len() + BEGIN.len() + END.len());
    frame(message.as_bytes(), &mut out);
    out.into()
}

fn frame(message: &[u8], out: &mut Vec<u8>) {
    // Messages have no line breaks: in strings they are escaped, and between them there are none.
    out.extend_from_slice(BEGIN);
    out.extend_from_slice(message);
    out.extend_from_slice(END);
}

/// The items in `,{..},{..}`, without their commas.
///
/// They part where `},{"` is followed by a letter. Inside of an item no object follows another, and inside of a string
/// a quote has a backslash before it; where the quote ends a string that ends in `},{`, no letter follows.
fn items(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = piece.get(1..).unwrap_or_default();
    std::iter::from_fn(move || {
        let mut from = 0;
        loop {
            let Some(at) = rest.get(from..).and_then(|rest| memchr::memmem::find(rest, b"},{\"")) else {
                let last = std::mem::take(&mut rest);
                return (!last.is_empty()).then_some(last);
            };
            let comma = from + at + 1;
            if rest.get(comma + 3).is_some_and(u8::is_ascii_alphabetic) {
                let item = rest.get(..comma);
                rest = rest.get(comma + 1..).unwrap_or_default();
                return item;
            }
            from = comma;
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::item::escape_json;

    fn texts(piece: &str) -> Vec<String> {
        let text = String::from_utf8(item_events(piece.as_bytes()).to_vec()).unwrap();
        let events = text.strip_suffix("\n\n").unwrap_or_default().split("\n\n");
        events.map(|event| event.strip_prefix("data: ").unwrap().to_owned()).collect()
    }

    /// An item as the encoder writes it, with these texts in it.
    fn item(key: &str, value: &str) -> String {
        let escaped = |text: &str| {
            let mut out = Vec::new();
            escape_json(text.as_bytes(), &mut out);
            String::from_utf8(out).unwrap()
        };
        let (key, value) = (escaped(key), escaped(value));
        format!(
            r#"{{"key":"{key}","value":{{"{key}":"{value}","b":null}},"headers":{{"relation":["{key}","{value}"]}}}}"#
        )
    }

    #[test]
    fn each_message_is_an_event() {
        let piece = r#",{"key":"a"},{"headers":{"control":"x"}},{"key":"b"}"#;
        assert_eq!(texts(piece), [r#"{"key":"a"}"#, r#"{"headers":{"control":"x"}}"#, r#"{"key":"b"}"#]);
        assert_eq!(event("{}"), "data: {}\n\n");
        assert!(item_events(b"").is_empty());
    }

    proptest! {
        #[test]
        fn no_value_looks_like_the_end_of_an_item(
            items in prop::collection::vec(("[{},\"\\\\a\n:]{0,8}", "[{},\"\\\\k:\n]{0,12}"), 1..6)
        ) {
            let items: Vec<String> = items.iter().map(|(key, value)| item(key, value)).collect();
            let piece = format!(",{}", items.join(","));
            prop_assert_eq!(texts(&piece), items);
        }
    }
}
