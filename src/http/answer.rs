//! Answers from a log: headers and body.

use std::borrow::Cow;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderValue, VARY};
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::encoding::IDENTITY;
use super::headers::{
    ACCEL_BUFFERING, CURSOR, HANDLE, HAS_DATA, JSON, OFFSET, SCHEMA, SNAPSHOT, SURROGATE_CONTROL, UP_TO_DATE,
};
use super::route::CachePolicy;
use crate::engine::LiveShape;
use crate::protocol::{
    Ages, Caching, EVENT_STREAM, Head, LogOffset, MUST_REFETCH, ShapeHandle, none_match, refetch_etag,
};

/// What all answers to one request have in common.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) cache: CachePolicy,
    pub(super) if_none_match: Option<String>,
    pub(super) is_head: bool,
    pub(super) is_post: bool,
    pub(super) ages: Ages,
    /// Whether something around the routes may compress the answer.
    pub(super) may_be_compressed: bool,
}

impl Reply {
    /// Whether the client has this answer already.
    pub(super) fn is_known(&self, head: &Head) -> bool {
        head.is_lasting && self.if_none_match.as_deref().is_some_and(|header| none_match(header, &head.etag))
    }

    /// 304
    pub(super) fn not_modified(&self, live: &LiveShape, head: &Head) -> HttpResponse {
        self.begin(StatusCode::NOT_MODIFIED, live, head).finish()
    }

    /// 200
    pub(super) fn ok(&self, live: &LiveShape, head: &Head, body: impl MessageBody + 'static) -> HttpResponse {
        let mut response = self.begin(StatusCode::OK, live, head);
        if head.has_schema {
            add_schema(&mut response, live);
        }
        self.finish(response, body)
    }

    /// 200, with a subset of the rows, after which the client goes on at this offset. It is up to date in so far as there is
    /// nothing to be fetched in advance (D2).
    pub(super) fn subset(&self, live: &LiveShape, offset: LogOffset, body: impl MessageBody + 'static) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        self.cache(&mut response, Caching::Once);
        response
            .content_type(JSON)
            .insert_header((HANDLE, live.handle().as_str()))
            .insert_header((OFFSET, offset.to_string()))
            .insert_header((SNAPSHOT, "true"))
            .insert_header((UP_TO_DATE, ""));
        add_schema(&mut response, live);
        self.finish(response, body)
    }

    fn finish(&self, mut response: HttpResponseBuilder, body: impl MessageBody + 'static) -> HttpResponse {
        if self.is_head && body.size() == actix_web::body::BodySize::Stream {
            // Nothing would be sent of it, but all of it waited for.
            return response
                .body(BodyStream::new(futures_util::stream::empty::<Result<_, std::convert::Infallible>>()));
        }
        response.body(body)
    }

    /// 200, as a stream of events
    pub(super) fn stream(&self, live: &LiveShape, head: &Head, body: impl MessageBody + 'static) -> HttpResponse {
        let mut response = self.begin(StatusCode::OK, live, head);
        response.content_type(EVENT_STREAM).insert_header((ACCEL_BUFFERING, "no"));
        if self.may_be_compressed {
            // What compresses keeps back what it has, until there is more of it.
            response.insert_header((CONTENT_ENCODING, IDENTITY));
        }
        self.finish(response, body)
    }

    /// 409: fetch anew, under this handle.
    pub(super) fn refetch(&self, handle: Option<&ShapeHandle>) -> HttpResponse {
        let mut response = HttpResponse::Conflict();
        if let Some(handle) = handle {
            self.cache(&mut response, Caching::Refetch);
            response.insert_header((HANDLE, handle.as_str())).insert_header((ETAG, refetch_etag(handle)));
        } else {
            // A cached one would send clients in circles (D9).
            self.cache(&mut response, Caching::Never);
            response.insert_header((SURROGATE_CONTROL, "no-store"));
        }
        response.content_type(JSON).body(MUST_REFETCH)
    }

    fn begin(&self, status: StatusCode, live: &LiveShape, head: &Head) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        self.cache(&mut response, head.caching);
        response
            .content_type(JSON)
            .insert_header((ETAG, head.etag.as_str()))
            .insert_header((HANDLE, live.handle().as_str()))
            .insert_header((OFFSET, head.offset.to_string()))
            .insert_header((HAS_DATA, HeaderValue::from_static(if head.has_data { "true" } else { "false" })));
        if head.up_to_date.is_some() {
            response.insert_header((UP_TO_DATE, HeaderValue::from_static("")));
        }
        if let Some(cursor) = head.cursor {
            response.insert_header((CURSOR, cursor));
        }
        response
    }

    fn cache(&self, response: &mut HttpResponseBuilder, caching: Caching) {
        let caching = if self.is_post { caching.of_post() } else { caching };
        match self.cache {
            CachePolicy::Shared => {
                match caching.public(self.ages) {
                    Cow::Borrowed(text) => response.insert_header((CACHE_CONTROL, HeaderValue::from_static(text))),
                    Cow::Owned(text) => response.insert_header((CACHE_CONTROL, text)),
                };
            }
            CachePolicy::Private => {
                response
                    .insert_header((CACHE_CONTROL, HeaderValue::from_static(caching.private())))
                    .insert_header((VARY, HeaderValue::from_static("Authorization, Cookie")));
            }
        }
    }
}

fn add_schema(response: &mut HttpResponseBuilder, live: &LiveShape) {
    if let Ok(schema) = HeaderValue::from_maybe_shared(live.schema().clone()) {
        response.insert_header((SCHEMA, schema));
    }
}
