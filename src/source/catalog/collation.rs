//! Collations, as far as comparing in process goes.

use std::collections::HashMap;

use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::pg::{Collation, quote_ident};
use crate::source::SourceError;

/// The collations of these OIDs; 0 is none.
pub(super) async fn find(
    transaction: &Transaction<'_>,
    mut oids: Vec<u32>,
) -> Result<HashMap<u32, Collation>, SourceError> {
    oids.sort_unstable();
    oids.dedup();
    // The columns that hold a locale's name and provider have changed with the versions. `d` is whatever the database
    // has.
    let sql = "WITH db AS (SELECT d.datcollate, to_jsonb(d) AS d, pg_encoding_to_char(d.encoding) AS encoding \
               FROM pg_database d WHERE d.datname = current_database()) \
               SELECT c.oid, c.collisdeterministic, db.encoding = 'UTF8', c.collname::text, \
               CASE c.collprovider WHEN 'd' THEN coalesce(db.d ->> 'datlocprovider', 'c') \
               ELSE c.collprovider::text END, \
               CASE c.collprovider \
               WHEN 'd' THEN CASE WHEN db.d ->> 'datlocprovider' IN ('i', 'b') \
               THEN coalesce(db.d ->> 'datlocale', db.d ->> 'daticulocale') ELSE db.datcollate END \
               ELSE coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate::text) END, \
               c.collprovider = 'd', n.nspname::text \
               FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace CROSS JOIN db WHERE c.oid = ANY($1)";
    let rows = transaction.query_typed(sql, &[(&oids, Type::OID_ARRAY)]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, collation(row)?))).collect()
}

fn collation(row: &Row) -> Result<Collation, SourceError> {
    let name: String = row.try_get(3)?;
    let (provider, locale): (&str, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
    let is_default: bool = row.try_get(6)?;
    let locale = locale.unwrap_or_default();
    let is_bytewise = is_bytewise(provider, &locale, row.try_get(2)?);
    let sql_name = format!("{}.{}", quote_ident(row.try_get(7)?), quote_ident(&name));
    let name = if is_default { locale } else { name };
    Ok(Collation { name, sql_name, is_bytewise, is_deterministic: row.try_get(1)? })
}

/// Whether a locale orders text by its bytes. By code points is the same in UTF-8.
fn is_bytewise(provider: &str, locale: &str, is_utf8: bool) -> bool {
    match (provider, locale.to_ascii_lowercase().as_str()) {
        ("c" | "b", "c") | ("c", "posix") => true,
        ("c" | "b", "c.utf-8" | "c.utf8") | ("b", "pg_unicode_fast") => is_utf8,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_bytewise;

    #[test]
    fn only_plain_locales_are_bytewise() {
        for (provider, locale, expected) in [
            ("c", "C", true),
            ("c", "POSIX", true),
            ("c", "C.UTF-8", true),
            ("c", "C.utf8", true),
            ("b", "C.UTF-8", true),
            ("c", "en_US.UTF-8", false),
            ("i", "C", false),
            ("i", "und", false),
        ] {
            assert_eq!(is_bytewise(provider, locale, true), expected, "{provider} {locale}");
        }
        assert!(!is_bytewise("c", "C.UTF-8", false));
    }
}
