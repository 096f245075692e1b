//! The one test binary: a module per topic.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that meets something else than it expects must stop; clippy knows tests only by their attribute"
)]

mod bind_text;
mod compile_fail;
mod house;
mod http;
mod model;
mod shape;
mod support;
