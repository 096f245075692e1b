//! What is asked of arrays and made of them.

use super::cases::{Cases, NULL};

fn arr(value: &'static str) -> [(&'static str, &'static str); 1] {
    [("arr", value)]
}

#[tokio::test]
async fn an_array_contains_whatever_the_order() {
    let cases = Cases::start().await;
    cases.holds("arr @> '{1,2}'", &arr("'{2,1,3}'"), "t").await;
    cases.holds("arr @> '{1,2}'", &arr("'{1}'"), "f").await;
    cases.holds("arr @> '{1,2}'", NULL, "-").await;
    cases.holds("arr <@ '{{1,2},{3,3}}'", &arr("'{2,1,3}'"), "t").await;
    cases.holds("arr && ARRAY[a, 9]", &[("arr", "'{2,1,3}'"), ("a", "3")], "t").await;
}

#[tokio::test]
async fn null_elements_never_match() {
    let cases = Cases::start().await;
    cases.holds("arr @> '{NULL}'", &arr("'{1,NULL}'"), "f").await;
    cases.holds("arr && '{NULL}'", &arr("'{1,NULL}'"), "f").await;
    cases.holds("arr <@ '{1,NULL}'", &arr("'{1,NULL}'"), "f").await;
}

#[tokio::test]
async fn every_array_contains_the_empty_one() {
    let cases = Cases::start().await;
    cases.holds("arr @> '{}'", &arr("'{}'"), "t").await;
    cases.holds("arr @> '{}'", NULL, "-").await;
    cases.holds("arr && '{}'", &arr("'{1}'"), "f").await;
}

#[tokio::test]
async fn subscripts_outside_are_null_and_slices_empty() {
    let cases = Cases::start().await;
    let one = arr("'{1}'");
    cases.holds("arr[1] = 1", &one, "t").await;
    cases.holds("arr[0] IS NULL", &one, "t").await;
    cases.holds("arr[5:6] = '{}'", &one, "t").await;
    cases.holds("arr[NULL] IS NULL", &one, "t").await;
    cases.holds("arr[1][1] IS NULL", &one, "t").await;
    cases.holds("arr[a:2] IS NULL", &one, "t").await;
    let two = arr("'{{1,2,3},{4,5,6}}'");
    cases.holds("arr[2][3] = 6", &two, "t").await;
    cases.holds("arr[1] IS NULL", &two, "t").await;
    cases.holds("arr[2:2] = '{{4,5,6}}'", &two, "t").await;
    cases.holds("arr[:][2:] = '{{2,3},{5,6}}'", &two, "t").await;
    // One slice makes slices of all.
    cases.holds("arr[2][2:3] = '{{2,3},{5,6}}'", &two, "t").await;
    cases.holds("arr[1:1][2] = '{{1,2}}'", &two, "t").await;
    cases.holds("arr[1:2][1:1][1:1] = '{}'", &two, "t").await;
    // Slices count from 1, arrays need not.
    let shifted = arr("'[2:4]={7,8,9}'");
    cases.holds("arr[2] = 7", &shifted, "t").await;
    cases.holds("arr[:3] = '{7,8}'", &shifted, "t").await;
    cases.holds("arr[-5:100] = '{7,8,9}'", &shifted, "t").await;
    cases.holds("(ARRAY['x', 'y,\"z'])[2] = b", &[("b", "'y,\"z'")], "t").await;
    cases.holds("(arr || 1)[1] = 1", NULL, "t").await;
}

#[tokio::test]
async fn arrays_are_put_together() {
    let cases = Cases::start().await;
    let one = arr("'{1}'");
    cases.holds("arr || 2 = '{1,2}'", &one, "t").await;
    cases.holds("0 || arr = '{0,1}'", &one, "t").await;
    cases.holds("arr || arr = '{1,1}'", &one, "t").await;
    cases.holds("arr || '{2,NULL}' = '{1,2,NULL}'", &one, "t").await;
    cases.holds("arr || NULL = '{1}'", &one, "t").await;
    cases.holds("arr || a = '{1,NULL}'", &one, "t").await;
    cases.holds("arr || '{{2},{3}}'::int4[] = '{{1},{2},{3}}'", &one, "t").await;
    cases.holds("arr || '{5}' = '[2:3]={1,5}'", &arr("'[2:2]={1}'"), "t").await;
    cases.holds("array_prepend(0, arr) = '[2:3]={0,1}'", &arr("'[2:2]={1}'"), "t").await;
    cases.holds("array_append(arr, 2) = '{2}'", NULL, "t").await;
    cases.holds("array_cat(arr, NULL) = '{1}'", &one, "t").await;
    cases.holds("array_cat(arr, arr) IS NULL", NULL, "t").await;
    cases.holds("array_remove(arr, NULL) = '{1}'", &arr("'{NULL,1,NULL}'"), "t").await;
    cases.holds("array_remove(arr, 1) = '{}'", &arr("'{1,1}'"), "t").await;
    cases.holds("array_replace(arr, 1, NULL) = '{{NULL,2}}'", &arr("'{{1,2}}'"), "t").await;
}

#[tokio::test]
async fn arrays_tell_of_themselves() {
    let cases = Cases::start().await;
    let two = arr("'[0:1][3:5]={{1,2,NULL},{4,5,6}}'");
    cases.holds("array_ndims(arr) = 2", &two, "t").await;
    cases.holds("array_length(arr, 2) = 3", &two, "t").await;
    cases.holds("array_length(arr, 3) IS NULL", &two, "t").await;
    cases.holds("array_lower(arr, 1) = 0 AND array_upper(arr, 2) = 5", &two, "t").await;
    cases.holds("array_dims(arr) = '[0:1][3:5]'", &two, "t").await;
    cases.holds("cardinality(arr) = 6", &two, "t").await;
    cases.holds("array_to_string(arr, ',') = '1,2,4,5,6'", &two, "t").await;
    cases.holds("array_to_string(arr, ',', '*') = '1,2,*,4,5,6'", &two, "t").await;
    let none = arr("'{}'");
    cases.holds("array_length(arr, 1) IS NULL", &none, "t").await;
    cases.holds("array_dims(arr) IS NULL", &none, "t").await;
    cases.holds("cardinality(arr) = 0", &none, "t").await;
    cases.holds("cardinality(arr) IS NULL", NULL, "t").await;
    cases.holds("array_position(arr, 7) = 3", &arr("'[2:4]={8,7,7}'"), "t").await;
    cases.holds("array_position(arr, 7, 4) = 4", &arr("'[2:4]={8,7,7}'"), "t").await;
    cases.holds("array_position(arr, NULL) = 2", &arr("'{8,NULL}'"), "t").await;
    cases.holds("array_positions(arr, 7) = '{3,4}'", &arr("'[2:4]={8,7,7}'"), "t").await;
    cases.holds("array_positions(arr, 1) = '{}'", &none, "t").await;
}

#[tokio::test]
async fn texts_are_split_into_arrays() {
    let cases = Cases::start().await;
    for (text, parts) in [("'a,,b'", "'{a,\"\",b}'"), ("''", "'{}'"), ("','", "'{\"\",\"\"}'")] {
        let filter = format!("string_to_array(b, ',') = {parts}");
        cases.holds(&filter, &[("b", text)], "t").await;
    }
    cases.holds("string_to_array(b, NULL) = '{é,x}'", &[("b", "'éx'")], "t").await;
    cases.holds("string_to_array(b, '') = '{éx}'", &[("b", "'éx'")], "t").await;
    cases.holds("string_to_array(b, ',', '') = '{a,NULL}'", &[("b", "'a,'")], "t").await;
    cases.holds("string_to_array(b, ',') IS NULL", NULL, "t").await;
}

#[tokio::test]
async fn any_operator_may_be_asked_of_each_element() {
    let cases = Cases::start().await;
    let ab = [("b", "'ab'")];
    cases.holds("b LIKE ANY ('{x%,a%}')", &ab, "t").await;
    cases.holds("b LIKE ALL ('{%b,a%}')", &ab, "t").await;
    cases.holds("b NOT LIKE ALL ('{x%,NULL}')", &ab, "-").await;
    cases.holds("b ILIKE ANY (ARRAY['A%'])", &ab, "t").await;
    cases.holds("b NOT ILIKE ANY (ARRAY['A%', NULL])", &ab, "-").await;
    cases.holds("b LIKE ANY ('{}')", NULL, "f").await;
    cases.holds("b LIKE ALL ('{}')", NULL, "t").await;
    cases.holds("b LIKE ANY (NULL::text[])", &ab, "-").await;
    cases.holds("c LIKE ANY (ARRAY['ab', 'ab   '])", &[("c", "'ab'")], "t").await;
    cases.holds("b ^@ ANY ('{x,a}')", &ab, "t").await;
    cases.holds("'abc' LIKE ANY (string_to_array(b, ','))", &[("b", "'x,a%'")], "t").await;
}
