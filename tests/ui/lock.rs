use diesel::prelude::*;
use diesel_electric::IntoShape;

diesel::table! {
    todos (id) {
        id -> Int8,
        owner_id -> Int8,
        title -> Text,
    }
}

fn sync(_: impl IntoShape) {}

fn main() {
    sync(todos::table.for_update());
}
