//! Which shapes are meant, as a statement that a transaction of the app's carries to all who follow the database.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Text;

/// The prefix of messages in the stream that interrupt.
pub const INTERRUPT_PREFIX: &str = "diesel_electric.interrupt";

/// An interrupt that comes with the transaction in which it is executed: after the changes that it makes, for every
/// service that follows the database, and not at all if it is rolled back.
///
/// It is a statement of Diesel's, to be executed on any connection to the database, `diesel`'s or `diesel_async`'s.
#[derive(Clone, Debug)]
#[must_use = "it interrupts nobody until it is executed"]
pub struct InterruptOnCommit {
    content: String,
}

impl InterruptOnCommit {
    pub(crate) fn new(content: String) -> Self {
        Self { content }
    }
}

impl QueryFragment<Pg> for InterruptOnCommit {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT pg_logical_emit_message(true, ");
        out.push_bind_param::<Text, _>(INTERRUPT_PREFIX)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.content)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InterruptOnCommit {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> diesel::RunQueryDsl<C> for InterruptOnCommit {}
