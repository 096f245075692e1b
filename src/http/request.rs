//! [`SyncRequest`]: a request for a shape that the handler defines.

use std::borrow::Cow;
use std::future::{self, Ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use super::admission::admit;
use super::answer::Reply;
use super::define::define_own;
use super::error::Failure;
use super::post::PostBody;
use super::route::{CachePolicy, policy};
use super::serve::{Serving, Times, ready};
use crate::protocol::{FieldErrors, LogMode, Query, Request};
use crate::service::{Permit, SyncService};
use crate::shape::{IntoShape, Shape};

/// What a handler of a shape returns.
pub type SyncResult = Result<HttpResponse, actix_web::Error>;

/// A client's request for a shape that the server defines: an extractor for handlers.
///
/// It knows the position of the client in the shape's log, and which of the shape's rows it asks for if not for the log. What
/// else the query string holds is not looked at, so no parameter can widen what is served; the handler may read it by other
/// extractors. The body of a POST is read here.
///
/// ```no_run
/// use actix_web::App;
/// use diesel_electric::{Shape, SyncRequest, SyncResult, SyncService, sync_scope};
///
/// async fn mine(request: SyncRequest) -> SyncResult {
///     let user = 7; // from the session
///     request.render(Shape::table("todos").filter_sql("owner_id = $1").bind(user)).await
/// }
///
/// # fn app(sync: SyncService) {
/// App::new().service(sync_scope("/shapes", &sync).handle("/mine", mine));
/// # }
/// ```
#[derive(Debug)]
pub struct SyncRequest {
    service: SyncService,
    query: Query,
    cache: CachePolicy,
    if_none_match: Option<String>,
    is_head: bool,
    /// Of a POST.
    body: Option<PostBody>,
    may_be_compressed: bool,
    permit: Arc<Permit>,
}

impl SyncRequest {
    /// Serves a shape: the next part of its log, or, if the client wants to wait, what comes next.
    ///
    /// A client that holds the log of another shape, since the one that this comes to has changed, is told to fetch anew. An
    /// interrupt ([`SyncService::interrupt`]) ends the wait, so that the client's next request comes to the handler again.
    ///
    /// # Errors
    /// None of its own: what cannot be served is an answer of the protocol, too.
    pub async fn render(self, shape: impl IntoShape) -> SyncResult {
        match shape.into_shape() {
            Ok(shape) => self.render_shape(&shape, true).await,
            Err(error) => Failure::from(error).respond(),
        }
    }

    /// Serves the shape that `shape` comes to, and asks it again whenever the waiting request is interrupted
    /// ([`SyncService::interrupt`]). If it then comes to the same shape, the client notices nothing; if to another, the
    /// client is told to fetch that.
    ///
    /// # Errors
    /// What `shape` returns, also after an interrupt: that is how access ends.
    pub async fn render_with<S: IntoShape>(
        self,
        mut shape: impl AsyncFnMut() -> Result<S, actix_web::Error>,
    ) -> SyncResult {
        let serving = match self.serving(false, |query| Ok((Request::parse(query)?, ()))).await {
            Ok((serving, ())) => serving,
            Err(failure) => return failure.respond(),
        };
        let define = async || {
            let shape = shape().await.map_err(Failure::Handler)?.into_shape()?;
            let shape = with_log(&shape, serving.request.log);
            define_own(&serving.service, &shape).await
        };
        serving.run(define).await
    }

    /// Serves one shape; `is_settled` if a handler has defined it for this request.
    pub(super) async fn render_shape(self, shape: &Shape, is_settled: bool) -> SyncResult {
        let mut serving = match self.serving(false, |query| Ok((Request::parse(query)?, ()))).await {
            Ok((serving, ())) => serving,
            Err(failure) => return failure.respond(),
        };
        serving.is_settled = is_settled;
        let shape = with_log(shape, serving.request.log);
        serving.run(async || define_own(&serving.service, &shape).await).await
    }

    /// Reads the body, waits until shapes can be served, then reads the request with `parse`.
    pub(super) async fn serving<T>(
        self,
        by_client: bool,
        parse: impl FnOnce(&Query) -> Result<(Request, T), FieldErrors>,
    ) -> Result<(Serving, T), Failure> {
        let Self { service, mut query, cache, if_none_match, is_head, may_be_compressed, permit, body } = self;
        let times = Times::new(&service);
        let is_post = body.is_some();
        if let Some(body) = body {
            query = query.with_body(&Box::pin(body.read(service.limits().body_bytes)).await?)?;
        }
        ready(service.engine(), &times).await?;
        let read = parse(&query).map_err(Failure::from);
        let (request, more) = read.map_err(|failure| if is_post { failure.of_post() } else { failure })?;
        let ages = service.timings().ages;
        let reply = Reply { cache, if_none_match, is_head, is_post, ages, may_be_compressed };
        Ok((Serving { service, times, request, reply, by_client, is_settled: false, queryable: None, permit }, more))
    }
}

/// A client may ask for less of the log than the server would give, not for more.
fn with_log(shape: &Shape, log: LogMode) -> Cow<'_, Shape> {
    if log == LogMode::ChangesOnly { Cow::Owned(shape.clone().log(log)) } else { Cow::Borrowed(shape) }
}

impl FromRequest for SyncRequest {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(service) = request.app_data::<Data<SyncService>>() else {
            tracing::error!(
                "a handler takes a SyncRequest, but the app has no SyncService: register it in a `sync_scope(..)`, or \
                 add `.app_data(web::Data::new(service))`"
            );
            return future::ready(Err(ErrorInternalServerError(crate::protocol::CRASH)));
        };
        let (query, permit) = match admitted(service, request) {
            Ok(admitted) => admitted,
            Err(failure) => return future::ready(Err(failure.into_error())),
        };
        let tags = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
        let tags: Vec<&str> = tags.collect();
        future::ready(Ok(Self {
            service: service.as_ref().clone(),
            query,
            permit,
            cache: policy(request),
            if_none_match: (!tags.is_empty()).then(|| tags.join(",")),
            is_head: request.method() == Method::HEAD,
            body: (request.method() == Method::POST).then(|| PostBody(payload.take())),
            may_be_compressed: request.headers().contains_key(ACCEPT_ENCODING),
        }))
    }
}

/// What is looked at before anything else: a request that may not run touches no database and makes no shape.
fn admitted(service: &SyncService, request: &HttpRequest) -> Result<(Query, Arc<Permit>), Failure> {
    let limit = service.limits().url_bytes;
    if request.uri().path_and_query().is_some_and(|url| url.as_str().len() > limit) {
        return Err(Failure::UrlTooLong(limit));
    }
    let query = Query::parse(request.query_string());
    let permit = admit(service, &query)?;
    Ok((query, permit))
}
