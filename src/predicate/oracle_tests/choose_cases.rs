//! What chooses among values: COALESCE, NULLIF, GREATEST, LEAST, CASE.

use super::cases::{Cases, NULL};

#[tokio::test]
async fn case_86_coalesce_takes_the_first_that_is_not_null() {
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
}

#[tokio::test]
async fn case_87_greatest_and_least_pass_over_nulls() {
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
