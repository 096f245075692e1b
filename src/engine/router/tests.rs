use std::collections::BTreeMap;

use cluster::Random;

use super::*;
use crate::engine::row::TableRow;
use crate::pg::{Collation, Column, CustomType, CustomTypeKind, Generated, PgType, RelationId, TableName};
use crate::predicate::Expr;

/// The environment variable that repeats a run.
const SEED: &str = "DIESEL_ELECTRIC_TEST_SEED";

fn mood() -> PgType {
    let labels = ["a", "b", "ab"].map(String::from).to_vec();
    let (schema, name, kind) = ("public".into(), "mood".into(), CustomTypeKind::Enum { labels });
    PgType::Custom(Arc::new(CustomType { oid: 90_001, schema, name, kind }))
}

fn table() -> TableSchema {
    let column = |(name, ty): (&str, PgType)| Column {
        name: name.to_owned(),
        ty,
        type_modifier: -1,
        dimensions: 0,
        not_null: false,
        generated: Generated::No,
        collation: Some(Collation {
            name: "C".to_owned(),
            sql_name: String::new(),
            is_bytewise: true,
            is_deterministic: true,
        }),
    };
    let columns = [
        ("n", PgType::Int4),
        ("list", PgType::Array(PgType::Int4.into())),
        ("t", PgType::Text),
        ("p", PgType::Bpchar),
        ("d", PgType::Numeric),
        ("f", PgType::Float8),
        ("at", PgType::Timestamp),
        ("u", PgType::Uuid),
        ("m", mood()),
        ("y", PgType::Bool),
    ];
    let (id, name) = (RelationId(1), TableName::new("public", "t"));
    TableSchema { id, name, columns: columns.map(column).to_vec(), primary_key: vec![] }
}

fn filter(text: &str) -> Arc<Predicate> {
    let expr = text.parse::<Expr>().unwrap_or_else(|error| panic!("{text}: {error}"));
    Arc::new(Predicate::check(&expr, &[], &table()).unwrap_or_else(|error| panic!("{text}: {error}")))
}

/// Shapes 0, 1, 2 and so on with these filters; an empty one is none.
fn router(filters: &[&str]) -> Router {
    let mut router = Router::default();
    for (slot, text) in (0..).zip(filters) {
        let filter = (!text.is_empty()).then(|| filter(text));
        router.insert(slot, filter.as_ref(), &table());
    }
    router
}

/// A row by the values of its first columns.
fn row<'a>(values: &[Option<&'a str>]) -> Vec<Option<&'a [u8]>> {
    let mut cells: Vec<_> = values.iter().map(|value| value.map(str::as_bytes)).collect();
    cells.resize(table().columns.len(), None);
    cells
}

/// What a change finds, ascending; each once.
fn find(router: &Router, old: Option<&[Option<&[u8]>]>, new: Option<&[Option<&[u8]>]>) -> Vec<Slot> {
    let mut found = vec![99];
    router.candidates(old, new, &mut found);
    found.sort_unstable();
    assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
    found
}

fn inserted(router: &Router, values: &[Option<&str>]) -> Vec<Slot> {
    find(router, None, Some(&row(values)))
}

#[test]
fn finds_by_value_and_what_is_not_indexed_if_its_filter_holds() {
    let router = router(&["n = 7", "n IN (8, 7)", "", "t = 'x'", "n <> 7"]);
    assert_eq!(inserted(&router, &[Some("7")]), [0, 1, 2]);
    assert_eq!(inserted(&router, &[Some("8"), None, Some("x")]), [1, 2, 3, 4]);
    assert_eq!(inserted(&router, &[]), [2], "NULL equals nothing");
}

#[test]
fn finds_by_range_prefix_element_and_null() {
    let router = router(&["n BETWEEN 3 AND 5", "n <= 3", "n >= 5", "2 = ANY(list)", "n IS NULL", "t LIKE 'ab%'"]);
    assert_eq!(inserted(&router, &[Some("3")]), [0, 1]);
    assert_eq!(inserted(&router, &[Some("4"), Some("{2,NULL}")]), [0, 3]);
    assert_eq!(inserted(&router, &[Some("9"), Some("{3}"), Some("abc")]), [2, 5]);
    assert_eq!(inserted(&router, &[None, Some("{{1,2}}"), Some("a")]), [3, 4]);
}

#[test]
fn a_shape_is_found_by_each_of_its_alternatives_and_once_by_several() {
    let router = router(&["n = 7 OR t = 'x' OR n >= 6"]);
    assert_eq!(inserted(&router, &[Some("7"), None, Some("x")]), [0]);
    assert_eq!(inserted(&router, &[Some("1"), None, Some("x")]), [0]);
    assert_eq!(inserted(&router, &[Some("8")]), [0]);
    assert_eq!(inserted(&router, &[Some("1")]), [] as [Slot; 0]);
}

#[test]
fn an_update_finds_the_shapes_of_both_versions_once() {
    let router = router(&["n = 7", "n = 8", "n IN (7, 8)", "n <> 1"]);
    let (seven, eight, other) = (row(&[Some("7")]), row(&[Some("8")]), row(&[Some("8"), None, Some("x")]));
    assert_eq!(find(&router, Some(&seven), Some(&eight)), [0, 1, 2, 3]);
    assert_eq!(find(&router, Some(&eight), Some(&other)), [1, 2, 3]);
    assert_eq!(find(&router, Some(&eight), None), [1, 2, 3]);
}

#[test]
fn a_value_that_cannot_be_read_finds_all_of_its_column() {
    let router = router(&["n = 7", "n >= 1", "t = 'x'", "n <> 3", "n IS NULL"]);
    assert_eq!(inserted(&router, &[Some("?")]), [0, 1, 3]);
}

#[test]
fn a_shape_that_no_row_can_meet_is_never_found() {
    let router = router(&["n = NULL", "n BETWEEN 9 AND 3"]);
    assert_eq!(inserted(&router, &[Some("7")]), [] as [Slot; 0]);
}

#[test]
fn shapes_of_one_filter_that_no_index_finds_come_side_by_side() {
    let router = router(&["n <> 1", "t <> 'x'", "n <> 1", "t <> 'x'", "n <> 1"]);
    let mut found = Vec::new();
    router.candidates(None, Some(&row(&[Some("7"), None, Some("y")])), &mut found);
    assert!(found == [0, 2, 4, 1, 3] || found == [1, 3, 0, 2, 4], "{found:?}");
}

#[test]
fn a_thousand_shapes_of_one_value_come_and_go_in_any_order() {
    let filters = [filter("n = 7"), filter("n <> 1"), filter("t LIKE 'a%'"), filter("n BETWEEN 5 AND 9")];
    let mut router = Router::default();
    let order = |slot: Slot| slot * 7919 % 4000;
    for slot in (0..4000).map(order) {
        router.insert(slot, filters.get(slot as usize % 4), &table());
    }
    assert_eq!(inserted(&router, &[Some("7"), None, Some("ab")]), (0..4000).collect::<Vec<_>>());
    for slot in (0..4000).filter(|slot| slot % 5 != 0).map(order) {
        router.remove(slot, filters.get(slot as usize % 4), &table());
    }
    let mut left: Vec<_> = (0..4000).step_by(5).map(order).collect();
    left.sort_unstable();
    assert_eq!(inserted(&router, &[Some("7"), None, Some("ab")]), left);
}

/// A value of a column as Postgres prints it. There are few, so that filters and rows meet.
fn value(random: &mut Random, column: &str) -> String {
    let digit = random.below(6);
    match column {
        "n" => digit.to_string(),
        "list" => format!("{{{}}}", elements(random).join(",")),
        "t" | "p" => text(random),
        "d" => random.pick(&["-1.5", "0", "0.25", "3", "12.000001", "12"]).to_owned(),
        "f" => random.pick(&["-Infinity", "-2", "0.5", "1e+100", "NaN"]).to_owned(),
        "at" => format!("2026-01-0{} 00:00:00", digit + 1),
        "u" => format!("00000000-0000-000{digit}-0000-00000000000{}", random.below(2)),
        "m" => random.pick(&["a", "b", "ab"]).to_owned(),
        _ => random.pick(&["t", "f"]).to_owned(),
    }
}

fn elements(random: &mut Random) -> Vec<String> {
    let count = random.index(4);
    random.many(count, |random| if random.one_in(8) { "NULL".to_owned() } else { random.below(5).to_string() })
}

fn text(random: &mut Random) -> String {
    let beginning = random.pick(&["", "", "same beginning "]);
    let length = random.index(4);
    beginning.to_owned() + &random.many(length, |random| random.pick(&["a", "b", "é"]).to_owned()).concat()
}

/// A condition of one of the kinds that have an index, or of one that has none.
fn condition(random: &mut Random) -> String {
    let column = random.pick(&["n", "t", "p", "d", "f", "at", "u", "m"]);
    let quoted = |random: &mut Random, column: &str| format!("'{}'", value(random, column));
    let [first, second] = [(); 2].map(|()| quoted(random, column));
    let op = random.pick(&["=", "<", "<=", ">", ">=", "<>"]);
    match random.below(14) {
        0 => format!("{column} = {first}"),
        1 => format!("{column} IN ({first}, {second}, NULL)"),
        2 => format!("{column} = ANY(ARRAY[{first}, {second}])"),
        3 | 4 => format!("{column} {op} {first}"),
        5 => format!("{column} BETWEEN {first} AND {second}"),
        6 => format!("{column} IS NULL"),
        7 => format!("{column} IS NOT DISTINCT FROM {first}"),
        8 => format!("{} LIKE '{}%'", random.pick(&["t", "p"]), text(random)),
        9 => format!("{} = ANY(list)", random.below(5)),
        10 => format!("list {} {}", random.pick(&["@>", "<@", "&&"]), quoted(random, "list")),
        11 => random.pick(&["y", "NOT y", "y IS FALSE", "(y AND n = 3) IS TRUE"]).to_owned(),
        12 => format!("m::text = {}", quoted(random, "m")),
        _ => format!("{} = {}", random.pick(&["n + 1", "-n"]), random.below(4)),
    }
}

fn condition_of(random: &mut Random, depth: u32) -> String {
    if depth == 0 || random.one_in(3) {
        return condition(random);
    }
    let count = 2 + random.index(2);
    let parts = random.many(count, |random| condition_of(random, depth - 1));
    format!("({})", parts.join(random.pick(&[" AND ", " OR "])))
}

fn random_row(random: &mut Random) -> Vec<Option<String>> {
    let names: Vec<_> = table().columns.into_iter().map(|column| column.name).collect();
    names.iter().map(|name| (!random.one_in(6)).then(|| value(random, name))).collect()
}

/// The router finds every shape that a scan over all of them finds, and the fold leaves of those just these. Whatever came
/// and went meanwhile, in whatever order.
#[test]
fn what_the_router_finds_holds_all_that_a_full_scan_finds() {
    let mut random = Random::from_environment(SEED);
    let table = table();
    let mut tested = (0, 0);
    for _ in 0..30 {
        let mut router = Router::default();
        let mut shapes: BTreeMap<Slot, Option<Arc<Predicate>>> = BTreeMap::new();
        for _ in 0..300 {
            let slot = Slot::try_from(random.below(120)).unwrap();
            if let Some(filter) = shapes.remove(&slot) {
                router.remove(slot, filter.as_ref(), &table);
            } else {
                let filter = (!random.one_in(50)).then(|| filter(&condition_of(&mut random, 2)));
                router.insert(slot, filter.as_ref(), &table);
                shapes.insert(slot, filter);
            }
            let rows = random.many(2, random_row);
            let rows: Vec<Vec<_>> =
                rows.iter().map(|row| row.iter().map(|cell| cell.as_deref().map(str::as_bytes)).collect()).collect();
            let (old, new) = (&*rows[0], &*rows[1]);
            let which = random.below(3);
            let (old, new) = ((which != 0).then_some(old), (which != 1).then_some(new));
            let takes = |filter: &Option<Arc<Predicate>>| {
                let is_in = |row: &[Option<&[u8]>]| {
                    filter.as_ref().is_none_or(|filter| filter.matches(&TableRow(row)).unwrap())
                };
                old.is_some_and(is_in) || new.is_some_and(is_in)
            };
            let scan: Vec<Slot> = shapes.iter().filter(|(_, filter)| takes(filter)).map(|(slot, _)| *slot).collect();
            let mut found = find(&router, old, new);
            tested.0 += found.len();
            found.retain(|slot| shapes.get(slot).is_some_and(takes));
            tested.1 += found.len();
            assert_eq!(found, scan, "{old:?} {new:?} {shapes:?}");
        }
        for (slot, filter) in shapes {
            router.remove(slot, filter.as_ref(), &table);
        }
        assert!(router.is_empty() && router.columns.is_empty());
    }
    eprintln!("{} found, of which {} are concerned", tested.0, tested.1);
}
