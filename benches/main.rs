//! The benchmarks: `cargo bench --bench main -- [NAME ..]`, all without a name.
//!
//! Each pairs ours with a limit measured in the same run on the same work, and prints ratios; none asserts a time.
//! `README.md` beside this file keeps the last results.

mod bare;
mod commands;
mod cpu;
mod crowd;
mod fanout;
mod idle;
mod ingest;
mod latency;
mod ours;
mod pace;
mod plot;
mod predicate;
mod process;
mod report;
mod rig;
mod router;
mod serve;
mod server;
mod snapshot;
mod wake;
mod wire;

/// A benchmark, by name.
type Bench = (&'static str, fn());

const BENCHES: [Bench; 9] = [
    ("ingest", ingest::run),
    ("snapshot", snapshot::run),
    ("router", router::run),
    ("predicate", predicate::run),
    ("fanout", fanout::run),
    ("serve", serve::run),
    ("idle", idle::run),
    ("wake", wake::run),
    ("latency", latency::run),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, role, arguments @ ..] = arguments.as_slice()
        && first == process::CHILD
    {
        return rig::runtime().block_on(child(role, arguments));
    }
    // Cargo hands its own flags through.
    let names: Vec<String> = arguments.into_iter().filter(|argument| !argument.starts_with("--")).collect();
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

/// What another process of this program does for a bench.
async fn child(role: &str, arguments: &[String]) {
    match role {
        "bare" => bare::serve(arguments).await,
        "ours" => ours::serve(arguments).await,
        "ask" => crowd::ask(arguments).await,
        "crowd" => crowd::crowd(arguments).await,
        "pace" => pace::pace(arguments).await,
        _ => unreachable!("no role {role:?}"),
    }
}

fn known() -> String {
    BENCHES.map(|(name, _)| name).join(", ")
}
