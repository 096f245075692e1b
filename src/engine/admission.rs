//! Which filters Postgres evaluates for us: asked once for each, and remembered.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::{Engine, ResolveError, Shared};
use crate::pg::{RelationId, TableSchema};
use crate::predicate::HandedOn;
use crate::source::{Refusal, SourceError};

/// How much SQL is remembered, in bytes. Beyond that all of it is forgotten, and asked about again.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How long a refusal holds: what it was for, a function or a privilege, may come at any time.
const REFUSED_FOR: Duration = Duration::from_secs(10);

/// What Postgres has said of filters.
#[derive(Debug, Default)]
pub(super) struct Admissions {
    by_table: HashMap<RelationId, HashMap<Arc<str>, Arc<Admission>>>,
    bytes: usize,
}

/// Filled once Postgres has answered, so that those who come meanwhile wait for the first.
type Admission = OnceCell<Answer>;

#[derive(Debug)]
pub(super) struct Answer {
    refusal: Option<Refusal>,
    at: Instant,
}

impl Answer {
    fn holds(&self, now: Instant) -> bool {
        self.refusal.is_none() || now.duration_since(self.at) < REFUSED_FOR
    }
}

impl Admissions {
    /// The cell for this filter of the table. A refusal that has held long enough is forgotten.
    pub(super) fn of(&mut self, table: RelationId, sql: &str, now: Instant) -> Arc<Admission> {
        let known = self.by_table.get(&table).and_then(|filters| filters.get(sql));
        if let Some(known) = known
            && known.get().is_none_or(|answer| answer.holds(now))
        {
            return known.clone();
        }
        if self.bytes + sql.len() > MAX_BYTES {
            *self = Self::default();
        }
        let cell = Arc::default();
        let replaced = self.by_table.entry(table).or_default().insert(sql.into(), Arc::clone(&cell));
        self.bytes += if replaced.is_none() { sql.len() } else { 0 };
        cell
    }

    /// The table is not what it was.
    pub(super) fn forget(&mut self, table: RelationId) {
        if let Some(filters) = self.by_table.remove(&table) {
            self.bytes -= filters.keys().map(|sql| sql.len()).sum::<usize>();
        }
    }
}

impl Shared {
    async fn admits(&self, table: &TableSchema, sql: &str) -> Result<Option<Refusal>, SourceError> {
        let cell = self.catalog.admission(table.id, sql, Instant::now());
        let ask = async || {
            let refusal = self.source.admits(table, sql).await?;
            Ok::<_, SourceError>(Answer { refusal, at: Instant::now() })
        };
        Ok(cell.get_or_try_init(ask).await?.refusal.clone())
    }
}

impl Engine {
    /// Asks Postgres whether it evaluates what is handed on, unless it has said so before.
    pub(super) async fn admit(&self, table: &Arc<TableSchema>, part: &HandedOn) -> Result<(), ResolveError> {
        let (shared, table, sql) = (self.shared().clone(), table.clone(), part.sql().to_owned());
        let asked = self.shared().work.spawn(async move { shared.admits(&table, &sql).await });
        match asked.await {
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(Refusal { said: None }))) => Err(part.reason().clone().into()),
            Ok(Ok(Some(Refusal { said: Some(said) }))) => {
                Err(ResolveError::NotAdmitted { reason: part.reason().clone(), said })
            }
            Ok(Err(error)) => Err(ResolveError::Unreachable(Arc::new(error))),
            Err(_) => Err(ResolveError::Stopped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: RelationId = RelationId(1);

    #[test]
    fn a_refusal_holds_for_a_while_only() {
        let mut admissions = Admissions::default();
        let now = Instant::now();
        let answer = |refusal| Answer { refusal, at: now };
        admissions.of(TABLE, "no", now).set(answer(Some(Refusal { said: None }))).unwrap();
        admissions.of(TABLE, "yes", now).set(answer(None)).unwrap();
        assert!(admissions.of(TABLE, "no", now).initialized());
        assert!(!admissions.of(TABLE, "no", now + REFUSED_FOR).initialized());
        assert!(admissions.of(TABLE, "yes", now + REFUSED_FOR).initialized());
        assert_eq!(admissions.bytes, 5);
        admissions.forget(TABLE);
        assert_eq!(admissions.bytes, 0);
        assert!(!admissions.of(TABLE, "yes", now).initialized());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut admissions = Admissions::default();
        let long = "x".repeat(MAX_BYTES / 4);
        for number in 0..9 {
            admissions.of(RelationId(number), &long, Instant::now());
            assert!(admissions.bytes <= MAX_BYTES);
        }
        assert_eq!(admissions.by_table.len(), 1);
    }
}
