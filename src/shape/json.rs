//! [`Shape`] as JSON, both ways; the form is shown at the type.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{IntoShape, Shape};
use crate::predicate::{Bind, BindType};
use crate::protocol::{LogMode, ReplicaMode};

/// The fields in the order of printing. What is not there has its default.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    table: String,
    #[serde(default = "public")]
    namespace: String,
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    params: Vec<Option<Param>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    #[serde(default)]
    replica: ReplicaMode,
    #[serde(default)]
    log: LogMode,
}

fn public() -> String {
    "public".into()
}

/// A value of a `$n`: its text in Postgres, or in the typed form that a Diesel query has. Numbers with a fraction go as
/// text, since JSON readers round them.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Param {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Typed(Bind),
}

impl From<&Bind> for Param {
    fn from(bind: &Bind) -> Self {
        match bind {
            Bind { value: Some(text), ty } if *ty == BindType::Unknown => Self::Text(text.clone()),
            typed => Self::Typed(typed.clone()),
        }
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = self.clone().into_shape().map_err(S::Error::custom)?;
        let json = Json {
            table: shape.table.table,
            namespace: shape.table.schema,
            filter: shape.filter.map(|filter| filter.to_string()),
            params: shape.binds.iter().map(|bind| Some(bind.into())).collect(),
            columns: shape.columns,
            replica: shape.replica,
            log: shape.log,
        };
        json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let mut shape = Shape::table(json.table).namespace(json.namespace).replica(json.replica).log(json.log);
        if let Some(filter) = json.filter {
            shape = shape.filter_sql(&filter);
        }
        for param in json.params {
            shape = match param {
                None => shape.bind(None::<&str>),
                Some(Param::Text(text)) => shape.bind(text),
                Some(Param::Integer(integer)) => shape.bind(integer),
                Some(Param::Boolean(boolean)) => shape.bind(boolean),
                Some(Param::Typed(bind)) => shape.bind_typed(bind),
            };
        }
        if let Some(columns) = json.columns {
            shape = shape.columns(columns);
        }
        shape.into_shape().map_err(D::Error::custom)
    }
}
