//! Dates, times and intervals, in the zone UTC, which is that of all sessions.
//!
//! A file per idea, each with its part of the catalog; [`moment`] has what they share. Infinite intervals, which only
//! Postgres 17 and later have, are compared here but not computed with.

mod age;
mod args;
mod bin;
mod cast;
mod field;
mod field_name;
mod interval;
mod make;
mod moment;
mod plus;
mod times;
mod zone;

pub(in crate::predicate) use moment::day_of;

use super::Function;

/// The families of them.
pub(super) static FAMILIES: &[&[Function]] = &[
    age::FUNCTIONS,
    bin::FUNCTIONS,
    cast::FUNCTIONS,
    field::FUNCTIONS,
    interval::FUNCTIONS,
    make::FUNCTIONS,
    plus::FUNCTIONS,
    times::FUNCTIONS,
    zone::FUNCTIONS,
];
