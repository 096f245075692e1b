//! The table of the demo, as `migrations/` makes it, and its first rows.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_electric::Syncable;
use serde::Serialize;
use uuid::Uuid;

diesel::table! {
    todos (id) {
        id -> Uuid,
        owner_id -> BigInt,
        title -> Text,
        done -> Bool,
        created_at -> Timestamptz,
    }
}

/// A todo item.
#[derive(Debug, Serialize, Queryable, Selectable, Identifiable, Syncable)]
#[diesel(table_name = todos, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Todo {
    /// Its key.
    pub(crate) id: Uuid,
    /// Whose it is; see [`OWNERS`].
    pub(crate) owner_id: i64,
    /// What is to be done.
    pub(crate) title: String,
    /// Whether it has been.
    pub(crate) done: bool,
    /// When it was written down.
    pub(crate) created_at: DateTime<Utc>,
}

/// Who has todo items: the corners of a bakery.
pub(crate) const OWNERS: [(i64, &str); 4] = [(1, "Bakehouse"), (2, "Shop"), (3, "Deliveries"), (4, "Office")];

/// The first rows: owner, title, whether it is done.
const FIRST: [(i64, &str, bool); 12] = [
    (1, "Feed the sourdough before closing", false),
    (1, "Descale the steam oven", false),
    (2, "Order paper bags, the small ones", true),
    (4, "File the flour invoices of last month", false),
    (3, "Check the tyres of the cargo bike", false),
    (2, "Write the allergen cards for the new rye", false),
    (1, "Sharpen the bread knives", true),
    (3, "Ask the school about Friday's gate code", false),
    (4, "Renew the stall permit for the market", false),
    (2, "Take the broken chair to the workshop", true),
    (1, "Try the spelt rolls with less salt", false),
    (3, "Plan the route around the road works", false),
];

/// Writes the first rows, if the table is empty. Returns how many were written.
pub(crate) async fn seed(connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    if todos::table.count().get_result::<i64>(connection).await? > 0 {
        return Ok(0);
    }
    let row = |(owner, title, done)| (todos::owner_id.eq(owner), todos::title.eq(title), todos::done.eq(done));
    diesel::insert_into(todos::table).values(FIRST.map(row).to_vec()).execute(connection).await
}
