//! DELETE: a client drops a shape (section 3).

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};

use super::define::define;
use super::error::Failure;
use super::headers::{HAS_DATA, SURROGATE_CONTROL};
use super::serve::{Times, active};
use crate::engine::LiveShape;
use crate::protocol::{Deletion, NO_CACHE, Query};
use crate::service::SyncService;
use crate::shape::ClientShape;

/// Drops the shape that the request names. Clients that wait on it are told to fetch anew, and so make it again; if there
/// are none, nobody does before somebody asks for it.
pub(super) async fn delete(service: &SyncService, query: &Query, is_allowed: bool) -> super::SyncResult {
    let mut response = match drop_shape(service, query, is_allowed).await {
        Ok(()) => HttpResponse::Accepted().insert_header((HAS_DATA, "true")).finish(),
        Err(failure) => failure.respond()?,
    };
    // Nobody keeps what a DELETE comes to, refusals included.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(NO_CACHE));
    response.headers_mut().remove(SURROGATE_CONTROL);
    Ok(response)
}

async fn drop_shape(service: &SyncService, query: &Query, is_allowed: bool) -> Result<(), Failure> {
    let engine = service.engine();
    active(engine, &Times::new(service)).await?;
    if !is_allowed {
        return Err(Failure::DeleteNotAllowed);
    }
    let live = find(service, Deletion::parse(query)?).await?;
    engine.evict(&live).await;
    Ok(())
}

async fn find(service: &SyncService, deletion: Deletion) -> Result<Arc<LiveShape>, Failure> {
    let engine = service.engine();
    match deletion {
        Deletion::Handle(handle) => engine.by_handle(&handle).ok_or(Failure::NoSuchShape),
        Deletion::Definition { shape, log, handle } => {
            let client = ClientShape::new(shape, log, &service.limits().definition())?;
            let live = engine.find(&*define(service, &client).await?).ok_or(Failure::NoSuchShape)?;
            match handle {
                Some(handle) if handle != *live.handle() => Err(Failure::OtherHandle),
                _ => Ok(live),
            }
        }
    }
}
