//! [`shape_api`]: the whole protocol, for shapes that clients define.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use super::cors::{NoShape, cors};
use super::define::define;
use super::delete::delete;
use super::error::{Failure, missing};
use super::headers::JSON;
use super::request::{SyncRequest, SyncResult};
use super::route::Fixed;
use super::secret::Secret;
use super::serve::Serving;
use crate::engine::EngineStatus;
use crate::protocol::{HEALTH, Query, REVALIDATE, Request};
use crate::service::SyncService;
use crate::shape::ClientShape;

/// The protocol's own routes, for shapes that clients define: `/v1/shape`, `/v1/health` and `/`. Everything else is not
/// found, so it comes last in an app; or in a scope of its own.
///
/// **Any client can read any table by it** that the database's role can publish. Give it a [secret](ShapeApi::secret), put it
/// where only those come who may, or use [`sync_scope`](super::sync_scope).
///
/// ```no_run
/// use actix_web::App;
/// use diesel_electric::{SyncService, shape_api};
///
/// # fn app(sync: SyncService, secret: &str) {
/// App::new().service(shape_api(&sync).secret(secret));
/// # }
/// ```
pub fn shape_api(service: &SyncService) -> ShapeApi {
    ShapeApi { service: service.clone(), options: Options::default() }
}

/// The protocol's own routes. Made by [`shape_api`]; goes where an Actix service goes.
#[derive(Clone, Debug)]
#[must_use = "routes serve nothing until they are given to an app"]
pub struct ShapeApi {
    service: SyncService,
    options: Options,
}

#[derive(Clone, Debug, Default)]
struct Options {
    secret: Option<Secret>,
    allows_delete: bool,
}

impl ShapeApi {
    /// What a request for a shape must know: the parameter `secret` (or, by its older name, `api_secret`). Others are
    /// answered with 401; preflights and `/v1/health` need none. An empty one lets nobody in.
    ///
    /// It is in the URL, so it belongs to a proxy of yours that adds it, not to browsers. Routes of
    /// [`sync_scope`](super::sync_scope) are not concerned: what stands before those is a middleware of yours.
    pub fn secret(mut self, secret: impl AsRef<str>) -> Self {
        self.options.secret = Some(Secret::new(secret.as_ref()));
        self
    }

    /// Whether clients may drop shapes by DELETE, so that they are made anew; by default not. It is for tests and for
    /// operators: each client of a dropped shape fetches all of it again.
    pub fn allow_delete(mut self, allow: bool) -> Self {
        self.options.allows_delete = allow;
        self
    }
}

impl HttpServiceFactory for ShapeApi {
    fn register(self, config: &mut AppService) {
        let origins = self.service.origins().clone();
        web::scope("")
            .app_data(Data::new(self.service))
            .app_data(self.options)
            .app_data(Fixed)
            .default_service(web::to(dispatch))
            .wrap(from_fn(move |request, next| cors(origins.clone(), request, next)))
            .register(config);
    }
}

/// Paths are compared part by part, decoded, empty parts left out: `/v1//%73hape/` is the shape route, too.
async fn dispatch(http: HttpRequest, payload: Payload, service: Data<SyncService>) -> SyncResult {
    let path = http.match_info().unprocessed();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let reads = matches!(*http.method(), Method::GET | Method::HEAD);
    match parts.as_slice() {
        ["v1", "shape"] => shape(&http, payload, &service).await,
        ["v1", "health"] if reads => Ok(other(health(service.status()))),
        [] if reads => Ok(other(HttpResponse::Ok().insert_header((CACHE_CONTROL, REVALIDATE)).finish())),
        _ => Ok(other(missing())),
    }
}

async fn shape(http: &HttpRequest, payload: Payload, service: &SyncService) -> SyncResult {
    let options = http.app_data::<Options>().cloned().unwrap_or_default();
    if let Some(secret) = &options.secret
        && !secret.is_given(&Query::parse(http.query_string()))
    {
        return Failure::Unauthorized.respond();
    }
    match *http.method() {
        Method::GET | Method::HEAD | Method::POST => {
            serve(SyncRequest::from_request(http, &mut payload.into_inner()).await?).await
        }
        Method::DELETE => delete(service, &Query::parse(http.query_string()), options.allows_delete).await,
        _ => Ok(missing()),
    }
}

fn serve(sync: SyncRequest) -> impl Future<Output = SyncResult> {
    // In a place of its own, which is given back before the request waits.
    let read = Box::pin(read(sync));
    async move {
        let (serving, client) = match read.await {
            Ok(read) => read,
            Err(failure) => return failure.respond(),
        };
        serving.run(async || define(&serving.service, &client).await).await
    }
}

async fn read(sync: SyncRequest) -> Result<(Serving, ClientShape), Failure> {
    let (mut serving, params) = sync.serving(true, Request::parse_with_shape).await?;
    serving.queryable.clone_from(&params.queryable_columns);
    let client = ClientShape::new(params, serving.request.log, &serving.service.limits().definition());
    let client = client.map_err(|errors| {
        let failure = Failure::from(errors);
        if serving.reply.is_post { failure.of_post() } else { failure }
    })?;
    Ok((serving, client))
}

fn health(status: EngineStatus) -> HttpResponse {
    let (code, text) = match status {
        EngineStatus::Active => (StatusCode::OK, "active"),
        EngineStatus::Waiting => (StatusCode::ACCEPTED, "waiting"),
        EngineStatus::Starting | EngineStatus::Stopped => (StatusCode::ACCEPTED, "starting"),
    };
    HttpResponse::build(code)
        .content_type(JSON)
        .insert_header((CACHE_CONTROL, HEALTH))
        .body(format!(r#"{{"status":"{text}"}}"#))
}

/// For another method than those that a shape's route serves: the protocol knows no 405 there.
pub(super) async fn wrong_method() -> HttpResponse {
    missing()
}

fn other(mut response: HttpResponse) -> HttpResponse {
    response.extensions_mut().insert(NoShape);
    response
}

/// For what is under a scope of ours and is none of its routes.
pub(super) async fn not_found() -> HttpResponse {
    other(missing())
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn case_4_health_while_it_cannot_serve_everything() {
        for (status, code, body) in [
            (EngineStatus::Active, 200, r#"{"status":"active"}"#),
            (EngineStatus::Waiting, 202, r#"{"status":"waiting"}"#),
            (EngineStatus::Starting, 202, r#"{"status":"starting"}"#),
            (EngineStatus::Stopped, 202, r#"{"status":"starting"}"#),
        ] {
            let answer = health(status);
            assert_eq!(answer.status().as_u16(), code);
            assert_eq!(answer.headers().get(CACHE_CONTROL).unwrap(), "no-cache, no-store, must-revalidate");
            assert_eq!(to_bytes(answer.into_body()).await.unwrap(), body);
        }
    }
}
