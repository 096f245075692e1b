//! What a route decides for the requests that come by it.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

/// Who may keep the answers of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CachePolicy {
    /// Anybody, proxies and CDNs included, for as long as the protocol says: everybody gets the same shape there.
    Shared,
    /// Only the user's own browser, which asks each time whether its copy still holds. Answers vary by `Authorization` and
    /// `Cookie`.
    Private,
}

/// Something stands before the routes of a scope that may let one user pass and not another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guarded;

/// The policy that was set for one route.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetPolicy(pub(super) CachePolicy);

/// A route whose URL alone says which shape it serves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixed;

/// The policy for this request: what was set for its route; else private, unless the route is fixed and nothing tells of
/// users.
pub(super) fn policy(request: &HttpRequest) -> CachePolicy {
    if let Some(SetPolicy(policy)) = request.app_data() {
        return *policy;
    }
    let is_open = request.app_data::<Fixed>().is_some()
        && request.app_data::<Guarded>().is_none()
        && !request.headers().contains_key(AUTHORIZATION);
    if is_open { CachePolicy::Shared } else { CachePolicy::Private }
}
