//! Writes, by Diesel as in any app. They know nothing of sync: what they change comes to the page through Postgres.
//!
//! Each answers the row, and the id of its transaction, by which a client recognises its own write in the stream.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::pooled_connection::deadpool::{Pool, PoolError};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::todos::{Todo, todos};

type Db = Data<Pool<AsyncPgConnection>>;

/// Adds `POST /todos`, `PATCH /todos/{id}` and `DELETE /todos/{id}`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/todos", web::post().to(add))
        .route("/todos/{id}", web::patch().to(change))
        .route("/todos/{id}", web::delete().to(remove));
}

/// A new item. A client may choose its key, and so show the row before it is written.
#[derive(Debug, Deserialize, Insertable)]
#[diesel(table_name = todos)]
#[serde(deny_unknown_fields)]
struct New {
    id: Option<Uuid>,
    owner_id: i64,
    title: String,
}

/// What becomes of an item.
#[derive(Debug, Deserialize, AsChangeset)]
#[diesel(table_name = todos)]
#[serde(deny_unknown_fields)]
struct Changes {
    owner_id: Option<i64>,
    title: Option<String>,
    done: Option<bool>,
}

/// The answer to a write.
#[derive(Debug, Serialize)]
struct Written {
    todo: Todo,
    txid: u32,
}

async fn add(db: Db, new: Json<New>) -> Result<Json<Written>, WriteError> {
    let insert = diesel::insert_into(todos::table).values(new.into_inner());
    let row = insert.returning((Todo::as_returning(), txid())).get_result(&mut db.get().await?).await?;
    Written::new(row)
}

async fn change(db: Db, id: Path<Uuid>, changes: Json<Changes>) -> Result<Json<Written>, WriteError> {
    let update = diesel::update(todos::table.find(id.into_inner())).set(changes.into_inner());
    let row = update.returning((Todo::as_returning(), txid())).get_result(&mut db.get().await?).await?;
    Written::new(row)
}

async fn remove(db: Db, id: Path<Uuid>) -> Result<Json<Written>, WriteError> {
    let delete = diesel::delete(todos::table.find(id.into_inner()));
    let row = delete.returning((Todo::as_returning(), txid())).get_result(&mut db.get().await?).await?;
    Written::new(row)
}

/// The id of the transaction that a statement runs in. The cast cuts off what the replication stream does not carry.
fn txid() -> SqlLiteral<Text> {
    sql("pg_current_xact_id()::xid::text")
}

impl Written {
    fn new((todo, txid): (Todo, String)) -> Result<Json<Self>, WriteError> {
        let txid = txid.parse().map_err(|_| WriteError::Txid)?;
        Ok(Json(Self { todo, txid }))
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error("there is no such todo")]
    NotFound,
    #[error("nothing to change; give owner_id, title or done")]
    NoChange,
    #[error("a todo of this id exists already")]
    Exists,
    #[error("the database does not answer")]
    Pool(#[from] PoolError),
    #[error("the database refuses the write")]
    Database(#[source] diesel::result::Error),
    #[error("the database names no transaction")]
    Txid,
}

impl From<diesel::result::Error> for WriteError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind::UniqueViolation, Error};
        match error {
            Error::NotFound => Self::NotFound,
            Error::QueryBuilderError(_) => Self::NoChange,
            Error::DatabaseError(UniqueViolation, _) => Self::Exists,
            error => Self::Database(error),
        }
    }
}

impl ResponseError for WriteError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NoChange => StatusCode::BAD_REQUEST,
            Self::Exists => StatusCode::CONFLICT,
            Self::Pool(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Txid => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
