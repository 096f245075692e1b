//! From a definition to a shape that is looked up.

use std::sync::Arc;

use super::error::{Author, Failure};
use crate::engine::{Definition, ResolveError};
use crate::protocol::FieldErrors;
use crate::service::SyncService;
use crate::shape::{ClientShape, Shape};

/// Looks up a shape that a client has defined, in the order of section 3: table, what may be selected, the selection, the
/// filter.
pub(super) async fn define(service: &SyncService, client: &ClientShape) -> Result<Arc<Definition>, Failure> {
    if let Some(queryable) = &client.queryable {
        queryable_columns(service, queryable, &client.shape).await?;
    }
    let found = service.engine().resolve(&client.shape, service.evaluators().for_clients()).await;
    let definition = found.map_err(|error| Failure::of_definition(error, Author::Client))?;
    match &client.filter_errors {
        None => Ok(definition),
        Some(errors) => Err(errors.clone().into()),
    }
}

async fn queryable_columns(service: &SyncService, queryable: &Shape, shape: &Shape) -> Result<(), Failure> {
    let found = service.engine().resolve(queryable, service.evaluators().for_clients()).await;
    let known = found.map_err(|error| match error {
        ResolveError::MissingKeyColumns(_) | ResolveError::UnknownColumns(_) | ResolveError::GeneratedColumns(_) => {
            let text = error.to_string().replacen("The list of columns", "The list of queryable columns", 1);
            FieldErrors::one("queryable_columns", text).into()
        }
        error => Failure::of_definition(error, Author::Client),
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

/// Looks up a shape that the server has defined.
pub(super) async fn define_own(service: &SyncService, shape: &Shape) -> Result<Arc<Definition>, Failure> {
    let found = service.engine().resolve(shape, service.evaluators().for_routes()).await;
    found.map_err(|error| Failure::of_definition(error, Author::Server))
}
