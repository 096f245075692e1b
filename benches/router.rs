//! Finding the shapes of one change among 10 to 100,000 of the form `owner_id = k`.

use std::hint::black_box;
use std::time::Instant;

use diesel_electric::__bench::Routing;

const LOOKUPS: u32 = 1_000_000;

pub(crate) fn run() {
    let mut first = None;
    for shapes in [10, 100, 1000, 10_000, 100_000] {
        let routing = Routing::by_owner(shapes);
        let rows: Vec<String> = (0..1000u32).map(|i| (i * 7919 % shapes).to_string()).collect();
        let mut found = Vec::new();
        let start = Instant::now();
        for row in rows.iter().cycle().take(LOOKUPS as usize) {
            routing.find(row, &mut found);
            black_box(&found);
        }
        let nanos = start.elapsed().as_secs_f64() * 1e9 / f64::from(LOOKUPS);
        let ratio = nanos / *first.get_or_insert(nanos);
        println!("{shapes:>7} shapes   {nanos:>6.0} ns a change   {ratio:.2} of 10 shapes");
    }
}
