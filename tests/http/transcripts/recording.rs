//! Recorded exchanges, as they lie in `tests/fixtures/transcripts`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One scenario: what was done to a fresh server on a fresh database, and what came back.
#[derive(Deserialize)]
pub struct Recording {
    pub steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Step {
    Sql { sql: Statements },
    Transaction { transaction: Vec<String> },
    Exchange(Box<Exchange>),
}

/// Statements, each in a transaction of its own or several in one.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Statements {
    One(String),
    Several(Vec<Statement>),
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Statement {
    Alone(String),
    Transaction(Vec<String>),
}

#[derive(Deserialize)]
pub struct Exchange {
    pub request: Request,
    pub response: Response,
    /// Run while the request waited.
    pub concurrent_sql: Option<Statements>,
}

#[derive(Deserialize)]
pub struct Request {
    pub method: String,
    /// With the query that was sent.
    path: String,
    /// The query's parameters, some of them taken from earlier answers. Without it, the path is sent as it is.
    params_template: Option<BTreeMap<String, String>>,
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    #[serde(rename = "body_raw")]
    pub body: String,
}

pub fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/transcripts/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Recording {
    pub fn read(name: &str) -> Self {
        serde_json::from_str(&fixture(&format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

impl Statements {
    /// What to run, one transaction after the other.
    pub fn transactions(&self) -> Vec<String> {
        match self {
            Self::One(sql) => vec![sql.clone()],
            Self::Several(all) => all.iter().map(Statement::sql).collect(),
        }
    }
}

impl Statement {
    fn sql(&self) -> String {
        match self {
            Self::Alone(sql) => sql.clone(),
            Self::Transaction(all) => transaction(all),
        }
    }
}

/// The statements as one transaction.
pub fn transaction(statements: &[String]) -> String {
    format!("BEGIN; {}; COMMIT", statements.join("; "))
}

impl Request {
    /// Where to send it, now that `earlier` says what the answers before it were.
    pub fn url(&self, server: &str, earlier: &[Option<Response>]) -> String {
        let Some(template) = &self.params_template else {
            return format!("{server}{}", self.path);
        };
        let path = self.path.split('?').next().unwrap();
        let mut url = reqwest::Url::parse(&format!("{server}{path}")).unwrap();
        for (name, value) in template {
            url.query_pairs_mut().append_pair(name, &filled(value, earlier));
        }
        url.to_string()
    }

    /// A parameter as it was sent, if it had a template.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params_template.as_ref()?.get(name).map(String::as_str)
    }

    pub fn is_live(&self) -> bool {
        self.param("live").is_some()
    }
}

/// `${steps[2].electric-handle}` is that header of our own answer to step 2.
fn filled(value: &str, earlier: &[Option<Response>]) -> String {
    let Some(inner) = value.strip_prefix("${steps[").and_then(|value| value.strip_suffix('}')) else {
        return value.to_owned();
    };
    let (step, header) = inner.split_once("].").unwrap();
    let answer = earlier[step.parse::<usize>().unwrap()].as_ref().unwrap();
    answer.header(header).unwrap_or_else(|| panic!("no {header} in the answer to step {step}: {answer:?}")).to_owned()
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}
