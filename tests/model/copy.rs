//! The rows of a shape as a client has them. It believes nothing: each message must fit what it has.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::tables::{Definition, Row};

/// So many messages are told when something is wrong.
const REMEMBERED: usize = 60;

/// So many characters of each.
const NOTED: usize = 500;

#[derive(Debug)]
pub struct Copy {
    definition: Definition,
    /// By key; equal rows of a table without a key are counted.
    rows: BTreeMap<String, (Row, usize)>,
    /// The position of the last log item.
    pub last: (u64, u64),
    /// The transaction's last item is still to come.
    is_in_transaction: bool,
    /// The insert that the other half of a key change must be.
    expected: Option<String>,
    recent: VecDeque<String>,
}

impl Copy {
    pub fn new(definition: Definition) -> Self {
        Self {
            definition,
            rows: BTreeMap::new(),
            last: (0, 0),
            is_in_transaction: false,
            expected: None,
            recent: VecDeque::new(),
        }
    }

    pub fn recent(&self) -> String {
        format!("{:?}\n{}", self.definition, Vec::from(self.recent.clone()).join("\n"))
    }

    pub fn note(&mut self, what: &str) {
        let what = what.chars().take(NOTED).collect();
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(what);
    }

    /// All rows with their keys, sorted.
    pub fn rows(&self) -> Vec<(String, Row)> {
        let rows = self.rows.iter();
        rows.flat_map(|(key, (row, count))| std::iter::repeat_n((key.clone(), row.clone()), *count)).collect()
    }

    pub fn has(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    /// Takes in the messages of one answer; says how far the client has seen the log, if it is up to date now. What it
    /// knows already may come again if that `may_repeat`.
    pub fn apply(&mut self, messages: &[Value], may_repeat: bool) -> Option<u64> {
        let mut seen = None;
        for message in messages {
            self.note(&message.to_string());
            seen = self.message(message, may_repeat);
        }
        seen
    }

    fn message(&mut self, message: &Value, may_repeat: bool) -> Option<u64> {
        let headers = &message["headers"];
        match headers["control"].as_str() {
            Some("up-to-date") => {
                self.check(!self.is_in_transaction, "up to date within a transaction");
                return Some(number(&headers["global_last_seen_lsn"]));
            }
            Some("snapshot-end") => self.check(self.last == (0, 0), "a snapshot ends in the log"),
            Some(_) => self.fail("unknown control"),
            None if headers["lsn"].is_null() => {
                self.check(self.last == (0, 0) && headers["operation"] == "insert", "a row of a snapshot in the log");
                self.change(message);
            }
            None => {
                if self.is_new(headers, may_repeat) {
                    self.change(message);
                }
            }
        }
        None
    }

    /// Whether a log item is new; its position must be.
    fn is_new(&mut self, headers: &Value, may_repeat: bool) -> bool {
        let position = (number(&headers["lsn"]), headers["op_position"].as_u64().unwrap());
        if position <= self.last {
            self.check(may_repeat, "an item comes twice");
            return false;
        }
        self.check(!self.is_in_transaction || position.0 == self.last.0, "a transaction without end");
        self.last = position;
        self.is_in_transaction = headers["last"] != true;
        true
    }

    fn change(&mut self, message: &Value) {
        let key = message["key"].as_str().unwrap();
        let value = row(&message["value"]);
        let headers = &message["headers"];
        if let Some(expected) = self.expected.take() {
            let is_half = headers["operation"] == "insert" && headers["key_change_from"].is_string();
            self.check(is_half && expected == key, "half a key change");
        }
        match headers["operation"].as_str().unwrap() {
            "insert" => self.insert(key, value),
            "update" => self.update(key, value, &message["old_value"]),
            "delete" => self.delete(key, &value),
            _ => self.fail("unknown operation"),
        }
        self.expected = headers["key_change_to"].as_str().map(str::to_owned);
    }

    fn insert(&mut self, key: &str, value: Row) {
        let is_unique = !self.definition.table.key.is_empty();
        self.check(!(is_unique && self.has(key)), "an insert of a row that is there");
        self.rows.entry(key.to_owned()).or_insert((value, 0)).1 += 1;
    }

    fn update(&mut self, key: &str, value: Row, old_value: &Value) {
        self.check(!self.definition.table.key.is_empty(), "an update without a key");
        let Some((mut row, 1)) = self.rows.get(key).cloned() else { self.fail("an update of no row") };
        let changed: BTreeSet<_> = value.iter().filter(|(column, new)| row[*column] != **new).map(|(c, _)| c).collect();
        let told: BTreeSet<_> = if self.definition.is_full {
            self.check(value.keys().eq(row.keys()), "an update without all columns");
            let old = self::row(old_value);
            self.check(old.iter().all(|(column, old)| row[column] == *old), "an old value that was never there");
            value.keys().filter(|column| old.contains_key(*column)).collect()
        } else {
            value.keys().filter(|column| !self.definition.table.key.contains(&column.as_str())).collect()
        };
        self.check(told == changed, "other columns are changed than told");
        row.extend(value);
        self.rows.insert(key.to_owned(), (row, 1));
    }

    fn delete(&mut self, key: &str, value: &Row) {
        let Some((row, count)) = self.rows.remove(key) else { self.fail("a delete of no row") };
        let mut expected = row.clone();
        if !self.definition.tells_all() {
            expected.retain(|column, _| self.definition.table.key.contains(&column.as_str()));
        }
        self.check(*value == expected, "a delete tells other values");
        if count > 1 {
            self.rows.insert(key.to_owned(), (row, count - 1));
        }
    }

    #[track_caller]
    fn check(&self, is_so: bool, otherwise: &str) {
        if !is_so {
            self.fail(otherwise);
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{what}; the last messages: {}", self.recent())
    }
}

fn row(value: &Value) -> Row {
    let columns = value.as_object().unwrap().iter();
    columns.map(|(column, value)| (column.clone(), value.as_str().map(str::to_owned))).collect()
}

fn number(text: &Value) -> u64 {
    text.as_str().unwrap().parse().unwrap()
}
