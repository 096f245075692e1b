use diesel_electric::Syncable;

diesel::table! {
    todos (id) {
        id -> Int8,
        owner_id -> Int8,
        title -> Text,
    }
}

#[derive(Syncable)]
#[diesel(table_name = todos)]
struct Todo {
    id: i64,
    done: bool,
}

fn main() {}
