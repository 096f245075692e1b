//! Names of headers, and values that many answers share.

use actix_web::http::header::{HeaderName, HeaderValue};

/// The content type of every answer with JSON.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

pub(super) const HANDLE: HeaderName = HeaderName::from_static("electric-handle");
pub(super) const OFFSET: HeaderName = HeaderName::from_static("electric-offset");
pub(super) const SCHEMA: HeaderName = HeaderName::from_static("electric-schema");
pub(super) const UP_TO_DATE: HeaderName = HeaderName::from_static("electric-up-to-date");
pub(super) const SNAPSHOT: HeaderName = HeaderName::from_static("electric-snapshot");
pub(super) const HAS_DATA: HeaderName = HeaderName::from_static("electric-has-data");
pub(super) const CURSOR: HeaderName = HeaderName::from_static("electric-cursor");
pub(super) const KNOWN_ERROR: HeaderName = HeaderName::from_static("electric-internal-known-error");
pub(super) const SURROGATE_CONTROL: HeaderName = HeaderName::from_static("surrogate-control");
/// Asks proxies of nginx's kind to hand every piece of a body on at once.
pub(super) const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
