use std::sync::Arc;

use super::*;
use crate::pg::{Collation, Column, CustomType, CustomTypeKind, Generated, PgType, RelationId, TableName};
use crate::predicate::{Value, Wanted};

#[expect(clippy::unnecessary_wraps, reason = "as columns have it")]
fn collation(name: &str) -> Option<Collation> {
    let is_bytewise = matches!(name, "C" | "POSIX" | "C.UTF-8");
    Some(Collation { name: name.into(), sql_name: name.into(), is_bytewise, is_deterministic: name != "nocase" })
}

fn mood() -> PgType {
    let labels = ["sad", "ok", "happy"].map(String::from).to_vec();
    let kind = CustomTypeKind::Enum { labels };
    PgType::Custom(Arc::new(CustomType { oid: 90_001, schema: "public".into(), name: "mood".into(), kind }))
}

fn table() -> TableSchema {
    let column = |name: &str, ty: PgType, collation: Option<Collation>| Column {
        name: name.into(),
        ty,
        type_modifier: -1,
        dimensions: 0,
        not_null: false,
        generated: Generated::No,
        collation,
    };
    let domain = CustomTypeKind::Domain { base: PgType::Int4 };
    let domain = CustomType { oid: 90_002, schema: "public".into(), name: "positive".into(), kind: domain };
    TableSchema {
        id: RelationId(1),
        name: TableName::new("public", "t"),
        columns: vec![
            column("id", PgType::Int4, None),
            column("owner_id", PgType::Int8, None),
            column("title", PgType::Text, collation("C")),
            column("done", PgType::Bool, None),
            column("uid", PgType::Uuid, None),
            column("f4", PgType::Float4, None),
            column("f8", PgType::Float8, None),
            column("n", PgType::Numeric, None),
            column("vc", PgType::Varchar, collation("de_DE")),
            column("bp", PgType::Bpchar, collation("C")),
            column("mood", mood(), None),
            column("at", PgType::Timestamptz, None),
            column("tags", PgType::Array(PgType::Text.into()), collation("C")),
            column("data", PgType::Json, None),
            column("dom", PgType::Custom(Arc::new(domain)), None),
            column("day", PgType::Date, None),
            column("nc", PgType::Text, collation("nocase")),
            column("b", PgType::Bytea, None),
            column("nums", PgType::Array(PgType::Int4.into()), None),
        ],
        primary_key: vec![0],
    }
}

fn bind(value: Option<&str>, ty: BindType) -> Bind {
    Bind { value: value.map(String::from), ty }
}

fn text_bind(value: &str) -> Bind {
    bind(Some(value), BindType::Unknown)
}

fn checked(filter: &str, binds: &[Bind]) -> Result<Predicate, String> {
    let expr: Expr = filter.parse().map_err(|error| format!("{filter}: {error}"))?;
    Predicate::check_here(&expr, binds, &table()).map_err(|error| error.to_string())
}

fn check(filter: &str) -> Predicate {
    checked(filter, &[]).unwrap_or_else(|error| panic!("{filter}: {error}"))
}

/// A row of the table by its columns' names.
struct TestRow(Vec<Option<String>>);

impl Row for TestRow {
    fn text(&self, column: usize) -> Option<&[u8]> {
        self.0[column].as_deref().map(str::as_bytes)
    }
}

fn row(values: &[(&str, &str)]) -> TestRow {
    let table = table();
    let value =
        |column: &Column| values.iter().find(|(name, _)| *name == column.name).map(|(_, value)| (*value).to_owned());
    TestRow(table.columns.iter().map(value).collect())
}

fn matches(filter: &str, values: &[(&str, &str)]) -> bool {
    check(filter).matches(&row(values)).unwrap()
}

#[test]
fn one_filter_however_written() {
    let int8 = bind(Some("7"), BindType::Oid(20));
    let all = [
        checked("owner_id=7", &[]),
        checked("owner_id = '7'", &[]),
        checked("(\"owner_id\" = $1)", &[text_bind("7")]),
        checked("t.owner_id = $1", std::slice::from_ref(&int8)),
        checked("public.t.owner_id = $1", &[int8]),
        checked("NOT (NOT owner_id = 7::int2)", &[]),
    ];
    let first = all[0].clone().unwrap();
    assert_eq!(first.template(), "(\"owner_id\" = $1)");
    assert_eq!(first.params().collect::<Vec<_>>(), [Some("7")]);
    assert_eq!(first.sql(), "(\"owner_id\" = '7'::\"pg_catalog\".\"int8\")");
    for other in all {
        match other {
            Ok(other) => assert_eq!(other, first),
            Err(error) => assert!(error.contains("reference"), "{error}"),
        }
    }
    assert_ne!(check("owner_id = 8"), first);
    assert_eq!(check("owner_id = 8").template(), first.template());
}

#[test]
fn in_and_any_are_one() {
    let int8s = bind(Some("{7,8}"), BindType::Oid(1016));
    let all = [
        checked("owner_id IN (7, 8)", &[]),
        checked("owner_id IN ('7', 8)", &[]),
        checked("owner_id = ANY ('{7,8}')", &[]),
        checked("owner_id = ANY ($1)", &[int8s]),
        checked("owner_id = ANY (ARRAY[7, 8])", &[]),
        checked("owner_id = ANY (ARRAY['7', $1]::bigint[])", &[text_bind("8")]),
    ];
    for other in &all {
        assert_eq!(other, &all[0]);
    }
    let first = all[0].clone().unwrap();
    assert_eq!(first.template(), "(\"owner_id\" = ANY ($1))");
    assert_eq!(first.params().collect::<Vec<_>>(), [Some("{7,8}")]);
    assert_eq!(checked("owner_id IN (7)", &[]), checked("owner_id = ANY ('{7}')", &[]));
    assert_eq!(checked("owner_id NOT IN (7)", &[]), checked("owner_id <> ALL ('{7}')", &[]));
}

#[test]
fn text_literals_and_typed_text_are_one() {
    let text = bind(Some("a"), BindType::Oid(25));
    assert_eq!(checked("title = 'a'", &[]), checked("title = $1", std::slice::from_ref(&text)));
    assert_eq!(checked("vc = 'a'", &[]), checked("vc = $1", &[text]));
}

#[test]
fn a_bind_of_a_type_by_name_is_text_or_refused() {
    let named = |name: &str, array| BindType::Named { schema: None, name: name.into(), array };
    let mood = checked("mood = $1", &[bind(Some("ok"), named("mood", false))]).unwrap();
    assert_eq!(mood, check("mood = 'ok'"));
    checked("mood = ANY ($1)", &[bind(Some("{ok,sad}"), named("mood", true))]).unwrap();
    // The bytes of these are no text, even where they look like it.
    for (name, array) in [("positive", false), ("positive", true), ("int4", false)] {
        let refused = checked("dom = $1", &[bind(Some("1234"), named(name, array))]).unwrap_err();
        assert!(refused.contains(&format!("unsupported type {name}")), "{refused}");
    }
}

#[test]
fn three_valued_logic() {
    let values = [("id", "1"), ("title", "x"), ("done", "t")];
    for (filter, expected) in [
        ("id = 1 AND title = 'x'", true),
        ("id = 1 AND owner_id = 1", false),
        ("NOT (owner_id = 1)", false),
        ("id = 1 OR owner_id = 1", true),
        ("id = 2 OR owner_id = 1", false),
        ("(owner_id = 1) IS UNKNOWN", true),
        ("(owner_id = 1) IS NOT TRUE", true),
        ("owner_id IS NULL", true),
        ("data IS NULL", true),
        ("id IS NOT NULL", true),
        ("done", true),
        ("NOT done", false),
        ("done IS TRUE AND done IS NOT FALSE", true),
        ("done = (id = 1)", true),
        ("owner_id IS DISTINCT FROM 1", true),
        ("owner_id IS NOT DISTINCT FROM NULL", true),
        ("id IS DISTINCT FROM 1", false),
        ("id BETWEEN 0 AND 1", true),
        ("id BETWEEN 1 AND 0", false),
        ("id BETWEEN SYMMETRIC 1 AND 0", true),
        ("id NOT BETWEEN 2 AND 3", true),
        ("id BETWEEN NULL AND 0", false),
        ("NOT (id BETWEEN NULL AND 0)", true),
        ("id IN (1, NULL)", true),
        ("id NOT IN (2, NULL)", false),
        ("id NOT IN (2, 3)", true),
        ("id IN (2, owner_id, 1)", true),
        ("owner_id = ANY ('{}')", false),
        ("NOT (owner_id = ANY ('{}'))", true),
        ("owner_id = ALL ('{}')", true),
        ("(id = ANY (NULL::int4[])) IS NULL", true),
        ("id <> ALL ('{2,3}')", true),
        ("1 < ANY ('{0,2}'::int4[])", true),
    ] {
        assert_eq!(matches(filter, &values), expected, "{filter}");
    }
}

#[test]
fn long_lists_are_sets() {
    let many = (1..100).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    assert!(matches(&format!("id IN ({many})"), &[("id", "99")]));
    assert!(!matches(&format!("id IN ({many})"), &[("id", "100")]));
    assert!(matches(&format!("id NOT IN ({many})"), &[("id", "100")]));
    assert!(!matches(&format!("id NOT IN ({many}, NULL)"), &[("id", "100")]));
    assert!(!matches(&format!("NOT (id NOT IN ({many}, NULL))"), &[("id", "100")]));
    assert!(!matches(&format!("id NOT IN ({many})"), &[]));
    let words = (1..100).map(|n| format!("'w{n}'")).collect::<Vec<_>>().join(", ");
    assert!(matches(&format!("title IN ({words})"), &[("title", "w7")]));
    assert!(matches(&format!("bp IN ({words})"), &[("bp", "w7   ")]));
    assert!(!matches(&format!("title IN ({words})"), &[("title", "w7   ")]));
}

#[test]
fn types_compare_as_in_postgres() {
    for (filter, values, expected) in [
        ("f4 = 0.1", [("f4", "0.1")], false),
        ("f4 = '0.1'", [("f4", "0.1")], true),
        ("f4 IN (0.1)", [("f4", "0.1")], false),
        ("f4 IN (0.1, 2)", [("f4", "0.1")], true),
        ("f8 = 0.1", [("f8", "0.1")], true),
        ("n = 1", [("n", "1.00")], true),
        ("n > 'Infinity'", [("n", "NaN")], true),
        ("id = 1.0", [("id", "1")], true),
        ("id < 1.5", [("id", "1")], true),
        ("owner_id = 3000000000", [("owner_id", "3000000000")], true),
        ("id = 3000000000", [("id", "1")], false),
        ("uid = 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'", [("uid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")], true),
        ("bp = 'a'", [("bp", "a  ")], true),
        ("bp LIKE 'a'", [("bp", "a  ")], false),
        ("bp LIKE 'a%'", [("bp", "a  ")], true),
        ("bp::text = 'a'", [("bp", "a  ")], true),
        ("mood > 'sad'", [("mood", "happy")], true),
        ("mood::text = 'ok'", [("mood", "ok")], true),
        ("at = '2024-01-01 10:00+02'", [("at", "2024-01-01 08:00:00+00")], true),
        ("at >= '2024-01-01'::date", [("at", "2024-01-01 08:00:00+00")], true),
        ("day < '2024-01-01 00:00:01'::timestamp", [("day", "2024-01-01")], true),
        ("'a' = ANY (tags)", [("tags", "{b,a}")], true),
        ("tags = '{b,a}'", [("tags", "{b,a}")], true),
        ("3 > ALL (nums)", [("nums", "{{1,2},{0,1}}")], true),
        ("dom = 5", [("dom", "5")], true),
        ("b = '\\x00ff'", [("b", "\\x00ff")], true),
        ("title < 'b'", [("title", "Z")], true),
        ("title ILIKE 'AB%'", [("title", "abc")], true),
        ("vc ILIKE 'AB%'", [("vc", "aBc")], true),
        ("title LIKE '10!%' ESCAPE '!'", [("title", "10%")], true),
        ("title NOT LIKE 'a_'", [("title", "ab")], false),
    ] {
        assert_eq!(matches(filter, &values), expected, "{filter}");
    }
}

#[test]
fn refusals_name_the_trouble() {
    for (filter, message) in [
        ("zz = 1", "At location 0: unknown reference zz"),
        ("id = 1 AND titel = 'a'", "At location 11: unknown reference titel - did you mean `title`?"),
        ("id = $1", "At location 5: parameter $1 was not provided"),
        ("id", "WHERE clause must return a boolean"),
        ("1", "WHERE clause must return a boolean"),
        ("id = 'x'", "At location 5: invalid syntax for type int4: x"),
        ("mood = 'x'", "At location 7: invalid syntax for type mood: x"),
        ("at = 'now'", "At location 5: invalid syntax for type timestamptz: now"),
        ("data = '{}'", "At location 7: unsupported type json"),
        ("uid::int4 = 1", "At location 3: unknown cast from type uuid to type int4"),
        ("id = ANY (1)", "At location 5: argument of ANY must be an array"),
        ("id IS TRUE", "At location 0: argument of IS TRUE must be bool, not int4"),
        ("id = ANY (ARRAY[1, title])", "At location 10: ARRAY types int4 and text cannot be matched"),
    ] {
        let error = checked(filter, &[]).unwrap_err();
        // The parser decides which byte of an expression is its place.
        let without_place = |text: &str| text.split_once(": ").map_or(text.to_owned(), |(_, rest)| rest.to_owned());
        assert_eq!(without_place(&error), without_place(message), "{filter}");
    }
    for (filter, part) in [
        ("vc < 'a'", "the collation de_DE cannot be ordered"),
        ("mood::text < 'a'", "cannot be ordered"),
        ("nc = 'a'", "nondeterministic collation nocase"),
        ("nc LIKE 'a'", "nondeterministic collation nocase"),
        ("vc ILIKE 'ä'", "not ASCII"),
        ("id = title", "operator overload for int4 = text"),
        ("id LIKE '1'", "operator overload for int4 LIKE text"),
        ("uid = 1", "operator overload for uuid = int4"),
        ("title LIKE 'a' ESCAPE 'xx'", "Failed to apply function to constant arguments: invalid escape string"),
        ("id AND done", "argument of AND must be bool, not int4"),
        ("f8 = 1e400", "out of range"),
    ] {
        let error = checked(filter, &[]).unwrap_err();
        assert!(error.contains(part), "{filter}: {error}");
    }
    let conflict = checked("id = $1 OR owner_id = $1", &[text_bind("1")]).unwrap_err();
    assert_eq!(conflict, "type conflict for $1: int4 and int8");
    assert!(checked("id = $1 AND id > $1", &[text_bind("1")]).is_ok());
}

#[test]
fn constants_are_folded() {
    for (filter, template) in [
        ("1 = 1", "true"),
        ("'a' LIKE 'b%'", "false"),
        ("1 = NULL", "NULL::\"pg_catalog\".\"bool\""),
        ("id = 1 AND 1 = 1", "(\"id\" = $1)"),
        ("id = 1 AND FALSE", "false"),
        ("id = 1 OR TRUE", "true"),
        ("NOT (id = 1 AND done)", "(NOT ((\"id\" = $1) AND \"done\"))"),
        ("id BETWEEN 1 AND 2 AND done", "((\"id\" >= $1) AND (\"id\" <= $2) AND \"done\")"),
        ("TRUE", "true"),
        ("NULL", "NULL::\"pg_catalog\".\"bool\""),
        ("1 IS NULL", "false"),
    ] {
        assert_eq!(check(filter).template(), template, "{filter}");
    }
    let null = checked("owner_id = $1", &[bind(None, BindType::Unknown)]).unwrap();
    assert_eq!(null.template(), "(\"owner_id\" = $1)");
    assert_eq!(null.params().collect::<Vec<_>>(), [None]);
    assert_eq!(null.sql(), "(\"owner_id\" = NULL::\"pg_catalog\".\"int8\")");
}

#[test]
fn a_strict_function_of_null_is_null_whatever_its_other_arguments() {
    // So that the left side, which is out of range, is never asked.
    assert!(!matches("(id - 7) >= (id # NULL)", &[("id", "-2147483648")]));
    assert_eq!(check("id - 7 >= id # NULL").template(), "NULL::\"pg_catalog\".\"bool\"");
}

#[test]
fn columns_are_those_it_reads() {
    assert_eq!(check("owner_id = 1 AND (id = 2 OR owner_id = 3)").columns(), [0, 1]);
    assert_eq!(check("1 = 1").columns(), [] as [usize; 0]);
}

#[test]
fn index_keys_are_conditions_of_which_every_row_meets_one() {
    use Wanted::{Between, Holding, Null, OneOf, Prefix};
    let keys = |filter: &str| {
        let predicate = check(filter);
        predicate.index_keys().map(|keys| keys.into_iter().map(|key| (key.column, key.wanted)).collect::<Vec<_>>())
    };
    let ints = |values: &[i64]| OneOf(values.iter().map(|value| Value::Int(*value)).collect());
    let range = |low: i64, high: i64| Between(Some(Value::Int(low)), Some(Value::Int(high)));
    let text = |text: &str| Value::Text(text.into());
    let begins = |text: &str| Prefix(text.into());
    for (filter, wanted) in [
        ("owner_id = 7", vec![(1, ints(&[7]))]),
        ("7 = owner_id", vec![(1, ints(&[7]))]),
        ("owner_id IN (7, 8, NULL, 7)", vec![(1, ints(&[7, 8]))]),
        ("owner_id = NULL", vec![(1, ints(&[]))]),
        ("owner_id IS NOT DISTINCT FROM 7", vec![(1, ints(&[7]))]),
        ("owner_id IS NULL", vec![(1, Null)]),
        ("(owner_id = 7) IS TRUE", vec![(1, ints(&[7]))]),
        // Of several the narrowest.
        ("id IN (1, 2) AND owner_id = 7 AND done", vec![(1, ints(&[7]))]),
        ("id > 3 AND owner_id IN (7, 8)", vec![(1, ints(&[7, 8]))]),
        ("done AND id > 3", vec![(0, Between(Some(Value::Int(3)), None))]),
        ("done", vec![(3, OneOf(vec![Value::Bool(true)]))]),
        // Ranges.
        ("owner_id > 7", vec![(1, Between(Some(Value::Int(7)), None))]),
        ("7 >= owner_id", vec![(1, Between(None, Some(Value::Int(7))))]),
        ("id BETWEEN 3 AND 5", vec![(0, range(3, 5))]),
        ("id >= 1 AND id < 9 AND id > 2", vec![(0, range(2, 9))]),
        // Of a disjunction one of each part.
        ("owner_id = 7 OR owner_id IN (8, 7)", vec![(1, ints(&[7, 8]))]),
        ("owner_id = 7 OR id = 1 OR owner_id IS NULL", vec![(1, ints(&[7])), (0, ints(&[1])), (1, Null)]),
        ("owner_id = 7 OR (id BETWEEN 3 AND 5 AND done)", vec![(1, ints(&[7])), (0, range(3, 5))]),
        // A range narrows what stands beside it.
        ("id < 9 AND (id > 2 OR owner_id = 7)", vec![(0, range(2, 9)), (1, ints(&[7]))]),
        ("id < 9 AND (id > 2 OR owner_id = 7) AND owner_id = 8", vec![(1, ints(&[8]))]),
        // Labels.
        ("mood IN ('ok', 'sad')", vec![(10, OneOf(vec![Value::Enum(1), Value::Enum(0)]))]),
        ("mood::text IN ('ok', 'blue')", vec![(10, OneOf(vec![Value::Enum(1)]))]),
        // Prefixes.
        ("title LIKE 'ab%'", vec![(2, begins("ab"))]),
        ("title LIKE 'a\\%b_c'", vec![(2, begins("a%b"))]),
        ("title LIKE 'a!%b%' ESCAPE '!'", vec![(2, begins("a%b"))]),
        ("title LIKE 'ab'", vec![(2, begins("ab"))]),
        ("bp LIKE 'ab %'", vec![(9, begins("ab"))]),
        ("vc LIKE 'ä%'", vec![(8, begins("ä"))]),
        ("bp = 'a '", vec![(9, OneOf(vec![text("a")]))]),
        ("bp = 'a '::varchar", vec![(9, OneOf(vec![text("a")]))]),
        ("bp = ANY(ARRAY['a ', 'b']::varchar[])", vec![(9, OneOf(vec![text("a"), text("b")]))]),
    ] {
        assert_eq!(keys(filter), Some(wanted), "{filter}");
    }
    for filter in [
        "NOT owner_id = 7",
        "owner_id <> 7",
        "id = 1.5",
        "title::bpchar = 'a'",
        "owner_id = 7 OR title <> 'x'",
        "owner_id IS NOT NULL",
        "title LIKE '%a'",
        "title ILIKE 'a%'",
        "title NOT LIKE 'a%'",
        "mood::text LIKE 'o%'",
    ] {
        assert_eq!(keys(filter), None, "{filter}");
    }
    let holding = |values: &[i64]| Holding(values.iter().map(|value| Value::Int(*value)).collect());
    let nothing = || OneOf(vec![Value::parse("{}", &PgType::Array(PgType::Int4.into())).unwrap()]);
    for (filter, wanted) in [
        ("7 = ANY(nums)", vec![(18, holding(&[7]))]),
        ("nums @> '{7,8}'", vec![(18, holding(&[7]))]),
        ("'{7,8}' <@ nums", vec![(18, holding(&[7]))]),
        ("nums @> '{7,NULL}'", vec![(18, holding(&[]))]),
        ("nums && '{7,NULL,8}'", vec![(18, holding(&[7, 8]))]),
        ("'{7}' && nums", vec![(18, holding(&[7]))]),
        ("nums <@ '{7,8}'", vec![(18, holding(&[7, 8])), (18, nothing())]),
        ("'{7}' @> nums", vec![(18, holding(&[7])), (18, nothing())]),
        ("nums = '{}'", vec![(18, nothing())]),
        ("starts_with(title, 'ab')", vec![(2, begins("ab"))]),
        ("title ^@ 'ab'", vec![(2, begins("ab"))]),
    ] {
        assert_eq!(keys(filter), Some(wanted), "{filter}");
    }
    assert_eq!(keys("nums @> '{}'"), None);
}

/// On a thread with the stack of a worker, unoptimised.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn deep_and_long_filters_are_safe() {
    on_a_small_stack(|| {
        let nested = (0..49).fold("id = 1".to_owned(), |inner, i| {
            if i % 2 == 0 { format!("(done AND ({inner}))") } else { format!("(NOT ({inner} OR done))") }
        });
        let predicate = check(&nested);
        assert!(predicate.matches(&row(&[("id", "1")])).is_ok());
        assert!(!predicate.sql().is_empty());
        assert_eq!(predicate.clone(), predicate);

        let terms = (0..5_000).map(|n| format!("id={n}")).collect::<Vec<_>>().join(" OR ");
        let predicate = check(&terms);
        assert!(predicate.matches(&row(&[("id", "4999")])).unwrap());
        assert!(!predicate.matches(&row(&[("id", "5000")])).unwrap());
        assert!(matches!(&predicate.index_keys().unwrap()[0].wanted, Wanted::OneOf(values) if values.len() == 5_000));
    });
}

#[test]
fn trees_deeper_than_the_parser_allows_are_refused() {
    on_a_small_stack(|| {
        use crate::predicate::expr::{IsTest, Node};
        let is = |inner: Expr| {
            let node = Node::Is { value: Box::new(inner), test: IsTest::True, negated: false };
            Expr { node, at: 3 }
        };
        let deep = (0..300).fold(Expr { node: Node::Column("done".into()), at: 3 }, |inner, _| is(inner));
        let error = Predicate::check(&deep, &[], &table()).unwrap_err();
        assert_eq!(error, CheckError::TooDeep { at: 3 });
    });
}

#[test]
fn what_stands_for_several_comparisons_does_not_grow_without_bound() {
    for (before, after) in
        [("(", ") BETWEEN SYMMETRIC done AND TRUE"), ("(", ") BETWEEN done AND TRUE"), ("(", ") IN (done, TRUE)")]
    {
        let nested = |levels: usize| format!("{}id = 1{}", before.repeat(levels), after.repeat(levels));
        assert!(checked(&nested(1), &[]).is_ok(), "{after}");
        let refused = checked(&nested(60), &[]).unwrap_err();
        assert!(refused.ends_with("an operand of this size is not supported in this context"), "{refused}");
    }
}

#[test]
fn null_leaves_a_value_open() {
    let of = |filter: &str, bind: Option<&str>| {
        Predicate::check(
            &filter.parse::<Expr>().unwrap(),
            &[Bind { value: bind.map(str::to_owned), ty: BindType::Unknown }],
            &table(),
        )
        .unwrap()
    };
    let open = of("owner_id = $1", None);
    assert_eq!(open.template(), of("owner_id = 7", None).template());
    assert!(open.leaves_open(&of("owner_id = $1", Some("7"))));
    assert!(open.leaves_open(&of("owner_id = 7", None)));
    assert!(!open.leaves_open(&of("id = 7", None)));
    assert!(!of("owner_id = 7", None).leaves_open(&of("owner_id = 8", None)));
    assert!(of("owner_id IN (NULL, 1)", None).leaves_open(&of("owner_id IN (7, 8)", None)));
    assert!(of("tags @> NULL", None).leaves_open(&of("tags @> '{a}'", None)));
}

#[test]
fn what_is_not_evaluated_here_is_handed_on_part_by_part() {
    let check = |text: &str, binds: &[Bind]| Predicate::check(&text.parse().unwrap(), binds, &table()).unwrap();
    let text = "my_check(title, $1, 'x', 2) AND owner_id = 7 AND (data IS NULL OR other(id))";
    let predicate = check(text, &[bind(Some("a'b"), BindType::Oid(25))]);
    let part = predicate.handed_on().unwrap();
    assert_eq!(
        part.sql(),
        "((\"my_check\"(\"title\", CAST('a''b' AS \"pg_catalog\".\"text\"), 'x', 2) AND ((\"data\" IS NULL) OR \"other\"(\"id\"))))"
    );
    assert_eq!(part.columns(), [0, 2, 13]);
    assert_eq!(part.reason().to_string(), "At location 0: unknown or unsupported function my_check/4");
    assert_eq!(
        predicate.template(),
        "((\"owner_id\" = $1) AND ((\"my_check\"(\"title\", CAST($2 AS \"pg_catalog\".\"text\"), $3, $4) AND ((\"data\" IS NULL) OR \
         \"other\"(\"id\")))))"
    );
    assert_eq!(predicate.params().flatten().collect::<Vec<_>>(), ["7", "a'b", "x", "2"]);
    assert_eq!(predicate.columns(), [0, 1, 2, 13]);
    assert!(predicate.index_keys().is_some(), "the rest still finds it");
    let other = check(
        "owner_id = 7 AND my_check(title, $1, 'x', 2) AND (data IS NULL OR other(id))",
        &[bind(Some("a'b"), BindType::Oid(25))],
    );
    assert_eq!(predicate, other, "in whatever order");
    assert!(check("1 = 2 AND my_check(title)", &[]).handed_on().is_some(), "Postgres may not know it");
    let open = check("my_check(title, $1)", &[bind(None, BindType::Unknown)]);
    assert!(open.leaves_open(&check("my_check(title, 'b')", &[])));
    assert!(!check("my_check(title, 'a')", &[]).leaves_open(&check("my_check(title, 'b')", &[])));
}

#[test]
fn what_is_handed_on_names_columns_and_parameters_that_are_there() {
    let refusal = |text: &str| Predicate::check(&text.parse().unwrap(), &[], &table()).unwrap_err().to_string();
    assert_eq!(refusal("f(id) OR zz = 1"), "At location 9: unknown reference zz");
    assert_eq!(refusal("f(id) AND g($1)"), "At location 12: parameter $1 was not provided");
    let mut odd = table();
    odd.columns[0].name = "a$1\"$2".into();
    let predicate = Predicate::check(&"f(\"a$1\"\"$2\", 'x', 'y')".parse().unwrap(), &[], &odd).unwrap();
    assert_eq!(predicate.template(), "(\"f\"(\"a$1\"\"$2\", $1, $2))");
}

/// A few words could ask for more memory than there is.
#[test]
fn texts_do_not_grow_without_bound() {
    struct Title;
    impl Row for Title {
        fn text(&self, column: usize) -> Option<&[u8]> {
            (column == 2).then_some(b"aaaaaaaaaa")
        }
    }
    let nested = |function: &str, arguments: &str, levels: usize| {
        let text =
            format!("{}title{}", format!("{function}(").repeat(levels), format!(", {arguments})").repeat(levels));
        checked(&format!("length({text}) > 0"), &[]).unwrap().matches(&Title)
    };
    for (function, arguments) in [("repeat", "1000"), ("replace", "'a', 'aaaaaaaa'")] {
        assert_eq!(nested(function, arguments, 1), Ok(true), "{function}");
        assert!(nested(function, arguments, 40).is_err(), "{function}");
    }
    assert_eq!(nested("replace", "'aa', 'a'", 3), Ok(true));
}
