//! Shapes as clients of the protocol define them.

use super::Shape;
use crate::predicate::{Bind, BindType, Expr};
use crate::protocol::{FieldErrors, LogMode, ParamsError, ShapeParams};

/// A shape that a client has defined.
#[derive(Clone, Debug)]
pub struct ClientShape {
    /// Its definition; without the filter if there is something wrong with that.
    pub shape: Shape,
    /// What is wrong with the filter: to be told after what is wrong with the table and the columns.
    pub filter_errors: Option<FieldErrors>,
    /// The same table with all columns that may be selected, if not all may be.
    pub queryable: Option<Shape>,
}

impl ClientShape {
    /// Reads the definition. A client that lists what may be selected and selects nothing gets all of that.
    pub fn new(params: ShapeParams, log: LogMode) -> Self {
        let mut shape = Shape::of(params.table).replica(params.replica).log(log);
        let queryable = params.queryable_columns.map(|columns| {
            let mut queryable = shape.clone();
            queryable.columns = Some(columns);
            queryable
        });
        shape.columns = params.columns.or_else(|| queryable.as_ref().and_then(|queryable| queryable.columns.clone()));
        let filter_errors = params.filter.and_then(|text| add_filter(&mut shape, &text, params.params).err());
        Self { shape, filter_errors, queryable }
    }
}

/// Reads the filter and its values. Values that it does not use are ignored; one that it lacks is found when it is
/// checked against the table.
fn add_filter(shape: &mut Shape, text: &str, params: Result<Vec<String>, ParamsError>) -> Result<(), FieldErrors> {
    let filter = Expr::parse_wire(text).map_err(|error| FieldErrors::one("where", error.to_string()))?;
    let params = params.map_err(|error| FieldErrors::one("params", error.to_string()))?;
    let used = usize::try_from(filter.highest_param()).unwrap_or(usize::MAX);
    let binds = params.into_iter().take(used).map(|value| Bind { value: Some(value), ty: BindType::Unknown });
    shape.binds = binds.collect();
    shape.filter = Some(filter);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Query, Request};

    fn read(query: &str) -> ClientShape {
        let (request, params) = Request::parse_with_shape(&Query::parse(query)).unwrap();
        ClientShape::new(params, request.log)
    }

    #[test]
    fn everything_a_client_may_say() {
        let client =
            read("table=a.b&offset=-1&log=changes_only&columns=id,v&replica=full&where=v=$1&params[1]=x&params[2]=y");
        let wanted = Shape::table("b").namespace("a").filter_sql("v = $1").bind("x").columns(["id", "v"]);
        let wanted = wanted.replica(crate::protocol::ReplicaMode::Full).log(LogMode::ChangesOnly);
        assert_eq!(client.shape.filter, wanted.filter);
        assert_eq!(client.shape.columns, wanted.columns);
        assert_eq!(
            (client.shape.table, client.shape.replica, client.shape.log),
            (wanted.table, wanted.replica, wanted.log)
        );
        assert!(client.filter_errors.is_none());
        assert!(client.queryable.is_none());
    }

    #[test]
    fn case_38_what_is_queryable_is_selected() {
        let client = read("table=wide&offset=-1&queryable_columns=id,v1");
        assert_eq!(client.shape.columns, Some(vec!["id".to_owned(), "v1".to_owned()]));
        assert_eq!(client.queryable.unwrap().columns, client.shape.columns);
        let client = read("table=wide&offset=-1&queryable_columns=id,v1&columns=id");
        assert_eq!(client.shape.columns, Some(vec!["id".to_owned()]));
    }

    #[test]
    fn case_32_33_wrong_numbers_count_only_with_a_filter() {
        for query in ["params[a]=x", "params[2]=x"] {
            assert!(read(&format!("table=t&offset=-1&where=v=$1&{query}")).filter_errors.is_some());
            assert!(read(&format!("table=t&offset=-1&{query}")).filter_errors.is_none());
        }
    }
}
