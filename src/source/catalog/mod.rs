//! What the catalog says of a table.

mod collation;
mod marks;
mod types;

pub(super) use marks::marks;

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::types::Type;
use tokio_postgres::{IsolationLevel, Row, Transaction};

use super::SourceError;
use super::pool::{Pool, get};
use crate::pg::{Column, Generated, PgType, RelationId, TableName, TableSchema};

/// The first OID that is given to what users make (`FirstNormalObjectId` of the Postgres source).
const FIRST_USER_OID: u32 = 16384;

/// Looks a table up, in one transaction so that all parts fit together.
pub(super) async fn table(pool: &Pool, name: &TableName) -> Result<Arc<TableSchema>, SourceError> {
    let mut client = get(pool).await?;
    let transaction = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = transaction.start().await?;
    let id = relation(&transaction, name).await?;
    let columns = columns(&transaction, id).await?;
    if columns.is_empty() {
        return Err(SourceError::NotATable { name: name.clone(), kind: "table without columns" });
    }
    let primary_key = primary_key(&transaction, id, &columns).await?;
    transaction.commit().await?;
    Ok(Arc::new(TableSchema { id, name: name.clone(), columns, primary_key }))
}

/// The OID of an ordinary table.
async fn relation(transaction: &Transaction<'_>, name: &TableName) -> Result<RelationId, SourceError> {
    let sql = "SELECT c.oid, c.relkind::text, c.relpersistence::text, \
               EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2";
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
        [(&name.schema, Type::TEXT), (&name.table, Type::TEXT)];
    let Some(row) = transaction.query_typed_opt(sql, &parameters).await? else {
        return Err(SourceError::UnknownTable(name.clone()));
    };
    let (id, kind, persistence, has_children): (u32, &str, &str, bool) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let kind = match (kind, persistence) {
        ("r", _) if id < FIRST_USER_OID => "system table",
        ("r", "t") => "temporary table",
        ("r", "u") => "unlogged table",
        ("r", _) if has_children => "table that others inherit from",
        ("r", _) => return Ok(RelationId(id)),
        ("p", _) => "partitioned table",
        ("v", _) => "view",
        ("m", _) => "materialized view",
        ("f", _) => "foreign table",
        ("S", _) => "sequence",
        ("i" | "I", _) => "index",
        ("c", _) => "composite type",
        _ => "relation of another kind",
    };
    Err(SourceError::NotATable { name: name.clone(), kind })
}

async fn columns(transaction: &Transaction<'_>, id: RelationId) -> Result<Vec<Column>, SourceError> {
    let sql = "SELECT a.attname::text, a.atttypid, a.atttypmod, a.attndims::int4, a.attnotnull, \
               a.attgenerated::text, a.attcollation \
               FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    let rows = transaction.query_typed(sql, &[(&id.0, Type::OID)]).await?;
    let oids = |column| rows.iter().map(|row| row.try_get(column)).collect::<Result<Vec<u32>, _>>();
    let types = types::find(transaction, oids(1)?).await?;
    let collations = collation::find(transaction, oids(6)?).await?;
    rows.iter().map(|row| column(row, &types, &collations)).collect()
}

fn column(
    row: &Row,
    types: &HashMap<u32, PgType>,
    collations: &HashMap<u32, crate::pg::Collation>,
) -> Result<Column, SourceError> {
    let type_oid: u32 = row.try_get(1)?;
    let dimensions: i32 = row.try_get(3)?;
    Ok(Column {
        name: row.try_get(0)?,
        ty: types.get(&type_oid).cloned().ok_or(SourceError::Protocol("gap in the catalog of types"))?,
        type_modifier: row.try_get(2)?,
        dimensions: dimensions.unsigned_abs(),
        not_null: row.try_get(4)?,
        generated: match row.try_get(5)? {
            "s" => Generated::Stored,
            "v" => Generated::Virtual,
            _ => Generated::No,
        },
        collation: collations.get(&row.try_get::<_, u32>(6)?).cloned(),
    })
}

/// The positions of the primary key's columns, in the order of its index.
async fn primary_key(
    transaction: &Transaction<'_>,
    id: RelationId,
    columns: &[Column],
) -> Result<Vec<usize>, SourceError> {
    let sql = "SELECT a.attname::text FROM pg_index i \
               CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) \
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
               WHERE i.indrelid = $1 AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place";
    let rows = transaction.query_typed(sql, &[(&id.0, Type::OID)]).await?;
    let position = |row: &Row| {
        let name: &str = row.try_get(0)?;
        let position = columns.iter().position(|column| column.name == name);
        position.ok_or(SourceError::Protocol("gap in the catalog of keys"))
    };
    rows.iter().map(position).collect()
}
