//! What Diesel renders, and what becomes of it.

use diesel::dsl::{count_star, exists, not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::pg::TableName;
use crate::predicate::{Bind, BindType, Expr};
use crate::shape::{IntoShape, Shape, ShapeError};

diesel::table! {
    todos (id) {
        id -> Int8,
        owner_id -> Int8,
        title -> Text,
        done -> Bool,
        note -> Nullable<Text>,
        rank -> Nullable<Int4>,
        tags -> Array<Text>,
    }
}

diesel::table! {
    /// With names that need quotes.
    #[sql_name = "Odd \"names"]
    my_app.odd (key, part) {
        key -> Int4,
        #[sql_name = "Part, \"two\""]
        part -> Text,
        #[sql_name = "type"]
        type_ -> Text,
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = todos, check_for_backend(Pg))]
#[expect(dead_code, reason = "only its columns are of interest")]
struct Title {
    title: String,
    #[diesel(column_name = id)]
    number: i64,
}

diesel::alias!(todos as others: Others);

const INT8: BindType = BindType::Oid(20);
const TEXT: BindType = BindType::Oid(25);

fn bind(ty: BindType, value: &str) -> Bind {
    Bind { value: Some(value.into()), ty }
}

fn shape(query: impl IntoShape) -> Shape {
    query.into_shape().unwrap()
}

fn refusal(query: impl IntoShape) -> String {
    query.into_shape().unwrap_err().to_string()
}

/// The filter must be what this text is.
#[track_caller]
fn filters(query: impl IntoShape, text: &str, binds: &[Bind]) {
    let shape = shape(query);
    assert_eq!(shape.filter, Some(text.parse::<Expr>().unwrap()), "{text}");
    assert_eq!(shape.binds, binds, "{text}");
}

#[test]
fn a_table_is_all_its_columns() {
    let shape = shape(todos::table);
    assert_eq!(shape.table, TableName::new("public", "todos"));
    assert_eq!(shape.columns.unwrap(), ["id", "owner_id", "title", "done", "note", "rank", "tags"]);
    assert_eq!((shape.filter, shape.binds), (None, vec![]));
}

#[test]
fn names_are_kept_as_stored() {
    use self::odd::dsl;
    let shape = shape(dsl::odd.filter(dsl::type_.eq("x")));
    assert_eq!(shape.table, TableName::new("my_app", "Odd \"names"));
    assert_eq!(shape.columns.unwrap(), ["key", "Part, \"two\"", "type"]);
    assert_eq!(shape.filter, Some("\"type\" = $1".parse().unwrap()));
}

#[test]
fn each_operator_is_read() {
    use self::todos::dsl::*;
    filters(todos.filter(owner_id.eq(7)), "owner_id = $1", &[bind(INT8, "7")]);
    filters(todos.filter(owner_id.ne(7)), "owner_id <> $1", &[bind(INT8, "7")]);
    filters(todos.filter(owner_id.lt(7)), "owner_id < $1", &[bind(INT8, "7")]);
    filters(todos.filter(owner_id.ge(7)), "owner_id >= $1", &[bind(INT8, "7")]);
    filters(todos.find(7), "id = $1", &[bind(INT8, "7")]);
    filters(todos.filter(done), "done", &[]);
    filters(todos.filter(not(done)), "NOT (done)", &[]);
    filters(todos.filter(note.is_null()), "note IS NULL", &[]);
    filters(todos.filter(note.is_not_null()), "note IS NOT NULL", &[]);
    filters(todos.filter(note.eq("x")), "note = $1", &[bind(TEXT, "x")]);
    filters(todos.filter(title.like("a%")), "title LIKE $1", &[bind(TEXT, "a%")]);
    filters(todos.filter(title.not_like("a%")), "title NOT LIKE $1", &[bind(TEXT, "a%")]);
    filters(todos.filter(title.ilike("A%")), "title ILIKE $1", &[bind(TEXT, "A%")]);
    filters(todos.filter(title.not_ilike("A%")), "title NOT ILIKE $1", &[bind(TEXT, "A%")]);
    let escaped = [bind(TEXT, "50!%"), bind(TEXT, "!")];
    filters(todos.filter(title.like("50!%").escape('!')), "title LIKE $1 ESCAPE $2", &escaped);
    let ends = [bind(INT8, "1"), bind(INT8, "5")];
    filters(todos.filter(owner_id.between(1, 5)), "owner_id BETWEEN $1 AND $2", &ends);
    filters(todos.filter(owner_id.not_between(1, 5)), "owner_id NOT BETWEEN $1 AND $2", &ends);
    filters(todos.filter(note.is_distinct_from("x")), "note IS DISTINCT FROM $1", &[bind(TEXT, "x")]);
    filters(todos.filter(note.is_not_distinct_from("x")), "note IS NOT DISTINCT FROM $1", &[bind(TEXT, "x")]);
    let some = bind(BindType::Oid(1016), "{1,2}");
    filters(todos.filter(owner_id.eq_any(vec![1, 2])), "owner_id = ANY ($1)", std::slice::from_ref(&some));
    filters(todos.filter(owner_id.ne_all(vec![1, 2])), "owner_id <> ALL ($1)", &[some]);
    filters(todos.filter(rank.eq(None::<i32>)), "rank = $1", &[Bind { value: None, ty: BindType::Oid(23) }]);
    filters(todos.filter(rank.eq(Some(3))), "rank = $1", &[bind(BindType::Oid(23), "3")]);
    let words = vec!["a b", "NULL", "c\"d"];
    let words = todos.filter(tags.eq(words));
    filters(words, "tags = $1", &[bind(BindType::Oid(1009), r#"{"a b","NULL","c\"d"}"#)]);
}

#[test]
fn and_or_and_not_keep_their_meaning() {
    use self::todos::dsl::*;
    let binds = [bind(INT8, "7"), bind(TEXT, "x"), bind(INT8, "1")];
    let condition = owner_id.eq(7).and(title.eq("x").or(id.gt(1)));
    filters(todos.filter(condition), "owner_id = $1 AND (title = $2 OR id > $3)", &binds);
    let condition = owner_id.eq(7).and(title.eq("x")).or(id.gt(1));
    filters(todos.filter(condition), "owner_id = $1 AND title = $2 OR id > $3", &binds);
    let query = todos.filter(owner_id.eq(7)).filter(title.eq("x")).or_filter(id.gt(1));
    filters(query, "(owner_id = $1 AND title = $2) OR id > $3", &binds);
    let query = todos.filter(not(owner_id.eq(7).or(title.eq("x")))).filter(id.gt(1));
    filters(query, "NOT (owner_id = $1 OR title = $2) AND id > $3", &binds);
}

#[test]
fn a_filter_built_in_a_loop_is_as_good() {
    let mut query = todos::table.into_boxed();
    for owner in 0..1000 {
        query = query.or_filter(todos::owner_id.eq(owner));
    }
    let shape = shape(query);
    assert_eq!(shape.binds.len(), 1000);
    let flat = (1..=1000).map(|n| format!("owner_id = ${n}")).collect::<Vec<_>>().join(" OR ");
    assert_eq!(shape.filter, Some(flat.parse().unwrap()));
}

#[test]
fn raw_sql_in_a_filter_is_read_as_any_other() {
    use self::todos::dsl::*;
    let raw = sql::<Bool>("owner_id = ").bind::<diesel::sql_types::BigInt, _>(7).sql(" OR done");
    filters(
        todos.filter(title.eq("x")).filter(raw),
        "title = $1 AND owner_id = $2 OR done",
        &[bind(TEXT, "x"), bind(INT8, "7")],
    );
    let refused = todos.filter(sql::<Bool>("done) OR (true")).into_shape();
    assert!(matches!(refused, Err(ShapeError::Filter { .. })), "{refused:?}");
}

#[test]
fn the_order_of_writing_does_not_matter() {
    use self::todos::dsl::*;
    let one = shape(todos.filter(done).select((id, title)));
    assert_eq!(one, shape(todos.select((id, title)).filter(done)));
    assert_eq!(one, shape(todos.select((id, title)).filter(done).into_boxed()));
    assert_eq!(one, shape(todos.into_boxed().filter(done).select((id, title))));
    assert_eq!(shape(todos.into_boxed::<Pg>()), shape(todos));
    let boxed = todos.filter(owner_id.eq(7)).into_boxed().or_filter(title.eq("x"));
    assert_eq!(shape(boxed), shape(todos.filter(owner_id.eq(7)).or_filter(title.eq("x"))));
}

#[test]
fn what_a_boxed_query_hides_is_refused_by_name() {
    use self::todos::dsl::*;
    for (query, clause) in [
        (todos.order(title).into_boxed::<Pg>(), "ORDER BY"),
        (todos.into_boxed().order(title), "ORDER BY"),
        (todos.into_boxed().limit(3), "LIMIT"),
        (todos.limit(3).into_boxed(), "LIMIT"),
        (todos.into_boxed().offset(3), "OFFSET"),
        (todos.into_boxed().distinct(), "DISTINCT"),
        (todos.distinct_on(title).order(title).into_boxed(), "DISTINCT"),
    ] {
        let wanted = ShapeError::Clause { table: TableName::new("public", "todos"), clause };
        assert_eq!(query.into_shape(), Err(wanted));
    }
    let refused = refusal(todos.into_boxed::<Pg>().limit(3));
    assert_eq!(
        refused,
        "a shape of \"public\".\"todos\" cannot have LIMIT: sync the rows, and let the client do the rest"
    );
}

#[test]
fn a_select_list_is_plain_columns() {
    use self::todos::dsl::*;
    assert_eq!(shape(todos.select((title, id))).columns.unwrap(), ["title", "id"]);
    assert_eq!(shape(todos.select(id)).columns.unwrap(), ["id"]);
    assert_eq!(shape(todos.select(Title::as_select())).columns.unwrap(), ["title", "id"]);
    assert_eq!(shape(todos.select((id, Title::as_select()))).columns.unwrap(), ["id", "title"]);
    assert_eq!(shape(todos.select((id, title.nullable()))).columns.unwrap(), ["id", "title"]);

    let refused = |selected: &str| {
        Err(ShapeError::Selection { table: TableName::new("public", "todos"), selected: selected.into() })
    };
    assert_eq!(todos.select(count_star()).into_shape(), refused("COUNT(*)"));
    assert_eq!(todos.select((id, owner_id + 1)).into_shape(), refused("(\"todos\".\"owner_id\" + $1)"));
    assert_eq!(todos.into_boxed().select((id, owner_id + 1)).into_shape(), refused("(\"todos\".\"owner_id\" + $1)"));
    assert_eq!(todos.select((id, sql::<Text>("upper(title)"))).into_shape(), refused("upper(title)"));
    assert_eq!(todos.select(todos.star()).into_shape(), refused("\"todos\".*"));
}

#[test]
fn columns_count_as_chosen_only_if_they_were() {
    assert!(!shape(todos::table).selects());
    assert!(!shape(todos::table.filter(todos::done).into_boxed()).selects());
    assert!(!shape(todos::table.select(todos::all_columns)).selects());
    assert!(shape(todos::table.select(todos::id)).selects());
    assert!(shape(todos::table.into_boxed().select((todos::id, todos::title))).selects());
    assert!(shape(Shape::table("todos").columns(["id"])).selects());
    assert!(!shape(Shape::table("todos")).selects());
}

#[test]
fn the_primary_key_must_be_selected() {
    use self::odd::dsl;
    assert_eq!(
        refusal(todos::table.select(todos::title)),
        "a shape of \"public\".\"todos\" must select the whole primary key: id missing"
    );
    let table = TableName::new("my_app", "Odd \"names");
    let missing = |columns: &[&str]| {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Err(ShapeError::MissingKeyColumns { table: table.clone(), columns })
    };
    assert_eq!(dsl::odd.select(dsl::type_).into_shape(), missing(&["key", "Part, \"two\""]));
    assert_eq!(dsl::odd.select((dsl::type_, dsl::key)).into_shape(), missing(&["Part, \"two\""]));
}

#[test]
fn subqueries_are_refused() {
    use self::todos::dsl::*;
    let nested = todos.filter(exists(others.filter(others.field(owner_id).eq(1))));
    assert!(matches!(nested.into_shape(), Err(ShapeError::Filter { .. })));
    let nested = todos.filter(id.eq_any(others.select(others.field(owner_id))));
    assert!(matches!(nested.into_shape(), Err(ShapeError::Filter { .. })));
}

#[test]
fn errors_and_debug_tell_no_value() {
    let refused = todos::table.filter(todos::title.eq("secret\0")).into_shape().unwrap_err();
    let source = std::error::Error::source(&refused).unwrap();
    for text in [refused.to_string(), source.to_string(), format!("{refused:?}")] {
        assert!(!text.contains("secret"), "{text}");
    }
}
