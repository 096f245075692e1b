//! Who may keep an answer, and for how long (section 8).

use std::borrow::Cow;
use std::time::Duration;

/// For how long anybody may keep a part of a log that ends where the client was up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// As if it were new.
    pub max: Duration,
    /// After that, while it is asked for anew.
    pub stale: Duration,
}

impl Default for Ages {
    fn default() -> Self {
        Self { max: Duration::from_secs(60), stale: Duration::from_secs(300) }
    }
}

impl Ages {
    fn catch_up(self) -> String {
        format!("public, max-age={}, stale-while-revalidate={}", self.max.as_secs(), self.stale.as_secs())
    }
}

/// Answers that say how long they may be kept. Those of routes that serve each user another shape are private whatever
/// they are; the routes know that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caching {
    /// The first chunk of a snapshot.
    Initial,
    /// A live request's answer.
    Live,
    /// A stream of events that ends after so long.
    Stream(Duration),
    /// Any other part of a log.
    CatchUp,
    /// A redirect to another handle.
    Refetch,
    /// What is read for one request, or was asked for by POST.
    Once,
    /// What nobody may keep.
    Never,
}

impl Caching {
    /// The value of `cache-control` where anybody may share the answer.
    pub fn public(self, ages: Ages) -> Cow<'static, str> {
        let fixed = match self {
            // A stream that was kept longer would not be live any more.
            Self::Stream(life) => return format!("public, max-age={}", life.as_secs().saturating_sub(1).max(1)).into(),
            Self::Initial => "public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746",
            Self::Live => "public, max-age=5, stale-while-revalidate=5",
            Self::CatchUp => return ages.catch_up().into(),
            Self::Refetch => "public, max-age=60, must-revalidate",
            Self::Once => NO_CACHE,
            Self::Never => NO_STORE,
        };
        fixed.into()
    }

    /// The value of `cache-control` where one URL serves different users.
    pub fn private(self) -> &'static str {
        match self {
            Self::Never => NO_STORE,
            Self::Initial | Self::Live | Self::Stream(_) | Self::CatchUp | Self::Refetch | Self::Once => {
                "private, no-cache"
            }
        }
    }

    /// The same for an answer to a POST, which is no answer to another.
    pub fn of_post(self) -> Self {
        if self == Self::Never { self } else { Self::Once }
    }
}

/// For what must be asked for each time.
pub const NO_CACHE: &str = "no-cache";
/// For what nobody may keep.
pub const NO_STORE: &str = "no-store";
/// For the answers of `/v1/health`.
pub const HEALTH: &str = "no-cache, no-store, must-revalidate";
/// For `/`, what is not found, and crashes.
pub const REVALIDATE: &str = "max-age=0, private, must-revalidate";
