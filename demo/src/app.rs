//! The routes: three shapes, the writes, the page.

use actix_web::web::{Query, ServiceConfig};
use diesel::prelude::*;
use diesel_electric::{SyncRequest, SyncResult, SyncService, Syncable, sync_scope};
use serde::Deserialize;

use crate::todos::{Todo, todos};
use crate::{page, writes};

/// Adds the routes of the app.
pub(crate) fn routes(config: &mut ServiceConfig, sync: &SyncService) {
    config
        .service(
            sync_scope("/shapes", sync)
                .shape("/todos", Todo::shape())
                .shape("/open", todos::table.filter(todos::done.eq(false)))
                .handle("/mine", mine),
        )
        .configure(writes::routes)
        .configure(page::routes);
}

/// Who asks. A real app takes this from a session; here the page says it.
#[derive(Debug, Deserialize)]
struct User {
    owner: i64,
}

/// The rows of whoever asks.
async fn mine(request: SyncRequest, user: Query<User>) -> SyncResult {
    request.render(todos::table.filter(todos::owner_id.eq(user.owner))).await
}
