use diesel_electric::Shape;

struct UserId(i64);

fn main() {
    let _ = Shape::table("todos").filter_sql("owner_id = $1").bind(UserId(7));
}
