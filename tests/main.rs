//! The one test binary: a module per topic.

mod house;
mod http;
mod support;
