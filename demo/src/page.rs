//! The page that shows the lists. Its sources are in `demo/web`, and Vite builds it.

use std::io;
use std::path::Path;

use actix_files::Files;
use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;

use crate::database::Database;
use crate::todos::OWNERS;

const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web/dist");

/// What the page must know of the demo.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    /// A command that adds a row.
    psql: String,
    owners: Vec<Owner>,
}

#[derive(Debug, Serialize)]
struct Owner {
    id: i64,
    name: &'static str,
}

impl About {
    pub(crate) fn of(database: &Database) -> Self {
        Self { psql: database.psql(), owners: OWNERS.map(|(id, name)| Owner { id, name }).into() }
    }
}

/// Adds `GET /about` and the page. It takes whatever path no other route has.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.route("/about", web::get().to(about)).service(Files::new("/", DIST).index_file("index.html"));
}

/// Fails with a remedy if the page was not built.
pub(crate) fn check_built() -> io::Result<()> {
    if Path::new(DIST).join("index.html").is_file() {
        return Ok(());
    }
    Err(io::Error::other(format!("{DIST} holds no page; `make demo` builds it")))
}

async fn about(about: Data<About>) -> HttpResponse {
    HttpResponse::Ok().json(about)
}
