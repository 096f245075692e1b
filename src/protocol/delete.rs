//! Requests to drop a shape (section 3, DELETE).

use super::params::{TypedShape, boolean, log_mode, text};
use super::{FieldErrors, LogMode, Query, ShapeHandle, ShapeParams};

/// What a DELETE drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The shape of this handle.
    Handle(ShapeHandle),
    /// The shape of this definition; with a handle, only if that is the shape's.
    Definition {
        /// The definition.
        shape: ShapeParams,
        /// Where its log begins.
        log: LogMode,
        /// The handle.
        handle: Option<ShapeHandle>,
    },
}

impl Deletion {
    /// Reads a request. No offset is needed, and `live` is a boolean here.
    pub fn parse(query: &Query) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let handle = text(query, "handle", "handle", &mut errors).flatten().map(ShapeHandle::from_client);
        boolean(query, "live", &mut errors);
        let log = log_mode(query, &mut errors);
        let shape = TypedShape::read(query, &mut errors);
        errors.or_ok()?;
        if !shape.has_table() {
            return match handle {
                Some(handle) => Ok(Self::Handle(handle)),
                None => Err(FieldErrors::one("handle", "can't be blank when shape definition is missing")),
            };
        }
        Ok(Self::Definition { shape: shape.check()?, log, handle })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(query: &str) -> String {
        Deletion::parse(&Query::parse(query)).unwrap_err().body()
    }

    #[test]
    fn case_89_90_refusals() {
        assert!(refusal("").contains(r#""handle":["can't be blank when shape definition is missing"]"#));
        assert!(refusal("live=banana&handle=h").contains(r#""live":["is invalid"]"#));
        assert!(refusal("table=a.b.c").contains(r#""table":["Invalid relation identifier"#));
        assert!(refusal("table=t&log=x&replica=y").contains(r#""log":["is invalid"],"replica":["is invalid"]"#));
    }

    #[test]
    fn case_91_by_handle_or_by_definition() {
        let handle = ShapeHandle::from_client("h");
        assert_eq!(Deletion::parse(&Query::parse("handle=h&live=true")), Ok(Deletion::Handle(handle.clone())));
        let query = "table=t&where=a=$1&params[1]=x&log=changes_only&handle=h";
        let Ok(Deletion::Definition { shape, log, handle: given }) = Deletion::parse(&Query::parse(query)) else {
            panic!()
        };
        assert_eq!((shape.filter.as_deref(), shape.params), (Some("a=$1"), Ok(vec!["x".to_owned()])));
        assert_eq!((log, given), (LogMode::ChangesOnly, Some(handle)));
    }
}
