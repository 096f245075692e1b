use diesel::dsl::TablesampleDsl;
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
    sync(todos::table.tablesample_bernoulli(10));
}
