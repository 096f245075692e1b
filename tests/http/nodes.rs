//! Several services on one database, as in every rolling deploy: interrupts go from one to the other through Postgres.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::ServiceConfig;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use diesel_electric::{Shape, ShapeMatch, SyncRequest, SyncService, sync_scope};

use super::support::{Answer, SCHEMA, after};
use crate::support::{Db, Stand};

diesel::table! {
    num (id) {
        id -> Int8,
        #[sql_name = "num"]
        value -> Int4,
    }
}

/// How often a handler has defined its shape.
#[derive(Clone, Default)]
struct Lookups(Arc<AtomicUsize>);

impl Lookups {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn count(&self) -> usize {
        AtomicUsize::load(&self.0, Ordering::SeqCst)
    }
}

const MINE: &str = "/shapes/mine?";

fn routes(config: &mut ServiceConfig, sync: &SyncService, lookups: &Lookups) {
    let lookups = lookups.clone();
    let mine = move |request: SyncRequest| {
        let lookups = lookups.clone();
        async move {
            let define = async || {
                lookups.add();
                Ok(num::table.filter(num::value.eq(7)))
            };
            request.render_with(define).await
        }
    };
    config.service(sync_scope("/shapes", sync).handle("/mine", mine));
}

async fn stand_on(db: Db) -> (Stand, Lookups) {
    let lookups = Lookups::default();
    let given = lookups.clone();
    (Stand::on(db, |builder| builder, move |config, sync| routes(config, sync, &given)).await, lookups)
}

/// A request that waits, and how often its shape has been defined by then.
async fn held(stand: &Stand, lookups: &Lookups) -> (tokio::task::JoinHandle<Answer>, usize) {
    let last = stand.sync(MINE).await.0;
    let held = stand.held(&format!("{}&live=true", after(MINE, &last)));
    while stand.sync.waiting_requests() == 0 {
        tokio::task::yield_now().await;
    }
    (held, lookups.count())
}

async fn reaches(lookups: &Lookups, count: usize) {
    while lookups.count() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_interrupt_reaches_the_requests_of_every_service() {
    let db = Db::new(SCHEMA).await;
    let (one, _) = stand_on(db.again().await).await;
    let (other, lookups) = stand_on(db).await;
    let (held, before) = held(&other, &lookups).await;
    let filter = |value: i32| num::table.filter(num::value.eq(value));
    assert_eq!(one.sync.interrupt(filter(8)).await.unwrap(), 0);
    assert_eq!(one.sync.interrupt(filter(7)).await.unwrap(), 0, "nobody waits here");
    reaches(&lookups, before + 1).await;
    // In order: the first, for another filter, would have come before.
    assert_eq!(lookups.count(), before + 1);
    assert_eq!(one.sync.interrupt(ShapeMatch::table("num").filter_sql("num = $1")).await.unwrap(), 0);
    reaches(&lookups, before + 2).await;
    // Its own it has heard already, and not again through the database: that of `one` comes after it.
    assert_eq!(other.sync.interrupt(num::table).await.unwrap(), 1);
    reaches(&lookups, before + 3).await;
    one.sync.interrupt(filter(7)).await.unwrap();
    reaches(&lookups, before + 4).await;
    assert_eq!(lookups.count(), before + 4);
    held.abort();
    one.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn an_interrupt_goes_with_its_transaction() {
    let db = Db::new(SCHEMA).await;
    let mut app = AsyncPgConnection::establish(db.url()).await.unwrap();
    let (one, _) = stand_on(db.again().await).await;
    let (other, lookups) = stand_on(db).await;
    let (held, before) = held(&other, &lookups).await;
    let interrupt = one.sync.interrupt_on_commit(num::table).unwrap();
    let row = |id: i64| diesel::insert_into(num::table).values((num::id.eq(id), num::value.eq(7)));
    let rolled_back = app
        .transaction(async |app| {
            row(1).execute(app).await?;
            interrupt.clone().execute(app).await?;
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        })
        .await;
    assert!(rolled_back.is_err());
    let committed = app.transaction(async |app| interrupt.clone().execute(app).await).await;
    committed.unwrap();
    reaches(&lookups, before + 1).await;
    assert_eq!(lookups.count(), before + 1, "nothing of what was rolled back");
    // What the transaction has changed is there before the interrupt is.
    let committed = app
        .transaction(async |app| {
            interrupt.execute(app).await?;
            row(2).execute(app).await
        })
        .await;
    committed.unwrap();
    assert_eq!(held.await.unwrap().words(), ["insert 2", "up-to-date"]);
    assert!(one.sync.interrupt_on_commit(Shape::table("num").filter_sql("num = $1")).is_err());
    one.stop().await;
    other.stop().await;
}
