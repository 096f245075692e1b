//! Ratios of medians, with the spread of the limit.

use std::time::Duration;

/// Runs of one thing: how much was done, and how long each run took.
#[derive(Clone, Debug)]
pub(crate) struct Runs {
    pub(crate) units: f64,
    pub(crate) times: Vec<Duration>,
}

impl Runs {
    pub(crate) fn new(units: u32) -> Self {
        Self { units: units.into(), times: Vec::new() }
    }

    /// Units in a second in the median run.
    pub(crate) fn rate(&self) -> f64 {
        self.units / median(&self.times).as_secs_f64()
    }

    /// By how much the slowest run exceeds the fastest.
    pub(crate) fn spread(&self) -> f64 {
        let fastest = self.times.iter().min().copied().unwrap_or_default().as_secs_f64();
        let slowest = self.times.iter().max().copied().unwrap_or_default().as_secs_f64();
        slowest / fastest - 1.0
    }
}

pub(crate) fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Prints ours beside the limit.
pub(crate) fn compare(name: &str, unit: &str, limit: &Runs, ours: &Runs) {
    let ratio = ours.rate() / limit.rate();
    let noisy = if limit.spread() > 0.25 { "  NOISY" } else { "" };
    println!(
        "{name:<28} limit {:>9.0} {unit}/s (spread {:.0} %)   ours {:>9.0} {unit}/s   ratio {ratio:.2}{noisy}",
        limit.rate(),
        limit.spread() * 100.0,
        ours.rate(),
    );
}

/// Microseconds of CPU for each unit.
pub(crate) fn per_unit(cpu: Duration, units: f64) -> f64 {
    cpu.as_secs_f64() * 1e6 / units
}
