//! Routes whose handler defines the shape, and interrupts of whatever waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix_web::error::ErrorForbidden;
use actix_web::web::{Path, ServiceConfig};
use diesel_electric::{CachePolicy, Shape, ShapeMatch, ShapeView, SyncRequest, SyncService, shape_api, sync_scope};
use tokio::sync::Notify;

use super::support::{Answer, ITEMS, SCHEMA, after, row};
use crate::support::Stand;

/// What a handler looks at to define its shape, as a database would be.
#[derive(Clone, Default)]
struct World {
    /// The columns that may be seen now; none forbids.
    columns: Arc<Mutex<Vec<&'static str>>>,
    /// How often that was looked up.
    lookups: Arc<AtomicUsize>,
    /// Told when a handler's future goes.
    dropped: Arc<Notify>,
}

impl World {
    fn set(&self, columns: &[&'static str]) {
        *self.columns.lock().unwrap() = columns.to_vec();
    }

    fn shape(&self) -> Result<Shape, actix_web::Error> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let columns = self.columns.lock().unwrap().clone();
        if columns.is_empty() { Err(ErrorForbidden("no more")) } else { Ok(Shape::table("wide").columns(columns)) }
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

/// Tells when it goes.
struct Guard(Arc<Notify>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

fn routes(config: &mut ServiceConfig, sync: &SyncService, world: &World) {
    let team = {
        let world = world.clone();
        move |request: SyncRequest| {
            let world = world.clone();
            async move {
                let _guard = Guard(world.dropped.clone());
                request.render_with(async || world.shape()).await
            }
        }
    };
    // Something changes, and interrupts, while the shape is being computed.
    let hasty = {
        let (world, sync) = (world.clone(), sync.clone());
        move |request: SyncRequest| {
            let (world, sync) = (world.clone(), sync.clone());
            async move {
                let compute = async || {
                    let shape = world.shape();
                    if world.lookups() == 1 {
                        world.set(&["id", "v3"]);
                        assert_eq!(sync.interrupt(Shape::table("wide")).await.unwrap(), 0);
                    }
                    shape
                };
                request.render_with(compute).await
            }
        }
    };
    let one = async |request: SyncRequest, table: Path<String>| request.render(Shape::table(table.as_str())).await;
    let open = async |request: SyncRequest| request.render(Shape::table("items")).await;
    let scope = sync_scope("/shapes", sync)
        .shape("/items", Shape::table("items"))
        .handle("/team", team)
        .handle("/hasty", hasty)
        .handle("/one/{table}", one)
        .handle_cached("/open", CachePolicy::Shared, open);
    config.service(scope).service(shape_api(sync));
}

async fn start() -> (Stand, World) {
    let world = World::default();
    world.set(&["id", "v1"]);
    let given = world.clone();
    let stand = Stand::start(SCHEMA, |builder| builder, move |config, sync| routes(config, sync, &given)).await;
    (stand, world)
}

const TEAM: &str = "/shapes/team?";

fn is_private(answer: &Answer) -> bool {
    answer.header("cache-control") == "private, no-cache" && answer.header("vary") == "Authorization, Cookie"
}

#[tokio::test]
async fn a_handlers_answers_are_the_users_own() {
    let (stand, world) = start().await;
    let first = stand.get(&format!("{TEAM}offset=-1")).await;
    assert_eq!(first.words(), ["snapshot-end"]);
    assert!(is_private(&first), "{first:?}");
    assert_eq!(first.header("etag"), format!("\"{}:-1:0_0\"", first.handle()));
    world.set(&["id", "v2"]);
    let moved = stand.get(&after(TEAM, &first)).await;
    moved.refetch(&first.handle());
    assert!(is_private(&moved), "{moved:?}");
    let open = stand.get("/shapes/open?offset=-1").await;
    assert!(open.header("cache-control").starts_with("public"), "{open:?}");
    let one = stand.get("/shapes/one/items?offset=-1").await;
    assert_eq!(one.handle(), open.handle());
    stand.stop().await;
}

#[tokio::test]
async fn an_interrupt_that_changes_nothing_is_not_noticed() {
    let (stand, world) = start().await;
    let last = stand.sync(TEAM).await.0;
    let before = world.lookups();
    let held = stand.held(&format!("{}&live=true", after(TEAM, &last)));
    stand.waiting("wide", 1).await;
    // It is computed again.
    while world.lookups() < before + 2 {
        tokio::task::yield_now().await;
    }
    stand.db.run("INSERT INTO wide VALUES (1, 'a', 'b', 'c')").await;
    let answer = held.await.unwrap();
    assert_eq!(answer.words(), ["insert 1", "up-to-date"]);
    assert!(is_private(&answer));
    assert_eq!(stand.sync.interrupt(Shape::table("wide")).await.unwrap(), 0, "nobody waits any more");
    stand.stop().await;
}

#[tokio::test]
async fn an_interrupt_that_changes_the_shape_leads_to_the_new_one() {
    let (stand, world) = start().await;
    let last = stand.sync(TEAM).await.0;
    let held = stand.held(&format!("{}&live=true", after(TEAM, &last)));
    stand.waiting("wide", 1).await;
    world.set(&["id", "v1", "v2"]);
    assert_eq!(stand.sync.interrupt(Shape::table("items")).await.unwrap(), 0, "another table");
    stand.sync.interrupt(Shape::table("wide")).await.unwrap();
    let answer = held.await.unwrap();
    let handle = answer.refetch(&last.handle());
    assert!(is_private(&answer), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let next = stand.get(&format!("{TEAM}offset=-1&handle={handle}")).await;
    assert_eq!(next.handle(), handle);
    assert!(next.header("electric-schema").contains("v2"));
    stand.stop().await;
}

#[tokio::test]
async fn an_interrupt_while_the_shape_is_computed_is_not_lost() {
    let (stand, world) = start().await;
    let hasty = "/shapes/hasty?";
    // The shape that the first look comes to, made without the route.
    let first = stand.get("/v1/shape?table=wide&columns=id,v1&offset=-1").await;
    let path = format!("{hasty}offset=0_inf&handle={}&live=true", first.handle());
    stand.get(&path).await.refetch(&first.handle());
    assert_eq!(world.lookups(), 2);
    stand.stop().await;
}

#[tokio::test]
async fn when_access_ends_so_does_the_wait() {
    let (stand, world) = start().await;
    let last = stand.sync(TEAM).await.0;
    let held = stand.held(&format!("{}&live=true", after(TEAM, &last)));
    stand.waiting("wide", 1).await;
    world.set(&[]);
    stand.sync.interrupt(Shape::table("wide")).await.unwrap();
    let answer = held.await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (403, "no more"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("cache-control"), "no-store");
    stand.stop().await;
}

#[tokio::test]
async fn requests_of_every_kind_of_route_are_counted_once() {
    let (stand, _) = start().await;
    let doors = [ITEMS[0], ITEMS[1], "/shapes/one/items?", "/shapes/open?"];
    let mut held = Vec::new();
    for (n, door) in (1..).zip(doors) {
        let last = stand.sync(door).await.0;
        held.push(stand.held(&format!("{}&live=true", after(door, &last))));
        while stand.sync.waiting_requests() < n {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(stand.sync.interrupt(Shape::table("items")).await.unwrap(), doors.len());
    // Handlers are asked again by the clients' next requests; nobody else has noticed.
    for request in held.drain(2..) {
        assert_eq!(request.await.unwrap().words(), ["up-to-date"]);
    }
    for _ in 0..3 {
        // More than once each time they wait again; never more than there are.
        stand.waiting("items", 2).await;
    }
    stand.db.run(&row(1)).await;
    for request in held {
        assert_eq!(request.await.unwrap().words(), ["insert 1", "up-to-date"]);
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_client_that_leaves_is_not_waited_for() {
    let (stand, world) = start().await;
    let last = stand.sync(TEAM).await.0;
    let held = stand.held(&format!("{}&live=true", after(TEAM, &last)));
    stand.waiting("wide", 1).await;
    // Of the requests before.
    let _ = futures_util::FutureExt::now_or_never(world.dropped.notified());
    held.abort();
    world.dropped.notified().await;
    stand.stop().await;
}

/// Interrupts until `count` requests are reached at once, which is as many as there are: those that were reached before
/// come back to wait.
async fn reaches(count: usize, interrupt: impl AsyncFn() -> usize) {
    let begin = Instant::now();
    loop {
        let found = interrupt().await;
        assert!(found <= count && begin.elapsed().as_secs() < 30, "{found} instead of {count}");
        if found == count {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_interrupt_sends_a_client_back_to_a_handler_that_has_defined_its_shape_once() {
    let (stand, _) = start().await;
    let path = "/shapes/one/num?";
    let last = stand.sync(path).await.0;
    let held = stand.held(&format!("{}&live=true", after(path, &last)));
    while stand.sync.waiting_requests() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stand.sync.interrupt(Shape::table("num")).await.unwrap(), 1);
    let answer = held.await.unwrap();
    assert_eq!((answer.words(), answer.offset()), (vec!["up-to-date".to_owned()], last.offset()));
    assert!(is_private(&answer), "{answer:?}");
    // With news at the same time, those are what it gets.
    let held = stand.held(&format!("{}&live=true", after(path, &answer)));
    while stand.sync.waiting_requests() == 0 {
        tokio::task::yield_now().await;
    }
    stand.db.run("INSERT INTO num VALUES (1, 1)").await;
    assert_eq!(held.await.unwrap().words(), ["insert 1", "up-to-date"]);
    stand.stop().await;
}

#[tokio::test]
async fn what_is_meant_may_be_left_open() {
    let (stand, _) = start().await;
    let (sync, mut held) = (&stand.sync, Vec::new());
    let shapes =
        ["", "&where=num=1", "&where=(num)%20%3D%20'2'", "&where=num=1&columns=num,id", "&where=num%20IN%20(1,2)"];
    for shape in shapes {
        let shape = format!("/v1/shape?table=num{shape}&");
        let last = stand.sync(&shape).await.0;
        held.push(stand.held(&format!("{}&live=true", after(&shape, &last))));
    }
    let num = || ShapeMatch::table("num");
    for (meant, count) in [
        (num(), 5),
        (num().namespace("public"), 5),
        (num().filter_sql("num = $1"), 3),
        (num().filter_sql("num = $1").bind(1), 2),
        (num().filter_sql("(num) = 2"), 1),
        (num().filter_sql("num = $1").columns(["num", "id"]), 3),
        (num().filter_sql("num IN ($1, $2)"), 1),
        (num().filter_sql("num > $1"), 0),
        (ShapeMatch::of(Shape::table("num").filter_sql("num = $1").bind(9)), 0),
        (ShapeMatch::of(Shape::table("num").filter_sql("num = $1").bind(9)).any_values(), 3),
        (ShapeMatch::table("wide"), 0),
    ] {
        reaches(count, async || sync.interrupt(meant.clone()).await.unwrap()).await;
    }
    reaches(2, async || sync.interrupt_if(|shape| shape.params()[0] == "1").await.unwrap()).await;
    reaches(1, async || sync.interrupt_if(|shape| shape.filter().is_none()).await.unwrap()).await;
    let by_filter =
        |shape: ShapeView<'_>| shape.filter() == Some(r#"("num" = $1)"#) && shape.columns() == ["id", "num"];
    reaches(3, async || sync.interrupt_if(by_filter).await.unwrap()).await;
    reaches(0, async || sync.interrupt_if(|shape| shape.namespace() != "public").await.unwrap()).await;
    let refused = sync.interrupt(num().filter_sql("numb = $1")).await.unwrap_err();
    assert!(refused.to_string().contains("unknown reference numb"), "{refused}");
    stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2)").await;
    for request in held {
        assert_eq!(request.await.unwrap().words().last().unwrap(), "up-to-date");
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_closure_that_panics_harms_nobody() {
    let (stand, _) = start().await;
    let last = stand.sync(ITEMS[0]).await.0;
    let held = stand.held(&format!("{}&live=true", after(ITEMS[0], &last)));
    stand.waiting("items", 1).await;
    while stand.sync.waiting_requests() == 0 {
        tokio::task::yield_now().await;
    }
    let sync = stand.sync.clone();
    let panicked = tokio::spawn(async move { sync.interrupt_if(|shape| shape.columns()[7] == "x").await });
    assert!(panicked.await.unwrap_err().is_panic());
    stand.waiting("items", 1).await;
    stand.db.run(&row(1)).await;
    assert_eq!(held.await.unwrap().words(), ["insert 1", "up-to-date"]);
    stand.stop().await;
}
