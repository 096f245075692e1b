//! What is made of text.

use super::cases::{Cases, NULL};

fn b(value: &'static str) -> [(&'static str, &'static str); 1] {
    [("b", value)]
}

#[tokio::test]
async fn concat_passes_over_nulls_and_the_operator_does_not() {
    let cases = Cases::start().await;
    cases.holds("concat(b, 'x') = 'x'", NULL, "t").await;
    cases.holds("b || 'x' = 'x'", NULL, "-").await;
    cases.holds("b || 'x' = 'ax'", &b("'a'"), "t").await;
    cases.holds("c || v = 'abx '", &[("c", "'ab'"), ("v", "'x '")], "t").await;
    cases
        .holds(
            "concat(a, num, true, c, NULL, a > 0) = '11.50tab   t'",
            &[("a", "1"), ("num", "1.50"), ("c", "'ab'")],
            "t",
        )
        .await;
    cases.holds("concat_ws(',', b, '', a, NULL, 'x') = 'é,,7,x'", &[("a", "7"), ("b", "'é'")], "t").await;
    cases.holds("concat_ws(b, 'x') IS NULL", NULL, "t").await;
    cases
        .holds(
            "concat(arr, ts, d, i) = '{1,NULL}2000-01-01 00:00:002000-01-02P1D'",
            &[("arr", "'{1,NULL}'"), ("ts", "'2000-01-01'"), ("d", "'2000-01-02'"), ("i", "'1 day'")],
            "t",
        )
        .await;
    cases.holds("num_nulls(a, b, c) = 2 AND num_nonnulls(a, b, c) = 1", &b("'x'"), "t").await;
}

#[tokio::test]
async fn texts_are_measured_in_characters() {
    let cases = Cases::start().await;
    cases.holds("length(b) = 2 AND char_length(b) = 2 AND character_length(b) = 2", &b("'é '"), "t").await;
    cases.holds("octet_length(b) = 3 AND bit_length(b) = 24", &b("'é '"), "t").await;
    cases.holds("length(c) = 2 AND char_length(c) = 2", &[("c", "'ab'")], "t").await;
    cases.holds("length(v) = 3", &[("v", "'ab '")], "t").await;
    cases.holds("length(b) IS NULL", NULL, "t").await;
    cases.holds("ascii(b) = 233 AND to_hex(ascii(b)) = 'e9'", &b("'é'"), "t").await;
    cases.holds("ascii(b) = 0", &b("''"), "t").await;
    cases.holds("to_hex(a) = 'ffffffff'", &[("a", "-1")], "t").await;
}

#[tokio::test]
async fn letters_change_their_case_by_the_collation() {
    let cases = Cases::start().await;
    // C knows ASCII alone.
    cases.holds("lower(b) = 'aÉ' AND upper(b) = 'AÉ'", &b("'AÉ'"), "t").await;
    cases.holds("lower(c) = 'ab'", &[("c", "'AB'")], "t").await;
    cases.holds("lower(b) = lower('ABC')", &b("'aBC'"), "t").await;
    assert!(cases.refused_here("b = lower('TITLE')").contains("collation"));
}

#[tokio::test]
async fn texts_are_cut() {
    let cases = Cases::start().await;
    let word = b("'aébc'");
    for (filter, part) in [
        ("substring(b, 2)", "ébc"),
        ("substring(b FROM 2 FOR 2)", "éb"),
        ("substring(b, 0, 2)", "a"),
        ("substring(b, -5, 2)", ""),
        ("substr(b, -1)", "aébc"),
        ("substr(b, 2, 2147483647)", "ébc"),
        ("left(b, 2)", "aé"),
        ("left(b, -1)", "aéb"),
        ("left(b, -9)", ""),
        ("right(b, 2)", "bc"),
        ("right(b, -1)", "ébc"),
        ("right(b, 0)", ""),
        ("right(b, 9)", "aébc"),
        ("overlay(b PLACING 'xyz' FROM 2 FOR 1)", "axyzbc"),
        ("overlay(b PLACING 'xyz' FROM 2)", "axyz"),
        ("reverse(b)", "cbéa"),
        ("repeat(b, 2)", "aébcaébc"),
        ("repeat(b, -1)", ""),
        ("lpad(b, 6)", "  aébc"),
        ("lpad(b, 7, 'xy')", "xyxaébc"),
        ("lpad(b, 2, 'xy')", "aé"),
        ("rpad(b, 6, '')", "aébc"),
        ("rpad(b, 5, 'é')", "aébcé"),
        ("replace(b, 'é', '')", "abc"),
        ("replace(b, '', 'x')", "aébc"),
        ("translate(b, 'éca', 'e')", "eb"),
        ("ltrim(b, 'éa')", "bc"),
        ("btrim(b, 'ca')", "éb"),
    ] {
        cases.holds(&format!("{filter} = '{part}'"), &word, "t").await;
    }
    cases.holds("trim(b) = 'a'", &b("'  a '"), "t").await;
    cases.holds("trim(LEADING FROM b) = 'a '", &b("'  a '"), "t").await;
    cases.holds("btrim(b) = E'\\ta'", &b("E' \\ta '"), "t").await;
    assert!(cases.refused("substring('abc', 1, -1) = b").await.contains("negative substring length not allowed"));
}

#[tokio::test]
async fn texts_are_searched() {
    let cases = Cases::start().await;
    let word = b("'éa,b,,c'");
    cases.holds("position('a' IN b) = 2", &word, "t").await;
    cases.holds("position('' IN b) = 1 AND strpos(b, 'x') = 0", &word, "t").await;
    cases.holds("strpos(b, ',') = 3", &word, "t").await;
    cases.holds("split_part(b, ',', 2) = 'b' AND split_part(b, ',', -1) = 'c'", &word, "t").await;
    cases
        .holds("split_part(b, ',', 3) = '' AND split_part(b, ',', 9) = '' AND split_part(b, ',', -9) = ''", &word, "t")
        .await;
    cases.holds("split_part(b, '', -1) = 'éa,b,,c' AND split_part(b, '', 2) = ''", &word, "t").await;
    cases.holds("split_part('', ',', -1) = '' AND split_part(b, b, 2) = ''", &word, "t").await;
    cases.holds("starts_with(b, 'éa') AND b ^@ ''", &word, "t").await;
    cases.holds("NOT starts_with(b, 'a')", &word, "t").await;
    assert!(cases.refused("split_part('a', ',', 0) = b").await.contains("field position must not be zero"));
}

#[tokio::test]
async fn texts_match_regular_expressions() {
    let cases = Cases::start().await;
    for (pattern, text, holds) in [
        ("b.d", "'abcd'", true),
        ("^b", "'ab'", false),
        ("^a.c$", "E'a\\nc'", true),
        ("^b", "E'a\\nb'", false),
        ("a$", "E'a\\n'", false),
        ("^[a-c_.-]+$", "'a-b_c.'", true),
        ("[^é]", "'é'", false),
        ("^(ab|c){2,3}$", "'abcab'", true),
        ("\\.\\$", "'a.$'", true),
        ("^\\w+\\s\\d$", "E'a_1\\t9'", true),
        ("\\w", "'é'", false),
        ("\\d", "'٣'", false),
        ("a&&b", "'a&&b'", true),
        ("a{2}", "'aba'", false),
        ("^$", "''", true),
    ] {
        let row = [("b", text)];
        cases.holds(&format!("b ~ '{pattern}'"), &row, if holds { "t" } else { "f" }).await;
        cases.holds(&format!("b !~ '{pattern}'"), &row, if holds { "f" } else { "t" }).await;
    }
    cases.holds("b ~ 'x'", NULL, "-").await;
    cases.holds("b ~* '^AB[c-e]$'", &b("'abD'"), "t").await;
    cases.holds("b ~* 'k'", &b("'\u{212a}'"), "f").await;
    cases.holds("b !~* '[^k]'", &b("'K'"), "t").await;
    cases.holds("c ~ '^ab   $' AND c ~ 'b *$'", &[("c", "'ab'")], "t").await;
    assert!(cases.refused_here("b ~ '(a)\\1'").ends_with("unknown binary operator \"~\""));
}

#[tokio::test]
async fn texts_are_similar_to_patterns() {
    let cases = Cases::start().await;
    cases.holds("b SIMILAR TO '%(b|d)%'", &b("E'a\\nbc'"), "t").await;
    cases.holds("b SIMILAR TO 'a|b'", &b("'ab'"), "f").await;
    cases.holds("b SIMILAR TO 'a_.'", &b("'aé.'"), "t").await;
    cases.holds("b NOT SIMILAR TO '(ab)+'", &b("'abab'"), "f").await;
    cases.holds("b SIMILAR TO 'a$'", &b("'a$'"), "t").await;
}
