//! Reads the names in what Diesel renders: `"schema"."table"`, and select lists of plain columns.

use super::ShapeError;
use crate::pg::TableName;

/// Reads the name of a table.
pub(super) fn read_table(text: &str) -> Option<TableName> {
    let (parts, rest) = read_qualified(text)?;
    if !rest.is_empty() {
        return None;
    }
    table_of(&parts)
}

fn table_of(parts: &[String]) -> Option<TableName> {
    match parts {
        [table] => Some(TableName::new("public", table)),
        [schema, table] => Some(TableName::new(schema, table)),
        _ => None,
    }
}

/// Reads a select list of plain columns of `table`. A column that is selected twice, as by two embedded structs, is
/// listed once.
pub(super) fn read_columns(list: &str, table: &TableName) -> Result<Vec<String>, ShapeError> {
    let mut columns = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let refused = || ShapeError::Selection { table: table.clone(), selected: rest.to_owned() };
        let (column, after) = read_column(rest, table).ok_or_else(refused)?;
        if !columns.contains(&column) {
            columns.push(column);
        }
        rest = match after.strip_prefix(", ") {
            Some(next) if !next.is_empty() => next,
            _ if after.is_empty() => after,
            _ => return Err(refused()),
        };
    }
    if columns.is_empty() { Err(ShapeError::NoColumns { table: table.clone() }) } else { Ok(columns) }
}

fn read_column<'a>(text: &'a str, table: &TableName) -> Option<(String, &'a str)> {
    let (mut parts, rest) = read_qualified(text)?;
    let column = parts.pop()?;
    (table_of(&parts)? == *table).then_some((column, rest))
}

/// Reads quoted identifiers joined by dots, and returns what follows.
fn read_qualified(text: &str) -> Option<(Vec<String>, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (part, after) = read_quoted(rest)?;
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return Some((parts, after)),
        }
    }
}

/// Reads one quoted identifier, in which `""` is a quote.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                name.push('"');
                rest = next;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_stored() {
        assert_eq!(read_table("\"todos\""), Some(TableName::new("public", "todos")));
        assert_eq!(read_table("\"My App\".\"a\"\"b.c\""), Some(TableName::new("My App", "a\"b.c")));
        for refused in ["", "todos", "\"a", "\"a\".", "\"a\".\"b\".\"c\"", "\"a\" \"b\"", "ONLY \"a\""] {
            assert_eq!(read_table(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_select_list_is_columns_of_the_table() {
        let table = TableName::new("public", "t");
        assert_eq!(read_columns("\"t\".\"a\", \"t\".\"b, c\", \"t\".\"a\"", &table).unwrap(), ["a", "b, c"]);
        assert_eq!(read_columns("\"public\".\"t\".\"a\"", &table).unwrap(), ["a"]);
        assert_eq!(read_columns("", &table), Err(ShapeError::NoColumns { table: table.clone() }));
        for (list, selected) in [
            ("\"t\".*", "\"t\".*"),
            ("\"t\".\"a\", COUNT(*)", "COUNT(*)"),
            ("(\"t\".\"a\" + $1)", "(\"t\".\"a\" + $1)"),
            ("\"t\".\"a\" + $1", "\"t\".\"a\" + $1"),
            ("\"t\".\"a\", ", "\"t\".\"a\", "),
            ("\"u\".\"a\"", "\"u\".\"a\""),
            ("\"app\".\"t\".\"a\"", "\"app\".\"t\".\"a\""),
            ("\"a\"", "\"a\""),
        ] {
            let expected = ShapeError::Selection { table: table.clone(), selected: selected.into() };
            assert_eq!(read_columns(list, &table), Err(expected), "{list}");
        }
    }
}
