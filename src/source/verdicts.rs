//! Conditions on rows that the stream has brought, evaluated by Postgres: all of them in one round trip.
//!
//! The rows go as arrays of text, one for each column, and are made values of the columns' own types and collations by a
//! subquery, so that a condition means there what it means on the table. Each condition is evaluated on the rows that
//! ask for it, and on no other: it might raise an error there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use futures_util::future::join3;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::pool::{Pool, Pooled, get};
use super::{Ask, SourceError, settings};
use crate::change::KeptRow;
use crate::pg::{TableSchema, quote_ident};

/// How long the server may be silent beyond the time that the statement has.
const SILENCE: Duration = Duration::from_secs(10);

/// Whether each condition is true on each of its rows. The server ends the statement after `limit`.
pub(super) async fn ask(pool: &Pool, asks: &[Ask], limit: Duration) -> Result<Vec<Vec<bool>>, SourceError> {
    let mut verdicts: Vec<Vec<bool>> = asks.iter().map(|ask| vec![false; ask.rows.len()]).collect();
    let statement = Statement::new(asks);
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        statement.parameters.iter().map(|parameter| (parameter as &(dyn ToSql + Sync), parameter.ty())).collect();
    let start = format!(
        "BEGIN READ ONLY; {}{}SET LOCAL statement_timeout = {}",
        settings::display("SET LOCAL"),
        settings::no_timeouts("SET LOCAL"),
        limit.as_millis()
    );
    let client = get(pool).await?;
    // All are sent before the first is answered. If one fails, so do those behind it, and the last ends the transaction.
    let asked = join3(
        client.batch_execute(&start),
        client.query_typed(&statement.sql, &parameters),
        client.batch_execute("COMMIT"),
    );
    let Ok((started, answered, ended)) = timeout(limit + SILENCE, asked).await else {
        drop(Pooled::take(client));
        return Err(SourceError::Lost(std::io::ErrorKind::TimedOut.into()));
    };
    started?;
    let answered = answered?;
    ended?;
    for row in &answered {
        let (ask, number, verdict) = answer(row)?;
        let place = verdicts.get_mut(ask).and_then(|rows| rows.get_mut(number));
        *place.ok_or(SourceError::Protocol("answer about a row"))? = verdict;
    }
    Ok(verdicts)
}

fn answer(row: &Row) -> Result<(usize, usize, bool), SourceError> {
    let number = |at| row.try_get::<_, i32>(at).map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    Ok((number(0)?, number(1)?, row.try_get::<_, Option<bool>>(2)?.unwrap_or(false)))
}

/// The statement that asks, with its parameters.
struct Statement<'a> {
    sql: String,
    parameters: Vec<Parameter<'a>>,
}

/// An array.
#[derive(Debug)]
enum Parameter<'a> {
    Numbers(Vec<i32>),
    Texts(Vec<Option<Text<'a>>>),
}

/// A value as the stream has brought it.
#[derive(Debug)]
struct Text<'a>(&'a [u8]);

/// What is asked of one table.
struct Part<'a> {
    table: &'a TableSchema,
    /// The conditions, by their numbers.
    asks: Vec<(i32, &'a Ask)>,
}

impl<'a> Statement<'a> {
    fn new(asks: &'a [Ask]) -> Self {
        let mut parts: Vec<Part<'a>> = Vec::new();
        for (number, ask) in (0..).zip(asks) {
            match parts.iter_mut().find(|part| *part.table == *ask.table) {
                Some(part) => part.asks.push((number, ask)),
                None => parts.push(Part { table: &ask.table, asks: vec![(number, ask)] }),
            }
        }
        let mut statement = Self { sql: String::new(), parameters: Vec::new() };
        let parts: Vec<String> = parts.iter().map(|part| statement.part(part)).collect();
        Self { sql: parts.join(" UNION ALL "), ..statement }
    }

    /// `$n` for another parameter.
    fn parameter(&mut self, parameter: Parameter<'a>) -> String {
        self.parameters.push(parameter);
        format!("${}", self.parameters.len())
    }

    /// Asks of one table: conditions and rows are joined by the pairs in which they are asked.
    fn part(&mut self, part: &Part<'a>) -> String {
        let name = part.free_name();
        let mut kept = Rows::default();
        let mut pairs: [Vec<i32>; 3] = Default::default();
        for (number, ask) in &part.asks {
            for (place, row) in (0..).zip(&ask.rows) {
                for (pair, value) in pairs.iter_mut().zip([*number, place, kept.number(row)]) {
                    pair.push(value);
                }
            }
        }
        let rows = self.rows(part, &name, &kept);
        let [ask, place, row] = pairs.map(|pair| self.parameter(Parameter::Numbers(pair)));
        let cases: Vec<String> =
            part.asks.iter().map(|(number, ask)| format!("WHEN {number} THEN ({}) IS TRUE", ask.sql)).collect();
        format!(
            "SELECT {name}ask, {name}place, CASE {name}ask {cases} END FROM (\
             WITH {name}rows AS MATERIALIZED ({rows}) SELECT * FROM {name}rows JOIN unnest({ask}::int4[], {place}::int4[], \
             {row}::int4[]) AS {name}pairs({name}ask, {name}place, {name}row) USING ({name}row)) AS {name}asked",
            cases = cases.join(" "),
        )
    }

    /// The query that makes values of the rows' texts. An explicit collation in it is an implicit one outside.
    fn rows(&mut self, part: &Part<'a>, name: &str, kept: &Rows<'a>) -> String {
        let numbers = (0..).zip(&kept.rows).map(|(number, _)| number).collect();
        let mut arrays = vec![format!("{}::int4[]", self.parameter(Parameter::Numbers(numbers)))];
        let mut values = vec![format!("{name}row")];
        let mut texts = values.clone();
        let rows: Vec<Vec<Option<&[u8]>>> = kept.rows.iter().map(|row| row.cells().collect()).collect();
        for position in part.columns() {
            let Some(column) = part.table.columns.get(position) else { continue };
            let cells = rows.iter().map(|row| row.get(position).copied().flatten().map(Text)).collect();
            let text = format!("{name}{position}");
            let collate = column.collation.as_ref().map(|collation| format!(" COLLATE {}", collation.sql_name));
            let (ty, collate) = (column.ty.sql_name(), collate.unwrap_or_default());
            values.push(format!("{text}::{ty}{collate} AS {}", quote_ident(&column.name)));
            arrays.push(format!("{}::text[]", self.parameter(Parameter::Texts(cells))));
            texts.push(text);
        }
        let [values, arrays, texts] = [values, arrays, texts].map(|list| list.join(", "));
        format!("SELECT {values} FROM unnest({arrays}) AS {name}texts({texts})")
    }
}

impl Part<'_> {
    /// The positions of the columns that its conditions read.
    fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.asks.iter().flat_map(|(_, ask)| ask.columns.iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// What no column's name begins with.
    fn free_name(&self) -> String {
        let mut name = "asked_".to_owned();
        while self.table.columns.iter().any(|column| column.name.starts_with(&name)) {
            name.push('_');
        }
        name
    }
}

/// Rows, each once: many conditions may ask about the same.
#[derive(Default)]
struct Rows<'a> {
    rows: Vec<&'a KeptRow>,
    numbers: HashMap<*const KeptRow, i32>,
}

impl<'a> Rows<'a> {
    fn number(&mut self, row: &'a Arc<KeptRow>) -> i32 {
        let next = i32::try_from(self.rows.len()).unwrap_or(i32::MAX);
        let number = *self.numbers.entry(Arc::as_ptr(row)).or_insert(next);
        if number == next {
            self.rows.push(row);
        }
        number
    }
}

impl Parameter<'_> {
    fn ty(&self) -> Type {
        match self {
            Self::Numbers(_) => Type::INT4_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
        }
    }
}

type Written = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::Numbers(numbers) => numbers.to_sql(ty, out),
            Self::Texts(texts) => texts.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT4_ARRAY, Type::TEXT_ARRAY].contains(ty)
    }

    to_sql_checked!();
}

impl ToSql for Text<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Written {
        out.put_slice(self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TEXT
    }

    to_sql_checked!();
}
