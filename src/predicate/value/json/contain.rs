//! Containment of `jsonb` (Postgres' manual, section 8.14.3).

use super::Json;

/// `whole @> part`: all of `part` is somewhere in `whole`, at the same depth. An array contains a bare value that is
/// among its elements, at the top alone.
pub(in crate::predicate) fn contains(whole: &Json, part: &Json) -> bool {
    match (whole, part) {
        (Json::Array(elements), part) if is_scalar(part) => elements.contains(part),
        (whole, part) => holds(whole, part),
    }
}

fn holds(whole: &Json, part: &Json) -> bool {
    match (whole, part) {
        (Json::Object(_), Json::Object(fields)) => {
            fields.iter().all(|(key, value)| whole.field(key).is_some_and(|own| holds(own, value)))
        }
        (Json::Array(own), Json::Array(wanted)) => wanted.iter().all(|wanted| {
            if is_scalar(wanted) { own.contains(wanted) } else { own.iter().any(|element| holds(element, wanted)) }
        }),
        (whole, part) => is_scalar(whole) && whole == part,
    }
}

fn is_scalar(value: &Json) -> bool {
    !matches!(value, Json::Array(_) | Json::Object(_))
}
