//! A filter of five terms that no index finds, against the same written by hand on the same texts.

use std::hint::black_box;
use std::time::Instant;

use diesel_electric::__bench::Filter;

use crate::rig::scaled;

const ROWS: u32 = 1000;
const ROUNDS: u32 = 1000;
const TOKEN: &str = "00000000-0000-0000-0000-000000000000";

type Cells<'a> = [Option<&'a [u8]>; 6];

pub(crate) fn run() {
    let filter = Filter::new(&format!(
        "owner_id <> 7 AND name NOT LIKE 'tmp-%' AND (token <> '{TOKEN}' OR at IS NULL) AND name <> 'none'"
    ));
    let texts: Vec<[String; 3]> = (0..ROWS)
        .map(|row| [row.to_string(), format!("name-{row}"), format!("{row:08}-0000-4000-8000-000000000001")])
        .collect();
    let rows: Vec<Cells<'_>> = texts
        .iter()
        .map(|[owner, name, token]| {
            let [owner, name, token] = [owner, name, token].map(|text| Some(text.as_bytes()));
            [owner, name, None, None, token, None]
        })
        .collect();
    for row in &rows {
        assert_eq!(filter.takes(row), by_hand(row), "both mean the same");
    }
    let limit = fastest(&rows, by_hand);
    let ours = fastest(&rows, |row| filter.takes(row));
    println!("{:<28} limit {limit:>6.1} ns   ours {ours:>6.1} ns   ratio {:.2}", "five terms, each row", limit / ours);
}

/// As one would write it: what is NULL makes a comparison neither true nor false, and so not true.
fn by_hand(row: &Cells<'_>) -> bool {
    let [Some(owner), Some(name), _, at, token, _] = row else { return false };
    let Some(owner) = std::str::from_utf8(owner).ok().and_then(|text| text.parse::<i64>().ok()) else { return false };
    owner != 7
        && !name.starts_with(b"tmp-")
        && (token.is_some_and(|token| token != TOKEN.as_bytes()) || at.is_none())
        && *name != b"none"
}

/// Nanoseconds for a row, in the fastest round: others may want the core, too.
fn fastest(rows: &[Cells<'_>], takes: impl Fn(&Cells<'_>) -> bool) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..scaled(ROUNDS) {
        let start = Instant::now();
        for row in rows {
            black_box(takes(black_box(row)));
        }
        least = least.min(start.elapsed().as_secs_f64() * 1e9);
    }
    least / f64::from(ROWS)
}
