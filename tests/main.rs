//! The one test binary: a module per topic.

mod compile_fail;
mod house;
mod http;
mod support;
