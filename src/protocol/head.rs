//! The headers of an answer from a log (section 8).

use std::time::Duration;

use super::etag::{etag, moment_etag};
use super::{Caching, LogOffset, Request, RequestOffset, ShapeHandle};
use crate::pg::Lsn;

/// What an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A chunk of the snapshot.
    Chunk(u32),
    /// Items up to this offset: the end of the log, or of a full chunk, of which there is more to come.
    Items {
        /// The offset of the last item.
        end: LogOffset,
        /// Whether the log ended there.
        is_tail: bool,
    },
    /// Nothing but that the client is up to date at the log's latest offset, found so at once.
    UpToDate(LogOffset),
    /// The same, after waiting in vain.
    TimedOut(LogOffset),
    /// A stream of what comes after this offset.
    Stream {
        /// The request's offset: the client takes it for its own before it has read a thing.
        after: LogOffset,
        /// Whether there is nothing after it yet.
        is_tail: bool,
        /// How long it lasts.
        life: Duration,
    },
}

/// What is not about the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The position up to which every transaction has been handed to the shapes, read before the log was.
    pub processed: Lsn,
    /// The cursor for the next live request.
    pub cursor: u64,
    /// A number that is another each time.
    pub moment: u64,
}

/// The protocol's headers of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `electric-offset`
    pub offset: LogOffset,
    /// `etag`
    pub etag: String,
    /// `electric-has-data`
    pub has_data: bool,
    /// The `up-to-date` message's position; with it comes `electric-up-to-date`.
    pub up_to_date: Option<Lsn>,
    /// `electric-cursor`
    pub cursor: Option<u64>,
    /// Whether `electric-schema` is due.
    pub has_schema: bool,
    /// `cache-control`
    pub caching: Caching,
    /// Whether the tag can match one that a client has: what is true for a moment only is never asked for again.
    pub is_lasting: bool,
}

impl Head {
    /// The headers of an answer to `request`.
    pub fn new(handle: &ShapeHandle, request: &Request, content: Content, now: Circumstances) -> Self {
        let offset = match content {
            Content::Chunk(chunk) => LogOffset::snapshot_chunk(chunk),
            Content::Items { end, .. } | Content::UpToDate(end) | Content::TimedOut(end) => end,
            Content::Stream { after, .. } => after,
        };
        let is_now = request.offset == RequestOffset::Now;
        let timed_out = matches!(content, Content::TimedOut(_));
        let is_moment = timed_out || is_now;
        let is_stream = matches!(content, Content::Stream { .. });
        Self {
            offset,
            etag: if is_moment {
                moment_etag(handle, request.offset, offset, now.moment)
            } else {
                etag(handle, request.offset, offset)
            },
            has_data: !is_moment,
            up_to_date: seen(request, content, now.processed),
            cursor: request.live.then_some(now.cursor),
            has_schema: !request.live,
            caching: match (content, request.offset) {
                (Content::Stream { life, .. }, _) => Caching::Stream(life),
                _ if request.live => Caching::Live,
                (_, RequestOffset::At(LogOffset::BeforeAll)) => Caching::Initial,
                _ => Caching::CatchUp,
            },
            is_lasting: !is_moment && !is_stream,
        }
    }
}

/// Up to which position the client has seen all changes, if it is up to date.
fn seen(request: &Request, content: Content, processed: Lsn) -> Option<Lsn> {
    match content {
        Content::Chunk(_) | Content::Items { is_tail: false, .. } | Content::Stream { is_tail: false, .. } => None,
        Content::Stream { after, .. } => Some(Lsn(after.tx())),
        Content::Items { end, .. } if request.live => Some(Lsn(end.tx())),
        Content::Items { end, .. } | Content::UpToDate(end) | Content::TimedOut(end) => {
            Some(processed.max(Lsn(end.tx())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::LogMode;

    const NOW: Circumstances = Circumstances { processed: Lsn(50), cursor: 40, moment: 7 };

    fn head(offset: &str, live: bool, content: Content) -> Head {
        let offset = match offset {
            "now" => RequestOffset::Now,
            text => RequestOffset::At(text.parse().unwrap()),
        };
        let (sse, cursor, log, subset) = (false, 0, LogMode::Full, None);
        let request = Request { offset, handle: None, live, sse, cursor, log, subset };
        Head::new(&ShapeHandle::from_client("h"), &request, content, NOW)
    }

    #[test]
    fn case_39_40_the_first_chunk_is_never_up_to_date() {
        let wanted = Head {
            offset: LogOffset::snapshot_chunk(0),
            etag: "\"h:-1:0_0\"".to_owned(),
            has_data: true,
            up_to_date: None,
            cursor: None,
            has_schema: true,
            caching: Caching::Initial,
            is_lasting: true,
        };
        assert_eq!(head("-1", false, Content::Chunk(0)), wanted);
        assert_eq!(head("-1_0", false, Content::Chunk(0)), wanted);
    }

    #[test]
    fn case_45_catching_up_tells_how_far_the_stream_has_come() {
        let found = head("0_0", false, Content::UpToDate(LogOffset::SNAPSHOT_LAST));
        assert_eq!((found.up_to_date, found.has_data, found.has_schema), (Some(Lsn(50)), true, true));
        assert_eq!((found.etag.as_str(), found.caching, found.cursor), ("\"h:0_0:0_inf\"", Caching::CatchUp, None));
        let end = LogOffset::new(60, 2);
        assert_eq!(head("7_0", false, Content::Items { end, is_tail: true }).up_to_date, Some(Lsn(60)));
    }

    #[test]
    fn case_47_a_full_chunk_is_not_the_end() {
        let found = head("7_0", false, Content::Items { end: LogOffset::new(9, 2), is_tail: false });
        assert_eq!((found.up_to_date, found.etag.as_str()), (None, "\"h:7_0:9_2\""));
    }

    #[test]
    fn case_53_a_live_answer_tells_the_position_of_its_data() {
        let found = head("7_0", true, Content::Items { end: LogOffset::new(9, 2), is_tail: true });
        assert_eq!((found.up_to_date, found.cursor, found.has_schema), (Some(Lsn(9)), Some(40), false));
        assert_eq!((found.caching, found.has_data), (Caching::Live, true));
    }

    #[test]
    fn case_48_55_what_is_true_for_a_moment_never_revalidates() {
        let end = LogOffset::new(7, 0);
        let found = head("7_0", true, Content::TimedOut(end));
        assert_eq!((found.etag.as_str(), found.has_data, found.is_lasting), ("\"h:7_0:7_0:7\"", false, false));
        assert_eq!((found.up_to_date, found.cursor), (Some(Lsn(50)), Some(40)));
        let found = head("now", false, Content::UpToDate(end));
        assert_eq!((found.etag.as_str(), found.has_data, found.has_schema), ("\"h:now:7_0:7\"", false, true));
        assert_eq!(found.caching, Caching::CatchUp);
    }
}
