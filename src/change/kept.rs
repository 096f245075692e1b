//! A row that outlives the read buffer it came in.

/// A row's values by position in its table, copied together. Made where a row must wait for something; the buffer it came
/// in may hold many others.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptRow {
    bytes: Box<[u8]>,
    /// Where each value ends in the bytes; `None` for NULL.
    ends: Box<[Option<usize>]>,
}

impl KeptRow {
    /// A copy of these values.
    pub fn new(cells: &[Option<&[u8]>]) -> Self {
        let mut bytes = Vec::with_capacity(cells.iter().flatten().map(|cell| cell.len()).sum());
        let mut end = |cell: Option<&[u8]>| {
            bytes.extend_from_slice(cell?);
            Some(bytes.len())
        };
        let ends = cells.iter().copied().map(&mut end).collect();
        Self { bytes: bytes.into(), ends }
    }

    /// The values in column order.
    pub fn cells(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let end = (*end)?;
            let cell = self.bytes.get(start..end);
            start = end;
            cell
        })
    }

    /// Whether `other` has the same values in these columns.
    pub fn agrees_in(&self, columns: &[usize], other: &Self) -> bool {
        columns.iter().all(|&column| self.cells().nth(column) == other.cells().nth(column))
    }

    /// How much memory it takes, in bytes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + size_of_val(&*self.ends)
    }
}

/// Without the values, which are the users'.
impl std::fmt::Debug for KeptRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptRow").field("columns", &self.ends.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_was_there() {
        for cells in [&[][..], &[None], &[Some(b"a".as_slice()), None, Some(b""), Some(b"bc"), None]] {
            let kept = KeptRow::new(cells);
            assert_eq!(kept.cells().collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn rows_may_agree_in_some_columns() {
        let [one, two] = [Some(b"b".as_slice()), None].map(|cell| KeptRow::new(&[Some(b"a"), cell, Some(b"c"), None]));
        assert!(one.agrees_in(&[0, 2, 3], &two) && one.agrees_in(&[], &two));
        assert!(!one.agrees_in(&[0, 1], &two));
    }
}
