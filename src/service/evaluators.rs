//! Who evaluates which filters.

use crate::engine::Evaluator;

/// Who evaluates filters; for [`SyncServiceBuilder::evaluators`](super::SyncServiceBuilder::evaluators).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evaluators {
    /// The service; as far as it cannot, Postgres.
    #[default]
    WithPostgres,
    /// The same for shapes that the server defines. Clients may define only what the service evaluates itself: they cannot
    /// make it ask the database about each change.
    WithPostgresForRoutes,
    /// The service alone.
    WithoutPostgres,
}

impl Evaluators {
    /// For a shape that a client defines.
    pub(crate) fn for_clients(self) -> Evaluator {
        match self {
            Self::WithPostgres => Evaluator::Postgres,
            Self::WithPostgresForRoutes | Self::WithoutPostgres => Evaluator::Engine,
        }
    }

    /// For a shape that the server defines.
    pub(crate) fn for_routes(self) -> Evaluator {
        match self {
            Self::WithPostgres | Self::WithPostgresForRoutes => Evaluator::Postgres,
            Self::WithoutPostgres => Evaluator::Engine,
        }
    }
}
