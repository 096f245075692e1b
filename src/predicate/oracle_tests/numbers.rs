//! Arithmetic, math functions and casts against Postgres: random expressions, their values compared to the last digit.

use std::time::{Duration, Instant};

use cluster::{Random, setting};

use super::filter::Writer;
use super::table::{Kind, plain_column};
use super::{MOST_FAILURES, Oracle, SEED, TextRow};
use crate::pg::{PgType, RelationId, TableName, TableSchema, quote_literal};
use crate::predicate::{Bind, BindType, CheckError, Expr, Predicate, Value};

/// Evaluates an expression on a row of `n`, and answers with the error if there is one.
const TRY: &str =
    "CREATE FUNCTION try(expression text, id int, OUT value text, OUT failure text) LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('SELECT (%s)::text FROM n WHERE id = %s', expression, id) INTO value;
    EXCEPTION WHEN others THEN failure := SQLERRM;
    END $$";

const TYPES: &[&str] = &["int2", "int4", "int8", "numeric", "float4", "float8", "bool", "text"];

/// Numbers at which something may go wrong.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "-2",
    "3",
    "7",
    "10",
    "-7",
    "100",
    "0.5",
    "-0.5",
    "1.5",
    "2.5",
    "-2.5",
    "0.1",
    "1.10",
    "-0",
    "0.00",
    "32767",
    "-32768",
    "32768",
    "2147483647",
    "-2147483648",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "9007199254740993",
    "1e300",
    "-1e300",
    "1e-300",
    "3.4028235e38",
    "1e38",
    "1e-40",
    "1e15",
    "1e16",
    "123456.789",
    "0.000001",
    "0.0000123",
    "99999999.995",
    "123456789012345678901234567890.123",
    "1e-20",
    "1.000000000000",
    "NaN",
    "Infinity",
    "-Infinity",
    "9999",
    "10000",
    "10001",
    "0.9999",
    "0.0001",
    "99990000",
    "5e-324",
    "33",
    "63",
    "64",
    "16777217",
    "18014398509481988",
    "9.5",
    "0.05",
    "0.15",
    "1e131071",
    "1e-1000",
];

const ROWS: usize = 12;

struct Numbers<'r> {
    random: &'r mut Random,
}

impl Numbers<'_> {
    /// A text that may be a value of the type, and what else is odd.
    fn value(&mut self, ty: &str) -> String {
        match ty {
            "bool" => return self.random.pick(&["t", "f"]).to_owned(),
            "int2" => return self.int(16),
            "int4" => return self.int(32),
            "int8" => return self.int(64),
            "text" if self.random.one_in(3) => {
                return self
                    .random
                    .pick(&["", "x", " 7 ", "1e5", "t", "yes", "-", "+3", "1.", ".5", "1 2", "nan", "inf"])
                    .to_owned();
            }
            _ => {}
        }
        if self.random.one_in(3) { self.decimal() } else { self.random.pick(NUMBERS).to_owned() }
    }

    fn int(&mut self, bits: u32) -> String {
        let least = -(1i128 << (bits - 1));
        let most = -(least + 1);
        match self.random.index(6) {
            0 => least.to_string(),
            1 => most.to_string(),
            2 => (i128::from(self.random.bits().cast_signed()) >> (64 - bits)).to_string(),
            _ => self.random.between(-20, 70).to_string(),
        }
    }

    fn decimal(&mut self) -> String {
        let digits = |random: &mut Random, most: usize| {
            (0..random.index(most + 1))
                .map(|_| char::from(b'0' + u8::try_from(random.index(10)).unwrap()))
                .collect::<String>()
        };
        let (most, sign) = (self.random.pick(&["1", "4", "9", "25"]).parse().unwrap(), self.random.pick(&["", "-"]));
        let (before, after) = (digits(self.random, most), digits(self.random, most));
        format!("{sign}0{before}.{after}")
    }

    fn column(&mut self) -> String {
        format!("{}{}", self.random.pick(TYPES), self.random.pick(&["a", "b"]))
    }

    fn literal(&mut self) -> String {
        let ty = self.random.pick(TYPES);
        let value = self.value(ty);
        let is_number =
            value.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) && value.parse::<f64>().is_ok();
        match self.random.index(4) {
            0 if is_number => format!("({value})"),
            1 => quote_literal(&value),
            _ => format!("{}::{ty}", quote_literal(&value)),
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.one_in(5) {
            return if self.random.one_in(3) { self.literal() } else { self.column() };
        }
        match self.random.index(10) {
            0..=3 => {
                let op =
                    self.random.pick(&["+", "-", "*", "/", "+", "-", "*", "/", "%", "&", "|", "#", "<<", ">>", "^"]);
                format!("({} {op} {})", self.expression(depth - 1), self.expression(depth - 1))
            }
            4 => {
                let op = self.random.pick(&["-", "+", "@", "~", "|/"]);
                format!("({op} {})", self.expression(depth - 1))
            }
            5 | 6 => {
                let one = &[
                    "abs",
                    "round",
                    "trunc",
                    "ceil",
                    "ceiling",
                    "floor",
                    "sign",
                    "sqrt",
                    "scale",
                    "min_scale",
                    "trim_scale",
                ];
                let name = self.random.pick(one);
                format!("{name}({})", self.expression(depth - 1))
            }
            7 => {
                let name = self.random.pick(&["round", "trunc", "mod", "div", "gcd", "lcm"]);
                let second = match name {
                    "round" | "trunc" => self.random.between(-6, 25).to_string(),
                    _ => self.expression(depth - 1),
                };
                format!("{name}({}, {second})", self.expression(depth - 1))
            }
            _ => {
                let fits = &[
                    "numeric(5, 2)",
                    "numeric(3)",
                    "varchar(3)",
                    "char(5)",
                    "numeric(20, 10)",
                    "name",
                    "varchar",
                    "bpchar",
                ];
                let ty = if self.random.one_in(4) { self.random.pick(fits) } else { self.random.pick(TYPES) };
                format!("{}::{ty}", self.expression(depth - 1))
            }
        }
    }
}

impl Writer<'_> {
    /// A number that is computed, or a cast of one.
    pub(super) fn number(&mut self, kind: &'static Kind) -> String {
        let column = format!("{}{}", kind.column, 1 + self.random.index(2));
        let other = self.relative(kind);
        match self.random.index(8) {
            0 => {
                let ty = self.random.pick(&["int2", "int4", "int8", "float4", "float8", "numeric", "numeric(6, 1)"]);
                format!("{column}::{ty}")
            }
            1 => format!("{column}::text::{}", kind.cast),
            2 => {
                let name = self.random.pick(&[
                    "abs",
                    "-",
                    "round",
                    "trunc",
                    "ceil",
                    "floor",
                    "sign",
                    "sqrt",
                    "trim_scale",
                    "@",
                ]);
                format!("({name} ({column}))")
            }
            3 => format!("round({column}, {})", self.random.between(-2, 4)),
            _ => {
                let op = self.random.pick(&["+", "-", "*", "/", "%", "&", "|", "#", "<<", ">>"]);
                format!("({column} {op} {})", self.operand(other))
            }
        }
    }
}

fn schema() -> TableSchema {
    let mut columns = vec![plain_column("id", PgType::Int4, 0)];
    for ty in TYPES {
        for n in ["a", "b"] {
            columns.push(plain_column(&format!("{ty}{n}"), PgType::from_name(ty).unwrap(), 0));
        }
    }
    TableSchema { id: RelationId(1), name: TableName::new("public", "n"), columns, primary_key: vec![0] }
}

async fn rows(oracle: &Oracle, random: &mut Random) -> Vec<TextRow> {
    let columns: Vec<String> = TYPES.iter().flat_map(|ty| [format!("{ty}a {ty}"), format!("{ty}b {ty}")]).collect();
    oracle
        .client
        .batch_execute(&format!("DROP TABLE IF EXISTS n; CREATE TABLE n (id int, {})", columns.join(", ")))
        .await
        .unwrap();
    for id in 0..ROWS {
        oracle.client.batch_execute(&format!("INSERT INTO n (id) VALUES ({id})")).await.unwrap();
        for column in TYPES.iter().flat_map(|ty| [(ty, 'a'), (ty, 'b')]) {
            if random.one_in(12) {
                continue;
            }
            let value = quote_literal(&Numbers { random }.value(column.0));
            // Some are none of their type.
            let _ = oracle
                .client
                .batch_execute(&format!("UPDATE n SET {}{} = {value} WHERE id = {id}", column.0, column.1))
                .await;
        }
    }
    oracle.rows("SELECT * FROM n ORDER BY id").await.unwrap().into_iter().map(TextRow).collect()
}

#[tokio::test]
async fn random_expressions_have_the_values_that_postgres_computes() {
    let seconds = setting("DIESEL_ELECTRIC_ORACLE_SECONDS").unwrap_or(15);
    let (end, mut random) = (Instant::now() + Duration::from_secs(seconds), Random::from_environment(SEED));
    let oracle = Oracle::start().await;
    oracle.client.batch_execute(TRY).await.unwrap();
    let schema = schema();
    let (mut values, mut refused, mut failures) = (0, 0, Vec::new());
    while Instant::now() < end && failures.len() < MOST_FAILURES {
        let rows = rows(&oracle, &mut random).await;
        for _ in 0..60 {
            let depth = 1 + random.index(3);
            let expression = Numbers { random: &mut random }.expression(depth);
            match compare(&oracle, &schema, &rows, &expression).await {
                Ok(0) => refused += 1,
                Ok(compared) => values += compared,
                Err(failure) => failures.push(format!("{expression}\n  {failure}")),
            }
        }
    }
    eprintln!("{values} values compared, {refused} expressions refused");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(values > refused, "most expressions should be understood");
}

/// On how many rows the values agree: none if the expression is not evaluated here.
async fn compare(oracle: &Oracle, schema: &TableSchema, rows: &[TextRow], expression: &str) -> Result<usize, String> {
    let expr: Expr =
        format!("({expression})::text IS NOT DISTINCT FROM $1").parse().map_err(|error| format!("{error}"))?;
    let predicate =
        |value: Option<String>| Predicate::check_here(&expr, &[Bind { value, ty: BindType::Unknown }], schema);
    match predicate(None) {
        Err(error @ CheckError::Constant { .. }) => {
            let theirs = oracle.rows(&format!("SELECT ({expression})::text FROM n")).await;
            return if theirs.is_err() { Ok(0) } else { Err(format!("{error}, but {theirs:?}")) };
        }
        Err(_) => return Ok(0),
        Ok(_) => {}
    }
    let query = format!("SELECT (try({}, id)).* FROM n ORDER BY id", quote_literal(expression));
    for (row, theirs) in rows.iter().zip(oracle.rows(&query).await?) {
        let [value, failure] = <[Option<String>; 2]>::try_from(theirs).map_err(|row| format!("{row:?}"))?;
        let ours = predicate(value.clone()).map_err(|error| error.to_string())?;
        let is_same = match (ours.matches(row), &failure) {
            (Ok(is_equal), None) => is_equal,
            (Ok(_), Some(_)) | (Err(_), None) => false,
            (Err(_), Some(_)) => true,
        };
        if !is_same {
            let seen: Vec<_> = ours.columns().iter().map(|&column| &row.0[column]).collect();
            let theirs = failure.or(value);
            return Err(format!("{}\n  on {seen:?}: {:?}, not {theirs:?}", ours.sql(), ours.matches(row)));
        }
    }
    Ok(rows.len())
}

#[tokio::test]
async fn floats_print_as_postgres_prints_them() {
    let mut random = Random::from_environment(SEED);
    let oracle = Oracle::start().await;
    let powers = (1..2047u64).map(|exponent| f64::from_bits(exponent << 52));
    let any = (0..2000).map(|_| f64::from_bits(random.bits())).collect::<Vec<_>>();
    // Those that have others half way to them in few digits.
    let even: Vec<f64> = (0..4000)
        .map(|at| f64::from_bits(((1072 + at % 70) << 52) | (random.bits() >> 12 << (at % 40) & 0xF_FFFF_FFFF_FFFE)))
        .collect();
    for (ty, single) in [(PgType::Float8, false), (PgType::Float4, true)] {
        let values = powers.clone().chain(any.iter().copied()).chain(even.iter().copied());
        #[expect(clippy::cast_possible_truncation, reason = "to have some of single precision")]
        let values = values.map(|value| if single { f64::from(value as f32) } else { value });
        let texts: Vec<String> =
            values.filter(|value| value.is_normal()).map(|value| format!("{value:.17e}")).collect();
        let name = ty.name();
        let query = format!("SELECT unnest('{{{}}}'::{name}[])::text", texts.join(","));
        for (text, theirs) in texts.iter().zip(oracle.rows(&query).await.unwrap()) {
            let ours = Value::parse(text, &ty).unwrap().print(&ty);
            assert_eq!(Some(&ours), theirs[0].as_ref(), "{text} as {name}");
        }
    }
}
