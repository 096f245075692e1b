//! Definitions of shapes at the user's door: models, and JSON.

use diesel::prelude::*;
use diesel_electric::{IntoShape, ReplicaMode, Shape, ShapeError, Syncable, TypedShape};
use serde_json::{Value, json};

mod schema {
    diesel::table! {
        todo_items (id) {
            id -> Int8,
            owner_id -> Int8,
            #[sql_name = "Title"]
            title -> Text,
            #[sql_name = "type"]
            type_ -> Text,
            done -> Nullable<Bool>,
            secret -> Nullable<Text>,
        }
    }

    diesel::table! {
        app.members (team, person) {
            team -> Int4,
            person -> Int4,
            role -> Text,
        }
    }
}

use schema::{members, todo_items};

/// Beside Diesel's own derives, with the default name of the table.
#[derive(Queryable, Selectable, Identifiable, Syncable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[expect(dead_code, reason = "only its columns are of interest")]
struct TodoItem {
    id: i64,
    title: String,
    #[diesel(column_name = owner_id)]
    owner: i64,
    #[diesel(column_name = "type_", deserialize_as = String)]
    kind: String,
    done: Option<bool>,
    #[syncable(skip)]
    secret: Option<String>,
}

#[derive(Insertable, Syncable)]
#[diesel(table_name = crate::shape::schema::members, primary_key(team, person))]
#[diesel(treat_none_as_default_value = false)]
#[syncable(filter = members::role.ne("guest"), replica = "full")]
struct Member<'a> {
    team: i32,
    person: i32,
    role: &'a str,
}

#[derive(Syncable)]
#[diesel(table_name = members)]
#[expect(dead_code, reason = "only its columns are of interest")]
struct HalfAKey(
    #[diesel(column_name = team)] i32,
    #[diesel(column_name = role)] String,
    #[syncable(skip)]
    #[diesel(embed)]
    (),
);

fn json(shape: impl IntoShape) -> Value {
    serde_json::to_value(shape.into_shape().unwrap()).unwrap()
}

#[test]
fn a_model_is_the_columns_of_its_fields() {
    assert_eq!(
        json(TodoItem::shape()),
        json!({
            "table": "todo_items", "namespace": "public", "replica": "default", "log": "full",
            "columns": ["id", "Title", "owner_id", "type", "done"],
        })
    );
}

#[test]
fn a_model_may_have_a_filter_of_its_own() {
    let model = json(Member::shape());
    assert_eq!((&model["namespace"], &model["table"]), (&json!("app"), &json!("members")));
    assert_eq!(model["replica"], "full");
    assert_eq!(model["params"], json!([{"value": "guest", "type": {"oid": 25}}]));
    let narrowed = Member::shape().filter(members::team.eq(7));
    let written = members::table.filter(members::role.ne("guest")).filter(members::team.eq(7));
    assert_eq!(json(narrowed)["where"], json(written)["where"]);
    let narrowed = json(Member::shape().filter(members::team.eq(7)));
    assert_eq!(
        narrowed["params"],
        json!([{"value": "guest", "type": {"oid": 25}}, {"value": "7", "type": {"oid": 23}}])
    );
}

#[test]
fn a_typed_shape_is_what_the_query_would_be() {
    let typed = TodoItem::shape()
        .filter(todo_items::owner_id.eq(7))
        .filter(todo_items::done.eq(true).or(todo_items::done.is_null()))
        .columns((todo_items::id, todo_items::title));
    let query = todo_items::table
        .filter(todo_items::owner_id.eq(7))
        .filter(todo_items::done.eq(true).or(todo_items::done.is_null()))
        .select((todo_items::id, todo_items::title));
    assert_eq!(json(typed.clone()), json(query));
    assert_eq!(json(typed.replica(ReplicaMode::Full))["replica"], "full");
}

#[test]
fn a_typed_shape_can_be_kept_and_sent() {
    fn kept<T: Clone + Send + Sync + 'static>(value: T) -> T {
        value
    }
    let typed: TypedShape<TodoItem> = kept(TodoItem::shape().filter(todo_items::owner_id.eq(7)));
    assert_eq!(json(typed.clone()), json(typed));
}

#[test]
fn a_model_is_not_widened_and_keeps_its_key() {
    let missing = HalfAKey::shape().into_shape().unwrap_err();
    let ShapeError::MissingKeyColumns { columns, .. } = &missing else { panic!("{missing}") };
    assert_eq!(columns, &["person"]);
    let missing = TodoItem::shape().columns(todo_items::title).into_shape();
    assert!(matches!(missing, Err(ShapeError::MissingKeyColumns { .. })));
    let wider = TodoItem::shape().columns((todo_items::id, todo_items::secret)).into_shape();
    assert!(matches!(wider, Err(ShapeError::ColumnNotInModel { column, .. }) if column == "secret"));
    let computed = TodoItem::shape().columns((todo_items::id, todo_items::owner_id + 1)).into_shape();
    assert!(matches!(computed, Err(ShapeError::Selection { .. })));
}

#[test]
fn json_goes_both_ways() {
    let all = json!({
        "table": "todos", "namespace": "app", "where": "owner_id = $1 AND done = $2 AND note = $3",
        "params": [7, false, null], "columns": ["id", "title"], "replica": "full", "log": "changes_only",
    });
    let shape: Shape = serde_json::from_value(all).unwrap();
    let builder = Shape::table("todos").namespace("app").filter_sql("owner_id = $1 AND done = $2 AND note = $3");
    let builder = builder.bind(7).bind(false).bind(None::<&str>).columns(["id", "title"]).replica(ReplicaMode::Full);
    assert_eq!(shape, builder.log(diesel_electric::LogMode::ChangesOnly));

    let typed =
        TodoItem::shape().filter(todo_items::owner_id.eq_any(vec![1, 2])).filter(todo_items::done.eq(None::<bool>));
    for shape in [shape, typed.into_shape().unwrap(), Shape::table("t").into_shape().unwrap()] {
        let text = serde_json::to_string(&shape).unwrap();
        assert_eq!(serde_json::from_str::<Shape>(&text).unwrap().into_shape(), Ok(shape), "{text}");
    }
}

#[test]
fn json_that_is_no_shape_is_refused() {
    for refused in [
        json!({}),
        json!({"table": "t", "order": "id"}),
        json!({"table": "t", "where": "a = ("}),
        json!({"table": "t", "where": "a = $1"}),
        json!({"table": "t", "params": [1]}),
        json!({"table": "t", "where": "a = $1", "params": [1.5]}),
        json!({"table": "t", "where": "a = $1", "params": [{"value": "1", "type": {"named": "x"}}]}),
        json!({"table": "t", "columns": []}),
        json!({"table": "t", "columns": ["a", "a"]}),
        json!({"table": "t", "replica": "some"}),
    ] {
        assert!(serde_json::from_value::<Shape>(refused.clone()).is_err(), "{refused}");
    }
    let unfinished = Shape::table("t").filter_sql("a = $1");
    assert!(serde_json::to_string(&unfinished).is_err());
}

#[derive(Debug, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "Mood", schema = "app"))]
pub struct MoodType;

#[derive(Clone, Copy, Debug, diesel::expression::AsExpression)]
#[diesel(sql_type = MoodType)]
enum Mood {
    Happy,
}

impl diesel::serialize::ToSql<MoodType, diesel::pg::Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
        match self {
            Self::Happy => std::io::Write::write_all(out, b"happy")?,
        }
        Ok(diesel::serialize::IsNull::No)
    }
}

mod odd {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::shape::MoodType;

        #[sql_name = "Odd \"t\""]
        app.things (id) {
            #[sql_name = "Id, \"x\""]
            id -> Uuid,
            mood -> Nullable<MoodType>,
            price -> Numeric,
            at -> Timestamptz,
            day -> Date,
            tags -> Array<Text>,
            size -> Float8,
            data -> Bytea,
            // Domains, by the types below them, as Diesel's own schema printer declares them.
            points -> Int8,
            mail -> Text,
        }
    }
}

use odd::things;

/// The engine finds what a query names, and its values are of the types that the columns have.
#[tokio::test]
async fn the_engine_resolves_what_diesel_writes() {
    let db = crate::support::Db::new(
        "CREATE SCHEMA app; CREATE TYPE app.\"Mood\" AS ENUM ('sad', 'happy');
         CREATE DOMAIN app.points AS int8 CHECK (VALUE > 0); CREATE DOMAIN app.mail AS varchar(80);
         CREATE TABLE app.\"Odd \"\"t\"\"\" (\"Id, \"\"x\"\"\" uuid PRIMARY KEY, mood app.\"Mood\", price numeric(8, 2) NOT NULL,
             at timestamptz NOT NULL, day date NOT NULL, tags text[] NOT NULL, size float8 NOT NULL, data bytea NOT NULL,
             points app.points NOT NULL, mail app.mail NOT NULL, added_later int)",
    )
    .await;
    let sync = diesel_electric::SyncService::builder().database_url(db.url()).start().await.unwrap();
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
    let price: bigdecimal::BigDecimal = "12.50".parse().unwrap();
    let queries: Vec<things::BoxedQuery<'_, diesel::pg::Pg>> = vec![
        things::table.into_boxed(),
        things::table.find(uuid::Uuid::max()).into_boxed(),
        things::table.filter(things::mood.eq(Mood::Happy)).into_boxed(),
        things::table.filter(things::mood.eq_any([Mood::Happy, Mood::Happy])).into_boxed(),
        things::table.filter(things::mood.is_distinct_from(Mood::Happy)).into_boxed(),
        things::table.filter(things::price.between(price.clone(), price)).into_boxed(),
        things::table.filter(things::at.gt(now)).into_boxed(),
        things::table.filter(things::day.ne_all(vec![now.date_naive()])).into_boxed(),
        things::table.filter(things::tags.eq(vec!["a b", "c"])).into_boxed(),
        things::table.filter(things::size.lt(1e20).or(things::data.eq(vec![0_u8, 255]))).into_boxed(),
        things::table.filter(things::points.eq(7)).into_boxed(),
        things::table.filter(things::points.eq_any([7, 8])).into_boxed(),
        things::table.filter(things::mail.eq("a@b").or(things::mail.ilike("%@c"))).into_boxed(),
    ];
    for (position, query) in queries.into_iter().enumerate() {
        let reached = sync.interrupt(query).await;
        assert_eq!(reached.unwrap_or_else(|error| panic!("query {position}: {error:?}")), 0);
    }
    sync.stop().await;
}
