use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::pg::{Column, Generated, PgType, RelationId, TableName};
use crate::predicate::{Value, Wanted};

/// A number, a list of numbers, a text.
fn ty(column: usize) -> PgType {
    match column {
        0 => PgType::Int4,
        1 => PgType::Array(PgType::Int4.into()),
        _ => PgType::Text,
    }
}

fn table() -> TableSchema {
    let column = |position: usize| Column {
        name: format!("c{position}"),
        ty: ty(position),
        type_modifier: -1,
        dimensions: 0,
        not_null: false,
        generated: Generated::No,
        collation: None,
    };
    let (id, name) = (RelationId(1), TableName::new("public", "t"));
    TableSchema { id, name, columns: (0..3).map(column).collect(), primary_key: vec![] }
}

fn value(column: usize, text: &str) -> Value {
    Value::parse(text, &ty(column)).unwrap()
}

fn one_of(column: usize, values: &[&str]) -> IndexKey {
    IndexKey { column, wanted: Wanted::OneOf(values.iter().map(|text| value(column, text)).collect()) }
}

fn between(low: Option<&str>, high: Option<&str>) -> IndexKey {
    let bound = |text: Option<&str>| text.map(|text| value(0, text));
    IndexKey { column: 0, wanted: Wanted::Between(bound(low), bound(high)) }
}

fn holding(elements: &[i64]) -> IndexKey {
    IndexKey { column: 1, wanted: Wanted::Holding(elements.iter().map(|n| Value::Int(*n)).collect()) }
}

type Cell<'a> = Option<&'a str>;

fn find(router: &Router, rows: [Option<[Cell<'_>; 3]>; 2]) -> Vec<Slot> {
    let [old, new] = rows.map(|row| row.map(|cells| cells.map(|cell| cell.map(str::as_bytes))));
    let mut found = vec![99];
    router.candidates(old.as_ref().map(|row| &row[..]), new.as_ref().map(|row| &row[..]), &mut found);
    found
}

fn inserted(router: &Router, row: [Cell<'_>; 3]) -> Vec<Slot> {
    find(router, [None, Some(row)])
}

fn router(shapes: &[(Slot, Option<Vec<IndexKey>>)]) -> Router {
    let mut router = Router::default();
    for (slot, keys) in shapes {
        router.insert(*slot, keys.as_deref(), &table());
    }
    router
}

#[test]
fn finds_by_value_and_what_is_not_indexed_always() {
    let router = router(&[
        (1, Some(vec![one_of(0, &["7"])])),
        (2, Some(vec![one_of(0, &["8", "7"])])),
        (3, None),
        (4, Some(vec![one_of(2, &["x"])])),
    ]);
    assert_eq!(inserted(&router, [Some("7"), None, None]), [1, 2, 3]);
    assert_eq!(inserted(&router, [Some("8"), None, Some("x")]), [2, 3, 4]);
    assert_eq!(inserted(&router, [None, None, None]), [3], "NULL equals nothing");
}

#[test]
fn finds_by_range_element_and_null() {
    let null = IndexKey { column: 0, wanted: Wanted::Null };
    let router = router(&[
        (1, Some(vec![between(Some("3"), Some("5"))])),
        (2, Some(vec![between(None, Some("3"))])),
        (3, Some(vec![between(Some("5"), None)])),
        (4, Some(vec![holding(&[1, 2])])),
        (5, Some(vec![null])),
    ]);
    assert_eq!(inserted(&router, [Some("3"), None, None]), [1, 2]);
    assert_eq!(inserted(&router, [Some("4"), Some("{2,NULL}"), None]), [1, 4]);
    assert_eq!(inserted(&router, [Some("9"), Some("{3}"), None]), [3]);
    assert_eq!(inserted(&router, [None, Some("{{1,2}}"), None]), [4, 5]);
}

#[test]
fn a_shape_is_found_by_each_of_its_alternatives_and_once_by_several() {
    let router = router(&[(1, Some(vec![one_of(0, &["7"]), one_of(2, &["x"]), between(Some("6"), None)]))]);
    assert_eq!(inserted(&router, [Some("7"), None, Some("x")]), [1]);
    assert_eq!(inserted(&router, [Some("1"), None, Some("x")]), [1]);
    assert_eq!(inserted(&router, [Some("8"), None, None]), [1]);
    assert_eq!(inserted(&router, [Some("1"), None, None]), [] as [Slot; 0]);
}

#[test]
fn an_update_finds_the_shapes_of_both_versions_once() {
    let of = |values: &[&str]| Some(vec![one_of(0, values)]);
    let router = router(&[(1, of(&["7"])), (2, of(&["8"])), (3, of(&["7", "8"]))]);
    assert_eq!(find(&router, [Some([Some("7"), None, None]), Some([Some("8"), None, None])]), [1, 2, 3]);
    assert_eq!(find(&router, [Some([Some("8"), None, None]), Some([Some("8"), None, Some("1")])]), [2, 3]);
    assert_eq!(find(&router, [Some([Some("8"), None, None]), None]), [2, 3]);
}

#[test]
fn a_value_that_cannot_be_read_finds_all_of_its_column() {
    let router = router(&[
        (1, Some(vec![one_of(0, &["7"])])),
        (2, Some(vec![between(Some("1"), None)])),
        (3, Some(vec![one_of(2, &["x"])])),
    ]);
    assert_eq!(inserted(&router, [Some("?"), None, None]), [1, 2]);
}

#[test]
fn a_shape_that_no_row_can_meet_is_never_found() {
    let router = router(&[(1, Some(vec![one_of(0, &[])])), (2, Some(vec![between(Some("9"), Some("3"))]))]);
    assert_eq!(inserted(&router, [Some("7"), None, None]), [] as [Slot; 0]);
}

fn wanted() -> impl Strategy<Value = IndexKey> {
    let number = || (0..6i64).prop_map(Value::Int);
    let bound = move || prop::option::of(number());
    let texts = prop::collection::vec("[ab]{0,2}".prop_map(|text| Value::Text(text.into())), 0..3);
    prop_oneof![
        prop::collection::vec(number(), 0..4).prop_map(|values| IndexKey { column: 0, wanted: Wanted::OneOf(values) }),
        Just(IndexKey { column: 0, wanted: Wanted::Null }),
        (bound(), bound()).prop_map(|(low, high)| IndexKey { column: 0, wanted: Wanted::Between(low, high) }),
        prop::collection::vec(number(), 0..3)
            .prop_map(|values| IndexKey { column: 1, wanted: Wanted::Holding(values) }),
        texts.prop_map(|values| IndexKey { column: 2, wanted: Wanted::OneOf(values) }),
    ]
}

fn keys() -> impl Strategy<Value = Option<Vec<IndexKey>>> {
    prop::option::weighted(0.95, prop::collection::vec(wanted(), 0..4))
}

fn row() -> impl Strategy<Value = [Option<String>; 3]> {
    let list = prop::collection::vec(0..6u8, 0..3)
        .prop_map(|list| format!("{{{}}}", list.iter().map(u8::to_string).collect::<Vec<_>>().join(",")));
    (prop::option::of((0..7u8).prop_map(|n| n.to_string())), prop::option::of(list), prop::option::of("[ab]{0,2}"))
        .prop_map(|(a, b, c)| [a, b, c])
}

proptest! {
    /// The router finds what a scan over all shapes finds, also after some have gone.
    #[test]
    fn finds_what_a_full_scan_finds(
        shapes in prop::collection::vec((keys(), any::<bool>()), 0..40),
        rows in prop::collection::vec([prop::option::of(row()), prop::option::of(row())], 1..20),
    ) {
        let shapes: BTreeMap<Slot, (Option<Vec<IndexKey>>, bool)> = (0..).zip(shapes).collect();
        let mut router = router(&shapes.iter().map(|(slot, (keys, _))| (*slot, keys.clone())).collect::<Vec<_>>());
        for (slot, (keys, _)) in shapes.iter().filter(|(_, (_, gone))| *gone) {
            router.remove(*slot, keys.as_deref(), &table());
        }
        prop_assert_eq!(router.is_empty(), shapes.values().all(|(_, gone)| *gone));
        for rows in rows {
            let admits = |row: &[Option<String>; 3], key: &IndexKey| {
                key.wanted.admits(row[key.column].as_deref().map(|text| value(key.column, text)).as_ref())
            };
            let concerns = |keys: &Option<Vec<IndexKey>>| {
                keys.as_ref().is_none_or(|keys| rows.iter().flatten().any(|row| keys.iter().any(|key| admits(row, key))))
            };
            let scan = shapes.iter().filter(|(_, (keys, gone))| !gone && concerns(keys)).map(|(slot, _)| *slot);
            let borrowed = rows.each_ref().map(|row| row.as_ref().map(|cells| cells.each_ref().map(Option::as_deref)));
            prop_assert_eq!(find(&router, borrowed), scan.collect::<Vec<Slot>>());
        }
    }
}
