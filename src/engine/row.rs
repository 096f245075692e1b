//! A row of a table as filters read it.

use crate::predicate::Row;
use crate::protocol::Cells;

/// Its values by position in the table.
pub(super) struct TableRow<'a>(pub(super) &'a Cells<'a>);

impl Row for TableRow<'_> {
    fn text(&self, column: usize) -> Option<&[u8]> {
        self.0.get(column).copied().flatten()
    }
}
