//! What operators can watch, through the `metrics` facade: whoever installs a recorder gets it. Nothing here tells of
//! tables or values.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

/// A shape is followed, or not any more, whose filter Postgres evaluates in part.
pub(super) fn handed_on_shapes(change: f64) {
    gauge!("diesel_electric_shapes_evaluated_by_postgres").increment(change);
}

/// Postgres was asked about so many rows.
pub(super) fn asked(rows: usize, took: Duration, has_failed: bool) {
    counter!("diesel_electric_evaluation_questions_total").increment(1);
    counter!("diesel_electric_evaluation_rows_total").increment(rows as u64);
    if has_failed {
        counter!("diesel_electric_evaluation_errors_total").increment(1);
    }
    histogram!("diesel_electric_evaluation_seconds").record(took);
}
