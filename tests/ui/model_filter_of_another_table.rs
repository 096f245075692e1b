use diesel::prelude::*;
use diesel_electric::Syncable;

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

#[derive(Syncable)]
#[diesel(table_name = todos)]
struct Todo {
    id: i64,
}

fn main() {
    let _ = Todo::shape().filter(users::id.eq(1));
}
