use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn shape(query: &str) -> Result<(Request, ShapeParams), Value> {
    Request::parse_with_shape(&Query::parse(query)).map_err(|errors| body(&errors))
}

fn body(errors: &FieldErrors) -> Value {
    let mut body: Value = serde_json::from_str(&errors.body()).unwrap();
    body["errors"].take()
}

fn refused(query: &str) -> Value {
    shape(query).expect_err(query)
}

#[test]
fn cases_12_to_26_refusals_before_the_database_is_asked() {
    let long = format!("table={}&offset=-1", "x".repeat(64));
    for (query, field, text) in [
        ("", "offset", "can't be blank"),
        ("table=items&offset=", "offset", "can't be blank"),
        ("offset=-1", "table", "can't be blank"),
        ("table=items&offset=x", "offset", "has invalid format"),
        ("table=items&offset=10", "offset", "has invalid format"),
        ("table=items&offset=1_2_3", "offset", "has invalid format"),
        ("table=items&offset=0_-1", "offset", "has invalid format"),
        ("table=items&offset=10_3.1", "offset", "has invalid format"),
        ("table=.x&offset=-1", "table", "Invalid zero-length delimited identifier"),
        ("table=a.b.c&offset=-1", "table", "Invalid relation identifier, too many delimiters: a.b.c"),
        (&long, "table", "Identifier is too long (max length is 63)"),
        ("table=items&offset=0_0", "handle", "can't be blank when offset != -1"),
        ("table=items&offset=-1&live=true", "live", "can't be true when offset == -1"),
        ("table=items&offset=-1_0&live=true", "live", "can't be true when offset == -1"),
        ("table=items&offset=now&live", "live", "can't be true when offset is 'now'"),
        ("table=items&offset=0_0&handle=h&live_sse=true", "live_sse", "can't be true unless live is also true"),
        ("table=items&offset=-1&columns=,,", "columns", "Invalid zero-length delimited identifier"),
        ("table=items&offset=-1&params={\"1\":\"x\"}", "params", "is invalid"),
        ("table=items&offset=-1&params[]=x", "params", "is invalid"),
        ("table=items&offset=-1&params[1][2]=x", "params", "is invalid"),
        ("table=items&offset=-1&where=%FF", "where", "is invalid"),
    ] {
        assert_eq!(refused(query), json!({field: [text]}), "{query}");
    }
}

#[test]
fn case_23_all_type_errors_and_a_missing_offset_come_together() {
    assert_eq!(
        refused("table=items&replica=x&log=y&columns=\"&experimental_live_sse=maybe"),
        json!({"replica": ["is invalid"], "log": ["is invalid"], "offset": ["can't be blank"],
            "columns": ["Invalid identifier with unescaped quote: \""], "experimental_live_sse": ["is invalid"]})
    );
}

#[test]
fn what_defines_the_shape_is_not_looked_at_where_the_server_defines_it() {
    let query = Query::parse("offset=-1&table=a.b.c&columns=,,&replica=x&params=1&where=%FF&queryable_columns=,");
    let request = Request::parse(&query).unwrap();
    assert_eq!(request.offset, RequestOffset::At(LogOffset::BeforeAll));
    let query = Query::parse("offset=-1&log=changes_only");
    assert_eq!(Request::parse(&query).unwrap().log, LogMode::ChangesOnly);
    assert!(Request::parse(&Query::parse("offset=-1&log=x")).is_err());
}

#[test]
fn reads_a_whole_request() {
    let (request, params) = shape(
        "columns=%22id%22%2CValue&cursor=66990000&foo=bar&handle=7-8&live&log=full&offset=12_3\
         &params%5B1%5D=a+b&params%5B2%5D=&replica=full&table=other.Things&where=x%20%3D%20%241",
    )
    .unwrap();
    let wanted = Request {
        offset: RequestOffset::At(LogOffset::new(12, 3)),
        handle: Some(ShapeHandle::from_client("7-8")),
        live: true,
        sse: false,
        cursor: 66_990_000,
        log: LogMode::Full,
        subset: None,
    };
    assert_eq!(request, wanted);
    let wanted = ShapeParams {
        table: TableName::new("other", "things"),
        filter: Some("x = $1".to_owned()),
        params: Ok(vec!["a b".to_owned(), String::new()]),
        columns: Some(vec!["id".to_owned(), "value".to_owned()]),
        queryable_columns: None,
        replica: ReplicaMode::Full,
    };
    assert_eq!(params, wanted);
}

#[test]
fn case_43_a_handle_is_ignored_where_none_is_needed() {
    for offset in ["-1", "now"] {
        let (request, _) = shape(&format!("table=t&offset={offset}&handle=bogus")).unwrap();
        assert_eq!(request.handle, None);
    }
}

#[test]
fn case_57_a_cursor_is_never_an_error() {
    for (cursor, wanted) in [("", 0), ("abc", 0), ("-3", 0), ("99999999999999999999", 0), ("17", 17)] {
        let (request, _) = shape(&format!("table=t&offset=-1&cursor={cursor}")).unwrap();
        assert_eq!(request.cursor, wanted);
    }
}

#[test]
fn params_are_numbered() {
    let params = |query: &str| shape(&format!("table=t&offset=-1&{query}")).unwrap().1.params;
    assert_eq!(params("params[2]=b&params[1]=a"), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(params("params[1]=a&params[1]=b"), Ok(vec!["b".to_owned()]));
    assert_eq!(params("params[a]=x"), Err(ParamsError::NotNumbers));
    assert_eq!(params("params[2]=x"), Err(ParamsError::NotSequential));
    assert_eq!(params("params[0]=x"), Err(ParamsError::NotSequential));
    assert_eq!(params("params[1]=x&params[01]=y"), Err(ParamsError::NotSequential));
    let many: Vec<String> = (1..=12).map(|n| format!("params[{n}]={n}")).collect();
    let numbers: Vec<String> = (1..=12).map(|n| n.to_string()).collect();
    assert_eq!(params(&many.join("&")), Ok(numbers));
}

#[test]
fn a_list_longer_than_any_table_is_invalid() {
    let list = vec!["a"; MAX_COLUMNS + 1].join(",");
    assert_eq!(refused(&format!("table=t&offset=-1&columns={list}")), json!({"columns": ["is invalid"]}));
}

proptest! {
    #[test]
    fn never_panics(query in any::<String>()) {
        let _ = Request::parse_with_shape(&Query::parse(&query));
        let _ = Request::parse(&Query::parse(&format!("offset={query}&handle={query}&params[{query}]={query}")));
    }
}
