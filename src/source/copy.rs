//! `COPY .. TO STDOUT` in text form, taken apart.
//!
//! Pure. Columns are parted by tabs, rows by newlines; NULL is `\N`; a backslash begins an escape (Postgres manual,
//! `COPY`, "Text Format"). What remains is exactly the text that the replication stream carries.

/// The rows in `text`, which holds whole rows, each ended by a newline.
pub fn rows(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest)?;
        let (row, tail) = rest.split_at(end);
        rest = tail.get(1..).unwrap_or_default();
        Some(row)
    })
}

/// Takes rows apart, using its memory again for each.
#[derive(Debug, Default)]
pub struct RowReader {
    /// The texts that held escapes, without them.
    unescaped: Vec<u8>,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    /// A range of the row.
    Plain(usize, usize),
    /// A range of the unescaped texts.
    Unescaped(usize, usize),
}

impl RowReader {
    /// The values of `row` in order, `None` for NULL.
    pub fn read<'a>(&'a mut self, row: &'a [u8]) -> impl Iterator<Item = Option<&'a [u8]>> {
        self.unescaped.clear();
        self.cells.clear();
        // Escapes are rare: one look at the whole row spares a look at each value.
        let has_escapes = memchr::memchr(b'\\', row).is_some();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\t', row).chain([row.len()]) {
            self.cells.push(Cell::Plain(start, end));
            start = end + 1;
        }
        if has_escapes {
            self.unescape(row);
        }
        let Self { unescaped, cells } = self;
        let unescaped: &[u8] = unescaped;
        cells.iter().map(move |cell| match *cell {
            Cell::Null => None,
            Cell::Plain(start, end) => row.get(start..end),
            Cell::Unescaped(start, end) => unescaped.get(start..end),
        })
    }

    fn unescape(&mut self, row: &[u8]) {
        for cell in &mut self.cells {
            let Cell::Plain(start, end) = *cell else { continue };
            let text = row.get(start..end).unwrap_or_default();
            if text == b"\\N" {
                *cell = Cell::Null;
            } else if memchr::memchr(b'\\', text).is_some() {
                let start = self.unescaped.len();
                unescape(text, &mut self.unescaped);
                *cell = Cell::Unescaped(start, self.unescaped.len());
            }
        }
    }
}

fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some(&code) = tail.get(1) else { return };
        out.push(match code {
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            other => other,
        });
        rest = tail.get(2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<Option<String>>> {
        let mut reader = RowReader::default();
        let text_of = |cell: Option<&[u8]>| cell.map(|text| String::from_utf8(text.to_vec()).unwrap());
        rows(text.as_bytes()).map(|row| reader.read(row).map(text_of).collect()).collect()
    }

    #[test]
    fn reads_rows_and_values() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("a\tb\n\tc\n"), [[some("a"), some("b")], [some(""), some("c")]]);
        assert!(read("").is_empty());
        assert_eq!(read("\n"), [[some("")]]);
    }

    #[test]
    fn undoes_escapes_and_tells_null_from_its_letters() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("a\\tb\\nc\\\\d\\re\\bf\\vg\\fh\t\\N\t\\\\N\tplain\n"),
            [[some("a\tb\nc\\d\re\u{8}f\u{b}g\u{c}h"), None, some("\\N"), some("plain")]]
        );
    }
}
