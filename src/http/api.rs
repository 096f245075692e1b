//! [`shape_api`]: the whole protocol, for shapes that clients define.

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};

use super::cors::{NoShape, cors};
use super::define::define;
use super::error::missing;
use super::headers::JSON;
use super::request::{SyncRequest, SyncResult};
use super::route::Fixed;
use crate::engine::EngineStatus;
use crate::protocol::{HEALTH, REVALIDATE, Request};
use crate::service::SyncService;
use crate::shape::ClientShape;

/// The protocol's own routes, for shapes that clients define: `/v1/shape`, `/v1/health` and `/`. Everything else is not
/// found, so it comes last in an app; or in a scope of its own.
///
/// **Any client can read any table by it** that the database's role can publish. Put it where only those come who may, or
/// use [`sync_scope`](super::sync_scope).
///
/// ```no_run
/// use actix_web::App;
/// use diesel_electric::{SyncService, shape_api};
///
/// # fn app(sync: SyncService) {
/// App::new().service(shape_api(&sync));
/// # }
/// ```
pub fn shape_api(service: &SyncService) -> impl HttpServiceFactory + use<> {
    web::scope("")
        .app_data(Data::new(service.clone()))
        .app_data(Fixed)
        .default_service(web::to(dispatch))
        .wrap(from_fn(cors))
}

/// Paths are compared part by part, decoded, empty parts left out: `/v1//%73hape/` is the shape route, too.
async fn dispatch(http: HttpRequest, request: SyncRequest, service: Data<SyncService>) -> SyncResult {
    let path = http.match_info().unprocessed();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let reads = matches!(*http.method(), Method::GET | Method::HEAD);
    match parts.as_slice() {
        ["v1", "shape"] if reads || *http.method() == Method::POST => shape(request).await,
        ["v1", "shape"] => Ok(missing()),
        ["v1", "health"] if reads => Ok(other(health(service.status()))),
        [] if reads => Ok(other(HttpResponse::Ok().insert_header((CACHE_CONTROL, REVALIDATE)).finish())),
        _ => Ok(other(missing())),
    }
}

async fn shape(sync: SyncRequest) -> SyncResult {
    let (mut serving, params) = match sync.serving(true, Request::parse_with_shape).await {
        Ok(read) => read,
        Err(failure) => return failure.respond(),
    };
    serving.queryable.clone_from(&params.queryable_columns);
    let client = ClientShape::new(params, serving.request.log);
    serving.run(async || define(serving.service.engine(), &client).await).await
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
