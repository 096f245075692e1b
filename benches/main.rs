//! The benchmarks: `cargo bench --bench main -- [NAME ..]`, all without a name.
//!
//! Each pairs ours with a limit measured in the same run on the same work, and prints ratios; none asserts a time.
//! `README.md` beside this file keeps the last results.

mod cpu;
mod ingest;
mod report;
mod rig;
mod router;
mod snapshot;

/// A benchmark, by name.
type Bench = (&'static str, fn());

const BENCHES: [Bench; 3] = [("ingest", ingest::run), ("snapshot", snapshot::run), ("router", router::run)];

fn main() {
    // Cargo hands its own flags through.
    let names: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for name in &names {
        assert!(BENCHES.iter().any(|(known, _)| known == name), "no benchmark {name:?}; there are: {}", known());
    }
    for (name, run) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("== {name}");
            run();
        }
    }
}

fn known() -> String {
    BENCHES.map(|(name, _)| name).join(", ")
}
