//! The definition of a shape as its author wrote it.

use super::{BindValue, IntoShape, ShapeError};
use crate::pg::TableName;
use crate::predicate::{Bind, BindType, Expr};
use crate::protocol::{LogMode, ReplicaMode};

/// The definition of a shape: the rows of one table that match a filter. Nothing is looked up yet; the engine resolves
/// it against the catalog.
///
/// Written by hand, for tables without a Diesel schema or for filters that Diesel has no word for:
///
/// ```
/// use diesel_electric::{ReplicaMode, Shape};
///
/// let shape = Shape::table("todos")
///     .namespace("app")
///     .filter_sql("owner_id = $1 AND done = $2")
///     .bind(7)
///     .bind(false)
///     .columns(["id", "title"])
///     .replica(ReplicaMode::Full);
/// ```
///
/// What is wrong with it is told by [`IntoShape::into_shape`], so that the chain stays fluent.
///
/// As JSON it is an object, in which only `table` must be there:
///
/// ```
/// # use diesel_electric::Shape;
/// let shape: Shape = serde_json::from_str(
///     r#"{
///         "table": "todos",
///         "namespace": "app",
///         "where": "owner_id = $1 AND done = $2",
///         "params": ["7", false],
///         "columns": ["id", "title"],
///         "replica": "full",
///         "log": "full"
///     }"#,
/// )?;
/// # assert!(serde_json::from_str::<Shape>(r#"{"table": "todos", "order": "id"}"#).is_err());
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a shape does nothing until it is served"]
pub struct Shape {
    pub(crate) table: TableName,
    pub(crate) filter: Option<Expr>,
    pub(crate) binds: Vec<Bind>,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) replica: ReplicaMode,
    pub(crate) log: LogMode,
    /// How many of the binds belong to earlier filters than the last.
    settled: usize,
    /// The first thing that is wrong with it.
    error: Option<ShapeError>,
}

impl Shape {
    /// Every row and column of the table `table`, which is taken as stored: nothing is folded or unquoted. It lies in
    /// the schema `public` unless [`Shape::namespace`] says otherwise; the search path has no say.
    pub fn table(table: impl Into<String>) -> Self {
        Self::of(TableName::new("public", table))
    }

    /// Every row and column of a table.
    pub(crate) fn of(table: TableName) -> Self {
        let (replica, log) = (ReplicaMode::default(), LogMode::default());
        Self { table, filter: None, binds: Vec::new(), columns: None, replica, log, settled: 0, error: None }
    }

    /// The schema of the table, as stored.
    pub fn namespace(mut self, schema: impl Into<String>) -> Self {
        self.table.schema = schema.into();
        self
    }

    /// Only rows for which the condition holds. A further filter is ANDed.
    ///
    /// The condition's `$1`, `$2`, .. stand for the values of the [`Shape::bind`]s that follow it, up to the next
    /// filter.
    pub fn filter_sql(mut self, condition: &str) -> Self {
        match condition.parse::<Expr>() {
            Ok(expr) => {
                self.settle();
                self.and(expr, []);
            }
            Err(source) => self.refuse(|table| ShapeError::Filter { table, source }),
        }
        self
    }

    /// The value of the next `$n` of the last filter. It takes the type that its place in the filter asks for, as a
    /// quoted literal does in Postgres.
    pub fn bind(self, value: impl BindValue) -> Self {
        self.bind_typed(Bind { value: value.into_text(), ty: BindType::Unknown })
    }

    /// As [`Shape::bind`], for a value of a known type.
    pub(super) fn bind_typed(mut self, bind: Bind) -> Self {
        self.binds.push(bind);
        self
    }

    /// Only these columns, named as stored; they must hold the primary key. A second list replaces the first. A shape
    /// that lists its columns lives on when the table gets another.
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        let mut listed: Vec<String> = Vec::new();
        for column in columns.into_iter().map(Into::into) {
            if listed.contains(&column) {
                self.refuse(|table| ShapeError::DuplicateColumn { table, column });
            } else {
                listed.push(column);
            }
        }
        if listed.is_empty() {
            self.refuse(|table| ShapeError::NoColumns { table });
        }
        self.columns = Some(listed);
        self
    }

    /// What updates and deletes carry.
    pub fn replica(mut self, replica: ReplicaMode) -> Self {
        self.replica = replica;
        self
    }

    /// Where the log begins.
    pub fn log(mut self, log: LogMode) -> Self {
        self.log = log;
        self
    }

    /// Whether its author listed columns.
    pub(crate) fn selects(&self) -> bool {
        self.columns.is_some()
    }

    /// Narrows it by a condition whose `$1`.. are the first of `binds`.
    pub(super) fn and(&mut self, condition: Expr, binds: impl IntoIterator<Item = Bind>) {
        self.settled = self.binds.len();
        let condition = condition.shift_params(u32::try_from(self.settled).unwrap_or(u32::MAX));
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(condition),
            None => condition,
        });
        self.binds.extend(binds);
    }

    /// Checks that the last filter has as many `$n` as values.
    fn settle(&mut self) {
        let highest = self.filter.as_ref().map_or(0, Expr::highest_param);
        let (bound, before) = (self.binds.len() - self.settled, u32::try_from(self.settled).unwrap_or(u32::MAX));
        let parameters = highest.saturating_sub(before);
        match usize::try_from(highest).unwrap_or(usize::MAX).cmp(&self.binds.len()) {
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => {
                self.refuse(|table| ShapeError::Unbound { table, parameter: parameters, bound });
            }
            std::cmp::Ordering::Less => self.refuse(|table| ShapeError::Unused { table, parameters, bound }),
        }
    }

    fn refuse(&mut self, error: impl FnOnce(TableName) -> ShapeError) {
        let error = error(self.table.clone());
        self.keep(error);
    }

    /// Keeps an error for [`IntoShape::into_shape`], unless there is an earlier one.
    pub(super) fn keep(&mut self, error: ShapeError) {
        self.error.get_or_insert(error);
    }
}

impl IntoShape for Shape {
    fn into_shape(mut self) -> Result<Shape, ShapeError> {
        self.settle();
        match self.error {
            None => Ok(self),
            Some(error) => Err(error),
        }
    }
}
