//! The clauses that a shape cannot have: absent is a type, so that a query with one does not compile.
//!
//! Diesel's types for absent clauses have no names outside of it. They are reached by projection from a plain select.

use diesel::query_builder::{LimitOffsetClause, NoFromClause, NoLimitClause, NoOffsetClause, SelectStatement};

/// The clauses of a select, by type.
pub trait Clauses {
    /// `DISTINCT`
    type Distinct;
    /// `ORDER BY`
    type Order;
    /// `GROUP BY`
    type GroupBy;
    /// `HAVING`
    type Having;
    /// `FOR UPDATE` and the like
    type Locking;
}

impl<F, S, D, W, O, L, G, H, K> Clauses for SelectStatement<F, S, D, W, O, L, G, H, K> {
    type Distinct = D;
    type Order = O;
    type GroupBy = G;
    type Having = H;
    type Locking = K;
}

type Plain = SelectStatement<NoFromClause, ()>;

/// Without `DISTINCT`.
#[diagnostic::on_unimplemented(
    message = "a shape cannot be `distinct`",
    label = "has `.distinct()` or `.distinct_on(..)`",
    note = "a shape is a set of rows, each of which has its key: leave `.distinct()` out"
)]
pub trait NotDistinct {}
impl NotDistinct for <Plain as Clauses>::Distinct {}

/// Without `ORDER BY`.
#[diagnostic::on_unimplemented(
    message = "a shape cannot be ordered",
    label = "has `.order(..)`",
    note = "a shape is a set of rows: leave `.order(..)` out, and let the client order what it shows"
)]
pub trait NotOrdered {}
impl NotOrdered for <Plain as Clauses>::Order {}

/// Without `LIMIT` and `OFFSET`.
#[diagnostic::on_unimplemented(
    message = "a shape cannot be limited",
    label = "has `.limit(..)` or `.offset(..)`",
    note = "a shape is all rows that match: narrow it by `.filter(..)`, or let the client show a part"
)]
pub trait NotLimited {}
impl NotLimited for LimitOffsetClause<NoLimitClause, NoOffsetClause> {}

/// Without `GROUP BY`.
#[diagnostic::on_unimplemented(
    message = "a shape cannot be grouped",
    label = "has `.group_by(..)`",
    note = "a shape is rows of a table as they are: let the client group them"
)]
pub trait NotGrouped {}
impl NotGrouped for <Plain as Clauses>::GroupBy {}

/// Without `HAVING`.
#[diagnostic::on_unimplemented(
    message = "a shape cannot have `having`",
    label = "has `.having(..)`",
    note = "a shape is rows of a table as they are: use `.filter(..)`"
)]
pub trait NotHaving {}
impl NotHaving for <Plain as Clauses>::Having {}

/// Without a lock.
#[diagnostic::on_unimplemented(
    message = "a shape cannot lock rows",
    label = "has `.for_update()` or another lock",
    note = "syncing reads rows for as long as clients listen: leave the lock out"
)]
pub trait NotLocking {}
impl NotLocking for <Plain as Clauses>::Locking {}
