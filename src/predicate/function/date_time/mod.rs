//! Dates, times and intervals, in the zone UTC, which is that of all sessions.
//!
//! A file per idea, each with its part of the catalog; [`moment`] has what they share. Infinite intervals, which only
//! Postgres 17 and later have, are compared here but not computed with.

pub(super) mod age;
mod args;
pub(super) mod bin;
pub(super) mod cast;
pub(super) mod field;
mod field_name;
pub(super) mod interval;
pub(super) mod make;
mod moment;
pub(super) mod plus;
pub(super) mod times;
pub(super) mod zone;

pub(in crate::predicate) use moment::day_of;
