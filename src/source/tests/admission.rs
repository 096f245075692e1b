use super::*;

const SCHEMA: &str = "
    CREATE EXTENSION citext;
    CREATE TYPE mood AS ENUM ('sad', 'now');
    CREATE TABLE t (id int PRIMARY KEY, a text, c citext, d date, ts timestamptz, m mood);
    CREATE FUNCTION odd(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 1';
    CREATE FUNCTION picky(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN IF $1 = 0 THEN RAISE EXCEPTION ''zero''; END IF; RETURN true; END';
    CREATE FUNCTION unsure(int) RETURNS bool LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
    CREATE FUNCTION since(timestamptz, timestamptz) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > $2';
";

/// What is said of a condition that is refused; `None` if it is taken.
async fn refusal(test: &Fixture, sql: &str) -> Option<Option<String>> {
    let table = test.table("t").await.unwrap();
    let refusal = test.source.admits(&table, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", told(&error)));
    refusal.map(|refusal| refusal.said)
}

#[tokio::test]
async fn what_is_immutable_is_taken() {
    let test = Fixture::new(SCHEMA).await;
    for sql in [
        "(odd(\"id\"))",
        "(\"c\" = 'Now' AND \"a\" < 'today' AND \"m\" = 'now')",
        "(to_tsvector('simple', \"a\") @@ 'x')",
        "(\"a\" ~ '^tomorrow|now$')",
        "(\"d\" > '2020-01-01' AND since(\"ts\", '2020-01-01'))",
        "(picky(\"id\"))",
    ] {
        assert_eq!(refusal(&test, sql).await, None, "{sql}");
    }
    assert_eq!(test.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'diesel_electric%'").await, "0");
}

#[tokio::test]
async fn what_is_not_is_refused_by_name() {
    let test = Fixture::new(SCHEMA).await;
    for (sql, said) in [
        ("(now() > \"ts\")", "function now() is not immutable"),
        ("(random() > \"id\")", "function random() is not immutable"),
        ("(unsure(\"id\"))", "function unsure() is not immutable"),
        ("(odd(\"id\") AND to_tsvector(\"a\") @@ 'x')", "function to_tsvector() is not immutable"),
        ("(current_user = \"a\")", "function current_user() is not immutable"),
        ("(picky(0))", "zero"),
        ("(1 / 0 = \"id\")", "division by zero"),
        ("(\"ts\" > ' NOW ')", "`now` means another moment each time"),
        ("(\"d\" > 'today' AND \"a\" > 'today')", "`today` means another moment each time"),
        ("(\"d\" = ANY('{2020-01-01,Tomorrow}'))", "`tomorrow` means another moment each time"),
        ("(since(\"ts\", 'yesterday 12:00'))", "`yesterday` means another moment each time"),
    ] {
        assert_eq!(refusal(&test, sql).await, Some(Some(said.to_owned())), "{sql}");
    }
}

#[tokio::test]
async fn what_is_no_condition_is_refused() {
    let test = Fixture::new(SCHEMA).await;
    for sql in [
        "(\"id\" + 1)",
        "(nothing(\"id\"))",
        "(\"id\" = 'x')",
        "(\"id\" IN (SELECT 1))",
        "(count(*) > 1)",
        "(row_number() OVER () > 1)",
        "(generate_series(1, 2) > 1)",
        "(true); DROP TABLE t",
    ] {
        assert_eq!(refusal(&test, sql).await, Some(None), "{sql}");
    }
    assert!(test.table("t").await.is_ok());
}

#[tokio::test]
async fn who_may_make_no_temporary_table_is_told_so() {
    let test = Fixture::new(SCHEMA).await;
    let name = test.value("SELECT current_database()").await;
    test.execute(&format!("REVOKE TEMPORARY ON DATABASE {name} FROM public; GRANT SELECT ON t TO public")).await;
    let source = source(&test.role("").await);
    let table = test.table("t").await.unwrap();
    let refusal = source.admits(&table, "(odd(\"id\"))").await.unwrap().unwrap();
    assert!(refusal.said.unwrap().ends_with("for lack of the privilege TEMPORARY"));
    let error = SourceError::NoTemporaryPrivilege { role: "r".to_owned(), database: "d".to_owned() };
    assert!(error.to_string().ends_with("run `GRANT TEMPORARY ON DATABASE d TO r`"));
    drop(source);
    test.execute(&format!("GRANT TEMPORARY ON DATABASE {name} TO public")).await;
}
