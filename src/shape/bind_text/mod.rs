//! Values in Postgres' binary form, as Diesel writes them, to the text that Postgres prints for them.
mod array;
pub use array::array_literal;
