//! The evaluation's cases of the specification (section 13, 64 to 104), by number. Each verdict is asked of Postgres too. Those of
//! whole shapes, 105 and 106, are with the tests over HTTP.

use super::cases::{Cases, NULL, Row, hold};
use crate::predicate::{Bind, BindType};

#[tokio::test]
async fn case_64_an_array_contains_another_in_any_order() {
    hold(&[
        ("arr @> '{1,2}'", &[("arr", "'{2,1,3}'")], "t"),
        ("arr @> '{1,2}'", &[("arr", "'{1}'")], "f"),
        ("arr @> '{1,2}'", NULL, "-"),
    ])
    .await;
}

#[tokio::test]
async fn case_65_one_side_of_or_is_enough() {
    hold(&[("a=1 OR b='x'", &[("a", "2"), ("b", "'x'")], "t"), ("a=1 OR b='x'", &[("b", "'x'")], "t")]).await;
}

#[tokio::test]
async fn case_66_a_candidate_by_one_condition_may_fail_the_other() {
    hold(&[("a = 1 AND b LIKE 'q%'", &[("a", "1"), ("b", "'z'")], "f")]).await;
}

#[tokio::test]
async fn case_67_nothing_is_equal_or_unequal_to_null() {
    hold(&[("a = 1", NULL, "-"), ("a <> 1", NULL, "-"), ("NOT (a = 1)", NULL, "-")]).await;
}

#[tokio::test]
async fn case_68_null_is_asked_for_by_name() {
    hold(&[("a = 1 OR a IS NULL", NULL, "t")]).await;
}

#[tokio::test]
async fn case_69_distinct_from_knows_null() {
    hold(&[("a IS DISTINCT FROM 1", NULL, "t"), ("a IS DISTINCT FROM 1", &[("a", "1")], "f")]).await;
}

#[tokio::test]
async fn case_70_unknown() {
    hold(&[("(a = 1) IS UNKNOWN", NULL, "t"), ("(a = 1) IS UNKNOWN", &[("a", "1")], "f")]).await;
}

#[tokio::test]
async fn case_71_not_true() {
    let filter = "(a = 1) IS NOT TRUE";
    hold(&[(filter, NULL, "t"), (filter, &[("a", "1")], "f"), (filter, &[("a", "2")], "t")]).await;
}

#[tokio::test]
async fn case_72_not_false() {
    let filter = "(a = 1) IS NOT FALSE";
    hold(&[(filter, NULL, "t"), (filter, &[("a", "1")], "t"), (filter, &[("a", "2")], "f")]).await;
}

#[tokio::test]
async fn case_73_a_list_with_null_is_never_false() {
    let filter = "a IN (1, NULL)";
    hold(&[(filter, &[("a", "1")], "t"), (filter, &[("a", "2")], "-"), (filter, NULL, "-")]).await;
}

#[tokio::test]
async fn case_74_nothing_is_surely_outside_a_list_with_null() {
    let filter = "a NOT IN (1, NULL)";
    hold(&[(filter, &[("a", "1")], "f"), (filter, &[("a", "2")], "-"), (filter, NULL, "-")]).await;
}

#[tokio::test]
async fn case_75_null_is_not_outside_a_list() {
    hold(&[("a NOT IN (1, 2)", &[("a", "3")], "t"), ("a NOT IN (1, 2)", NULL, "-")]).await;
}

#[tokio::test]
async fn case_76_a_range_that_is_missed_anyway_is_false() {
    hold(&[("2 BETWEEN a AND 1", NULL, "f"), ("2 NOT BETWEEN a AND 1", NULL, "t")]).await;
}

#[tokio::test]
async fn case_77_a_range_with_an_unknown_end_is_unknown() {
    hold(&[("2 BETWEEN a AND 3", NULL, "-"), ("2 NOT BETWEEN a AND 3", NULL, "-")]).await;
}

#[tokio::test]
async fn case_78_null_in_and_or_not() {
    hold(&[("NULL AND FALSE", NULL, "f"), ("NULL OR TRUE", NULL, "t"), ("NOT NULL", NULL, "-")]).await;
}

#[tokio::test]
async fn case_79_any_of_an_array_with_null() {
    let filter = "a = ANY('{1,NULL}')";
    hold(&[(filter, &[("a", "1")], "t"), (filter, &[("a", "2")], "-")]).await;
}

#[tokio::test]
async fn case_80_all_of_an_array_with_null() {
    let filter = "a <> ALL('{2,NULL}')";
    hold(&[(filter, &[("a", "1")], "-"), (filter, &[("a", "2")], "f")]).await;
}

#[tokio::test]
async fn case_81_an_empty_array_is_decided_without_the_value() {
    hold(&[("a = ANY('{}')", NULL, "f"), ("a = ALL('{}')", NULL, "t")]).await;
}

#[tokio::test]
async fn case_82_any_of_a_column() {
    hold(&[("1 = ANY(arr)", NULL, "-"), ("1 = ANY(arr)", &[("arr", "'{NULL,1}'")], "t")]).await;
}

#[tokio::test]
async fn case_83_null_elements_are_in_no_array() {
    let row: Row<'_> = &[("arr", "'{1,NULL}'")];
    hold(&[("arr @> '{NULL}'", row, "f"), ("arr && '{NULL}'", row, "f")]).await;
}

#[tokio::test]
async fn case_84_the_empty_array_is_in_all() {
    hold(&[("arr @> '{}'", &[("arr", "'{}'")], "t"), ("arr @> '{}'", NULL, "-")]).await;
}

#[tokio::test]
async fn case_85_outside_an_array_there_is_null() {
    let row: Row<'_> = &[("arr", "'{1}'")];
    hold(&[("arr[1] = 1", row, "t"), ("arr[0] IS NULL", row, "t"), ("arr[5:6] = '{}'", row, "t")]).await;
}

#[tokio::test]
async fn case_86_coalesce() {
    hold(&[("coalesce(a, 5) = 5", NULL, "t")]).await;
}

#[tokio::test]
async fn case_87_greatest_passes_over_null() {
    let filter = "greatest(a, 2) = 2";
    hold(&[(filter, NULL, "t"), (filter, &[("a", "1")], "t"), (filter, &[("a", "3")], "f")]).await;
}

#[tokio::test]
async fn case_88_concat_passes_over_null_and_the_operator_does_not() {
    hold(&[("concat(b, 'x') = 'x'", NULL, "t"), ("b || 'x' = 'x'", NULL, "-")]).await;
}

#[tokio::test]
async fn case_89_empty_is_not_null() {
    hold(&[("b = ''", &[("b", "''")], "t"), ("b = ''", NULL, "-")]).await;
}

#[tokio::test]
async fn case_90_like_goes_over_newlines() {
    let filter = "b LIKE 'a%'";
    hold(&[(filter, &[("b", "E'a\\nb'")], "t"), (filter, &[("b", "'b'")], "f"), (filter, NULL, "-")]).await;
}

#[tokio::test]
async fn case_91_like_escapes_and_counts_characters() {
    hold(&[("b LIKE 'a\\%'", &[("b", "'a%'")], "t"), ("b LIKE '_'", &[("b", "'é'")], "t")]).await;
}

#[tokio::test]
async fn case_92_numeric_is_exact() {
    let filter = "num = 9007199254740992";
    hold(&[(filter, &[("num", "9007199254740993")], "f"), (filter, &[("num", "9007199254740992.0")], "t")]).await;
}

#[tokio::test]
async fn case_93_nan_equals_itself_and_is_above_all() {
    let row: Row<'_> = &[("f8", "'NaN'")];
    hold(&[("f8 = 'NaN'", row, "t"), ("f8 > 1", row, "t")]).await;
}

#[tokio::test]
async fn case_94_float4_is_compared_as_float8() {
    hold(&[("f4 = 0.1", &[("f4", "0.1")], "f")]).await;
}

#[tokio::test]
async fn case_95_blanks_count_for_like_alone() {
    let row: Row<'_> = &[("c", "'ab'")];
    hold(&[("c = 'ab'", row, "t"), ("c LIKE 'ab'", row, "f")]).await;
}

#[tokio::test]
async fn case_96_a_day_is_24_hours() {
    hold(&[("i = interval '24 hours'", &[("i", "'1 day'")], "t")]).await;
}

#[tokio::test]
async fn case_97_months_end_at_their_end() {
    hold(&[("d + interval '1 month' = '2024-02-29'", &[("d", "'2024-01-31'")], "t")]).await;
}

#[tokio::test]
async fn case_98_uuids_have_no_case() {
    let filter = "u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'";
    hold(&[(filter, &[("u", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'")], "t")]).await;
}

#[tokio::test]
async fn case_99_integers_divide_toward_zero_grow_and_do_not_divide_by_zero() {
    hold(&[("-7/2 = -3", NULL, "t"), ("a = 3000000000", &[("a", "1")], "f")]).await;
    let refused = Cases::start().await.refused("1/0 = 1").await;
    assert_eq!(refused, "At location 1: Failed to apply function to constant arguments: division by zero");
}

#[tokio::test]
async fn case_100_a_parameter_has_one_type() {
    let text = [Bind { value: Some("1".into()), ty: BindType::Unknown }];
    let conflict = Cases::start().await.check("a = $1 AND b = $1", &text).unwrap_err();
    assert_eq!(conflict.to_string(), "type conflict for $1: int4 and text");
}

#[tokio::test]
async fn case_101_every_parameter_has_a_value() {
    let text = [Bind { value: Some("1".into()), ty: BindType::Unknown }];
    let missing = Cases::start().await.check("a = $2", &text).unwrap_err();
    assert_eq!(missing.to_string(), "At location 4: parameter $2 was not provided");
}

#[tokio::test]
async fn case_102_what_depends_on_the_moment_is_not_evaluated_here() {
    let cases = Cases::start().await;
    assert_eq!(cases.refused_here("now() > ts"), "At location 0: unknown or unsupported function now/0");
    assert_eq!(cases.refused_here("ts > 'now'"), "At location 5: invalid syntax for type timestamp: now");
    assert_eq!(cases.refused_here("random() > 0"), "At location 0: unknown or unsupported function random/0");
}

#[tokio::test]
async fn case_103_what_is_no_single_condition_is_refused() {
    let cases = Cases::start().await;
    for filter in ["a", "a + 1"] {
        assert_eq!(cases.refused(filter).await, "WHERE clause must return a boolean", "{filter}");
    }
    assert_eq!(cases.refused("1; drop").await, "unescaped \";\" causing statement split");
    for filter in ["a=1 ORDER BY a", "a=1 LIMIT 1"] {
        assert_eq!(cases.refused_here(filter), "malformed query ending with SQL clauses", "{filter}");
    }
}

#[tokio::test]
async fn case_104_enums_compare_by_their_labels() {
    hold(&[("s = 'ok'", &[("s", "'ok'")], "t"), ("s > 'ok'", &[("s", "'Happy'")], "t")]).await;
    let refused = Cases::start().await.refused("s = 'x'").await;
    assert_eq!(refused, "At location 4: invalid syntax for type mood: x");
}
