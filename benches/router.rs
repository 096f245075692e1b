//! Finding the shapes of one change among 10 to 100,000, for each kind of condition that has an index, and dropping and
//! making one of them.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use diesel_electric::__bench::Routing;

use crate::plot::Plot;
use crate::rig::scaled;

const LOOKUPS: u32 = 1_000_000;
const RENEWALS: u32 = 100_000;
const SHAPES: [u32; 5] = [10, 100, 1000, 10_000, 100_000];
/// Changes of so many shapes in turn.
const ROWS: u32 = 1000;

/// A kind of filter, and what a row holds that shape `k` takes.
struct Kind {
    name: &'static str,
    filter: fn(u32) -> String,
    column: usize,
    value: fn(u32) -> String,
}

const KINDS: [Kind; 9] = [
    Kind { name: "owner_id = k", filter: |k| format!("owner_id = {k}"), column: 0, value: |k| k.to_string() },
    Kind { name: "token = k", filter: |k| format!("token = '{}'", uuid(k)), column: 4, value: uuid },
    Kind { name: "owner_id IN (..)", filter: ten_owners, column: 0, value: |k| (10 * k + 5).to_string() },
    Kind {
        name: "owner_id = k OR name = k",
        filter: |k| format!("owner_id = {k} OR name = '{k}'"),
        column: 1,
        value: |k| k.to_string(),
    },
    Kind { name: "k = ANY(tags)", filter: |k| format!("{k} = ANY(tags)"), column: 2, value: |k| format!("{{{k}}}") },
    Kind {
        name: "owner_id BETWEEN ..",
        filter: |k| format!("owner_id BETWEEN {} AND {}", 10 * k, 10 * k + 9),
        column: 0,
        value: |k| (10 * k + 5).to_string(),
    },
    Kind {
        name: "price BETWEEN ..",
        filter: |k| format!("price BETWEEN {k}.05 AND {k}.95"),
        column: 5,
        value: |k| format!("{k}.50"),
    },
    Kind {
        name: "at >= .. AND at < ..",
        filter: |k| format!("at >= '{}' AND at < '{}'", minute(k), minute(k + 1)),
        column: 3,
        value: |k| minute(k).replace(":00+00", ":30+00"),
    },
    Kind {
        name: "name LIKE 'k-%'",
        filter: |k| format!("name LIKE '{k}-%'"),
        column: 1,
        value: |k| format!("{k}-name"),
    },
];

pub(crate) fn run() {
    let mut plot = Plot::new("ns a change, by number of shapes", &SHAPES.map(|shapes| shapes.to_string()));
    for kind in &KINDS {
        let mut first = None;
        for shapes in SHAPES {
            let mut routing = Routing::new((0..shapes).map(kind.filter));
            let (find, renew) = (find(kind, &routing, shapes), renew(&mut routing, shapes));
            let ratio = find / *first.get_or_insert(find);
            plot.point(kind.name, find);
            println!(
                "{:<25} {shapes:>7} shapes   {find:>5.0} ns a change   {ratio:.2} of {}   {renew:>5.0} ns to drop and make one",
                kind.name, SHAPES[0]
            );
        }
    }
    println!("{plot}");
}

/// Nanoseconds to find the shapes of a change.
fn find(kind: &Kind, routing: &Routing, shapes: u32) -> f64 {
    let rows: Vec<String> = some_of(shapes).map(kind.value).collect();
    let mut found = Vec::new();
    fastest(&rows, scaled(LOOKUPS), |row| {
        routing.find(kind.column, row, &mut found);
        black_box(&found);
        assert_eq!(found.len(), 1, "{}: a row belongs to one shape", kind.name);
    })
}

/// Nanoseconds to drop a shape and make it again.
fn renew(routing: &mut Routing, shapes: u32) -> f64 {
    let slots: Vec<u32> = some_of(shapes).collect();
    fastest(&slots, scaled(RENEWALS), |slot| routing.renew(*slot))
}

/// Nanoseconds that one of them takes, in the fastest round: others may want the core, too.
fn fastest<T>(items: &[T], count: u32, mut work: impl FnMut(&T)) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..count / ROWS {
        let start = Instant::now();
        items.iter().for_each(&mut work);
        least = least.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(ROWS));
    }
    least
}

/// Shapes here and there.
fn some_of(shapes: u32) -> impl Iterator<Item = u32> {
    (0..ROWS).map(move |i| i * 7919 % shapes)
}

fn ten_owners(k: u32) -> String {
    let mut filter = format!("owner_id IN ({}", 10 * k);
    for other in 10 * k + 1..10 * k + 10 {
        write!(filter, ", {other}").expect("a string takes all");
    }
    filter + ")"
}

/// As random as one is.
fn uuid(k: u32) -> String {
    let bits = u64::from(k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{:08x}-{:04x}-4000-8000-{k:012x}", bits >> 32, bits & 0xFFFF)
}

/// The `k`th minute of a year.
fn minute(k: u32) -> String {
    let (day, minute) = (k / 1440, k % 1440);
    format!("2026-{:02}-{:02} {:02}:{:02}:00+00", day / 28 + 1, day % 28 + 1, minute / 60, minute % 60)
}
