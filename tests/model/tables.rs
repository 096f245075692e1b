//! The tables that are written to, and the shapes of them that are followed.

use std::collections::BTreeMap;

use cluster::Random;

/// A row's values, by column.
pub type Row = BTreeMap<String, Option<String>>;

/// In each table the row whose key is 0 is in every shape. It is written last in each round, and by nobody else.
pub const SCHEMA: &str = r#"
    CREATE TABLE plain (id int PRIMARY KEY, a int, b text, n int);
    CREATE TABLE wide (k1 text, v text, k2 int, w text, n int, PRIMARY KEY (k2, k1));
    ALTER TABLE wide ALTER COLUMN v SET STORAGE EXTERNAL;
    CREATE TABLE nopk (x int, y text, n int);
    CREATE TABLE pairs (id int, region text, v int, n int, PRIMARY KEY (id, region));
    CREATE TABLE "Odd.One" ("Id" text PRIMARY KEY, "The flag" bool, j jsonb, f float8, at timestamptz, tags text[], n int);
    CREATE FUNCTION is_odd(int8) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 % 2 = 1; END';
    CREATE TABLE marks (round int PRIMARY KEY);
"#;

#[derive(Debug)]
pub struct Table {
    /// As in SQL, without a schema.
    pub name: &'static str,
    /// As in keys.
    key_name: &'static str,
    /// In the index' order. Empty if there is none.
    pub key: &'static [&'static str],
    filters: &'static [&'static str],
    columns: &'static [&'static [&'static str]],
}

pub const TABLES: &[Table] = &[
    Table {
        name: "plain",
        key_name: r#""public"."plain""#,
        key: &["id"],
        filters: &[
            "a > 1 OR id = 0",
            "a IS NULL OR b LIKE 'b%' OR id = 0",
            "id < 12",
            "id = 0 OR a = ANY('{1,2}')",
            "(a = 1 AND b = 'b1') OR id = 0",
            "NOT (a = 1 OR b = 'b1') OR id = 0",
            "is_odd(a) OR id = 0",
            "id < 12 AND (is_odd(a + 1) OR id = 0)",
        ],
        columns: &[&["id", "n"], &["id", "b", "n"], &["n", "a", "id"]],
    },
    Table {
        name: "wide",
        key_name: r#""public"."wide""#,
        key: &["k2", "k1"],
        filters: &[
            "w = 'x' OR k2 = 0",
            "k2 < 6",
            "k1 <> 'a/b'",
            "v LIKE '%5' OR k2 = 0",
            "is_odd(length(v)) OR k2 = 0",
        ],
        columns: &[&["k1", "k2", "w", "n"], &["k1", "v", "k2", "n"]],
    },
    Table {
        name: "nopk",
        key_name: r#""public"."nopk""#,
        key: &[],
        filters: &["x <= 1", "y IS NULL OR x = 0", "y IN ('y1', 'y2') OR x = 0", "is_odd(x) OR x = 0"],
        columns: &[],
    },
    Table {
        name: "pairs",
        key_name: r#""public"."pairs""#,
        key: &["id", "region"],
        filters: &["region = 'eu'", "v > 1 OR id = 0"],
        columns: &[&["id", "region", "n"]],
    },
    Table {
        name: r#""Odd.One""#,
        key_name: r#""public"."Odd..One""#,
        key: &["Id"],
        filters: &[
            r#""The flag" OR "Id" = '0'"#,
            r#"f > 0.5 OR "Id" = '0'"#,
            r#"at > '2024-01-02' OR "Id" = '0'"#,
            r#"'a' = ANY(tags) OR "Id" = '0'"#,
        ],
        columns: &[&["Id", "j", "n"], &["n", "The flag", "Id", "tags"]],
    },
];

/// The table that tells where in the log a round ends.
pub const MARKS: Table =
    Table { name: "marks", key_name: r#""public"."marks""#, key: &["round"], filters: &[], columns: &[] };

/// A shape: some of a table's rows, some of its columns.
#[derive(Clone, Debug)]
pub struct Definition {
    pub table: &'static Table,
    filter: Option<&'static str>,
    columns: Option<&'static [&'static str]>,
    /// Whether updates and deletes tell of all columns.
    pub is_full: bool,
}

impl Definition {
    pub fn random(random: &mut Random) -> Self {
        let table = &TABLES[random.index(TABLES.len())];
        let filter = (!random.one_in(4)).then(|| *random.pick(&table.filters.iter().collect::<Vec<_>>()));
        let has_columns = !table.columns.is_empty() && random.one_in(3);
        let columns = has_columns.then(|| table.columns[random.index(table.columns.len())]);
        Self { table, filter, columns, is_full: random.one_in(3) }
    }

    pub fn marks() -> Self {
        Self { table: &MARKS, filter: None, columns: None, is_full: false }
    }

    pub fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = vec![("table", self.table.name.to_owned())];
        params.extend(self.filter.map(|filter| ("where", filter.to_owned())));
        params.extend(self.columns.map(|columns| ("columns", quoted(columns))));
        if self.is_full {
            params.push(("replica", "full".to_owned()));
        }
        params
    }

    /// What Postgres says is in it.
    pub fn query(&self) -> String {
        let columns = self.columns.map_or_else(|| "*".to_owned(), quoted);
        format!("SELECT {columns} FROM {} WHERE {}", self.table.name, self.filter.unwrap_or("true"))
    }

    /// The key of a row, whose values are in the table's order.
    pub fn key(&self, row: &[(String, Option<String>)]) -> String {
        let column = |name: &&str| row.iter().find(|(column, _)| column == name).unwrap();
        let key: Vec<_> = match self.table.key {
            [] => row.iter().collect(),
            key => key.iter().map(column).collect(),
        };
        let part = |(_, value): &(String, Option<String>)| match value {
            Some(value) => format!("/\"{}\"", value.replace('/', "//")),
            None => "/_".to_owned(),
        };
        key.into_iter().fold(self.table.key_name.to_owned(), |key, column| key + &part(column))
    }

    /// Whether it always tells the whole row.
    pub fn tells_all(&self) -> bool {
        self.is_full || self.table.key.is_empty()
    }
}

fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(",")
}
