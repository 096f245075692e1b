//! What a middleware that compresses, such as Actix's `Compress`, needs to be told.
//!
//! It stands around the routes, so they cannot see it; but it leaves alone what has a `content-encoding`. It knows nothing
//! of entity tags, which is what [`tune_compression`] is for.

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};

/// As it is. Clients and caches take it for no encoding at all.
pub(super) const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// Below this size an answer fits into one packet anyway.
const TINY: u64 = 1024;

/// Keeps a tiny answer from being compressed: that would cost more than it gains.
pub(super) fn spare_tiny<B: MessageBody>(response: &mut HttpResponse<B>) {
    let is_tiny = matches!(response.body().size(), BodySize::Sized(1..TINY));
    if is_tiny && !response.headers().contains_key(CONTENT_ENCODING) {
        response.headers_mut().insert(CONTENT_ENCODING, IDENTITY);
    }
}

/// Something around the routes compresses.
#[derive(Clone, Copy, Debug)]
struct Compresses;

/// Whether [`tune_compression`] has said that something around the routes may compress the answer.
pub(super) fn is_tuned(request: &ServiceRequest) -> bool {
    request.extensions().contains::<Compresses>()
}

/// Goes around Actix's `Compress`, and makes of it what the protocol needs. Entity tags of compressed answers become weak,
/// as they must be: the bytes differ from those of the same answer uncompressed, though they mean the same. And what is
/// tiny is not compressed: that would cost more than it gains.
///
/// ```no_run
/// use actix_web::App;
/// use actix_web::middleware::{Compress, from_fn};
/// use diesel_electric::{SyncService, shape_api, tune_compression};
///
/// # fn app(sync: SyncService) {
/// # let _ =
/// App::new().service(shape_api(&sync)).wrap(Compress::default()).wrap(from_fn(tune_compression));
/// # }
/// ```
///
/// `Compress` alone serves clients well, too: streams of events are never compressed, and `If-None-Match` finds weak tags as
/// well as strong ones.
///
/// # Errors
/// None of its own.
pub async fn tune_compression<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.headers().contains_key(ACCEPT_ENCODING) {
        request.extensions_mut().insert(Compresses);
    }
    let mut response = next.call(request).await?;
    weaken(response.headers_mut());
    Ok(response)
}

fn weaken(headers: &mut HeaderMap) {
    let is_compressed = headers.get(CONTENT_ENCODING).is_some_and(|encoding| *encoding != IDENTITY);
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    if is_compressed
        && let Some(tag) = tag.filter(|tag| !tag.starts_with("W/"))
        && let Ok(weak) = HeaderValue::try_from(format!("W/{tag}"))
    {
        headers.insert(ETAG, weak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_of_compressed_answers_become_weak() {
        let tag = |encoding: Option<&'static str>, tag: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ETAG, HeaderValue::from_static(tag));
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            weaken(&mut headers);
            headers.get(ETAG).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(tag(Some("br"), "\"a\""), "W/\"a\"");
        assert_eq!(tag(Some("gzip"), "W/\"a\""), "W/\"a\"");
        assert_eq!(tag(Some("identity"), "\"a\""), "\"a\"");
        assert_eq!(tag(None, "\"a\""), "\"a\"");
    }

    #[test]
    fn tiny_answers_are_spared() {
        let marked = |mut response: HttpResponse| {
            spare_tiny(&mut response);
            response.headers().get(CONTENT_ENCODING).cloned()
        };
        assert_eq!(marked(HttpResponse::Ok().body("[]")), Some(IDENTITY));
        assert_eq!(marked(HttpResponse::Ok().body("x".repeat(1024))), None);
        assert_eq!(marked(HttpResponse::Ok().finish()), None);
        let zipped = HttpResponse::Ok().insert_header((CONTENT_ENCODING, "gzip")).body("x");
        assert_eq!(marked(zipped).unwrap(), "gzip");
    }
}
