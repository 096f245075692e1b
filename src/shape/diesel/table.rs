//! The table of a query, and the shape that grows from it.

use diesel::Table;
use diesel::associations::HasTable;
use diesel::internal::table_macro::StaticQueryFragmentInstance;
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;

use super::render::{columns, condition, sql};
use crate::pg::TableName;
use crate::shape::columns::read_table;
use crate::shape::{Shape, ShapeError};

/// The from clause of a table of `diesel::table!`, and of nothing else: joins, aliases, `ONLY` and table samples have
/// types of their own.
#[diagnostic::on_unimplemented(
    message = "only a table of `diesel::table!` can be synced as a shape",
    label = "a join, an alias, `.only()` or a table sample",
    note = "sync each table of a join as a shape of its own, and let the client join them"
)]
pub trait PlainTable {
    /// Its name.
    fn name() -> Result<TableName, ShapeError>;
    /// The columns of the primary key, as declared to Diesel.
    fn key() -> Result<Vec<String>, ShapeError>;
    /// All columns, as declared to Diesel.
    fn columns() -> Result<Vec<String>, ShapeError>;
}

impl<T> PlainTable for StaticQueryFragmentInstance<T>
where
    T: Table + HasTable<Table = T> + QueryFragment<Pg>,
    T::PrimaryKey: QueryFragment<Pg>,
    T::AllColumns: QueryFragment<Pg>,
{
    fn name() -> Result<TableName, ShapeError> {
        read_table(&sql(&T::table())?).ok_or(ShapeError::Sql("a table"))
    }

    fn key() -> Result<Vec<String>, ShapeError> {
        columns(&T::table().primary_key(), &Self::name()?).map_err(|_| ShapeError::Sql("a primary key"))
    }

    fn columns() -> Result<Vec<String>, ShapeError> {
        columns(&T::all_columns(), &Self::name()?)
    }
}

/// A shape as the clauses of a query are read one by one.
pub(super) struct TableShape {
    shape: Shape,
    key: Vec<String>,
    all: Vec<String>,
}

impl TableShape {
    pub(super) fn of<F: PlainTable>() -> Result<Self, ShapeError> {
        Ok(Self { shape: Shape::of(F::name()?), key: F::key()?, all: F::columns()? })
    }

    /// Refuses a clause of a boxed query unless it renders to nothing, which is how Diesel keeps an absent one.
    pub(super) fn refuse(
        &self,
        clause: &'static str,
        fragment: &(impl QueryFragment<Pg> + ?Sized),
    ) -> Result<(), ShapeError> {
        if sql(fragment)?.is_empty() {
            return Ok(());
        }
        Err(ShapeError::Clause { table: self.shape.table.clone(), clause })
    }

    /// Reads the select list, which must hold the primary key.
    pub(super) fn select(&mut self, list: &(impl QueryFragment<Pg> + ?Sized)) -> Result<(), ShapeError> {
        let columns = columns(list, &self.shape.table)?;
        refuse_missing_key(&self.shape.table, &self.key, &columns)?;
        self.shape.is_selective = columns != self.all;
        self.shape.columns = Some(columns);
        Ok(())
    }

    /// Reads the where clause.
    pub(super) fn restrict(&mut self, where_clause: &(impl QueryFragment<Pg> + ?Sized)) -> Result<(), ShapeError> {
        if let Some((filter, binds)) = condition(where_clause, &self.shape.table)? {
            self.shape.and(filter, binds);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Shape {
        self.shape
    }
}

/// Refuses a selection by which rows could not be told apart.
pub(in crate::shape) fn refuse_missing_key(
    table: &TableName,
    key: &[String],
    columns: &[String],
) -> Result<(), ShapeError> {
    let missing: Vec<String> = key.iter().filter(|column| !columns.contains(column)).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ShapeError::MissingKeyColumns { table: table.clone(), columns: missing })
}
