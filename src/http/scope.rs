//! [`sync_scope`]: routes for shapes that the server defines.

use std::error::Error as _;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{AppService, HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse, Transform};
use actix_web::middleware::from_fn;
use actix_web::{Error, Handler, Resource, Responder, Scope, web};
use tracing::error;

use super::api::{not_found, wrong_method};
use super::cors::cors;
use super::error::Failure;
use super::request::SyncRequest;
use super::route::{CachePolicy, Fixed, Guarded, SetPolicy};
use crate::service::{Origins, SyncService};
use crate::shape::{IntoShape, Shape, ShapeError};

/// Routes for shapes, under one path. Made by [`sync_scope`]; goes where an Actix scope goes.
#[must_use = "a scope serves nothing until it is given to an app"]
pub struct SyncScope<T> {
    scope: Scope<T>,
    origins: Origins,
}

impl<T> std::fmt::Debug for SyncScope<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncScope").finish_non_exhaustive()
    }
}

/// Routes under `path` for shapes of `service`. Each serves GET, HEAD, POST (for subsets) and OPTIONS, to every
/// origin.
///
/// ```no_run
/// use actix_web::{App, HttpServer};
/// use diesel_electric::{Shape, SyncRequest, SyncResult, SyncService, sync_scope};
///
/// async fn mine(request: SyncRequest) -> SyncResult {
///     request.render(Shape::table("todos").filter_sql("owner_id = $1").bind(7)).await
/// }
///
/// # async fn serve(sync: SyncService) -> std::io::Result<()> {
/// HttpServer::new(move || {
///     App::new().service(
///         sync_scope("/shapes", &sync)
///             .shape("/todos", Shape::table("todos")) // a shape for everybody
///             .handle("/mine", mine), // one that depends on the request
///     )
/// })
/// // Clients leave often: so it is seen at once.
/// .h1_allow_half_closed(false)
/// .bind("127.0.0.1:8080")?
/// .run()
/// .await
/// # }
/// ```
///
/// An authentication goes around it by [`SyncScope::wrap`], which leaves preflights alone; around an outer scope it would
/// refuse them.
///
/// Clients that wait are counted and reached by [`SyncService::interrupt`]. One that has left is noticed at once only with
/// `HttpServer::h1_allow_half_closed(false)`; else when its time is up.
pub fn sync_scope(
    path: &str,
    service: &SyncService,
) -> SyncScope<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
> {
    let scope = web::scope(path).app_data(web::Data::new(service.clone())).default_service(web::to(not_found));
    SyncScope { scope, origins: service.origins().clone() }
}

impl<T, B> SyncScope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>,
    B: MessageBody + 'static,
{
    /// A route that serves everybody the same shape: a table, a query, a model's shape.
    ///
    /// What clients send cannot widen it: of the protocol's parameters only those count that tell where in the log a
    /// client stands, or ask for some of the rows that the shape has. It is looked up in the database when it is first asked for; if `shape` is none, that is logged at
    /// once, and every request is answered with 500.
    ///
    /// Anybody may cache its answers ([`CachePolicy::Shared`]), unless something was wrapped around the scope
    /// ([`SyncScope::wrap`]) or a request has an `Authorization` header.
    pub fn shape(self, path: &str, shape: impl IntoShape) -> Self {
        let handler = fixed(path, shape.into_shape());
        self.add(web::resource(path).app_data(Fixed), handler)
    }

    /// A route that serves everybody the same shape, whose answers are cached as `policy` says.
    pub fn shape_cached(self, path: &str, policy: CachePolicy, shape: impl IntoShape) -> Self {
        let handler = fixed(path, shape.into_shape());
        self.add(web::resource(path).app_data(SetPolicy(policy)), handler)
    }

    /// A route whose handler defines the shape for each request: it takes a [`SyncRequest`], and whatever else Actix can
    /// extract.
    ///
    /// One URL then serves different users, so answers are [`CachePolicy::Private`].
    pub fn handle<F, Args>(self, path: &str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(web::resource(path), handler)
    }

    /// A route whose handler defines the shape for each request, with answers that are cached as `policy` says.
    /// [`CachePolicy::Shared`] is right only if the shape depends on nothing but the URL.
    pub fn handle_cached<F, Args>(self, path: &str, policy: CachePolicy, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(web::resource(path).app_data(SetPolicy(policy)), handler)
    }

    /// Something to stand before all routes of the scope, such as an authentication. Preflights and headers for other
    /// origins are dealt with before it. As it may let one user pass and not another, no answer is shared then, but for
    /// routes with a policy of their own.
    pub fn wrap<M, B2>(
        self,
        middleware: M,
    ) -> SyncScope<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B2>, Error = Error, InitError = ()>,
    >
    where
        M: Transform<T::Service, ServiceRequest, Response = ServiceResponse<B2>, Error = Error, InitError = ()>
            + 'static,
        B2: MessageBody,
    {
        SyncScope { scope: self.scope.app_data(Guarded).wrap(middleware), origins: self.origins }
    }

    fn add<F, Args>(self, resource: Resource, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let routes = resource
            .route(web::get().to(handler.clone()))
            .route(web::head().to(handler.clone()))
            .route(web::post().to(handler))
            .default_service(web::to(wrong_method));
        Self { scope: self.scope.service(routes), origins: self.origins }
    }
}

fn fixed(path: &str, shape: Result<Shape, ShapeError>) -> impl Handler<(SyncRequest,), Output = super::SyncResult> {
    if let Err(error) = &shape {
        error!(path, error = error as &dyn std::error::Error, sources = ?error.source(), "a route has no shape to serve");
    }
    let shape = Arc::new(shape);
    move |request: SyncRequest| {
        let shape = shape.clone();
        async move {
            match &*shape {
                Ok(shape) => request.render_shape(shape, false).await,
                Err(error) => Failure::from(error.clone()).respond(),
            }
        }
    }
}

impl<T, B> HttpServiceFactory for SyncScope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    fn register(self, config: &mut AppService) {
        let origins = self.origins;
        self.scope.wrap(from_fn(move |request, next| cors(origins.clone(), request, next))).register(config);
    }
}
