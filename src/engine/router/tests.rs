use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::pg::{Column, Generated, RelationId, TableName};

fn table() -> TableSchema {
    let column = |name: &str| Column {
        name: name.to_owned(),
        ty: PgType::Int4,
        type_modifier: -1,
        dimensions: 0,
        not_null: false,
        generated: Generated::No,
        collation: None,
    };
    TableSchema {
        id: RelationId(1),
        name: TableName::new("public", "t"),
        columns: vec![column("a"), column("b")],
        primary_key: vec![],
    }
}

/// A shape that wants `column` to be one of `values`; without a column, one that is found by every change.
type Wanted = Option<(usize, Vec<i32>)>;

fn keys(wanted: &Wanted) -> Vec<IndexKey> {
    let parse = |value: &i32| Value::parse(&value.to_string(), &PgType::Int4).unwrap();
    wanted
        .iter()
        .map(|(column, values)| IndexKey { column: *column, values: values.iter().map(parse).collect() })
        .collect()
}

fn find(router: &Router, rows: [Option<[Option<&str>; 2]>; 2]) -> Vec<Slot> {
    let [old, new] = rows.map(|row| row.map(|cells| cells.map(|cell| cell.map(str::as_bytes))));
    let mut found = vec![99];
    router.candidates(old.as_ref().map(|row| &row[..]), new.as_ref().map(|row| &row[..]), &mut found);
    found
}

fn router(shapes: &[(Slot, Wanted)]) -> Router {
    let mut router = Router::default();
    for (slot, wanted) in shapes {
        router.insert(*slot, &keys(wanted), &table());
    }
    router
}

#[test]
fn finds_by_value_and_what_is_not_indexed_always() {
    let router = router(&[(1, Some((0, vec![7]))), (2, Some((0, vec![8, 7]))), (3, None), (4, Some((1, vec![7])))]);
    assert_eq!(find(&router, [None, Some([Some("7"), None])]), [1, 2, 3]);
    assert_eq!(find(&router, [None, Some([Some("8"), Some("7")])]), [2, 3, 4]);
    assert_eq!(find(&router, [None, Some([None, None])]), [3], "NULL equals nothing");
}

#[test]
fn an_update_finds_the_shapes_of_both_versions_once() {
    let router = router(&[(1, Some((0, vec![7]))), (2, Some((0, vec![8]))), (3, Some((0, vec![7, 8])))]);
    assert_eq!(find(&router, [Some([Some("7"), None]), Some([Some("8"), None])]), [1, 2, 3]);
    assert_eq!(find(&router, [Some([Some("8"), None]), Some([Some("8"), Some("1")])]), [2, 3]);
}

#[test]
fn a_value_that_cannot_be_read_finds_all() {
    let router = router(&[(1, Some((0, vec![7]))), (2, Some((0, vec![8])))]);
    assert_eq!(find(&router, [None, Some([Some("x"), None])]), [1, 2]);
}

#[test]
fn a_shape_that_no_row_can_meet_is_never_found() {
    assert_eq!(find(&router(&[(1, Some((0, vec![])))]), [None, Some([Some("7"), None])]), [] as [Slot; 0]);
}

fn wanted() -> impl Strategy<Value = Wanted> {
    prop::option::of((0..2usize, prop::collection::vec(0..6i32, 0..4)))
}

fn row() -> impl Strategy<Value = [Option<i32>; 2]> {
    [prop::option::of(0..7), prop::option::of(0..7)]
}

proptest! {
    /// The router finds what a scan over all shapes finds, also after some have gone.
    #[test]
    fn finds_what_a_full_scan_finds(
        shapes in prop::collection::vec((wanted(), any::<bool>()), 0..40),
        rows in prop::collection::vec([prop::option::of(row()), prop::option::of(row())], 1..20),
    ) {
        let shapes: BTreeMap<Slot, (Wanted, bool)> = (0..).zip(shapes).collect();
        let mut router = router(&shapes.iter().map(|(slot, (wanted, _))| (*slot, wanted.clone())).collect::<Vec<_>>());
        for (slot, (wanted, _)) in shapes.iter().filter(|(_, (_, gone))| *gone) {
            router.remove(*slot, &keys(wanted), &table());
        }
        prop_assert_eq!(router.is_empty(), shapes.values().all(|(_, gone)| *gone));
        for rows in rows {
            let concerns = |wanted: &Wanted| match wanted {
                None => true,
                Some((column, values)) => {
                    rows.iter().flatten().filter_map(|row| row[*column]).any(|value| values.contains(&value))
                }
            };
            let scan: Vec<Slot> =
                shapes.iter().filter(|(_, (wanted, gone))| !gone && concerns(wanted)).map(|(slot, _)| *slot).collect();
            let texts = rows.map(|row| row.map(|cells| cells.map(|cell| cell.map(|value| value.to_string()))));
            let borrowed = texts.each_ref().map(|row| row.as_ref().map(|cells| cells.each_ref().map(Option::as_deref)));
            prop_assert_eq!(find(&router, borrowed), scan);
        }
    }
}
