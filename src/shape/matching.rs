//! Which shapes are meant: the argument of an interrupt.

use super::{BindValue, IntoShape, Shape, ShapeError};
use crate::predicate::{Bind, BindType, Expr};

/// A description of shapes that may leave things open: a table, perhaps a filter, perhaps columns.
///
/// Without a filter it means every shape on the table. With one, the shapes that have the same filter, however either was
/// written; a `$n` without a value stands for any value. Columns count only if they are given.
///
/// ```
/// use diesel_electric::ShapeMatch;
///
/// ShapeMatch::table("todos");                                            // every shape on the table
/// ShapeMatch::table("todos").filter_sql("owner_id = $1");                // this filter, for any owner
/// ShapeMatch::table("todos").filter_sql("owner_id = $1").bind(7);        // for this owner
/// ShapeMatch::table("todos").namespace("app").columns(["id", "title"]);  // these columns of `app.todos`
/// ```
#[derive(Clone, Debug)]
#[must_use = "it describes shapes, and does nothing by itself"]
pub struct ShapeMatch {
    shape: Result<Shape, ShapeError>,
    /// Whether values may be open.
    pub(crate) is_pattern: bool,
}

impl ShapeMatch {
    /// Every shape on `table`, named as stored, in the schema `public` unless [`ShapeMatch::namespace`] says otherwise.
    pub fn table(table: impl Into<String>) -> Self {
        Self { shape: Ok(Shape::table(table)), is_pattern: true }
    }

    /// The shape of a query, a model, or one written by hand. If it has no filter, every shape on its table.
    pub fn of(shape: impl IntoShape) -> Self {
        Self { shape: shape.into_shape(), is_pattern: false }
    }

    /// The schema of the table, as stored.
    pub fn namespace(self, schema: impl Into<String>) -> Self {
        self.with(|shape| shape.namespace(schema))
    }

    /// Shapes with this filter. A `$n` that gets no value by [`ShapeMatch::bind`] stands for any. A further filter is joined
    /// by AND.
    pub fn filter_sql(self, condition: &str) -> Self {
        self.with(|mut shape| {
            shape.open_values();
            shape.filter_sql(condition)
        })
    }

    /// The value of the next `$n` of the last filter.
    pub fn bind(self, value: impl BindValue) -> Self {
        self.with(|shape| shape.bind(value))
    }

    /// Shapes that select exactly these columns, in whatever order.
    pub fn columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Self {
        self.with(|shape| shape.columns(columns))
    }

    /// The same filter, for any values: of a query for one user that for all users.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use diesel_electric::ShapeMatch;
    /// # diesel::table! { todos (id) { id -> Int8, owner_id -> Int8 } }
    ///
    /// ShapeMatch::of(todos::table.filter(todos::owner_id.eq(7))).any_values();
    /// ```
    pub fn any_values(mut self) -> Self {
        self.is_pattern = true;
        self.with(|mut shape| {
            shape.binds.iter_mut().for_each(|bind| bind.value = None);
            shape
        })
    }

    /// What it says, with NULL for the values that are open.
    pub(crate) fn shape(self) -> Result<Shape, ShapeError> {
        let mut shape = self.shape?;
        if self.is_pattern {
            shape.open_values();
        }
        shape.into_shape()
    }

    fn with(mut self, change: impl FnOnce(Shape) -> Shape) -> Self {
        self.shape = self.shape.map(change);
        self
    }
}

impl Shape {
    /// Gives every `$n` of the filter that has no value one that stands for any.
    fn open_values(&mut self) {
        let highest = self.filter.as_ref().map_or(0, Expr::highest_param);
        while u32::try_from(self.binds.len()).is_ok_and(|bound| bound < highest) {
            self.binds.push(Bind { value: None, ty: BindType::Unknown });
        }
    }
}

/// What can say which shapes are meant: whatever can become a shape (a table, a query, a model), or a [`ShapeMatch`].
pub trait IntoShapeMatch {
    /// The description. What is wrong with it is told when it is used.
    fn into_shape_match(self) -> ShapeMatch;
}

impl<T: IntoShape> IntoShapeMatch for T {
    fn into_shape_match(self) -> ShapeMatch {
        ShapeMatch::of(self)
    }
}

impl IntoShapeMatch for ShapeMatch {
    fn into_shape_match(self) -> ShapeMatch {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(shape: ShapeMatch) -> Vec<Option<String>> {
        shape.shape().unwrap().binds.into_iter().map(|bind| bind.value).collect()
    }

    #[test]
    fn values_that_are_not_given_are_open() {
        let open = || ShapeMatch::table("t").filter_sql("a = $1 AND b = $2");
        assert_eq!(values(open()), [None, None]);
        assert_eq!(values(open().bind(1)), [Some("1".to_owned()), None]);
        let two = open().bind(1).filter_sql("c = $1").bind(3);
        assert_eq!(values(two), [Some("1".to_owned()), None, Some("3".to_owned())]);
        assert_eq!(values(open().bind(1).bind(2).any_values()), [None, None]);
        assert!(open().bind(1).bind(2).bind(3).shape().is_err(), "a value too many is a mistake");
    }

    #[test]
    fn a_shape_leaves_nothing_open() {
        let shape = ShapeMatch::of(Shape::table("t").filter_sql("a = $1"));
        assert!(shape.shape().is_err());
    }
}
