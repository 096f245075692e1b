//! Cross-origin access: browsers of other origins may read every answer (section 1, D3, D11).

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, CACHE_CONTROL, HeaderMap,
    HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use super::encoding::{is_tuned, spare_tiny};
use super::headers::SURROGATE_CONTROL;
use crate::service::Origins;

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "electric-cursor,electric-handle,electric-has-data,electric-offset,electric-schema,electric-up-to-date,\
     electric-internal-known-error,retry-after,electric-snapshot,etag",
);
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const SHAPE_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, HEAD, DELETE, OPTIONS");
const OTHER_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
/// Bodies are not compressed here, but the app or a proxy may do so.
const BY_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
const BY_ORIGIN: HeaderValue = HeaderValue::from_static("Origin");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// What a client needs to be allowed if it does not say.
const USUAL_HEADERS: HeaderValue = HeaderValue::from_static("authorization,content-type,if-none-match,traceparent");
/// In seconds.
const PREFLIGHT_AGE: HeaderValue = HeaderValue::from_static("86400");

/// Marks an answer of a route that serves no shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoShape;

/// Answers preflights, before any guard could refuse them, and adds the headers to every answer: to errors too, which a
/// browser would else take for a broken network and repeat for ever.
pub(super) async fn cors<B: MessageBody>(
    origins: Origins,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let origin = allowed_origin(&origins, request.headers());
    let spares_tiny = is_tuned(&request);
    if request.method() == Method::OPTIONS {
        let asked = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let mut response = HttpResponse::NoContent();
        response
            .insert_header((ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE))
            .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or(USUAL_HEADERS)));
        let mut response = response.finish();
        allow(response.headers_mut(), origin, SHAPE_METHODS);
        return Ok(request.into_response(response).map_into_right_body());
    }
    match next.call(request).await {
        Ok(mut response) => {
            finish(response.response_mut(), origin);
            if spares_tiny {
                spare_tiny(response.response_mut());
            }
            Ok(response.map_into_left_body())
        }
        // What a guard in between throws becomes an answer only later.
        Err(error) => {
            let mut response = error.error_response();
            finish(&mut response, origin);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn finish<B>(response: &mut HttpResponse<B>, origin: Allowed) {
    let serves_shape = !response.extensions().contains::<NoShape>();
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    if !headers.contains_key(VARY) {
        headers.insert(VARY, BY_ENCODING);
    }
    allow(headers, origin, if serves_shape { SHAPE_METHODS } else { OTHER_METHODS });
    // What a handler or a guard has refused says nothing of caches.
    if is_refusal && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
        headers.insert(SURROGATE_CONTROL, NO_STORE);
    }
}

/// What to say of the origin that asks.
enum Allowed {
    /// Everybody may read the answer.
    Any,
    /// This one may. Another one is told something else, so caches must tell them apart.
    This(HeaderValue),
    /// It may not, or there is none.
    No,
}

fn allowed_origin(origins: &Origins, headers: &HeaderMap) -> Allowed {
    match (origins, headers.get(ORIGIN)) {
        (Origins::Any, _) => Allowed::Any,
        (listed, Some(origin)) if origin.to_str().is_ok_and(|origin| listed.allows(origin)) => {
            Allowed::This(origin.clone())
        }
        _ => Allowed::No,
    }
}

fn allow(headers: &mut HeaderMap, origin: Allowed, methods: HeaderValue) {
    match origin {
        Allowed::Any => headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN),
        Allowed::This(origin) => {
            headers.append(VARY, BY_ORIGIN);
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin)
        }
        Allowed::No => {
            headers.append(VARY, BY_ORIGIN);
            return;
        }
    };
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}
