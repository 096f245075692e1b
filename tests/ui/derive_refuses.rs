use diesel_electric::Syncable;

diesel::table! {
    todos (id) {
        id -> Int8,
        owner_id -> Int8,
        title -> Text,
    }
}

#[derive(Syncable)]
#[diesel(table_name = todos, base_query = todos::table)]
struct WithBaseQuery {
    id: i64,
}

#[derive(Syncable)]
#[diesel(table_name = todos, primary_key(id))]
struct WithoutKey {
    #[syncable(skip)]
    id: i64,
    title: String,
}

#[derive(Syncable)]
#[diesel(table_name = todos)]
struct Computed {
    id: i64,
    #[diesel(select_expression = todos::owner_id + 1)]
    next: i64,
}

#[derive(Syncable)]
#[diesel(table_name = todos)]
#[syncable(order = todos::id)]
struct UnknownWord {
    id: i64,
}

#[derive(Syncable)]
#[diesel(table_name = todos)]
#[syncable(filter = "owner_id = 7")]
struct SqlFilter {
    id: i64,
}

#[derive(Syncable)]
#[diesel(table_name = todos)]
#[syncable(replica = "some")]
struct UnknownReplica {
    id: i64,
}

#[derive(Syncable)]
#[diesel(table_name = todos)]
struct Unnamed(i64);

#[derive(Syncable)]
enum NoStruct {
    Id(i64),
}

fn main() {}
