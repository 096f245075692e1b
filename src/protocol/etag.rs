//! Entity tags (section 8).

use super::{LogOffset, RequestOffset, ShapeHandle};

/// The tag of the part of a log between a request's offset and the answer's.
pub fn etag(handle: &ShapeHandle, from: RequestOffset, to: LogOffset) -> String {
    format!("\"{handle}:{from}:{to}\"")
}

/// The tag of an answer that is true for a moment only. It never matches: no state has such a tag.
pub fn moment_etag(handle: &ShapeHandle, from: RequestOffset, to: LogOffset, moment: u64) -> String {
    format!("\"{handle}:{from}:{to}:{moment}\"")
}

/// The tag of a redirect to another handle.
pub fn refetch_etag(handle: &ShapeHandle) -> String {
    format!("\"{handle}::\"")
}

/// Whether `tag` is among those that `If-None-Match` lists. Weak ones match too: a cache in between may have made them so.
pub fn none_match(header: &str, tag: &str) -> bool {
    header.split(',').map(str::trim).any(|listed| listed.strip_prefix("W/").unwrap_or(listed) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let handle = ShapeHandle::from_client("1-2");
        let from = RequestOffset::At(LogOffset::BeforeAll);
        assert_eq!(etag(&handle, from, LogOffset::snapshot_chunk(0)), "\"1-2:-1:0_0\"");
        assert_eq!(moment_etag(&handle, RequestOffset::Now, LogOffset::new(7, 2), 5), "\"1-2:now:7_2:5\"");
        assert_eq!(refetch_etag(&handle), "\"1-2::\"");
    }

    #[test]
    fn matches_one_of_several() {
        for header in ["\"a:1:2\"", "W/\"a:1:2\"", "\"x\", \"a:1:2\"", "\"x\",W/\"a:1:2\" , \"y\""] {
            assert!(none_match(header, "\"a:1:2\""), "{header}");
        }
        for header in ["", "\"a:1:2:3\"", "a:1:2", "\"x\""] {
            assert!(!none_match(header, "\"a:1:2\""), "{header}");
        }
    }
}
