//! `/openapi.json`: the endpoint described for tools.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::{HttpResponse, Resource, web};

const DOCUMENT: &str = include_str!("../openapi.json");

/// The route of the description, which everybody may read.
pub(crate) fn resource() -> Resource {
    web::resource("/openapi.json").route(web::get().to(describe)).route(web::head().to(describe))
}

async fn describe() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json; charset=utf-8")
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(DOCUMENT)
}
