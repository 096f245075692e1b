//! The header that tells clients the types of columns (section 7).

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::pg::{Column, PgType, TableSchema};

/// Postgres keeps the length of a variable-length type plus that of its own header (`VARHDRSZ`).
const VARIABLE_HEADER: i32 = 4;

/// The value of `electric-schema` for these columns of the table: JSON in ASCII, so that it reaches JavaScript unchanged.
pub fn schema_header(table: &TableSchema, columns: &[usize]) -> String {
    let described = columns.iter().filter_map(|&position| {
        let column = table.columns.get(position)?;
        let pk_index = table.primary_key.iter().position(|key| *key == position);
        Some((column.name.clone(), Value::Object(describe(column, pk_index))))
    });
    ascii(&Value::Object(described.collect()).to_string())
}

fn describe(column: &Column, pk_index: Option<usize>) -> Map<String, Value> {
    let mut info = Map::new();
    let mut put = |key: &str, value: Value| {
        info.insert(key.to_owned(), value);
    };
    put("type", json!(column.ty.name()));
    if let PgType::Array(_) = column.ty {
        // Declared as an array without counting its dimensions in a view's or function's result.
        put("dims", json!(column.dimensions.max(1)));
    }
    if let Some(index) = pk_index {
        put("pk_index", json!(index));
    }
    if column.not_null {
        put("not_null", json!(true));
    }
    let element = match &column.ty {
        PgType::Array(element) => element,
        scalar => scalar,
    };
    modifier(element, column.type_modifier, &mut put);
    info
}

/// What `atttypmod` says, in the way of each type (`*typmodout` in Postgres' source); -1 is none.
fn modifier(ty: &PgType, modifier: i32, put: &mut impl FnMut(&str, Value)) {
    match ty {
        // Clients know it so, also without one.
        PgType::Bit | PgType::Varbit => put("length", json!(modifier)),
        _ if modifier < 0 => {}
        PgType::Varchar => put("max_length", json!(modifier - VARIABLE_HEADER)),
        PgType::Bpchar => put("length", json!(modifier - VARIABLE_HEADER)),
        PgType::Numeric => {
            let packed = modifier - VARIABLE_HEADER;
            put("precision", json!(packed >> 16 & 0xFFFF));
            // Eleven bits, signed since Postgres 15.
            put("scale", json!(((packed & 0x7FF) ^ 1024) - 1024));
        }
        PgType::Time | PgType::Timetz | PgType::Timestamp | PgType::Timestamptz if modifier > 0 => {
            put("precision", json!(modifier));
        }
        PgType::Interval => {
            let (fields, precision) = (modifier >> 16 & 0x7FFF, modifier & 0xFFFF);
            if let Some(fields) = interval_fields(fields) {
                put("fields", json!(fields));
            }
            if precision != 0xFFFF {
                put("precision", json!(precision));
            }
        }
        // Among them a time's precision of 0, which clients know so.
        _ => put("type_mod", json!(modifier)),
    }
}

/// The fields an interval is restricted to; `None` for all of them. The bits are those of `utils/datetime.h`.
fn interval_fields(mask: i32) -> Option<&'static str> {
    const MONTH: i32 = 1 << 1;
    const YEAR: i32 = 1 << 2;
    const DAY: i32 = 1 << 3;
    const HOUR: i32 = 1 << 10;
    const MINUTE: i32 = 1 << 11;
    const SECOND: i32 = 1 << 12;
    let named = [
        (YEAR, "YEAR"),
        (MONTH, "MONTH"),
        (DAY, "DAY"),
        (HOUR, "HOUR"),
        (MINUTE, "MINUTE"),
        (SECOND, "SECOND"),
        (YEAR | MONTH, "YEAR TO MONTH"),
        (DAY | HOUR, "DAY TO HOUR"),
        (DAY | HOUR | MINUTE, "DAY TO MINUTE"),
        (DAY | HOUR | MINUTE | SECOND, "DAY TO SECOND"),
        (HOUR | MINUTE, "HOUR TO MINUTE"),
        (HOUR | MINUTE | SECOND, "HOUR TO SECOND"),
        (MINUTE | SECOND, "MINUTE TO SECOND"),
    ];
    named.iter().find(|(bits, _)| *bits == mask).map(|(_, name)| *name)
}

/// The same JSON without characters that a header cannot carry: they only stand in strings, where they can be escaped.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c < '\u{7f}' {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pg::{CustomType, CustomTypeKind, Generated, RelationId, TableName};

    fn column(name: &str, ty: PgType, type_modifier: i32) -> Column {
        Column {
            name: name.to_owned(),
            dimensions: 0,
            not_null: false,
            generated: Generated::No,
            collation: None,
            ty,
            type_modifier,
        }
    }

    fn array(name: &str, element: PgType, type_modifier: i32, dimensions: u32) -> Column {
        Column { dimensions, ..column(name, PgType::Array(Arc::new(element)), type_modifier) }
    }

    fn header(columns: Vec<Column>) -> Value {
        let all: Vec<usize> = (0..columns.len()).collect();
        let table = table(columns, vec![]);
        serde_json::from_str(&schema_header(&table, &all)).unwrap()
    }

    fn table(columns: Vec<Column>, primary_key: Vec<usize>) -> TableSchema {
        TableSchema { id: RelationId(1), name: TableName::new("public", "t"), columns, primary_key }
    }

    #[test]
    fn only_selected_columns_with_their_place_in_the_key() {
        let id = Column { not_null: true, ..column("id", PgType::Int8, -1) };
        let table = table(vec![column("a", PgType::Text, -1), column("b", PgType::Text, -1), id], vec![2, 0]);
        let header: Value = serde_json::from_str(&schema_header(&table, &[0, 2])).unwrap();
        let wanted = json!({"a": {"type": "text", "pk_index": 1},
            "id": {"type": "int8", "pk_index": 0, "not_null": true}});
        assert_eq!(header, wanted);
    }

    #[test]
    fn modifiers_by_type() {
        // As `atttypmod` says for these declarations.
        let header = header(vec![
            column("varchar(8)", PgType::Varchar, 12),
            array("varchar(8)[]", PgType::Varchar, 12, 1),
            column("char(5)", PgType::Bpchar, 9),
            column("numeric(8,2)", PgType::Numeric, (8 << 16 | 2) + 4),
            column("numeric(8)", PgType::Numeric, (8 << 16) + 4),
            column("numeric(3,-2)", PgType::Numeric, (3 << 16 | (-2 & 0x7FF)) + 4),
            column("numeric", PgType::Numeric, -1),
            column("timestamptz(3)", PgType::Timestamptz, 3),
            column("time(0)", PgType::Time, 0),
            column("varbit", PgType::Varbit, -1),
            column("interval", PgType::Interval, -1),
            column("interval year", PgType::Interval, (4 << 16) | 0xFFFF),
            column("interval day to second(3)", PgType::Interval, (0x1C08 << 16) | 3),
            column("interval(2)", PgType::Interval, (0x7FFF << 16) | 2),
            array("int[][]", PgType::Int4, -1, 2),
        ]);
        let wanted = json!({
            "varchar(8)": {"type": "varchar", "max_length": 8},
            "varchar(8)[]": {"type": "varchar", "max_length": 8, "dims": 1},
            "char(5)": {"type": "bpchar", "length": 5},
            "numeric(8,2)": {"type": "numeric", "precision": 8, "scale": 2},
            "numeric(8)": {"type": "numeric", "precision": 8, "scale": 0},
            "numeric(3,-2)": {"type": "numeric", "precision": 3, "scale": -2},
            "numeric": {"type": "numeric"},
            "timestamptz(3)": {"type": "timestamptz", "precision": 3},
            "time(0)": {"type": "time", "type_mod": 0},
            "varbit": {"type": "varbit", "length": -1},
            "interval": {"type": "interval"},
            "interval year": {"type": "interval", "fields": "YEAR"},
            "interval day to second(3)": {"type": "interval", "fields": "DAY TO SECOND", "precision": 3},
            "interval(2)": {"type": "interval", "precision": 2},
            "int[][]": {"type": "int4", "dims": 2},
        });
        assert_eq!(header, wanted);
    }

    #[test]
    fn custom_types_use_their_own_name() {
        let mood = CustomType {
            oid: 70000,
            schema: "app".into(),
            name: "mood".into(),
            kind: CustomTypeKind::Enum { labels: vec![] },
        };
        assert_eq!(header(vec![column("m", PgType::Custom(Arc::new(mood)), -1)]), json!({"m": {"type": "mood"}}));
    }

    #[test]
    fn names_beyond_ascii_are_escaped() {
        let table = table(vec![column("é\u{7f}😀\"", PgType::Int4, -1)], vec![]);
        assert_eq!(schema_header(&table, &[0]), r#"{"\u00e9\u007f\ud83d\ude00\"":{"type":"int4"}}"#);
    }
}
