//! Whether tables are still what they were, for many at once.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::pg::RelationId;
use crate::source::pool::{Pool, get};
use crate::source::{SourceError, TableMark};

/// The marks of those tables that are there. Whoever changes a row of the catalog leaves another transaction id in it
/// (`xmin`).
pub(in crate::source) async fn marks(
    pool: &Pool,
    tables: &[RelationId],
    publication: &str,
) -> Result<HashMap<RelationId, TableMark>, SourceError> {
    let sql = "SELECT c.oid, concat_ws(' ', c.xmin, n.xmin, \
               (SELECT hashtextextended(string_agg(a.xmin::text, ' ' ORDER BY a.attnum), 0) \
               FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0), \
               (SELECT string_agg(concat_ws(' ', i.indexrelid, i.xmin), ' ') \
               FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)), \
               c.relreplident = 'f' AND EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid \
               WHERE r.prrelid = c.oid AND p.pubname = $2) \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY($1)";
    let ids: Vec<u32> = tables.iter().map(|table| table.0).collect();
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&ids, Type::OID_ARRAY), (&publication, Type::TEXT)];
    let rows = get(pool).await?.query_typed(sql, &parameters).await?;
    rows.iter().map(mark).collect()
}

fn mark(row: &Row) -> Result<(RelationId, TableMark), SourceError> {
    let mark = TableMark { version: row.try_get(1)?, is_followed: row.try_get(2)? };
    Ok((RelationId(row.try_get(0)?), mark))
}
