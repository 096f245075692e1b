//! Types by OID: built-in ones from our own list, the others from the catalog, down to what they are made of.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::pg::{CustomType, CustomTypeKind, PgType};
use crate::source::SourceError;

/// Domains over arrays of domains and so on: deeper than this is taken for a mistake.
const MAX_DEPTH: usize = 32;

/// A type that the catalog had to be asked for.
#[derive(Debug)]
struct Found {
    oid: u32,
    schema: String,
    name: String,
    /// The type of an array's elements.
    element: Option<u32>,
    /// What a domain is over.
    base: Option<u32>,
    /// An enum's labels.
    labels: Option<Vec<String>>,
}

/// The types of these OIDs.
pub(super) async fn find(transaction: &Transaction<'_>, wanted: Vec<u32>) -> Result<HashMap<u32, PgType>, SourceError> {
    let mut known: HashMap<u32, PgType> = HashMap::new();
    let mut layers: Vec<Vec<Found>> = Vec::new();
    let mut wanted = wanted;
    loop {
        let mut unknown = Vec::new();
        for oid in wanted {
            match PgType::from_oid(oid) {
                Some(built_in) => drop(known.insert(oid, built_in)),
                None => unknown.push(oid),
            }
        }
        if unknown.is_empty() {
            break;
        }
        if layers.len() == MAX_DEPTH {
            return Err(SourceError::Protocol("depth of a type"));
        }
        let found = ask(transaction, unknown).await?;
        wanted = found.iter().filter_map(|found| found.element.or(found.base)).collect();
        layers.push(found);
    }
    // What a type is made of was found after it.
    for found in layers.into_iter().rev().flatten() {
        let oid = found.oid;
        if let Some(ty) = build(found, &known) {
            known.insert(oid, ty);
        }
    }
    Ok(known)
}

async fn ask(transaction: &Transaction<'_>, oids: Vec<u32>) -> Result<Vec<Found>, SourceError> {
    // Types such as `int2vector` have elements, too, but not the text of arrays.
    let sql = "SELECT t.oid, n.nspname::text, t.typname::text, \
               (SELECT e.oid FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid), \
               CASE WHEN t.typtype = 'd' THEN t.typbasetype END, \
               CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_enum e \
               WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) END \
               FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = ANY($1)";
    let rows = transaction.query_typed(sql, &[(&oids, Type::OID_ARRAY)]).await?;
    let found = rows.iter().map(|row| {
        Ok(Found {
            oid: row.try_get(0)?,
            schema: row.try_get(1)?,
            name: row.try_get(2)?,
            element: row.try_get(3)?,
            base: row.try_get(4)?,
            labels: row.try_get(5)?,
        })
    });
    found.collect()
}

fn build(found: Found, known: &HashMap<u32, PgType>) -> Option<PgType> {
    if let Some(element) = found.element {
        return Some(PgType::Array(Arc::new(known.get(&element)?.clone())));
    }
    let kind = match (found.labels, found.base) {
        (Some(labels), _) => CustomTypeKind::Enum { labels },
        (None, Some(base)) => CustomTypeKind::Domain { base: known.get(&base)?.clone() },
        (None, None) => CustomTypeKind::Other,
    };
    let Found { oid, schema, name, .. } = found;
    Some(PgType::Custom(Arc::new(CustomType { oid, schema, name, kind })))
}
