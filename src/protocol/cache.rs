//! Who may keep an answer, and for how long (section 8).

/// Answers that say how long they may be kept. Those of routes that serve each user another shape are private whatever
/// they are; the routes know that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caching {
    /// The first chunk of a snapshot.
    Initial,
    /// A live request's answer.
    Live,
    /// Any other part of a log.
    CatchUp,
    /// A redirect to another handle.
    Refetch,
    /// What must be asked for each time.
    Never,
}

impl Caching {
    /// The value of `cache-control` where anybody may share the answer.
    pub fn public(self) -> &'static str {
        match self {
            Self::Initial => "public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746",
            Self::Live => "public, max-age=5, stale-while-revalidate=5",
            Self::CatchUp => "public, max-age=60, stale-while-revalidate=300",
            Self::Refetch => "public, max-age=60, must-revalidate",
            Self::Never => "no-store",
        }
    }

    /// The value of `cache-control` where one URL serves different users.
    pub fn private(self) -> &'static str {
        match self {
            Self::Never => "no-store",
            Self::Initial | Self::Live | Self::CatchUp | Self::Refetch => "private, no-cache",
        }
    }
}

/// For the answers of `/v1/health`.
pub const HEALTH: &str = "no-cache, no-store, must-revalidate";
/// For `/`, what is not found, and crashes.
pub const REVALIDATE: &str = "max-age=0, private, must-revalidate";
