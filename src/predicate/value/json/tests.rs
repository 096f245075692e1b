use super::*;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn is_printed_as_postgres_prints_it() {
    for (text, printed) in [
        (
            " { \"bb\" : 1.10 , \"a\":[ true,null,\"x\\u00e9\\n\\\"\" ] }",
            "{\"a\": [true, null, \"xé\\n\\\"\"], \"bb\": 1.10}",
        ),
        ("{\"a\":1,\"a\":2}", "{\"a\": 2}"),
        ("[]", "[]"),
        ("{}", "{}"),
        ("\"\\ud83d\\ude00\\/\\u0001\"", "\"😀/\\u0001\""),
        ("-0.5", "-0.5"),
    ] {
        assert_eq!(json(text).to_string(), printed);
    }
}

#[test]
fn what_is_no_json_or_printed_otherwise_is_not_read() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e3",
        "-0",
        "-0.0",
        "nul",
        "truex",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\u{1}\"",
        "'a'",
        "[1] 2",
        "NaN",
        "\"\\x\"",
    ] {
        assert_eq!(Json::parse(text), None, "{text}");
    }
    assert!(Json::parse(&"[".repeat(100_000)).is_none());
    assert!(Json::parse(&format!("{}{}", "[".repeat(400), "]".repeat(400))).is_some());
}

#[test]
fn numbers_are_compared_by_value_and_objects_by_their_fields() {
    assert_eq!(json("{\"a\":1.0,\"bb\":[2]}"), json("{\"bb\":[2.00],\"a\":1}"));
    assert_ne!(json("[1,2]"), json("[2,1]"));
}

#[test]
fn fields_elements_and_paths() {
    let value = json("{\"a\":[{\"b\":7},\"x\"],\"1\":true}");
    assert_eq!(value.at_path(["a", "0", "b"]), Some(&json("7")));
    assert_eq!(value.at_path(["a", "-1"]), Some(&json("\"x\"")));
    assert_eq!(value.at_path(["1"]), Some(&json("true")));
    assert_eq!(value.at_path(["a", "2"]), None);
    assert_eq!(value.at_path(["a", "x"]), None);
    assert_eq!(value.field("zz"), None);
    assert_eq!(value.element(0), None);
    assert_eq!(value.at_path([]), Some(&value));
    assert_eq!(json("7").element(-1), Some(&json("7")), "a quirk of Postgres");
    assert_eq!(json("7").at_path(["0"]), None, "but not of paths");
}
