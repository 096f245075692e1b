use serde_json::{Value, json};

use super::*;
use crate::pg::{Column, Generated, Lsn, PgType, RelationId, TableName, Xid};

fn table(name: TableName, columns: &[&str], primary_key: &[usize]) -> TableSchema {
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        ty: PgType::Text,
        type_modifier: -1,
        dimensions: 0,
        not_null: false,
        generated: Generated::No,
        collation: None,
    };
    TableSchema {
        id: RelationId(1),
        name,
        columns: columns.iter().map(column).collect(),
        primary_key: primary_key.into(),
    }
}

fn wide() -> ItemEncoder {
    ItemEncoder::new(&table(TableName::new("public", "wide"), &["id", "a", "b"], &[0]), &[0, 1, 2])
}

/// The cells of a row given as texts; `-` is NULL.
fn row<'a>(texts: &[&'a str]) -> Vec<Option<&'a [u8]>> {
    texts.iter().map(|text| (*text != "-").then_some(text.as_bytes())).collect()
}

fn place() -> Place {
    Place { op: 4, ..Place::new(Xid(7421), Lsn(26_800_584)) }
}

/// What a client reads: the item without its comma, closed as the last one.
fn read(write: impl FnOnce(&mut Vec<u8>)) -> Value {
    let mut out = Vec::new();
    write(&mut out);
    out.extend_from_slice(END_LAST);
    assert_eq!(out[0], b',');
    serde_json::from_slice(&out[1..]).unwrap()
}

#[test]
fn insert_carries_the_row_and_its_place() {
    assert_eq!(
        read(|out| wide().insert(&row(&["1", "x\"y", "-"]), &place(), out)),
        json!({
            "key": "\"public\".\"wide\"/\"1\"",
            "value": {"id": "1", "a": "x\"y", "b": null},
            "headers": {"operation": "insert", "relation": ["public", "wide"], "txids": [7421],
                        "lsn": "26800584", "op_position": 4, "last": true},
        })
    );
}

#[test]
fn snapshot_row_has_no_place() {
    let mut out = Vec::new();
    let columns = [2, 0];
    let table = table(TableName::new("public", "wide"), &["id", "a", "b"], &[0]);
    ItemEncoder::of_selection(&table, &columns).snapshot_row(&row(&["B", "1"]), &mut out);
    assert_eq!(
        serde_json::from_slice::<Value>(&out[1..]).unwrap(),
        json!({
            "key": "\"public\".\"wide\"/\"1\"",
            "value": {"id": "1", "b": "B"},
            "headers": {"operation": "insert", "relation": ["public", "wide"]},
        })
    );
}

#[test]
fn update_carries_key_and_changes_or_everything() {
    let (old, new) = (row(&["1", "x", "-"]), row(&["1", "y", "-"]));
    let default = read(|out| wide().update(&old, &new, false, &place(), out));
    assert_eq!(default["value"], json!({"id": "1", "a": "y"}));
    assert_eq!(default.get("old_value"), None);
    let full = read(|out| wide().update(&old, &new, true, &place(), out));
    assert_eq!(full["value"], json!({"id": "1", "a": "y", "b": null}));
    assert_eq!(full["old_value"], json!({"a": "x"}));
}

#[test]
fn delete_carries_the_key_or_everything() {
    let old = row(&["1", "x", "-"]);
    assert_eq!(read(|out| wide().delete(&old, false, &place(), out))["value"], json!({"id": "1"}));
    let full = read(|out| wide().delete(&old, true, &place(), out));
    assert_eq!(full["value"], json!({"id": "1", "a": "x", "b": null}));
    let keyless = ItemEncoder::new(&table(TableName::new("public", "nopk"), &["a", "b"], &[]), &[0, 1]);
    let item = read(|out| keyless.delete(&row(&["x", "-"]), false, &place(), out));
    assert_eq!(item["value"], json!({"a": "x", "b": null}));
    assert_eq!(item["key"], json!("\"public\".\"nopk\"/\"x\"/_"));
}

#[test]
fn change_of_key_is_delete_then_insert_that_name_each_other() {
    let (old, new) = (row(&["1", "x", "-"]), row(&["2", "x", "-"]));
    assert!(wide().key_differs(&old, &new));
    let gone = read(|out| wide().key_change_delete([&old, &new], false, &place(), out));
    assert_eq!(gone["key"], json!("\"public\".\"wide\"/\"1\""));
    assert_eq!(gone["headers"]["key_change_to"], json!("\"public\".\"wide\"/\"2\""));
    let come = read(|out| wide().key_change_insert([&old, &new], &place(), out));
    assert_eq!(come["headers"]["key_change_from"], json!("\"public\".\"wide\"/\"1\""));
    assert_eq!(come["headers"]["op_position"], json!(5));
    assert_eq!(come["value"], json!({"id": "2", "a": "x", "b": null}));
}

#[test]
fn keys_double_slashes_and_dots() {
    let odd = table(TableName::new("a", "b.c/d\"e"), &["first", "second"], &[1, 0]);
    let item = read(|out| ItemEncoder::new(&odd, &[0, 1]).insert(&row(&["", "x/y\""]), &place(), out));
    assert_eq!(item["key"], json!("\"a\".\"b..c//d\"e\"/\"x//y\"\"/\"\""));
    assert_eq!(item["headers"]["relation"], json!(["a", "b.c/d\"e"]));
}
