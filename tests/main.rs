//! The one test binary: a module per topic.

mod bind_text;
mod compile_fail;
mod house;
mod http;
mod support;
