use diesel::prelude::*;
use diesel_electric::IntoShape;

diesel::table! {
    todos (id) {
        id -> Int8,
        owner_id -> Int8,
        title -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Int8,
    }
}

diesel::joinable!(todos -> users (owner_id));
diesel::allow_tables_to_appear_in_same_query!(todos, users);

fn sync(_: impl IntoShape) {}

fn main() {
    sync(todos::table.inner_join(users::table));
}
