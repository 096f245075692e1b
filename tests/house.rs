//! The rules of the house: which room may import which, how long a file may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, lowest floor first, and what each may import.
const ROOMS: [(&str, &[&str]); 13] = [
    ("pg", &[]),
    ("change", &["pg"]),
    ("predicate", &["pg"]),
    ("protocol", &["pg"]),
    ("shape", &["pg", "predicate", "protocol"]),
    ("storage", &["pg", "protocol"]),
    ("interrupt", &["pg", "shape"]),
    ("source", &["pg", "change", "shape"]),
    ("engine", &["pg", "change", "predicate", "protocol", "shape", "storage", "source"]),
    ("service", &["pg", "change", "predicate", "protocol", "shape", "storage", "interrupt", "source", "engine"]),
    ("http", &["service", "engine", "interrupt", "shape", "protocol", "pg"]),
    ("fuzz", &["pg", "change", "predicate", "protocol", "source"]),
    ("lib.rs", &[]),
];

/// Rooms without socket, file, task or clock, and what would give one away.
const PURE: [&str; 5] = ["pg", "change", "predicate", "protocol", "shape"];
const IMPURE: [&str; 5] = ["tokio::", "std::net", "std::fs", "std::thread", "Instant::now"];

/// Lines of code, tests apart, at which a file must have been split.
const LONGEST: usize = 600;

struct Source {
    path: PathBuf,
    room: String,
    /// Without comments and without what follows `#[cfg(test)]`.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(&root).unwrap();
            let lies_in = below.components().next().unwrap().as_os_str().to_str().unwrap().to_owned();
            if below.components().any(|part| part.as_os_str().to_str().unwrap().contains("tests")) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            sources.push(Source { code: lines.collect::<Vec<_>>().join("\n"), room: lies_in, path });
        }
    }
    assert!(sources.len() > 20, "the sources were not found");
    sources
}

/// The rooms that a file names after `crate::`, also those in braces.
fn imports(code: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.extend([word(rest)]),
            Some(list) => {
                let mut depth = 1;
                let end = list.find(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    depth == 0
                });
                let mut depth = 0;
                let parts = list[..end.unwrap()].split(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    c == ',' && depth == 0
                });
                found.extend(parts.map(|part| word(part.trim())));
            }
        }
    }
    found
}

#[test]
fn rooms_import_only_what_the_plan_allows() {
    for Source { path, room, code } in sources() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            panic!("{} lies in no room of the house", path.display());
        };
        for import in imports(&code) {
            let known = ROOMS.iter().any(|(name, _)| *name == import);
            let is_allowed = import == room || allowed.contains(&import.as_str());
            assert!(!known || is_allowed || room == "lib.rs", "{}: {room} must not import {import}", path.display());
        }
    }
}

#[test]
fn imports_are_seen_in_every_form() {
    let code = "use crate::pg::Lsn; use crate::{shape::{A, b}, storage};\nlet x = crate::source::y();";
    let expected = ["pg", "shape", "source", "storage"].map(str::to_owned);
    assert_eq!(imports(code), BTreeSet::from(expected));
}

#[test]
fn pure_rooms_have_no_socket_file_task_or_clock() {
    for Source { path, room, code } in sources().iter().filter(|source| PURE.contains(&source.room.as_str())) {
        for sign in IMPURE {
            assert!(!code.contains(sign), "{}: {room} is pure and must not use {sign}", path.display());
        }
    }
}

#[test]
fn files_are_split_before_they_are_too_long() {
    for Source { path, code, .. } in sources() {
        let lines = code.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines of code", path.display());
    }
}
