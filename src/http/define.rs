//! From a shape that a client has defined to one that is looked up.

use std::sync::Arc;

use super::error::{Failure, field_errors};
use crate::engine::{Definition, Engine};
use crate::protocol::FieldErrors;
use crate::shape::{ClientShape, Shape};

/// Checks the definition against the database, in the order of section 3: table, what may be selected, the selection, the
/// filter.
pub(super) async fn define(engine: &Engine, client: &ClientShape) -> Result<Arc<Definition>, Failure> {
    if let Some(queryable) = &client.queryable {
        queryable_columns(engine, queryable, &client.shape).await?;
    }
    let definition = engine.resolve(&client.shape).await?;
    match &client.filter_errors {
        None => Ok(definition),
        Some(errors) => Err(errors.clone().into()),
    }
}

async fn queryable_columns(engine: &Engine, queryable: &Shape, shape: &Shape) -> Result<(), Failure> {
    let known = engine.resolve(queryable).await.map_err(|error| match field_errors(&error, "queryable_columns") {
        Some(errors) => Failure::Invalid(errors),
        None => error.into(),
    })?;
    let selected = shape.columns.iter().flatten();
    let hidden: Vec<&str> =
        selected.map(String::as_str).filter(|name| !known.column_names().any(|known| known == *name)).collect();
    if hidden.is_empty() {
        return Ok(());
    }
    let text = format!("The following columns are not found on the table: {}", hidden.join(", "));
    Err(FieldErrors::one("columns", text).into())
}
