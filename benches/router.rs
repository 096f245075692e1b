//! Finding the shapes of one change among 10 to 100,000, for each kind of condition that has an index.

use std::hint::black_box;
use std::time::Instant;

use diesel_electric::__bench::{Routing, Work};

const LOOKUPS: u32 = 1_000_000;

const KINDS: [(&str, Work); 4] = [
    ("owner_id = k", Work::Equal),
    ("owner_id BETWEEN ..", Work::Between),
    ("name LIKE 'k-%'", Work::Prefix),
    ("k = ANY(tags)", Work::Element),
];

pub(crate) fn run() {
    for (name, work) in KINDS {
        let mut first = None;
        for shapes in [10, 100, 1000, 10_000, 100_000] {
            let nanos = measure(work, shapes);
            let ratio = nanos / *first.get_or_insert(nanos);
            println!("{name:<20} {shapes:>7} shapes   {nanos:>6.0} ns a change   {ratio:.2} of 10 shapes");
        }
    }
}

fn measure(work: Work, shapes: u32) -> f64 {
    let routing = Routing::new(work, shapes);
    let rows: Vec<String> = (0..1000u32).map(|i| routing.row(i * 7919 % shapes)).collect();
    let mut found = Vec::new();
    let start = Instant::now();
    for row in rows.iter().cycle().take(LOOKUPS as usize) {
        routing.find(row, &mut found);
        black_box(&found);
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(LOOKUPS)
}
