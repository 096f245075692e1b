//! The stand-alone `diesel-electric` program.
fn main() {}
