//! What a shared cache in front makes of the answers: an nginx, with the configuration of `examples/nginx.conf`.

use std::sync::{Arc, Mutex};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorUnauthorized;
use actix_web::http::header::{AUTHORIZATION, COOKIE};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, web};
use diesel_electric::{Shape, SyncRequest, SyncResult, SyncService, shape_api, sync_scope};
use futures_util::future::join_all;
use reqwest::Method;
use tokio::sync::watch;

use super::follower::Follower;
use super::support::{Answer, SCHEMA, row};
use crate::support::{Nginx, Stand};

/// What the server was asked, each as `GET /path?query`.
#[derive(Clone)]
struct Asked {
    requests: Arc<Mutex<Vec<String>>>,
    count: watch::Sender<usize>,
}

impl Asked {
    fn new() -> Self {
        Self { requests: Arc::default(), count: watch::Sender::new(0) }
    }

    fn note(&self, request: &ServiceRequest) {
        self.requests.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
        self.count.send_modify(|count| *count += 1);
    }

    fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Those since `from`.
    fn since(&self, from: usize) -> Vec<String> {
        self.requests.lock().unwrap()[from..].to_vec()
    }

    /// Waits until there were more than `count`.
    async fn more_than(&self, count: usize) {
        self.count.subscribe().wait_for(|found| *found > count).await.unwrap();
    }
}

/// A server that notes what it is asked, and a cache before it.
struct Cached {
    stand: Stand,
    nginx: Nginx,
    asked: Asked,
}

impl Cached {
    async fn start() -> Self {
        let asked = Asked::new();
        let noting = asked.clone();
        let stand = Stand::start(SCHEMA, |builder| builder, move |config, sync| routes(config, sync, &noting)).await;
        let nginx = Nginx::before(&stand.url).await;
        Self { stand, nginx, asked }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.stand.http.request(method, format!("{}{path}", self.nginx.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers).await
    }

    fn followers(&self, count: usize) -> Vec<Follower> {
        let shape = format!("{}/shapes/items?", self.nginx.url);
        (0..count).map(|id| Follower::new(&self.stand.http, shape.clone(), id)).collect()
    }

    async fn stop(self) {
        // Before the server: it waits for what it has asked.
        drop(self.nginx);
        self.stand.stop().await;
    }
}

fn routes(config: &mut ServiceConfig, sync: &SyncService, asked: &Asked) {
    let asked = asked.clone();
    let note = from_fn(move |request: ServiceRequest, next: Next<_>| {
        asked.note(&request);
        next.call(request)
    });
    let shared = sync_scope("/shapes", sync).shape("/items", Shape::table("items")).handle("/mine", mine);
    let guarded = |path| sync_scope(path, sync).shape("/items", Shape::table("items")).wrap(from_fn(guard));
    let all = web::scope("").wrap(note).service(guarded("/guarded")).service(guarded("/shapes/guarded"));
    config.service(all.service(shared).service(shape_api(sync)));
}

async fn guard<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.headers().contains_key("x-key") { next.call(request).await } else { Err(ErrorUnauthorized("who?")) }
}

/// The rows whose `num` is that of the user, who is known by a token or by a cookie.
async fn mine(sync: SyncRequest, http: HttpRequest) -> SyncResult {
    let headers = [http.headers().get(AUTHORIZATION), http.headers().get(COOKIE)];
    let user = headers.into_iter().flatten().next().ok_or_else(|| ErrorUnauthorized("who?"))?;
    let user: i32 = user.to_str().unwrap().trim_start_matches("Bearer ").trim_start_matches("user=").parse().unwrap();
    sync.render(Shape::table("num").filter_sql("num = $1").bind(user)).await
}

#[tokio::test]
async fn a_crowd_that_waits_costs_the_server_one_request_for_each_change_or_little_more() {
    const CLIENTS: usize = 200;
    const CHANGES: usize = 5;
    let cached = Cached::start().await;
    cached.stand.db.run(&row(0)).await;
    let mut followers = cached.followers(CLIENTS);
    join_all(followers.iter_mut().map(|follower| follower.until(|_| true))).await;
    assert!(cached.asked.count() <= 20, "{:#?}", cached.asked.since(0));
    let before = cached.asked.count();
    for change in 1..=CHANGES {
        let asked = cached.asked.count();
        let crowd = join_all(followers.iter_mut().map(|follower| follower.until(|it| it.rows.len() > change)));
        let write = async {
            // Somebody waits; the others do so as well, or come late.
            cached.asked.more_than(asked).await;
            cached.stand.db.run(&row(change as u128)).await;
        };
        tokio::join!(crowd, write);
    }
    for follower in &followers {
        assert_eq!((follower.rows.len(), follower.refetches), (CHANGES + 1, 0));
        assert_eq!(follower.rows, followers[0].rows);
    }
    let asked = cached.asked.since(before);
    assert!(asked.len() <= 10 * CHANGES, "{} requests: {asked:#?}", asked.len());
    cached.stop().await;
}

#[tokio::test]
async fn a_crowd_is_sent_to_the_next_handle_through_the_cache() {
    const CLIENTS: usize = 50;
    let cached = Cached::start().await;
    cached.stand.db.run(&row(1)).await;
    let mut followers = cached.followers(CLIENTS);
    join_all(followers.iter_mut().map(|follower| follower.until(|_| true))).await;
    let old = followers[0].handle.clone().unwrap();
    let asked = cached.asked.count();
    let crowd = join_all(followers.iter_mut().map(|follower| follower.until(|it| it.rows.len() == 2)));
    let write = async {
        cached.asked.more_than(asked).await;
        cached.stand.db.run(&format!("TRUNCATE items; {}; {}", row(2), row(3))).await;
    };
    tokio::join!(crowd, write);
    for follower in &followers {
        assert!(follower.refetches >= 1 && follower.handle.as_ref() != Some(&old));
        assert_eq!(follower.rows, followers[0].rows);
    }
    // Those who were held were sent away by few answers, though each then fetches by a URL of its own.
    let of_the_old: Vec<String> =
        cached.asked.since(asked).into_iter().filter(|asked| asked.contains(&format!("&handle={old}"))).collect();
    assert!(of_the_old.len() <= 10, "{of_the_old:#?}");

    // A redirect is an answer like others: kept, and given to whoever comes with the old handle.
    let path = format!("/shapes/items?handle={old}&offset=0_0");
    let new = cached.get(&path, &[]).await.refetch(&old);
    let asked = cached.asked.count();
    let again = cached.get(&path, &[]).await;
    assert_eq!((again.refetch(&old), again.header("x-cache-status")), (new, "HIT"));
    assert_eq!(cached.asked.count(), asked);
    cached.stop().await;
}

#[tokio::test]
async fn a_start_of_a_shape_that_is_gone_is_recovered_from() {
    let cached = Cached::start().await;
    cached.stand.db.run(&row(1)).await;
    let mut first = cached.followers(1).remove(0);
    first.until(|_| true).await;
    let old = first.handle.clone().unwrap();
    cached.stand.db.run(&format!("TRUNCATE items; {}", row(2))).await;
    first.until(|it| it.handle.as_ref() != Some(&old)).await;

    let path = "/shapes/items?log=full&offset=-1";
    let stale = cached.get(path, &[]).await;
    assert_eq!((stale.handle(), stale.header("x-cache-status")), (old.clone(), "HIT"), "the cache knows no better");
    let mut newcomer = cached.followers(2).remove(1);
    newcomer.until(|it| it.handle.as_ref() != Some(&old)).await;
    assert_eq!((&newcomer.rows, newcomer.refetches), (&first.rows, 1));
    // It goes on with the others.
    cached.stand.db.run(&row(3)).await;
    for follower in [&mut first, &mut newcomer] {
        follower.until(|it| it.rows.len() == 2).await;
    }
    assert_eq!(newcomer.rows, first.rows);
    cached.stop().await;
}

#[tokio::test]
async fn what_one_user_gets_never_comes_to_another() {
    let cached = Cached::start().await;
    cached.stand.db.run("INSERT INTO num VALUES (1, 1), (2, 2)").await;
    // The cookies are those of a route that should not be behind a cache.
    for [one, two] in
        [[("authorization", "Bearer 1"), ("authorization", "Bearer 2")], [("cookie", "user=1"), ("cookie", "user=2")]]
    {
        let get = async |path: &str, user: (&str, &str)| {
            let answer = cached.get(path, &[user]).await;
            assert_eq!(answer.header("cache-control"), "private, no-cache");
            assert_ne!(answer.get("x-cache-status"), Some("HIT"));
            answer
        };
        let start = "/shapes/mine?offset=-1";
        let (ones, twos) = (get(start, one).await, get(start, two).await);
        assert_eq!((ones.words()[0].as_str(), twos.words()[0].as_str()), ("insert 1", "insert 2"));
        assert_eq!(get(start, one).await.text, ones.text);
        nobody_gets(&cached, start).await;

        for (user, answer) in [(one, &ones), (two, &twos)] {
            let head = cached.send(Method::HEAD, start, &[user]).await;
            assert_eq!((head.handle(), head.text.as_str()), (answer.handle(), ""));
        }
        // A tag of another's answer matches nothing.
        let tags = [two, ("if-none-match", ones.header("etag"))];
        let answer = cached.get(start, &tags).await;
        assert_eq!((answer.status.as_u16(), &answer.text), (200, &twos.text));

        let path = format!("/shapes/mine?handle={}&offset=0_0", ones.handle());
        assert_eq!(get(&path, one).await.status, 200);
        assert_eq!(get(&path, two).await.refetch(&ones.handle()), twos.handle());
        assert_eq!(get(&path, one).await.status, 200);
        nobody_gets(&cached, &path).await;
        let path = "/shapes/mine?handle=none&offset=0_0";
        for (user, answer) in [(one, &ones), (two, &twos), (one, &ones)] {
            assert_eq!(get(path, user).await.refetch("none"), answer.handle());
        }
        let head = cached.send(Method::HEAD, path, &[two]).await;
        assert_eq!((head.status.as_u16(), head.handle()), (409, twos.handle()));
        nobody_gets(&cached, path).await;
    }
    cached.stop().await;
}

/// Asserts that without credentials nothing is to be had.
async fn nobody_gets(cached: &Cached, path: &str) {
    for method in [Method::GET, Method::HEAD] {
        let answer = cached.send(method, path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.get("electric-handle")), (401, None), "{path}");
    }
}

#[tokio::test]
async fn what_a_guard_has_let_pass_is_not_kept() {
    let cached = Cached::start().await;
    cached.stand.db.run(&row(1)).await;
    let key = [("x-key", "open")];
    for start in ["/shapes/guarded/items?offset=-1", "/guarded/items?offset=-1"] {
        let first = cached.get(start, &key).await;
        assert_eq!(first.words(), ["insert 1", "snapshot-end"]);
        nobody_gets(&cached, start).await;
        let handle = first.handle();
        let path = start.replace("offset=-1", &format!("handle={handle}&offset=0_0"));
        assert_eq!(cached.get(&path, &key).await.words(), ["up-to-date"]);
        nobody_gets(&cached, &path).await;
        let path = start.replace("offset=-1", "handle=none&offset=0_0");
        assert_eq!(cached.get(&path, &key).await.refetch("none"), handle);
        nobody_gets(&cached, &path).await;
    }
    // Where nothing is kept, the server is asked whether a copy holds.
    let first = cached.get("/guarded/items?offset=-1", &key).await;
    let tagged = [key[0], ("if-none-match", first.header("etag"))];
    let known = cached.get("/guarded/items?offset=-1", &tagged).await;
    assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
    cached.stop().await;
}

#[tokio::test]
async fn known_users_do_not_wait_for_each_other() {
    let cached = Cached::start().await;
    let follow = async |user: &str| {
        let user = [("authorization", user)];
        let first = cached.get("/shapes/items?offset=-1", &user).await;
        let path = format!("/shapes/items?handle={}&offset=0_inf&live", first.handle());
        cached.get(&path, &user).await
    };
    let write = async {
        // Both are held by the server, although they ask for the same.
        cached.stand.waiting("items", 2).await;
        cached.stand.db.run(&row(1)).await;
    };
    let (one, two, ()) = tokio::join!(follow("Bearer 1"), follow("Bearer 2"), write);
    assert_eq!((one.words(), two.words()), (one.words(), one.words()));
    cached.stop().await;
}

#[tokio::test]
async fn the_cache_itself_answers_whether_a_copy_holds() {
    let cached = Cached::start().await;
    cached.stand.db.run(&row(1)).await;
    let first = cached.get("/shapes/items?offset=-1", &[]).await;
    let next = format!("/shapes/items?handle={}&offset=0_0", first.handle());
    let second = cached.get(&next, &[]).await;
    let asked = cached.asked.count();
    for (path, answer) in [("/shapes/items?offset=-1", &first), (&next, &second)] {
        let etag = answer.header("etag");
        for tags in [etag.to_owned(), format!("W/{etag}"), format!("\"other\", {etag}")] {
            let known = cached.get(path, &[("if-none-match", &tags)]).await;
            assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""), "{tags}");
            assert_eq!((known.header("x-cache-status"), known.handle()), ("HIT", answer.handle()));
        }
        let other = cached.get(path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status.as_u16(), &other.text), (200, &answer.text));
        let head = cached.send(Method::HEAD, path, &[]).await;
        assert_eq!((head.header("x-cache-status"), head.offset(), head.text.as_str()), ("HIT", answer.offset(), ""));
    }
    assert_eq!(cached.asked.count(), asked, "the server knows nothing of it");
    cached.stop().await;
}
