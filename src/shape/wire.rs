//! Shapes as clients of the protocol define them.

use super::Shape;
use crate::predicate::{Bind, BindType, Expr, FilterLimits};
use crate::protocol::{FieldErrors, LogMode, ParamsError, ShapeParams};

/// A shape that a client has defined.
#[derive(Clone, Debug)]
pub struct ClientShape {
    /// Its definition; without the filter if there is something wrong with that.
    pub shape: Shape,
    /// What is wrong with the filter: to be told after what is wrong with the table and the columns.
    pub filter_errors: Option<FieldErrors>,
    /// The same table with all columns that may be selected, if not all may be.
    pub queryable: Option<Box<Shape>>,
}

/// How large the definition of a client may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireLimits {
    /// How many columns it may list.
    pub columns: usize,
    /// How many `params[n]` it may have.
    pub params: usize,
    /// Its filter.
    pub filter: FilterLimits,
}

impl WireLimits {
    /// Refuses what is too large before anything of it is looked at.
    fn check(&self, params: &ShapeParams) -> Result<(), FieldErrors> {
        for (field, list) in [("columns", &params.columns), ("queryable_columns", &params.queryable_columns)] {
            if list.as_ref().is_some_and(|list| list.len() > self.columns) {
                let text = format!("The list of columns is longer than {}", self.columns);
                return Err(FieldErrors::one(field, text));
            }
        }
        if params.params.as_ref().is_ok_and(|values| values.len() > self.params) {
            return Err(FieldErrors::one("params", self.too_many_params()));
        }
        Ok(())
    }

    pub(super) fn too_many_params(&self) -> String {
        format!("There are more than {} parameters", self.params)
    }
}

impl ClientShape {
    /// Reads the definition. A client that lists what may be selected and selects nothing gets all of that.
    pub fn new(params: ShapeParams, log: LogMode, limits: &WireLimits) -> Result<Self, FieldErrors> {
        limits.check(&params)?;
        let mut shape = Shape::of(params.table).replica(params.replica).log(log);
        let queryable = params.queryable_columns.map(|columns| {
            let mut queryable = shape.clone();
            queryable.columns = Some(columns);
            Box::new(queryable)
        });
        shape.columns = params.columns.or_else(|| queryable.as_ref().and_then(|queryable| queryable.columns.clone()));
        let filter_errors =
            params.filter.and_then(|text| add_filter(&mut shape, &text, params.params, limits.filter).err());
        Ok(Self { shape, filter_errors, queryable })
    }
}

/// Reads the filter and its values. Values that it does not use are ignored; one that it lacks is found when it is
/// checked against the table.
fn add_filter(
    shape: &mut Shape,
    text: &str,
    params: Result<Vec<String>, ParamsError>,
    limits: FilterLimits,
) -> Result<(), FieldErrors> {
    let filter = Expr::parse_wire(text, limits).map_err(|error| FieldErrors::one("where", error.to_string()))?;
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

    const LIMITS: WireLimits = WireLimits { columns: 3, params: 2, filter: FilterLimits { bytes: 50, depth: 3 } };

    fn try_read(query: &str) -> Result<ClientShape, FieldErrors> {
        let (request, params) = Request::parse_with_shape(&Query::parse(query)).unwrap();
        ClientShape::new(params, request.log, &LIMITS)
    }

    fn read(query: &str) -> ClientShape {
        try_read(query).unwrap()
    }

    #[test]
    fn what_is_too_large_is_refused_by_name() {
        for (query, field, text) in [
            ("columns=a,b,c,d", "columns", "longer than 3"),
            ("queryable_columns=a,b,c,d", "queryable_columns", "longer than 3"),
            ("params[1]=a&params[2]=b&params[3]=c", "params", "more than 2 parameters"),
        ] {
            let body = try_read(&format!("table=t&offset=-1&{query}")).unwrap_err().body();
            assert!(body.contains(&format!("\"{field}\":")) && body.contains(text), "{body}");
        }
        let long = format!("v = '{}'", "x".repeat(50));
        for (filter, text) in [("NOT NOT v = 1", "deeper than 3 levels"), (long.as_str(), "maximum size of 50 bytes")] {
            let errors = read(&format!("table=t&offset=-1&where={filter}")).filter_errors.unwrap();
            assert!(errors.body().contains(text), "{}", errors.body());
        }
        let at_most = "columns=a,b,c&where=NOT v=$1&params[1]=a&params[2]=b";
        assert!(read(&format!("table=t&offset=-1&{at_most}")).filter_errors.is_none());
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
