//! Which shapes are meant, as text: how one service tells another.

use serde::{Deserialize, Serialize};

use super::{Shape, ShapeError, ShapeMatch};

/// What is written into the stream.
#[derive(Debug, Serialize, Deserialize)]
pub struct Announcement {
    /// The service that has told its own requests already; none if it was written by a transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    shape: Shape,
    /// Whether a value that is NULL stands for any.
    any: bool,
}

impl Announcement {
    /// What `what` says.
    ///
    /// # Errors
    /// It is no description of shapes.
    pub fn new(what: ShapeMatch, from: Option<String>) -> Result<Self, ShapeError> {
        let any = what.is_pattern;
        let mut shape = what.shape()?;
        if !shape.selects() {
            // Columns that nobody chose do not count, and would if they were read back.
            shape.columns = None;
        }
        Ok(Self { from, shape, any })
    }

    /// The shape that is meant, and whether a value that is NULL stands for any.
    pub fn into_meant(self) -> (Shape, bool) {
        (self.shape, self.any)
    }

    /// As text.
    pub fn to_text(&self) -> String {
        // A shape that has passed `into_shape` is text.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what another service has written, or a newer version of this one: `None` if it cannot be understood.
    pub fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::*;

    diesel::table! { todos (id) { id -> Int8, owner_id -> Int8, title -> Text } }

    fn told(what: ShapeMatch) -> (Shape, bool) {
        let text = Announcement::new(what, None).unwrap().to_text();
        Announcement::parse(text.as_bytes()).unwrap().into_meant()
    }

    #[test]
    fn what_is_meant_goes_through_text() {
        let (shape, any) = told(ShapeMatch::table("todos").filter_sql("owner_id = $1 AND title = $2").bind(7));
        assert!(any);
        assert_eq!(shape.binds.iter().map(|bind| bind.value.as_deref()).collect::<Vec<_>>(), [Some("7"), None]);
        assert!(!shape.selects());
        let (shape, any) = told(ShapeMatch::of(todos::table.filter(todos::owner_id.eq(7))));
        assert!(!any && !shape.selects(), "columns that nobody chose");
        let (shape, _) = told(ShapeMatch::of(todos::table.select((todos::id, todos::title))));
        assert!(shape.selects());
        assert_eq!(shape.columns.unwrap(), ["id", "title"]);
    }

    #[test]
    fn what_is_no_announcement_is_not_understood() {
        for text in ["", "{}", "7", "{\"shape\":{},\"any\":true}"] {
            assert!(Announcement::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
