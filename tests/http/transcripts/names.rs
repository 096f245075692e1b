//! Values that are others in every run. They are not ignored: what was one value in the recording must be one value in
//! ours, what were two must be two, and positions and transactions come in the same order.

use std::collections::BTreeMap;

use serde_json::Value;

/// What the recording's values are called in our run.
#[derive(Default)]
pub struct Names {
    handles: BTreeMap<String, String>,
    marks: BTreeMap<String, String>,
    /// The commits' positions: of log items and of offsets.
    commits: Vec<(u64, u64)>,
    /// How far the log was said to be read.
    seen: Vec<(u64, u64)>,
    transactions: Vec<(u64, u64)>,
    snapshots: Vec<(Visibility, Visibility)>,
}

impl Names {
    pub fn handle(&mut self, old: &str, new: &str) -> bool {
        one_to_one(&mut self.handles, old, new)
    }

    pub fn mark(&mut self, old: &str, new: &str) -> bool {
        one_to_one(&mut self.marks, old, new)
    }

    /// The position of a commit.
    pub fn commit(&mut self, old: &str, new: &str) -> bool {
        let Some(pair) = numbers(old, new) else { return false };
        // Nobody may have been told before that everything up to here was read.
        in_order(&mut self.commits, pair) && self.seen.iter().all(|seen| seen.0 >= pair.0 || seen.1 < pair.1)
    }

    /// How far the log is read: at least as far as all commits that were known then.
    pub fn seen(&mut self, old: &str, new: &str) -> bool {
        let Some(pair) = numbers(old, new) else { return false };
        self.seen.push(pair);
        self.commits.iter().all(|commit| commit.0 > pair.0 || commit.1 <= pair.1)
    }

    /// What a live answer ends with: a commit if it was one in the recording.
    pub fn end(&mut self, old: &str, new: &str) -> bool {
        let Some(pair) = numbers(old, new) else { return false };
        let is_same = self.commits.iter().all(|commit| commit.0 != pair.0 || commit.1 == pair.1);
        is_same && self.seen(old, new)
    }

    pub fn transaction(&mut self, old: &str, new: &str) -> bool {
        numbers(old, new).is_some_and(|pair| in_order(&mut self.transactions, pair))
    }

    /// `-1`, `now`, `0_2`, `0_inf` and the operation are the same in each run; the position is not.
    pub fn offset(&mut self, old: &str, new: &str) -> bool {
        match (old.split_once('_'), new.split_once('_')) {
            (Some(("0", old)), Some(("0", new))) => old == new,
            (Some((old_tx, old_op)), Some((new_tx, new_op))) => old_op == new_op && self.commit(old_tx, new_tx),
            _ => old == new,
        }
    }

    /// `"<handle>:<offset>:<offset>"`, and a number where the answer must not be revalidated.
    pub fn etag(&mut self, old: &str, new: &str) -> bool {
        let (Some(old), Some(new)) = (unquoted(old), unquoted(new)) else { return false };
        let (old, new): (Vec<_>, Vec<_>) = (old.split(':').collect(), new.split(':').collect());
        let (&[old_handle, old_from, old_to, ref old_more @ ..], &[new_handle, new_from, new_to, ref new_more @ ..]) =
            (old.as_slice(), new.as_slice())
        else {
            return false;
        };
        let more = old_more.len() == new_more.len() && new_more.iter().all(|number| number.parse::<i64>().is_ok());
        more && self.handle(old_handle, new_handle) && self.offset(old_from, new_from) && self.offset(old_to, new_to)
    }

    /// Our own tag for one of the recording's.
    pub fn our_etag(&self, old: &str) -> String {
        let parts = unquoted(old).unwrap().split(':').enumerate();
        let ours = parts.map(|(at, part)| if at == 0 { self.handles[part].clone() } else { self.our_offset(part) });
        format!("\"{}\"", ours.collect::<Vec<_>>().join(":"))
    }

    fn our_offset(&self, old: &str) -> String {
        let commit = old.split_once('_').and_then(|(tx, op)| Some((tx.parse::<u64>().ok()?, op)));
        let ours = commit.and_then(|(tx, op)| Some((self.commits.iter().find(|pair| pair.0 == tx)?.1, op)));
        ours.map_or_else(|| old.to_owned(), |(tx, op)| format!("{tx}_{op}"))
    }

    /// Keeps which transactions a snapshot saw. False if it is no snapshot.
    pub fn snapshot(&mut self, old: &Value, new: &Value) -> bool {
        let (Some(old), Some(new)) = (Visibility::read(old), Visibility::read(new)) else { return false };
        self.snapshots.push((old, new));
        true
    }

    /// The transactions of the recording that a snapshot saw there and does not see here, or the other way round.
    pub fn seen_differently(&self) -> Vec<u64> {
        let mut all = self.transactions.clone();
        all.retain(|&(old, new)| self.snapshots.iter().any(|pair| pair.0.sees(old) != pair.1.sees(new)));
        all.into_iter().map(|(old, _)| old).collect()
    }
}

fn unquoted(tag: &str) -> Option<&str> {
    tag.strip_prefix('"')?.strip_suffix('"')
}

fn numbers(old: &str, new: &str) -> Option<(u64, u64)> {
    old.parse().ok().zip(new.parse().ok())
}

fn one_to_one(known: &mut BTreeMap<String, String>, old: &str, new: &str) -> bool {
    if let Some(name) = known.get(old) {
        return name == new;
    }
    let is_free = known.values().all(|name| name != new);
    known.insert(old.to_owned(), new.to_owned());
    is_free
}

fn in_order(known: &mut Vec<(u64, u64)>, pair: (u64, u64)) -> bool {
    known.push(pair);
    known.iter().all(|other| other.0.cmp(&pair.0) == other.1.cmp(&pair.1))
}

/// Which transactions a snapshot sees.
struct Visibility {
    xmin: u64,
    xmax: u64,
    running: Vec<u64>,
}

impl Visibility {
    fn read(from: &Value) -> Option<Self> {
        let number = |value: &Value| value.as_str()?.parse().ok();
        let running = from["xip_list"].as_array()?.iter().map(number).collect::<Option<_>>()?;
        let read = Self { xmin: number(&from["xmin"])?, xmax: number(&from["xmax"])?, running };
        (read.xmin <= read.xmax && read.running.iter().all(|xid| (read.xmin..read.xmax).contains(xid))).then_some(read)
    }

    fn sees(&self, xid: u64) -> bool {
        xid < self.xmin || (xid < self.xmax && !self.running.contains(&xid))
    }
}
