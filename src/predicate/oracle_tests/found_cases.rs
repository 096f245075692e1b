//! What random filters have found, so that it is not lost again.

use super::cases::{Cases, NULL, Row, hold};

#[tokio::test]
async fn elements_of_char_have_no_blanks_whichever_way_they_come() {
    let row: Row<'_> = &[("c", "'a'"), ("cs", "ARRAY['a'::char(5), NULL]")];
    hold(&[
        ("cs @> ARRAY[c]", row, "t"),
        ("cs[1] = c", row, "t"),
        ("array_position(cs, c) = 1", row, "t"),
        ("cs || c = ARRAY[c, NULL, c]", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn a_literal_beside_a_polymorphic_argument_takes_its_type() {
    let row: Row<'_> = &[("arr", "'{1,2}'"), ("a", "2")];
    hold(&[
        ("'{2}' <@ arr", row, "t"),
        ("arr || '{3}' = '{1,2,3}'", row, "t"),
        ("array_append(arr, '3') = '{1,2,3}'", row, "t"),
        ("array_position(arr, '2') = 2", row, "t"),
        ("array_remove(arr, '1') = ARRAY[a]", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn a_row_is_compared_as_far_as_is_needed() {
    let zero: Row<'_> = &[("a", "0")];
    hold(&[
        ("(a, 1/a) < (1, 1)", zero, "t"),
        ("(a, 1/a) >= (1, 1)", zero, "f"),
        ("(a, 1/a) = (5, 1)", zero, "f"),
        ("(a, 1/a) <> (5, 1)", zero, "t"),
        ("(a, 1) < (1, 1)", NULL, "-"),
    ])
    .await;
}

#[tokio::test]
async fn a_strict_function_of_a_constant_null_is_null_before_its_arguments_can_fail() {
    let zero: Row<'_> = &[("a", "0")];
    hold(&[("(1/a + NULL) IS NULL", zero, "t"), ("abs(NULL) = a", zero, "-")]).await;
}

#[tokio::test]
async fn the_operand_of_a_case_brings_its_collation() {
    let row: Row<'_> = &[("b", "'B'")];
    hold(&[
        ("CASE b WHEN 'x' THEN 'z' ELSE b END < 'a'", row, "t"),
        ("CASE b COLLATE \"C\" WHEN 'B' THEN true END", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn a_prefix_operator_reaches_as_far_as_its_precedence() {
    let row: Row<'_> = &[("a", "3")];
    hold(&[("@ a * -2 = 6", row, "t"), ("@ -a + 1 = 2", row, "t")]).await;
}

#[tokio::test]
async fn what_can_never_be_in_is_checked_all_the_same() {
    let refused = Cases::start().await.refused("1 = 2 AND arr < 'x'::text").await;
    assert!(refused.contains("int4[] < text"), "{refused}");
}
