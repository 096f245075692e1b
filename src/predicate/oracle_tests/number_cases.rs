//! Arithmetic, math functions and casts: what is easily wrong.

use super::TextRow;
use super::cases::{Cases, NULL, Row, hold};
use crate::predicate::EvalError;

/// Filters that raise an error where `a` and `num` have these values, and which.
async fn raise(cases: &[(&str, &str)]) {
    let oracle = Cases::start().await;
    for (filter, message) in cases {
        let predicate = oracle.check(filter, &[]).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let mut row = vec![None; 30];
        (row[1], row[2], row[4], row[5]) =
            (Some("0".into()), Some("x".into()), Some("1e5".into()), Some("1e308".into()));
        let error = predicate.matches(&TextRow(row)).expect_err(filter);
        assert_eq!(error.to_string(), *message, "{filter}");
        assert!(!matches!(error, EvalError::InvalidValue { .. }));
    }
}

#[tokio::test]
async fn integers_stay_within_their_type_and_say_so() {
    hold(&[
        ("-7 / 2 = -3 AND -7 % 2 = -1 AND 7 % -2 = 1", NULL, "t"),
        ("a % -1 = 0", &[("a", "-2147483648")], "t"),
        ("a::int8 + 1 = 2147483648", &[("a", "2147483647")], "t"),
        ("a + 1 IS NULL", NULL, "t"),
        ("a & 6 = 4 AND a | 3 = 15 AND a # 1 = 13 AND ~a = -13", &[("a", "12")], "t"),
        ("gcd(a, 18) = 6 AND lcm(a, 18) = 36", &[("a", "12")], "t"),
        ("@ a = 12 AND abs(a) = 12 AND - a = 12", &[("a", "-12")], "t"),
    ])
    .await;
    raise(&[("a - 2147483647 - 2 = 1", "integer out of range")]).await;
}

#[tokio::test]
async fn shifts_count_modulo_the_width_of_the_machine() {
    hold(&[
        ("a << 33 = 2", &[("a", "1")], "t"),
        ("a::int2 << 15 = -32768", &[("a", "1")], "t"),
        ("a::int2 << 17 = 0", &[("a", "1")], "t"),
        ("a::int8 << 65 = 2", &[("a", "1")], "t"),
        ("a >> 33 = -4", &[("a", "-8")], "t"),
        ("a << -1 = -2147483648", &[("a", "1")], "t"),
    ])
    .await;
}

#[tokio::test]
async fn a_row_that_divides_by_zero_is_an_error() {
    raise(&[
        ("1 / a = 1", "division by zero"),
        ("1 % a = 1", "division by zero"),
        ("num / a = 1", "division by zero"),
        ("f8 / a = 1", "division by zero"),
        ("mod(num, a) = 1", "division by zero"),
        ("f8 * 10 > 1", "value out of range: overflow"),
        ("f8 * 1e-200 * 1e-200 * 1e-300 > 1", "value out of range: underflow"),
        ("num::int2 = 1", "smallint out of range"),
        ("num::numeric(5, 2) = 1", "numeric field overflow"),
        ("f8::int8 = 1", "bigint out of range"),
        ("f8::float4 = 1", "value out of range: overflow"),
        ("b::int4 = 1", "invalid input syntax for type integer"),
        ("b::float8 = 1", "invalid input syntax for type double precision"),
        ("sqrt(a - 1.0::float8) = 1", "cannot take square root of a negative number"),
    ])
    .await;
}

#[tokio::test]
async fn quotients_have_as_many_digits_as_postgres_gives_them() {
    let row: Row<'_> = &[("num", "1.50")];
    hold(&[
        ("(num / 3)::text = '0.50000000000000000000'", row, "t"),
        ("1 / num::numeric = 0.66666666666666666667", row, "t"),
        ("(num / 7 * 7 = num)", row, "f"),
        ("(num * 1.10)::text = '1.6500'", row, "t"),
        ("(num + 1)::text = '2.50' AND (num - 1.500)::text = '0.000'", row, "t"),
        ("div(num, 0.4) = 3 AND num % 0.4 = 0.3", row, "t"),
        ("(num / 1e10)::text = '0.0000000001500000000000000000'", row, "t"),
        ("num / 'Infinity' = 0", row, "t"),
        ("num - 'Infinity' = '-Infinity'", row, "t"),
        ("num * 'NaN' = 'NaN'", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn numerics_round_half_away_from_zero_and_floats_to_even() {
    let row: Row<'_> = &[("num", "-2.5"), ("f8", "-2.5"), ("a", "1250")];
    hold(&[
        ("round(num) = -3 AND num::int4 = -3", row, "t"),
        ("round(f8) = -2 AND f8::int4 = -2", row, "t"),
        ("round(a, -2) = 1300 AND trunc(a, -2) = 1200", row, "t"),
        ("ceil(num) = -2 AND floor(num) = -3 AND trunc(num) = -2", row, "t"),
        ("round(num, 3)::text = '-2.500' AND trim_scale(round(num, 3))::text = '-2.5'", row, "t"),
        ("scale(num) = 1 AND min_scale(num + 0.50) = 0", row, "t"),
        ("sign('NaN'::float8) = 0 AND sign(f8) = -1 AND sign(num) = -1", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn casts_to_text_print_what_postgres_prints() {
    let row: Row<'_> =
        &[("num", "1.50"), ("f8", "'-0'"), ("a", "7"), ("f4", "16777216"), ("arr", "'{1,NULL}'"), ("s", "'ok'")];
    hold(&[
        ("num::text = '1.50' AND (num * 2)::text = '3.00' AND 1.10::text = '1.10'", row, "t"),
        ("f8::text = '-0' AND (f8 * 1)::text = '-0' AND f8 = 0", row, "t"),
        ("(a = 7)::text = 'true' AND NOT (a = 7)::text = 't'", row, "t"),
        ("f4::text = '1.6777216e+07' AND f4::float8::text = '16777216'", row, "t"),
        ("(f8 + 18014398509481988)::text = '1.8014398509481988e+16'", row, "t"),
        ("arr::text = '{1,NULL}' AND '{1,2}'::text::int4[] = ARRAY[1,2]", row, "t"),
        ("s::text::mood = s", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn a_float_has_fifteen_digits_as_numeric() {
    hold(&[
        ("f8::numeric = 0.123456789012346", &[("f8", "0.12345678901234567")], "t"),
        ("f4::numeric = 0.123457", &[("f4", "0.1234567")], "t"),
        ("f8::numeric::text = '100000000000000000000'", &[("f8", "1e20")], "t"),
        ("a::float4 = 16777216", &[("a", "16777217")], "t"),
        ("num::float4 = 16777216", &[("num", "16777217")], "t"),
    ])
    .await;
}

#[tokio::test]
async fn modifiers_cut_pad_and_round() {
    let row: Row<'_> = &[("b", "'abcdé'"), ("num", "1.005"), ("a", "12345")];
    hold(&[
        ("b::varchar(3) = 'abc' AND a::varchar(2) = '12'", row, "t"),
        ("b::char(7) LIKE 'abcdé  ' AND b::char(7) = 'abcdé' AND b::char(5)::text = b", row, "t"),
        ("'ab'::char(4) LIKE 'ab  '", row, "t"),
        ("num::numeric(5, 2)::text = '1.01' AND num::numeric(3) = 1", row, "t"),
        ("num::numeric(5, 2) = 1.01", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn what_a_machine_may_round_otherwise_is_left_to_postgres() {
    let oracle = Cases::start().await;
    for filter in ["a ^ 2 = 4", "exp(f8) > 1", "sqrt(num) = 2", "power(num, 2) = 4", "||/ f8 = 2"] {
        let refused = oracle.refused_here(filter);
        assert!(refused.contains("overload"), "{filter}: {refused}");
    }
}

#[tokio::test]
async fn numerals_that_are_equal_make_one_filter() {
    let oracle = Cases::start().await;
    let template = |filter: &str| oracle.check(filter, &[]).unwrap().sql();
    for (one, other) in [
        ("num = 1.50", "num = 1.5"),
        ("num IN (1.0, 2.50)", "num IN (1, 2.5)"),
        ("f8 = '-0'", "f8 = 0"),
        ("num BETWEEN 1.0 AND 2.00", "num BETWEEN 1 AND 2"),
        ("num = ANY('{1.10}')", "num IN (1.1)"),
    ] {
        assert_eq!(template(one), template(other));
    }
    assert_ne!(template("(num * 1.50)::text = '3'"), template("(num * 1.5)::text = '3'"));
}
