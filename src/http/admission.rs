//! Which requests may run at all (section 14), and for how long each counts.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use bytes::Bytes;

use super::error::Failure;
use crate::protocol::Query;
use crate::service::{Permit, SyncService};

/// Lets a request run, before anything else of it is looked at.
pub(super) fn admit(service: &SyncService, query: &Query) -> Result<Arc<Permit>, Failure> {
    let knows_shape = query.handle().is_some_and(|handle| service.engine().by_handle(&handle).is_some());
    let permit = service.admission().admit(knows_shape, query.asks_for_events());
    permit.map(Arc::new).map_err(Failure::TooMany)
}

/// A request runs until its answer has been sent, or nobody is left to take it.
pub(super) fn hold(response: HttpResponse, permit: Arc<Permit>) -> HttpResponse {
    // Refusals, and whatever else is small, are sent with their headers.
    if response.status() != StatusCode::OK {
        return response;
    }
    response.map_body(|_, body| BoxBody::new(Held { body, _permit: permit }))
}

struct Held {
    body: BoxBody,
    _permit: Arc<Permit>,
}

impl MessageBody for Held {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
