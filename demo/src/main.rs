//! The app that `make demo` runs.
fn main() {}
