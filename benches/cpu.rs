//! CPU time of processes, as Linux counts it.

use std::time::Duration;

/// Ticks in a second (`USER_HZ`, fixed at 100 on Linux).
const HERTZ: u64 = 100;

/// User and system time of a process so far; `None` where `/proc` is not to be had, or the process is gone.
pub(crate) fn of(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold blanks; utime and stime are the 12th and 13th fields behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 1000 / HERTZ))
}

/// User and system time of this process so far.
pub(crate) fn ours() -> Duration {
    of(std::process::id()).unwrap_or_default()
}

/// Resident memory of this process, in MiB.
pub(crate) fn resident_mib() -> u64 {
    resident_kib(std::process::id()) / 1024
}

/// Resident memory of a process.
pub(crate) fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
