//! What chooses among values: COALESCE, NULLIF, GREATEST, LEAST, CASE.

use super::cases::{Cases, NULL};

#[tokio::test]
async fn coalesce_takes_the_first_that_is_not_null() {
    let cases = Cases::start().await;
    cases.holds("coalesce(a, 5) = 5", NULL, "t").await;
    cases.holds("coalesce(a, 5) = 5", &[("a", "4")], "f").await;
    cases.holds("coalesce(num, a, 1) = 1", NULL, "t").await;
    cases.holds("coalesce(a, num) = 1.5", &[("num", "1.5")], "t").await;
    cases.holds("coalesce(b, v, 'x') < 'y'", NULL, "t").await;
    cases.holds("coalesce(c, v) = 'ab'", &[("v", "'ab  '")], "t").await;
    cases.holds("coalesce(s, 'sad') > 'ok'", NULL, "t").await;
    cases.holds("coalesce(arr, '{1}') = '{1}'", NULL, "t").await;
    cases.holds("coalesce(small, 7) = 7", NULL, "t").await;
    cases.holds("coalesce(a > 1, true)", NULL, "t").await;
    cases.holds("coalesce(NULL, NULL, b) IS NULL", NULL, "t").await;
    // The error is never met.
    cases.holds("coalesce(a, 2147483647 + a) = 7", &[("a", "7")], "t").await;
    assert!(cases.refused_here("coalesce(1, 1 / 0) = a").contains("an expression that raises an error"));
}

#[tokio::test]
async fn greatest_and_least_pass_over_nulls() {
    let cases = Cases::start().await;
    for (a, is_two) in [("NULL", "t"), ("1", "t"), ("3", "f")] {
        cases.holds("greatest(a, 2) = 2", &[("a", a)], is_two).await;
    }
    cases.holds("least(a, 2) = 2", &[("a", "3")], "t").await;
    cases.holds("greatest(a, NULL) IS NULL", NULL, "t").await;
    cases.holds("greatest(f8, 'NaN', 1) = 'NaN'", &[("f8", "7")], "t").await;
    cases.holds("least(d, ts) = '2000-01-01'", &[("d", "'2000-01-01'"), ("ts", "'2000-01-02'")], "t").await;
    cases.holds("greatest(c, 'ab') = 'ab   '", &[("c", "'a'")], "t").await;
}

#[tokio::test]
async fn nullif_is_null_where_both_are_equal() {
    let cases = Cases::start().await;
    cases.holds("nullif(a, 1) IS NULL", &[("a", "1")], "t").await;
    cases.holds("nullif(a, 1.0) = 2", &[("a", "2")], "t").await;
    cases.holds("nullif(a, NULL) = 2", &[("a", "2")], "t").await;
    cases.holds("nullif(b, '') IS NULL", &[("b", "''")], "t").await;
    cases.holds("nullif(c, 'ab') IS NULL", &[("c", "'ab'")], "t").await;
    cases.holds("nullif(d, ts) = '2000-01-02'", &[("d", "'2000-01-02'"), ("ts", "'2000-01-01'")], "t").await;
    cases.holds("nullif('x', b) = 'x'", NULL, "t").await;
}

#[tokio::test]
async fn rows_compare_column_by_column() {
    let cases = Cases::start().await;
    let both = [("a", "1"), ("b", "'x'")];
    cases.holds("(a, b) = (1, 'x')", &both, "t").await;
    cases.holds("(a, b) <> (1, 'x')", &both, "f").await;
    cases.holds("(a, b) <> (2, 'x')", &[("a", "1")], "t").await;
    cases.holds("(a, b) = (1, 'x')", &[("a", "1")], "-").await;
    cases.holds("(a, b) = (2, 'x')", &[("a", "1")], "f").await;
    cases.holds("(a, b) < (1, 'y')", &both, "t").await;
    cases.holds("(a, b) <= (1, 'x')", &both, "t").await;
    cases.holds("(a, b) > (0, 'y')", &both, "t").await;
    cases.holds("(a, b) >= (1, 'y')", &both, "f").await;
    // The first pair that differs decides, whatever comes after.
    cases.holds("(a, b) < (2, 'x')", &[("a", "1")], "t").await;
    cases.holds("(a, b) < (0, 'x')", &[("a", "1")], "f").await;
    cases.holds("(a, b) < (1, 'x')", &[("a", "1")], "-").await;
    cases.holds("(a, b) < (1, 'x')", &[("b", "'a'")], "-").await;
    cases.holds("(a, b) IN ((1, 'y'), (1, 'x'))", &both, "t").await;
    cases.holds("(a, b) NOT IN ((1, 'y'), (2, NULL))", &both, "t").await;
    cases.holds("(a, b) NOT IN ((1, NULL))", &both, "-").await;
    cases.holds("(a, b) BETWEEN (1, 'a') AND (1, 'x')", &both, "t").await;
    cases.holds("(a, b) NOT BETWEEN SYMMETRIC (1, 'x') AND (1, 'a')", &both, "f").await;
    cases.holds("(a, num) = (1, 1.0)", &[("a", "1"), ("num", "1.00")], "t").await;
}

#[tokio::test]
async fn a_row_is_null_if_all_is_and_not_null_if_none_is() {
    let cases = Cases::start().await;
    for (row, is_null, is_not_null) in
        [(NULL, "t", "f"), (&[("a", "1")][..], "f", "f"), (&[("a", "1"), ("b", "''")], "f", "t")]
    {
        cases.holds("ROW(a, b) IS NULL", row, is_null).await;
        cases.holds("(a, b) IS NOT NULL", row, is_not_null).await;
    }
    cases.holds("(a, b) IS DISTINCT FROM (NULL, 'x')", &[("b", "'x'")], "f").await;
    cases.holds("ROW(a, b) IS NOT DISTINCT FROM ROW(1, 'x')", &[("b", "'x'")], "f").await;
}

#[tokio::test]
async fn case_takes_the_first_condition_that_holds() {
    let cases = Cases::start().await;
    cases.holds("CASE WHEN a > 1 THEN 'big' WHEN a = 1 THEN 'one' ELSE 'x' END = 'one'", &[("a", "1")], "t").await;
    cases.holds("CASE WHEN a > 1 THEN 1 END IS NULL", NULL, "t").await;
    cases.holds("CASE a WHEN 1 THEN b WHEN NULL THEN 'n' ELSE 'other' END = 'other'", NULL, "t").await;
    cases.holds("CASE a WHEN 1.0 THEN true ELSE b = 'x' END", &[("a", "1")], "t").await;
    cases.holds("CASE WHEN a = 1 THEN 1 ELSE num END = 1", &[("a", "1")], "t").await;
    cases.holds("CASE 'x' WHEN b THEN 1 ELSE 2 END = 1", &[("b", "'x'")], "t").await;
    cases.holds("CASE c WHEN 'ab' THEN d ELSE ts END > '2000-01-01'", &[("c", "'ab'")], "-").await;
    // The error is never met.
    cases.holds("CASE WHEN a < 5 THEN a + 1 ELSE a END = 2147483647", &[("a", "2147483647")], "t").await;
    // NULLIF within CASE within COALESCE.
    cases
        .holds(
            "coalesce(CASE WHEN a = 1 THEN nullif(b, 'x') ELSE 'y' END, 'z') = 'z'",
            &[("a", "1"), ("b", "'x'")],
            "t",
        )
        .await;
}

#[tokio::test]
async fn a_collation_that_is_written_goes_before_all_others() {
    let cases = Cases::start().await;
    cases.holds("b COLLATE \"POSIX\" < 'a'", &[("b", "'B'")], "t").await;
    cases.holds("'a' COLLATE \"C\" > b", &[("b", "'B'")], "t").await;
    cases.holds("'B' < 'a' COLLATE \"C\"", NULL, "t").await;
    cases.holds("c = 'ab ' COLLATE \"C\"", &[("c", "'ab'")], "t").await;
    cases.holds("greatest(b, 'a' COLLATE \"C\") = 'a'", &[("b", "'B'")], "t").await;
    cases.holds("lower(b COLLATE \"C\") = 'ä'", &[("b", "'Ä'")], "f").await;
    assert!(cases.refused_here("b < 'a' COLLATE \"de-x-icu\"").contains("CollateClause"));
    let mismatch = cases.refused_here("b COLLATE \"C\" = 'a' COLLATE \"POSIX\"");
    assert!(mismatch.contains("CollateClause"), "{mismatch}");
}
