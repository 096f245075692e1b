use diesel_electric::IntoShape;

diesel::table! {
    todos (id) {
        id -> Int8,
        owner_id -> Int8,
        title -> Text,
    }
}

diesel::alias!(todos as other: Other);

fn sync(_: impl IntoShape) {}

fn main() {
    sync(other);
}
