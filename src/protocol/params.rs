//! What a request asks for: its query string, checked in the order of section 3.

use std::collections::BTreeMap;
use std::fmt;

use super::query::{NotText, Query};
use super::{FieldErrors, LogMode, LogOffset, ReplicaMode, ShapeHandle, SubsetParams};
use crate::pg::{TableName, parse_column_list};

/// Postgres has no table with more columns (`MaxHeapAttributeNumber`), so a longer list cannot be right.
const MAX_COLUMNS: usize = 1600;

/// The part of a request that is the client's whatever the route: where in the log it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// After which offset it asks.
    pub offset: RequestOffset,
    /// The handle it knows; `None` for offsets that need none.
    pub handle: Option<ShapeHandle>,
    /// Whether it wants to wait for news.
    pub live: bool,
    /// Whether they are to come as a stream of events; only if it wants to wait.
    pub sse: bool,
    /// The cursor of the last answer; 0 without one.
    pub cursor: u64,
    /// Where the log is to begin.
    pub log: LogMode,
    /// Which rows it asks for, if not for the log.
    pub subset: Option<SubsetParams>,
}

/// Which offset a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOffset {
    /// `now`: the end of the log.
    Now,
    /// Any other.
    At(LogOffset),
}

impl fmt::Display for RequestOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::At(offset) => offset.fmt(f),
        }
    }
}

/// A shape as a client defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeParams {
    /// The table.
    pub table: TableName,
    /// The filter's text.
    pub filter: Option<String>,
    /// The values of its `$n`. Only to be looked at if there is a filter: whatever is not used is ignored.
    pub params: Result<Vec<String>, ParamsError>,
    /// The selection.
    pub columns: Option<Vec<String>>,
    /// What may be selected.
    pub queryable_columns: Option<Vec<String>>,
    /// What updates and deletes carry.
    pub replica: ReplicaMode,
}

/// The names of parameters are not 1, 2, 3... The messages are part of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// `params[a]`
    #[error("Parameters can only use numbers as keys")]
    NotNumbers,
    /// A gap, or not from 1.
    #[error("Parameters must be numbered sequentially, starting from 1")]
    NotSequential,
}

impl Request {
    /// Reads a request on a route whose shape the server defines: what would define it is ignored.
    pub fn parse(query: &Query) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let typed = Typed::read(query, &mut errors);
        errors.or_ok()?;
        typed.check()
    }

    /// Reads a request that defines its shape itself.
    pub fn parse_with_shape(query: &Query) -> Result<(Self, ShapeParams), FieldErrors> {
        let mut errors = FieldErrors::default();
        let typed = Typed::read(query, &mut errors);
        let shape = TypedShape::read(query, &mut errors);
        errors.or_ok()?;
        let request = typed.check()?;
        Ok((request, shape.check()?))
    }
}

/// Step 4: types, all errors together.
struct Typed<'a> {
    offset: &'a str,
    handle: Option<&'a str>,
    live: bool,
    live_sse: bool,
    cursor: u64,
    log: LogMode,
    subset: Option<SubsetParams>,
}

impl<'a> Typed<'a> {
    fn read(query: &'a Query, errors: &mut FieldErrors) -> Self {
        let offset = text(query, "offset", "offset", errors);
        if offset == Some(None) {
            errors.add("offset", "can't be blank");
        }
        let live_sse = query.flag("live_sse").unwrap_or_else(|| boolean(query, "experimental_live_sse", errors));
        // Nothing is compacted yet, which is as good an answer as any; but nonsense is refused.
        boolean(query, "experimental_compaction", errors);
        Self {
            offset: offset.flatten().unwrap_or_default(),
            handle: text(query, "handle", "handle", errors).flatten(),
            live: query.flag("live").unwrap_or_default(),
            live_sse,
            // Never an error.
            cursor: query.text("cursor").ok().flatten().and_then(|cursor| cursor.parse().ok()).unwrap_or_default(),
            log: log_mode(query, errors),
            subset: SubsetParams::read(query, errors),
        }
    }

    /// Steps 5 to 8, and what is not served.
    fn check(self) -> Result<Request, FieldErrors> {
        let offset = match self.offset {
            "now" => RequestOffset::Now,
            text => match text.parse() {
                Ok(offset) => RequestOffset::At(offset),
                Err(error) => return Err(FieldErrors::one("offset", error.to_string())),
            },
        };
        let handle = match offset {
            RequestOffset::Now | RequestOffset::At(LogOffset::BeforeAll) => None,
            RequestOffset::At(_) if self.handle.is_none() => {
                return Err(FieldErrors::one("handle", "can't be blank when offset != -1"));
            }
            RequestOffset::At(_) => self.handle.map(ShapeHandle::from_client),
        };
        match offset {
            RequestOffset::Now if self.live => {
                return Err(FieldErrors::one("live", "can't be true when offset is 'now'"));
            }
            RequestOffset::At(LogOffset::BeforeAll) if self.live => {
                return Err(FieldErrors::one("live", "can't be true when offset == -1"));
            }
            _ => {}
        }
        if self.live_sse && !self.live {
            return Err(FieldErrors::one("live_sse", "can't be true unless live is also true"));
        }
        let Self { live, live_sse: sse, cursor, log, subset, .. } = self;
        Ok(Request { offset, handle, live, sse, cursor, log, subset })
    }
}

/// Step 4 for the definition of a shape.
pub(super) struct TypedShape<'a> {
    table: Option<&'a str>,
    filter: Option<&'a str>,
    params: Result<Vec<String>, ParamsError>,
    columns: Option<Vec<String>>,
    queryable_columns: Option<Vec<String>>,
    replica: ReplicaMode,
}

impl<'a> TypedShape<'a> {
    pub(super) fn read(query: &'a Query, errors: &mut FieldErrors) -> Self {
        let modes = [("default", ReplicaMode::Default), ("full", ReplicaMode::Full)];
        Self {
            table: text(query, "table", "table", errors).flatten(),
            filter: text(query, "where", "where", errors).flatten(),
            params: params(query, errors),
            columns: columns(query, "columns", errors),
            queryable_columns: columns(query, "queryable_columns", errors),
            replica: choice(query, "replica", &modes, errors),
        }
    }

    /// Whether it names a table, without which it is no definition.
    pub(super) fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// Step 9, as far as it goes without the database.
    pub(super) fn check(self) -> Result<ShapeParams, FieldErrors> {
        let table = self.table.ok_or_else(|| FieldErrors::one("table", "can't be blank"))?;
        let table = TableName::parse(table).map_err(|error| FieldErrors::one("table", error.to_string()))?;
        Ok(ShapeParams {
            table,
            filter: self.filter.map(str::to_owned),
            params: self.params,
            columns: self.columns,
            queryable_columns: self.queryable_columns,
            replica: self.replica,
        })
    }
}

pub(super) const INVALID: &str = "is invalid";

/// The outer `None` is an error that has been noted.
#[expect(clippy::option_option, reason = "absent is not invalid")]
pub(super) fn text<'a>(
    query: &'a Query,
    name: &str,
    field: &'static str,
    errors: &mut FieldErrors,
) -> Option<Option<&'a str>> {
    let text = query.text(name);
    if text == Err(NotText) {
        errors.add(field, INVALID);
    }
    text.ok()
}

pub(super) fn boolean(query: &Query, name: &'static str, errors: &mut FieldErrors) -> bool {
    let words = [("true", true), ("1", true), ("false", false), ("0", false)];
    choice(query, name, &words, errors)
}

pub(super) fn log_mode(query: &Query, errors: &mut FieldErrors) -> LogMode {
    choice(query, "log", &[("full", LogMode::Full), ("changes_only", LogMode::ChangesOnly)], errors)
}

fn choice<T: Copy + Default>(query: &Query, name: &'static str, of: &[(&str, T)], errors: &mut FieldErrors) -> T {
    let Some(Some(text)) = text(query, name, name, errors) else { return T::default() };
    let Some((_, value)) = of.iter().find(|(word, _)| *word == text) else {
        errors.add(name, INVALID);
        return T::default();
    };
    *value
}

fn columns(query: &Query, name: &'static str, errors: &mut FieldErrors) -> Option<Vec<String>> {
    let list = text(query, name, name, errors)??;
    match parse_column_list(list) {
        Ok(columns) if columns.len() <= MAX_COLUMNS => Some(columns),
        Ok(_) => {
            errors.add(name, INVALID);
            None
        }
        Err(error) => {
            errors.add(name, error.to_string());
            None
        }
    }
}

/// The values of `params[1]`, `params[2]`...
fn params(query: &Query, errors: &mut FieldErrors) -> Result<Vec<String>, ParamsError> {
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    // JSON text is not accepted, nor are lists or maps in it.
    let mut is_valid = matches!(query.text("params"), Ok(None));
    for (key, value) in query.keyed("params") {
        is_valid &= !key.contains(['[', ']']) && !key.is_empty();
        match value {
            Ok(value) => {
                values.insert(key, value);
            }
            Err(NotText) => is_valid = false,
        }
    }
    if !is_valid {
        errors.add("params", INVALID);
    }
    number(values.into_iter().map(|(key, value)| (key, value.to_owned())))
}

/// The values in the order of their keys, which must be 1, 2, 3...
pub(super) fn number<'k, T>(values: impl Iterator<Item = (&'k str, T)>) -> Result<Vec<T>, ParamsError> {
    let mut numbered = Vec::new();
    for (key, value) in values {
        if !key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParamsError::NotNumbers);
        }
        // A number beyond all bounds is in no sequence.
        numbered.push((key.parse::<usize>().unwrap_or(usize::MAX), value));
    }
    numbered.sort_unstable_by_key(|(number, _)| *number);
    if numbered.iter().zip(1..).any(|((number, _), wanted)| *number != wanted) {
        return Err(ParamsError::NotSequential);
    }
    Ok(numbered.into_iter().map(|(_, value)| value).collect())
}

#[cfg(test)]
mod tests;
