//! Subsets: which rows of a shape a client asks for, checked and in SQL.

use super::WireLimits;
use crate::predicate::{Expr, FilterLimits, OrderBy, Scope, SubsetFilter};
use crate::protocol::{FieldErrors, SubsetParams};

/// Some of the rows of a shape as they are now, for Postgres to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subset {
    /// The condition beside that of the shape.
    pub filter: Option<SubsetFilter>,
    /// What follows `ORDER BY`.
    pub order_by: Option<String>,
    /// How many rows at most.
    pub limit: Option<u64>,
    /// How many rows to leave out at the beginning.
    pub offset: Option<u64>,
}

impl Subset {
    /// What a client asks for, if it names only columns in `scope`.
    ///
    /// # Errors
    /// All that is wrong with the parameters, under `subset`. What they say together may still be refused by Postgres.
    pub fn new(params: &SubsetParams, scope: Scope<'_>, limits: &WireLimits) -> Result<Self, FieldErrors> {
        let mut errors = params.errors.clone();
        if params.params.len() > limits.params {
            errors.add("params", limits.too_many_params());
        }
        let mut note = |field, error: String| errors.add(field, error);
        let filter =
            params.filter.as_deref().map(|text| filter(text, &params.params, scope, limits.filter)).transpose();
        let filter = filter.map_err(|error| note("where", error)).unwrap_or_default();
        let order_by = params.order_by.as_deref().map(|text| order(text, scope)).transpose();
        let order_by = order_by.map_err(|error| note("order_by", error)).unwrap_or_default();
        if !errors.is_empty() {
            return Err(FieldErrors::nested("subset", errors));
        }
        Ok(Self { filter, order_by, limit: params.limit, offset: params.offset })
    }
}

fn filter(
    text: &str,
    params: &[Option<String>],
    scope: Scope<'_>,
    limits: FilterLimits,
) -> Result<SubsetFilter, String> {
    let expr = Expr::parse_subset(text, limits).map_err(|error| error.to_string())?;
    expr.for_subset(params, scope).map_err(|error| error.to_string())
}

fn order(text: &str, scope: Scope<'_>) -> Result<String, String> {
    let order: Result<OrderBy, _> = text.parse();
    order.and_then(|order| order.sql(scope)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::pg::{RelationId, TableName, TableSchema};
    use crate::protocol::{Query, Request};

    fn errors(query: &str) -> Value {
        let table = TableSchema {
            id: RelationId(1),
            name: TableName::new("public", "t"),
            columns: vec![],
            primary_key: vec![],
        };
        let request = Request::parse(&Query::parse(&format!("offset=-1&{query}"))).unwrap();
        let limits = WireLimits { columns: 10, params: 10, filter: FilterLimits::default() };
        let subset = Subset::new(&request.subset.unwrap(), Scope { table: &table, columns: None }, &limits);
        let mut body: Value = serde_json::from_str(&subset.unwrap_err().body()).unwrap();
        body["errors"].take()
    }

    #[test]
    fn all_that_is_wrong_comes_together_under_subset() {
        assert_eq!(
            errors("subset__where=a=1&subset__limit=0&subset__order_by=b&subset__params=x"),
            json!({"subset": {
                "where": ["At location 0: unknown reference a"],
                "limit": ["must be greater than 0"],
                "order_by": ["At location 18: unknown reference b"],
                "params": ["params must be valid JSON"],
            }})
        );
    }
}
