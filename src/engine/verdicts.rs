//! Questions to Postgres about rows that the stream has brought: put together by the collector, asked on the worker's
//! thread, one at a time.
//!
//! A question is asked until it is answered, however long Postgres cannot be reached. If a part of it raises an error, it
//! is asked again part by part, so that the error is nobody's but those' whom it concerns.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::{Shared, metrics};
use crate::change::KeptRow;
use crate::pg::{RelationId, TableSchema};
use crate::source::{Ask, Fault, ServerError, SourceError};

/// How much goes into one question: the rest waits for the next.
const MAX_CONDITIONS: usize = 500;
const MAX_ROWS: usize = 10_000;
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Each is a parameter of the statement, of which there may be 65,535.
const MAX_COLUMNS: usize = 10_000;

/// How many rows of a question are looked for that raise errors. From then on all rows of a condition are taken to.
const MAX_FAULTS: usize = 32;

/// Waiting times between attempts: doubled from the first to the second.
const BACK_OFF: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Where in a question something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    condition: usize,
    row: usize,
}

/// A question while it is put together.
#[derive(Debug, Default)]
pub(super) struct Question {
    asks: Vec<Ask>,
    conditions: HashMap<(RelationId, Arc<str>), usize>,
    /// By condition and the row's address, which is its own as long as the question holds it.
    rows: HashMap<(usize, usize), usize>,
    bytes: usize,
    columns: usize,
}

impl Question {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether nothing should be added.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MAX_BYTES
            || self.rows.len() >= MAX_ROWS
            || self.asks.len() >= MAX_CONDITIONS
            || self.columns >= MAX_COLUMNS
    }

    /// The place of a condition.
    pub(super) fn condition(&mut self, table: &Arc<TableSchema>, sql: &Arc<str>, columns: &Arc<[usize]>) -> usize {
        let Self { asks, conditions, columns: count, .. } = self;
        *conditions.entry((table.id, sql.clone())).or_insert_with(|| {
            *count += columns.len();
            asks.push(Ask { table: table.clone(), sql: sql.clone(), columns: columns.clone(), rows: Vec::new() });
            asks.len() - 1
        })
    }

    /// Asks whether it is true on a row.
    pub(super) fn row(&mut self, condition: usize, row: &Arc<KeptRow>) -> Asked {
        let Self { asks, rows, bytes, .. } = self;
        let number = *rows.entry((condition, Arc::as_ptr(row).addr())).or_insert_with(|| {
            *bytes += row.size();
            let Some(ask) = asks.get_mut(condition) else { return usize::MAX };
            ask.rows.push(row.clone());
            ask.rows.len() - 1
        });
        Asked { condition, row: number }
    }

    pub(super) fn into_asks(self) -> Vec<Ask> {
        self.asks
    }
}

/// Why Postgres has no verdict on a row. What it says of one may hold its values, and is left out.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostgresTrouble {
    #[error("Postgres cannot evaluate its filter on a changed row (SQLSTATE {0})")]
    Row(String),
    #[error("Postgres cannot evaluate its filter any more")]
    Condition(#[source] ServerError),
    #[error("Postgres takes too long to evaluate its filter on a changed row")]
    Slow,
    #[error("the question to Postgres got lost")]
    Lost,
}

type Verdict = Result<bool, Arc<PostgresTrouble>>;

/// The answer to a question.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Vec<Vec<Verdict>>);

impl Verdicts {
    /// Whether the condition is true on the row.
    pub(super) fn of(&self, asked: Asked) -> Verdict {
        let verdict = self.0.get(asked.condition).and_then(|rows| rows.get(asked.row));
        verdict.cloned().unwrap_or_else(|| Err(Arc::new(PostgresTrouble::Lost)))
    }
}

#[cfg(test)]
impl Verdicts {
    /// On the rows of the first condition.
    pub(super) fn of_one_condition(rows: &[bool]) -> Self {
        Self(vec![rows.iter().copied().map(Ok).collect()])
    }
}

/// Asks until there is an answer.
pub(super) async fn answer(shared: &Shared, asks: &[Ask]) -> Verdicts {
    let unknown = |ask: &Ask| vec![Ok(false); ask.rows.len()];
    let mut asking = Asking { shared, asks, verdicts: asks.iter().map(unknown).collect(), faults: 0 };
    let mut parts = vec![Part::whole(asks)];
    while let Some(part) = parts.pop() {
        if let Some(halves) = asking.part(&part).await {
            parts.extend(halves);
        }
    }
    Verdicts(asking.verdicts)
}

/// Some rows of some conditions: the number of the condition, and from which row to which.
#[derive(Debug)]
struct Part(Vec<(usize, [usize; 2])>);

impl Part {
    fn whole(asks: &[Ask]) -> Self {
        Self(asks.iter().enumerate().map(|(number, ask)| (number, [0, ask.rows.len()])).collect())
    }

    /// Two parts of it: of its conditions if there are several, else of the rows of the one.
    fn halves(&self) -> Option<[Self; 2]> {
        match self.0.as_slice() {
            [(number, [from, to])] => {
                let middle = from.midpoint(*to);
                (middle > *from).then(|| [[*from, middle], [middle, *to]].map(|rows| Self(vec![(*number, rows)])))
            }
            several => {
                let (first, second) = several.split_at(several.len() / 2);
                (!first.is_empty()).then(|| [first, second].map(|part| Self(part.to_vec())))
            }
        }
    }

    fn has_several_conditions(&self) -> bool {
        self.0.len() > 1
    }

    fn asks(&self, asks: &[Ask]) -> Vec<Ask> {
        let ask = |&(number, [from, to]): &(usize, [usize; 2])| {
            let ask: &Ask = asks.get(number)?;
            Some(Ask { rows: ask.rows.get(from..to)?.to_vec(), ..ask.clone() })
        };
        self.0.iter().filter_map(ask).collect()
    }
}

struct Asking<'a> {
    shared: &'a Shared,
    asks: &'a [Ask],
    verdicts: Vec<Vec<Verdict>>,
    /// How many rows have raised errors.
    faults: usize,
}

impl Asking<'_> {
    /// Asks a part of the question. If it must be divided, its halves.
    async fn part(&mut self, part: &Part) -> Option<[Part; 2]> {
        let error = match self.until_answered(&part.asks(self.asks)).await {
            Ok(verdicts) => {
                let verdicts = verdicts.into_iter().map(|rows| rows.into_iter().map(Ok).collect());
                self.note(part, verdicts);
                return None;
            }
            Err(error) => error,
        };
        let (trouble, is_of_a_row) = match error.fault() {
            Fault::Row(said) => (PostgresTrouble::Row(said.code().to_owned()), true),
            Fault::Slow => (PostgresTrouble::Slow, true),
            Fault::Statement(said) => (PostgresTrouble::Condition(said.clone()), false),
            Fault::Passing => (PostgresTrouble::Lost, false),
        };
        if part.has_several_conditions() || (is_of_a_row && self.faults < MAX_FAULTS) {
            let halves = part.halves();
            if halves.is_some() {
                return halves;
            }
        }
        self.faults += 1;
        let trouble = Arc::new(trouble);
        self.note(part, part.0.iter().map(|(_, [from, to])| vec![Err(trouble.clone()); to - from]));
        None
    }

    /// Writes verdicts down in the places of the part.
    fn note(&mut self, part: &Part, verdicts: impl Iterator<Item = Vec<Verdict>>) {
        for ((number, [from, to]), verdicts) in part.0.iter().zip(verdicts) {
            let places = self.verdicts.get_mut(*number).and_then(|rows| rows.get_mut(*from..*to));
            for (place, verdict) in places.into_iter().flatten().zip(verdicts) {
                *place = verdict;
            }
        }
    }

    /// Asks for as long as Postgres cannot be asked; an error is one that lies in what is asked.
    async fn until_answered(&self, asks: &[Ask]) -> Result<Vec<Vec<bool>>, SourceError> {
        let mut wait = BACK_OFF[0];
        let mut is_waiting = false;
        loop {
            let since = Instant::now();
            let answered = self.shared.source.verdicts(asks).await;
            metrics::asked(asks.iter().map(|ask| ask.rows.len()).sum(), since.elapsed(), answered.is_err());
            match answered {
                Err(error) if matches!(error.fault(), Fault::Passing) => {
                    if !std::mem::replace(&mut is_waiting, true) {
                        let error: &dyn std::error::Error = &error;
                        warn!(error, "Postgres cannot be asked about changed rows; their shapes wait");
                    }
                }
                answered => {
                    if is_waiting {
                        info!("Postgres can be asked about changed rows again");
                    }
                    return answered;
                }
            }
            sleep(wait).await;
            wait = (wait * 2).min(BACK_OFF[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::TableName;

    fn table() -> Arc<TableSchema> {
        let (id, name) = (RelationId(1), TableName::new("public", "t"));
        Arc::new(TableSchema { id, name, columns: Vec::new(), primary_key: Vec::new() })
    }

    #[test]
    fn a_row_is_asked_about_once_for_each_condition() {
        let (table, row) = (table(), Arc::new(KeptRow::new(&[Some(b"a")])));
        let same_text = Arc::new(KeptRow::new(&[Some(b"a")]));
        let mut question = Question::default();
        assert!(question.is_empty());
        let mut ask = |sql: &str, row| {
            let condition = question.condition(&table, &sql.into(), &[0].into());
            question.row(condition, row)
        };
        let asked = ask("a", &row);
        assert_eq!(ask("a", &row), asked);
        assert_eq!([ask("b", &row), ask("a", &same_text)].map(|asked| (asked.condition, asked.row)), [(1, 0), (0, 1)]);
        let asks = question.into_asks();
        assert_eq!(asks.iter().map(|ask| ask.rows.len()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_question_is_bounded() {
        let mut question = Question::default();
        let row = Arc::new(KeptRow::new(&[Some(&vec![0; MAX_BYTES])]));
        let condition = question.condition(&table(), &"a".into(), &[0].into());
        question.row(condition, &row);
        assert!(question.is_full());
        let mut question = Question::default();
        for n in 0..MAX_CONDITIONS {
            question.condition(&table(), &n.to_string().into(), &[].into());
        }
        assert!(question.is_full());
    }

    #[test]
    fn a_part_is_halved_down_to_one_row_of_one_condition() {
        let mut parts = vec![Part(vec![(0, [0, 3]), (1, [0, 1]), (2, [0, 2])])];
        let mut found = Vec::new();
        while let Some(part) = parts.pop() {
            match part.halves() {
                Some(halves) => parts.extend(halves),
                None => found.push(part.0[0]),
            }
        }
        found.sort_unstable();
        assert_eq!(found, [(0, [0, 1]), (0, [1, 2]), (0, [2, 3]), (1, [0, 1]), (2, [0, 1]), (2, [1, 2])]);
    }
}
