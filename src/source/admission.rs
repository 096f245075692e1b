//! Whether Postgres takes a condition that it shall evaluate for us: one that is immutable.
//!
//! What may stand in the predicate of an index is exactly that, and Postgres says so when the index is made: no subquery,
//! no aggregate, nothing that returns sets, and every function in it marked as immutable. So an index is made, on an empty
//! temporary table like the one in question, in a transaction that is rolled back. The role needs `TEMPORARY` on the
//! database for that, which everybody has unless it was revoked.

use std::time::Duration;

use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tracing::warn;

use super::endpoint::Endpoint;
use super::error::ServerError;
use super::pool::{Pool, get};
use super::{Refusal, SourceError, settings, words};
use crate::pg::{TableSchema, quote_ident};

/// How long it may take. Nothing is read, but constants are put into functions.
const LIMIT: Duration = Duration::from_secs(5);

/// The temporary table.
const TABLE: &str = "diesel_electric_admission";

/// Asks. `None` if it may.
pub(super) async fn ask(
    pool: &Pool,
    endpoint: &Endpoint,
    table: &TableSchema,
    sql: &str,
) -> Result<Option<Refusal>, SourceError> {
    let mut client = get(pool).await?;
    // Rolled back when it is dropped.
    let transaction = client.transaction().await?;
    let limits = format!(
        "{}{}SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = 0",
        settings::display("SET LOCAL"),
        settings::no_timeouts("SET LOCAL"),
        LIMIT.as_millis()
    );
    transaction.batch_execute(&limits).await?;
    if let Some(refusal) = no_privilege(&transaction, endpoint).await? {
        return Ok(Some(refusal));
    }
    let create = format!("CREATE TEMPORARY TABLE {TABLE} (LIKE {}) ON COMMIT DROP", table.name.quoted());
    transaction.batch_execute(&create).await?;
    transaction.batch_execute("SAVEPOINT before").await?;
    // By itself, so that it can be nothing but one statement.
    let index = format!("CREATE INDEX ON pg_temp.{} ((1)) WHERE {sql}", quote_ident(TABLE));
    match transaction.query_typed(&index, &[]).await.map_err(SourceError::from) {
        Ok(_) => means_moments(&transaction, sql).await,
        Err(SourceError::Server(refusal)) if is_of_the_condition(&refusal.code) => {
            Ok(Some(explain(&transaction, sql, refusal).await?))
        }
        Err(error) => Err(error),
    }
}

/// Temporary tables may be denied, which is no fault of whoever asks for a shape: the operator is told what to do.
async fn no_privilege(transaction: &Transaction<'_>, endpoint: &Endpoint) -> Result<Option<Refusal>, SourceError> {
    let sql = "SELECT has_database_privilege(current_database(), 'TEMPORARY')";
    let rows = transaction.query_typed(sql, &[]).await?;
    if rows.first().ok_or(SourceError::Protocol("answer about a privilege"))?.try_get(0)? {
        return Ok(None);
    }
    let error = SourceError::NoTemporaryPrivilege { role: endpoint.role(), database: endpoint.database() };
    warn!(error = &error as &dyn std::error::Error, "a filter cannot be handed on to the database");
    let said = "the database cannot be asked to evaluate it, for lack of the privilege TEMPORARY";
    Ok(Some(Refusal { said: Some(said.to_owned()) }))
}

/// Postgres takes `now` as a date or time for a constant, which it is not: what it has made of such a literal does not
/// print as it was written.
async fn means_moments(transaction: &Transaction<'_>, sql: &str) -> Result<Option<Refusal>, SourceError> {
    let wanted = words::moments(sql);
    if wanted.is_empty() {
        return Ok(None);
    }
    let printed =
        format!("SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indrelid = 'pg_temp.{TABLE}'::regclass");
    let rows = transaction.query_typed(&printed, &[]).await?;
    let printed: String = rows.first().ok_or(SourceError::Protocol("loss of an index"))?.try_get(0)?;
    let kept = words::moments(&printed);
    let lost = wanted.iter().find(|&word| count(&kept, word) < count(&wanted, word));
    Ok(lost.map(|word| Refusal { said: Some(format!("`{word}` means another moment each time")) }))
}

fn count(words: &[&str], word: &str) -> usize {
    words.iter().filter(|other| **other == word).count()
}

/// The refusal in words that help.
async fn explain(transaction: &Transaction<'_>, sql: &str, refusal: ServerError) -> Result<Refusal, SourceError> {
    if refusal.code != SqlState::INVALID_OBJECT_DEFINITION {
        let says_more = !SAYS_NO_MORE.contains(&refusal.code);
        return Ok(Refusal { said: says_more.then_some(refusal.message) });
    }
    transaction.batch_execute("ROLLBACK TO before").await?;
    // Postgres does not say which. One that has no immutable form at all is more likely meant.
    let find = "SELECT proname::text FROM pg_proc WHERE proname = ANY($1) GROUP BY proname \
                HAVING bool_or(provolatile <> 'i') ORDER BY bool_and(provolatile <> 'i') DESC, proname LIMIT 1";
    let names = words::names(sql);
    let found = transaction.query_typed(find, &[(&names, Type::TEXT_ARRAY)]).await?;
    let said = match found.first() {
        Some(row) => format!("function {}() is not immutable", row.try_get::<_, String>(0)?),
        None => "it is not immutable".to_owned(),
    };
    Ok(Refusal { said: Some(said) })
}

/// Errors that repeat, in other words, that the condition is not known or makes no sense.
const SAYS_NO_MORE: [SqlState; 13] = [
    SqlState::UNDEFINED_FUNCTION,
    SqlState::UNDEFINED_COLUMN,
    SqlState::UNDEFINED_OBJECT,
    SqlState::INVALID_SCHEMA_NAME,
    SqlState::SYNTAX_ERROR,
    SqlState::DATATYPE_MISMATCH,
    SqlState::WRONG_OBJECT_TYPE,
    SqlState::CANNOT_COERCE,
    SqlState::INVALID_TEXT_REPRESENTATION,
    SqlState::INVALID_DATETIME_FORMAT,
    // These tell of the predicate of an index.
    SqlState::FEATURE_NOT_SUPPORTED,
    SqlState::GROUPING_ERROR,
    SqlState::WINDOWING_ERROR,
];

/// Whether the server has looked at the condition and refuses it; else something else is in the way.
fn is_of_the_condition(code: &SqlState) -> bool {
    let is_of_the_server =
        ["08", "28", "3D", "40", "53", "55", "57", "58"].iter().any(|class| code.code().starts_with(class));
    *code == SqlState::QUERY_CANCELED || !is_of_the_server
}
