//! The definition of a shape as its author wrote it.

use std::cmp::Ordering;
use std::fmt;

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
#[derive(Clone)]
#[must_use = "a shape does nothing until it is served"]
pub struct Shape {
    pub(crate) table: TableName,
    pub(crate) filter: Option<Expr>,
    pub(crate) binds: Vec<Bind>,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) replica: ReplicaMode,
    pub(crate) log: LogMode,
    /// Whether its author chose the columns, rather than to take what a table or model has.
    pub(super) is_selective: bool,
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
        Self {
            table,
            filter: None,
            binds: Vec::new(),
            columns: None,
            replica,
            log,
            is_selective: false,
            settled: 0,
            error: None,
        }
    }

    /// The schema of the table, as stored.
    pub fn namespace(mut self, schema: impl Into<String>) -> Self {
        self.table.schema = schema.into();
        self
    }

    /// Only rows for which the condition holds. A further filter is joined by AND.
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
        self.is_selective = true;
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

    /// Whether its author chose columns. A Diesel query or model without a choice lists those that it knows, so that it
    /// lives on when the table gets another; that is no choice.
    pub(crate) fn selects(&self) -> bool {
        self.is_selective
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
            Ordering::Equal => {}
            Ordering::Greater => {
                self.refuse(|table| ShapeError::Unbound { table, parameter: parameters, bound });
            }
            Ordering::Less => self.refuse(|table| ShapeError::Unused { table, parameters, bound }),
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

/// What it asks for counts, not how it was written.
impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        let Self { table, filter, binds, columns, replica, log, error, is_selective: _, settled: _ } = self;
        (table, filter, binds, columns) == (&other.table, &other.filter, &other.binds, &other.columns)
            && (replica, log, error) == (&other.replica, &other.log, &other.error)
    }
}

/// Without the values that are bound, which are nobody's business.
impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shape")
            .field("table", &self.table.to_string())
            .field("filter", &self.filter.as_ref().map(ToString::to_string))
            .field("binds", &self.binds.iter().map(|bind| &bind.ty).collect::<Vec<_>>())
            .field("columns", &self.columns)
            .field("replica", &self.replica)
            .field("log", &self.log)
            .field("error", &self.error)
            .finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(shape: Shape) -> String {
        shape.into_shape().unwrap_err().to_string()
    }

    fn values(shape: &Shape) -> Vec<Option<&str>> {
        shape.binds.iter().map(|bind| bind.value.as_deref()).collect()
    }

    #[test]
    fn filters_are_anded_and_renumbered() {
        let one = Shape::table("t").filter_sql("a = $1 OR b = $2").bind(1).bind("x");
        let two = one.clone().filter_sql("c IS NULL").filter_sql("d = $2 AND e <> $1").bind(3).bind(None::<i32>);
        let two = two.into_shape().unwrap();
        let wanted = "(a = $1 OR b = $2) AND c IS NULL AND d = $4 AND e <> $3";
        assert_eq!(two.filter, Some(wanted.parse().unwrap()));
        assert_eq!(values(&two), [Some("1"), Some("x"), Some("3"), None]);
    }

    #[test]
    fn every_parameter_has_its_value_and_every_value_its_parameter() {
        let unbound = "the filter of a shape of \"public\".\"t\" has $2, for which no value is bound: add `.bind(..)`";
        assert_eq!(refused(Shape::table("t").filter_sql("a = $1 OR b = $2").bind(1)), unbound);
        // The values of a later filter are not those of an earlier one.
        let later = Shape::table("t").filter_sql("a = $1 OR b = $2").bind(1).filter_sql("c = $1").bind(2).bind(3);
        assert_eq!(refused(later), unbound);
        let second = Shape::table("t").filter_sql("a = $1").bind(1).filter_sql("b = $1 OR c = $2").bind(2);
        assert_eq!(refused(second), unbound);
        for shape in [
            Shape::table("t").bind(1),
            Shape::table("t").bind(1).filter_sql("a = $1"),
            Shape::table("t").filter_sql("a = $1").bind(1).bind(2),
            Shape::table("t").filter_sql("a = $1").bind(1).bind(2).filter_sql("b = $1").bind(3),
        ] {
            assert!(matches!(shape.into_shape(), Err(ShapeError::Unused { .. })));
        }
    }

    #[test]
    fn what_is_wrong_is_told_at_the_end() {
        let shape = Shape::table("t").columns(["id", "id"]).filter_sql("a = (").bind(1).replica(ReplicaMode::Full);
        assert_eq!(refused(shape), "the columns of a shape of \"public\".\"t\" name id twice");
        assert!(matches!(Shape::table("t").filter_sql("a = (").into_shape(), Err(ShapeError::Filter { .. })));
        assert!(matches!(
            Shape::table("t").columns(Vec::<String>::new()).into_shape(),
            Err(ShapeError::NoColumns { .. })
        ));
    }

    #[test]
    fn names_are_taken_as_stored() {
        let shape = Shape::table("My \"t\".x").namespace("App").columns(["A b"]);
        assert_eq!(shape.table, TableName::new("App", "My \"t\".x"));
        assert_eq!(shape.columns.unwrap(), ["A b"]);
        assert_eq!(Shape::table("t").table.schema, "public");
    }

    #[test]
    fn debug_does_not_tell_what_is_bound() {
        let shape = Shape::table("t").filter_sql("a = $1").bind("secret");
        assert!(!format!("{shape:?}").contains("secret"));
    }

    /// A condition with `$1` to `$n`, in this order or another, and values for them.
    fn condition() -> impl Strategy<Value = (String, Vec<u32>)> {
        let term = (0..4_u32, 1..4_u32).prop_map(|(column, parameter)| format!("c{column} = ${parameter}"));
        let joined = |terms: Vec<String>, or: bool| terms.join(if or { " OR " } else { " AND " });
        (prop::collection::vec(term, 0..5), any::<bool>()).prop_flat_map(move |(mut terms, or)| {
            terms.push("(c4 = $3 OR c5 = $2 AND NOT c6 = $1)".to_owned());
            (Just(joined(terms, or)), prop::collection::vec(any::<u32>(), 3))
        })
    }

    /// The text with its `$n` replaced by their values.
    fn substituted(text: &str, values: &[Option<&str>]) -> Expr {
        let mut parts = text.split('$');
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let parameter: usize = part[..end].parse().unwrap();
            replaced.push_str(values[parameter - 1].unwrap());
            replaced.push_str(&part[end..]);
        }
        replaced.parse().unwrap()
    }

    proptest! {
        #[test]
        fn renumbering_keeps_each_value_at_its_place(conditions in prop::collection::vec(condition(), 1..5)) {
            let mut shape = Shape::table("t");
            let mut wanted: Option<Expr> = None;
            for (text, bound) in &conditions {
                shape = bound.iter().fold(shape.filter_sql(text), |shape, value| shape.bind(*value));
                let texts: Vec<String> = bound.iter().map(ToString::to_string).collect();
                let alone = substituted(text, &texts.iter().map(|text| Some(text.as_str())).collect::<Vec<_>>());
                wanted = Some(match wanted {
                    Some(wanted) => wanted.and(alone),
                    None => alone,
                });
            }
            let shape = shape.into_shape().unwrap();
            let filter = shape.filter.as_ref().unwrap().to_string();
            prop_assert_eq!(Some(substituted(&filter, &values(&shape))), wanted);
        }
    }
}
