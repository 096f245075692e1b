use super::*;
use crate::change::KeptRow;
use crate::source::{Ask, Fault};

const SCHEMA: &str = "
    CREATE EXTENSION citext;
    CREATE SCHEMA \"my types\";
    CREATE TYPE \"my types\".mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN \"my types\".few AS int CHECK (VALUE < 10);
    CREATE TYPE \"my types\".pair AS (x int, y text);
    CREATE COLLATION \"my types\".\"no case\" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE t (asked_row int PRIMARY KEY, a text, c citext, v text COLLATE \"my types\".\"no case\",
        en varchar(9) COLLATE \"en-x-icu\", ns numeric(8, 2)[], m \"my types\".mood, ms \"my types\".mood[],
        f \"my types\".few, p \"my types\".pair, b char(5), bits bit(3), \"I'\"\"d\" boolean, \"asked__\" timestamptz);
    CREATE FUNCTION picky(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN IF $1 = 0 THEN RAISE EXCEPTION ''zero''; END IF; RETURN $1 > 1; END';
";

/// The rows of the table as the stream would bring them.
async fn rows(test: &Fixture) -> Vec<Arc<KeptRow>> {
    let table = test.table("t").await.unwrap();
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut snapshot = test.source.snapshot(&query("t", &columns)).await.unwrap();
    let copied = all(snapshot.as_mut()).await.unwrap();
    let row = |line: &str| {
        let cells: Vec<Option<Vec<u8>>> = crate::source::copy::RowReader::default()
            .read(line.as_bytes())
            .map(|cell| cell.map(<[u8]>::to_vec))
            .collect();
        Arc::new(KeptRow::new(&cells.iter().map(|cell| cell.as_deref()).collect::<Vec<_>>()))
    };
    let mut rows: Vec<&str> = copied.lines().collect();
    rows.sort_unstable();
    rows.into_iter().map(row).collect()
}

async fn ask(test: &Fixture, sql: &str, columns: &[&str], rows: &[Arc<KeptRow>]) -> Ask {
    let table = test.table("t").await.unwrap();
    let columns = columns.iter().map(|name| table.column(name).unwrap().0).collect();
    Ask { table, sql: sql.into(), columns, rows: rows.to_vec() }
}

#[tokio::test]
async fn conditions_mean_what_they_mean_on_the_table() {
    let test = Fixture::new(SCHEMA).await;
    test.execute(
        "INSERT INTO t VALUES
         (1, 'a', 'Abc', 'ÉCOLE', 'a', '{1.10,2}', 'ok', '{ok,sad}', 3, '(1,\"x y\")', 'ab', '101', true, '2020-01-01'),
         (2, E'a\\n\\t\\\\', 'def', 'école', 'B', '{}', 'sad', '{NULL}', 9, '(,)', 'abcde', '111', false, 'infinity'),
         (3, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
         (4, 'NULL', '', '', '', '{NULL}', 'ok', '{}', 0, '(5,)', '', '000', NULL, '2020-06-01 12:00+02')",
    )
    .await;
    let rows = rows(&test).await;
    let conditions: [(&str, &[&str]); 16] = [
        ("(\"c\" = 'ABC')", &["c"]),
        ("(\"v\" = 'École')", &["v"]),
        ("(\"en\" < 'b')", &["en"]),
        ("(\"ns\" = '{1.1,2.0}')", &["ns"]),
        ("(\"m\" > 'sad')", &["m"]),
        ("('sad' = ANY(\"ms\"))", &["ms"]),
        ("(\"f\" % 3 = 0)", &["f"]),
        ("((\"p\").y = 'x y' OR (\"p\").x IS NULL)", &["p"]),
        ("(\"b\" = 'ab')", &["b"]),
        ("(\"bits\" & '100' = '100')", &["bits"]),
        ("(\"I'\"\"d\")", &["I'\"d"]),
        ("(\"asked__\" < '2020-06-01 11:00')", &["asked__"]),
        ("(to_tsvector('simple', \"a\") @@ 'a')", &["a"]),
        ("(\"a\" ~ '\\s')", &["a"]),
        ("(picky(\"asked_row\"))", &["asked_row"]),
        ("(pi() > 3)", &[]),
    ];
    let mut asks = Vec::new();
    for (sql, columns) in conditions {
        asks.push(ask(&test, sql, columns, &rows).await);
    }
    let verdicts = test.source.verdicts(&asks).await.unwrap();
    for ((sql, _), verdicts) in conditions.iter().zip(verdicts) {
        let wanted = format!("SELECT string_agg((({sql}) IS TRUE)::text, ' ' ORDER BY asked_row) FROM t");
        let verdicts = verdicts.iter().map(bool::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(verdicts, test.value(&wanted).await, "{sql}");
    }
}

#[tokio::test]
async fn a_condition_is_not_evaluated_on_rows_of_others() {
    let test = Fixture::new(SCHEMA).await;
    test.execute("INSERT INTO t (asked_row, f) VALUES (0, 0), (1, 1), (2, 2)").await;
    let rows = rows(&test).await;
    let other = ask(&test, "(\"f\" = 0)", &["f"], &rows).await;
    let asks = [other.clone(), ask(&test, "(picky(\"asked_row\"))", &["asked_row"], &rows[1..]).await];
    assert_eq!(test.source.verdicts(&asks).await.unwrap(), [vec![true, false, false], vec![false, true]]);
    let asks = [other, ask(&test, "(picky(\"asked_row\"))", &["asked_row"], &rows).await];
    let error = test.source.verdicts(&asks).await.unwrap_err();
    assert!(matches!(error.fault(), Fault::Row(_)), "{error:?}");
    assert_eq!(
        test.source.verdicts(&asks[..1]).await.unwrap(),
        [[true, false, false]],
        "the connection is as good as new"
    );
}

#[tokio::test]
async fn faults_are_told_apart() {
    let mut test = Fixture::new(SCHEMA).await;
    test.source.patience.question = std::time::Duration::from_millis(100);
    test.execute("INSERT INTO t (asked_row) VALUES (1)").await;
    let rows = rows(&test).await;
    let asks = [ask(&test, "(gone(\"asked_row\"))", &["asked_row"], &rows).await];
    assert!(matches!(test.source.verdicts(&asks).await.unwrap_err().fault(), Fault::Statement(_)));
    test.execute("CREATE FUNCTION slow(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT pg_sleep(60) IS NULL'")
        .await;
    let asks = [ask(&test, "(slow(\"asked_row\"))", &["asked_row"], &rows).await];
    assert!(matches!(test.source.verdicts(&asks).await.unwrap_err().fault(), Fault::Slow));
    let source = source(&test.role("CONNECTION LIMIT 0").await);
    let asks = [Ask { sql: "(true)".into(), ..asks[0].clone() }];
    let error = source.verdicts(&asks).await.unwrap_err();
    assert!(matches!(error.fault(), Fault::Passing), "{error:?}");
    test.execute(&format!("ALTER ROLE role_of_{} CONNECTION LIMIT 1", test.value("SELECT current_database()").await))
        .await;
    assert_eq!(source.verdicts(&asks).await.unwrap(), [[true]]);
}
