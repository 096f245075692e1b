//! What columns may be declared as: the declaration, what `electric-schema` says of it by section 7 of the protocol's
//! reference, and values that a table must carry, as literals between single quotes.

/// One declaration.
pub struct Declared(pub &'static str, pub &'static str, pub &'static [&'static str]);

/// The types that are made for it, in a schema of their own unless they are told by a name in `public`.
pub const TYPES: &str = r#"
    CREATE SCHEMA app;
    CREATE TYPE mood AS ENUM ('sad', 'so, so', 'it''s "fine"', 'größer');
    CREATE TYPE app."Mood.y" AS ENUM ('sad', 'ok');
    CREATE TYPE addr AS (street text, no int, tags text[]);
    CREATE TYPE app."two words" AS ("a b" int, inner_one addr);
    CREATE TYPE app.varbit AS (a int);
    CREATE DOMAIN posint AS int CHECK (VALUE > 0);
    CREATE DOMAIN app.small AS posint CHECK (VALUE < 100);
    CREATE DOMAIN ints AS int[];
    CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'sad');
    CREATE DOMAIN five AS varchar(5);
    CREATE DOMAIN padded AS char(5);
    CREATE DOMAIN price AS numeric(8,2);
    CREATE DOMAIN second AS timestamp(0);
    CREATE DOMAIN yes AS bool;
    CREATE DOMAIN home AS addr;
    CREATE DOMAIN host AS inet;
    CREATE DOMAIN span AS int4range;
    CREATE DOMAIN doc AS jsonb;
    CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
    CREATE TYPE app.moodrange AS RANGE (subtype = mood, multirange_type_name = app.moods);
    CREATE TABLE app.other (id int, name text);
"#;

const NUMBERS: &[Declared] = &[
    Declared("smallint", r#"{"type":"int2"}"#, &["-32768", "32767", "0"]),
    Declared("integer", r#"{"type":"int4"}"#, &["-2147483648", "2147483647", "0"]),
    Declared("bigint NOT NULL DEFAULT 7", r#"{"type":"int8","not_null":true}"#, &["-9223372036854775808"]),
    Declared("serial", r#"{"type":"int4","not_null":true}"#, &["9"]),
    Declared("real", r#"{"type":"float4"}"#, &["1.5", "NaN", "1e-7", "3.4028235e38", "-0"]),
    Declared("float8", r#"{"type":"float8"}"#, &["0.1", "-Infinity", "Infinity", "1e300", "5e-324"]),
    Declared("float(3)", r#"{"type":"float4"}"#, &["0.3"]),
    Declared("numeric", r#"{"type":"numeric"}"#, &["12345678901234567890.123456789", "NaN", "1e-20", "-0.0", "1e30"]),
    Declared("numeric(10,2)", r#"{"type":"numeric","precision":10,"scale":2}"#, &["12.5", "-0.01", "7"]),
    Declared("numeric(5)", r#"{"type":"numeric","precision":5,"scale":0}"#, &["12.5"]),
    Declared("numeric(3,0)", r#"{"type":"numeric","precision":3,"scale":0}"#, &["999"]),
    Declared("money", r#"{"type":"money"}"#, &["$1,234.56", "-1", "-92233720368547758.08"]),
    Declared("oid", r#"{"type":"oid"}"#, &["4294967295", "0"]),
    Declared("boolean", r#"{"type":"bool"}"#, &["true", "false"]),
];

/// A scale below zero, since Postgres 15.
pub const SINCE_15: &[Declared] = &[
    Declared("numeric(3,-2)", r#"{"type":"numeric","precision":3,"scale":-2}"#, &["12345"]),
    Declared("numeric(2,4)", r#"{"type":"numeric","precision":2,"scale":4}"#, &["0.0012"]),
];

const TEXTS: &[Declared] = &[
    Declared(
        "text",
        r#"{"type":"text"}"#,
        &["tab\tnl\ncr\r\"q\" \\ back \\N", "", "größer ☃ 🚀 \u{7f}\u{1}", "a/b", "NULL", " "],
    ),
    Declared("text COLLATE \"C\" NOT NULL DEFAULT ''", r#"{"type":"text","not_null":true}"#, &["x"]),
    Declared("varchar(8)", r#"{"type":"varchar","max_length":8}"#, &["größer", ""]),
    Declared("varchar", r#"{"type":"varchar"}"#, &["any"]),
    Declared("char(5)", r#"{"type":"bpchar","length":5}"#, &["ab", "", "fünf5"]),
    Declared("char", r#"{"type":"bpchar","length":1}"#, &["é"]),
    Declared("bpchar", r#"{"type":"bpchar"}"#, &["ab  "]),
    Declared("\"char\"", r#"{"type":"char"}"#, &["x", "", "\\"]),
    Declared("name", r#"{"type":"name"}"#, &["a name", ""]),
    Declared("bytea", r#"{"type":"bytea"}"#, &["\\xdeadbeef00", "", "\\x5c"]),
    Declared("json", r#"{"type":"json"}"#, &["{\"a\": 1,  \"b\":[1,2], \"a\":\"\\u00e9\\n\"}", "null", "\"\""]),
    Declared("jsonb", r#"{"type":"jsonb"}"#, &["{\"b\": [1,2], \"a\": 1.0, \"a\": 2}", "null", "\"/\\\\\""]),
    Declared("jsonpath", r#"{"type":"jsonpath"}"#, &["$.a[*] ? (@.b > 1)", "lax $"]),
    Declared("xml", r#"{"type":"xml"}"#, &["<a>1</a>", "<?xml version=\"1.0\"?><b c=\"d\"/>"]),
    Declared("uuid", r#"{"type":"uuid"}"#, &["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]),
    Declared("tsvector", r#"{"type":"tsvector"}"#, &["fat cat", "'a':1A b:2", "", "'it''s \\\\'"]),
    Declared("tsquery", r#"{"type":"tsquery"}"#, &["fat & (rat | !cat:*A)", "", "a <2> b"]),
];

const TIMES: &[Declared] = &[
    Declared("date", r#"{"type":"date"}"#, &["2024-02-29", "infinity", "0044-03-15 BC", "5874897-12-31"]),
    Declared("time", r#"{"type":"time"}"#, &["12:34:56.789", "24:00:00", "00:00"]),
    Declared("time(3)", r#"{"type":"time","precision":3}"#, &["01:02:03.4567"]),
    Declared("time(0)", r#"{"type":"time","type_mod":0}"#, &["01:02:03.9"]),
    Declared("timetz", r#"{"type":"timetz"}"#, &["12:34:56+02", "00:00:00-12", "24:00:00+15:59:59"]),
    Declared("timetz(2)", r#"{"type":"timetz","precision":2}"#, &["12:34:56.789+05:30"]),
    Declared("timetz(0)", r#"{"type":"timetz","type_mod":0}"#, &["12:34:56.5+00"]),
    Declared("timestamp", r#"{"type":"timestamp"}"#, &["2024-02-29 12:34:56.123456", "-infinity", "0001-01-01 BC"]),
    Declared("timestamp(0)", r#"{"type":"timestamp","type_mod":0}"#, &["2024-02-29 12:34:56.6"]),
    Declared("timestamp(6)", r#"{"type":"timestamp","precision":6}"#, &["294276-12-31 23:59:59.999999"]),
    Declared("timestamptz", r#"{"type":"timestamptz"}"#, &["2024-02-29 12:34:56.1+02", "infinity", "1970-01-01 Z"]),
    Declared("timestamptz(3)", r#"{"type":"timestamptz","precision":3}"#, &["2024-02-29 12:34:56.1234+02"]),
    Declared("timestamptz(0)", r#"{"type":"timestamptz","type_mod":0}"#, &["4713-01-01 00:00:00+00 BC"]),
    Declared(
        "interval",
        r#"{"type":"interval"}"#,
        &["1 year 2 mons 3 days 04:05:06.7", "-1 mon +2 days", "0", "-00:00:01.5", "178000000 years"],
    ),
    Declared("interval(2)", r#"{"type":"interval","precision":2}"#, &["1.239 s"]),
    Declared("interval(0)", r#"{"type":"interval","precision":0}"#, &["1.5 s"]),
    Declared("interval year", r#"{"type":"interval","fields":"YEAR"}"#, &["14 mons"]),
    Declared("interval month", r#"{"type":"interval","fields":"MONTH"}"#, &["14 mons"]),
    Declared("interval day", r#"{"type":"interval","fields":"DAY"}"#, &["1 day 2 hours"]),
    Declared("interval hour", r#"{"type":"interval","fields":"HOUR"}"#, &["1 day 02:30"]),
    Declared("interval minute", r#"{"type":"interval","fields":"MINUTE"}"#, &["02:30:15"]),
    Declared("interval second", r#"{"type":"interval","fields":"SECOND"}"#, &["02:30:15.5"]),
    Declared("interval second(1)", r#"{"type":"interval","fields":"SECOND","precision":1}"#, &["15.55"]),
    Declared("interval year to month", r#"{"type":"interval","fields":"YEAR TO MONTH"}"#, &["-1 year -2 mons"]),
    Declared("interval day to hour", r#"{"type":"interval","fields":"DAY TO HOUR"}"#, &["1 day 02:30"]),
    Declared("interval day to minute", r#"{"type":"interval","fields":"DAY TO MINUTE"}"#, &["1 day 02:30:15"]),
    Declared("interval day to second", r#"{"type":"interval","fields":"DAY TO SECOND"}"#, &["1 day 02:03:04"]),
    Declared(
        "interval day to second(3)",
        r#"{"type":"interval","fields":"DAY TO SECOND","precision":3}"#,
        &["1 day 02:03:04.56789"],
    ),
    Declared("interval hour to minute", r#"{"type":"interval","fields":"HOUR TO MINUTE"}"#, &["02:30:15"]),
    Declared("interval hour to second", r#"{"type":"interval","fields":"HOUR TO SECOND"}"#, &["02:30:15"]),
    Declared("interval minute to second", r#"{"type":"interval","fields":"MINUTE TO SECOND"}"#, &["02:30:15"]),
];

const NETWORKS: &[Declared] = &[
    Declared("inet", r#"{"type":"inet"}"#, &["192.168.0.1/24", "10.0.0.1/32", "::1", "::ffff:1.2.3.4/128"]),
    Declared("cidr", r#"{"type":"cidr"}"#, &["10.0.0.0/8", "10.0.0.1", "::/0"]),
    Declared("macaddr", r#"{"type":"macaddr"}"#, &["08:00:2b:01:02:03", "08002B-010203"]),
    Declared("macaddr8", r#"{"type":"macaddr8"}"#, &["08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03"]),
];

const BITS: &[Declared] = &[
    Declared("bit(4)", r#"{"type":"bit","length":4}"#, &["1010"]),
    Declared("bit", r#"{"type":"bit","length":1}"#, &["1"]),
    Declared("varbit(8)", r#"{"type":"varbit","length":8}"#, &["101", ""]),
    Declared("varbit", r#"{"type":"varbit","length":-1}"#, &["1010101010101010", ""]),
    Declared("varbit[]", r#"{"type":"varbit","length":-1,"dims":1}"#, &["{101,\"\"}"]),
];

const GEOMETRY: &[Declared] = &[
    Declared("point", r#"{"type":"point"}"#, &["(1,2.5)", "(-0,1e300)", "(NaN,Infinity)"]),
    Declared("line", r#"{"type":"line"}"#, &["{1,-1,0}"]),
    Declared("lseg", r#"{"type":"lseg"}"#, &["[(0,0),(1,1)]"]),
    Declared("box", r#"{"type":"box"}"#, &["(0,0),(1,1)"]),
    Declared("path", r#"{"type":"path"}"#, &["[(0,0),(1,1)]", "((0,0),(1,1),(0,0))"]),
    Declared("polygon", r#"{"type":"polygon"}"#, &["((0,0),(1,1),(2,0))"]),
    Declared("circle", r#"{"type":"circle"}"#, &["<(0,0),1.5>"]),
    Declared("box[]", r#"{"type":"box","dims":1}"#, &["{(1,1),(0,0);(2,2),(1,1)}"]),
];

const SYSTEM: &[Declared] = &[
    Declared("pg_lsn", r#"{"type":"pg_lsn"}"#, &["16/B374D848", "FFFFFFFF/FFFFFFFF"]),
    Declared("txid_snapshot", r#"{"type":"txid_snapshot"}"#, &["10:20:10,14,15"]),
    Declared("pg_snapshot", r#"{"type":"pg_snapshot"}"#, &["10:20:10,14,15"]),
    Declared("xid", r#"{"type":"xid"}"#, &["4294967295"]),
    Declared("xid8", r#"{"type":"xid8"}"#, &["18446744073709551615"]),
    Declared("cid", r#"{"type":"cid"}"#, &["7"]),
    Declared("tid", r#"{"type":"tid"}"#, &["(1,2)"]),
    Declared("int2vector", r#"{"type":"int2vector"}"#, &["1 2 3", ""]),
    Declared("oidvector", r#"{"type":"oidvector"}"#, &["23 4294967295"]),
    Declared("int2vector[]", r#"{"type":"int2vector","dims":1}"#, &["{1 2,3}"]),
    Declared("refcursor", r#"{"type":"refcursor"}"#, &["<unnamed portal 1>"]),
    Declared("aclitem", r#"{"type":"aclitem"}"#, &["=r/postgres"]),
    Declared("regclass", r#"{"type":"regclass"}"#, &["pg_class", "app.other", "4000000000"]),
    Declared("regtype", r#"{"type":"regtype"}"#, &["timestamp(3) without time zone", "app.\"Mood.y\"", "mood[]"]),
    Declared("regproc", r#"{"type":"regproc"}"#, &["now", "-"]),
    Declared("regprocedure", r#"{"type":"regprocedure"}"#, &["lower(text)"]),
    Declared("regoper", r#"{"type":"regoper"}"#, &["||/"]),
    Declared("regoperator", r#"{"type":"regoperator"}"#, &["*(integer,integer)"]),
    Declared("regnamespace", r#"{"type":"regnamespace"}"#, &["app"]),
    Declared("regrole", r#"{"type":"regrole"}"#, &["pg_monitor"]),
    Declared("regcollation", r#"{"type":"regcollation"}"#, &["\"C\""]),
    Declared("regconfig", r#"{"type":"regconfig"}"#, &["english"]),
    Declared("regdictionary", r#"{"type":"regdictionary"}"#, &["simple"]),
];

const ARRAYS: &[Declared] = &[
    Declared("int[]", r#"{"type":"int4","dims":1}"#, &["{1,NULL,3}", "{}", "[0:1]={7,8}"]),
    Declared("int[3]", r#"{"type":"int4","dims":1}"#, &["{1}"]),
    Declared("int ARRAY", r#"{"type":"int4","dims":1}"#, &["{{1,2}}"]),
    Declared("int[][]", r#"{"type":"int4","dims":2}"#, &["{{1,2},{3,4}}", "{5}"]),
    Declared("text[][][]", r#"{"type":"text","dims":3}"#, &["{{{a},{b}}}"]),
    Declared(
        "text[]",
        r#"{"type":"text","dims":1}"#,
        &["{a,\"b c\",NULL,\"NULL\",\"q\\\"x\",\"\",\"\\\\\",\"{}\",\" \",é}", "{\"\"}"],
    ),
    Declared("bool[][]", r#"{"type":"bool","dims":2}"#, &["{{t,f},{f,t}}"]),
    Declared("varchar(8)[]", r#"{"type":"varchar","max_length":8,"dims":1}"#, &["{a,b}"]),
    Declared("char(3)[]", r#"{"type":"bpchar","length":3,"dims":1}"#, &["{a,abc}"]),
    Declared("numeric(6,2)[]", r#"{"type":"numeric","precision":6,"scale":2,"dims":1}"#, &["{1,NaN,-2.345}"]),
    Declared("timestamp(0)[]", r#"{"type":"timestamp","type_mod":0,"dims":1}"#, &["{2024-02-29 12:34:56.6,infinity}"]),
    Declared("interval[]", r#"{"type":"interval","dims":1}"#, &["{1 day,-1 mon}"]),
    Declared("float8[]", r#"{"type":"float8","dims":1}"#, &["{1.5,NaN,Infinity,1e-10}"]),
    Declared("jsonb[]", r#"{"type":"jsonb","dims":1}"#, &["{\"{\\\"a\\\": 1}\",null}"]),
    Declared("bytea[]", r#"{"type":"bytea","dims":1}"#, &["{\"\\\\x00ff\"}"]),
    Declared("inet[]", r#"{"type":"inet","dims":1}"#, &["{10.0.0.1/32,::1}"]),
    Declared("\"char\"[]", r#"{"type":"char","dims":1}"#, &["{x,\"\"}"]),
    Declared("int4range[]", r#"{"type":"int4range","dims":1}"#, &["{\"[1,5]\",empty}"]),
    Declared("regclass[]", r#"{"type":"regclass","dims":1}"#, &["{app.other,pg_class}"]),
];

const RANGES: &[Declared] = &[
    Declared("int4range", r#"{"type":"int4range"}"#, &["[1,5)", "empty", "(,5]", "(,)"]),
    Declared("int8range", r#"{"type":"int8range"}"#, &["[1,9223372036854775807)"]),
    Declared("numrange", r#"{"type":"numrange"}"#, &["(1.50,2]"]),
    Declared("tsrange", r#"{"type":"tsrange"}"#, &["[2024-01-01,2024-01-02 12:00)"]),
    Declared("tstzrange", r#"{"type":"tstzrange"}"#, &["[\"2024-01-01 00:00:00+02\",)", "(,)"]),
    Declared("daterange", r#"{"type":"daterange"}"#, &["[2024-01-01,2024-01-31]", "[,infinity)"]),
    Declared("int4multirange", r#"{"type":"int4multirange"}"#, &["{[1,3),[5,9]}", "{}"]),
    Declared("int8multirange", r#"{"type":"int8multirange"}"#, &["{(,3),[5,9]}"]),
    Declared("nummultirange", r#"{"type":"nummultirange"}"#, &["{[1.50,2.5)}"]),
    Declared("tsmultirange", r#"{"type":"tsmultirange"}"#, &["{[2024-01-01,2024-01-02)}"]),
    Declared("tstzmultirange", r#"{"type":"tstzmultirange"}"#, &["{[2024-01-01 00:00+02,)}"]),
    Declared("datemultirange", r#"{"type":"datemultirange"}"#, &["{[2024-01-01,2024-01-31]}"]),
    Declared("nummultirange[]", r#"{"type":"nummultirange","dims":1}"#, &["{\"{[1.5,2.5)}\"}"]),
    Declared("floatrange", r#"{"type":"floatrange"}"#, &["[0.1,Infinity]"]),
    Declared("floatmultirange", r#"{"type":"floatmultirange"}"#, &["{[0.1,0.5),[1,2]}"]),
    Declared("app.moodrange", r#"{"type":"moodrange"}"#, &["[sad,\"so, so\"]"]),
    Declared("app.moods", r#"{"type":"moods"}"#, &["{[sad,\"so, so\"]}"]),
];

const MADE: &[Declared] = &[
    Declared("mood", r#"{"type":"mood"}"#, &["sad", "so, so", "it's \"fine\"", "größer"]),
    Declared("information_schema.sql_identifier", r#"{"type":"sql_identifier"}"#, &["a name"]),
    Declared("information_schema.yes_or_no", r#"{"type":"yes_or_no"}"#, &["YES"]),
    Declared("information_schema.time_stamp", r#"{"type":"time_stamp"}"#, &["2024-02-29 12:34:56.789+02"]),
    Declared("mood[]", r#"{"type":"mood","dims":1}"#, &["{sad,\"so, so\"}", "{}"]),
    Declared("app.\"Mood.y\"", r#"{"type":"Mood.y"}"#, &["ok"]),
    Declared("addr", r#"{"type":"addr"}"#, &["(\"Main \"\"St\"\"\",5,\"{a,\"\"b c\"\"}\")", "(,,)"]),
    Declared("addr[]", r#"{"type":"addr","dims":1}"#, &["{\"(x,1,{})\",NULL}"]),
    Declared("app.\"two words\"", r#"{"type":"two words"}"#, &["(1,\"(a,2,)\")"]),
    Declared("app.varbit", r#"{"type":"varbit"}"#, &["(1)"]),
    Declared("app.other", r#"{"type":"other"}"#, &["(1,x)"]),
    Declared("posint", r#"{"type":"posint"}"#, &["7"]),
    Declared("posint NOT NULL DEFAULT 1", r#"{"type":"posint","not_null":true}"#, &["7"]),
    Declared("app.small", r#"{"type":"small"}"#, &["99"]),
    Declared("posint[]", r#"{"type":"posint","dims":1}"#, &["{1,2}"]),
    Declared("ints", r#"{"type":"ints"}"#, &["{1,NULL}", "{}"]),
    Declared("ints[]", r#"{"type":"ints","dims":1}"#, &["{\"{1,2}\",\"{}\"}"]),
    Declared("good_mood", r#"{"type":"good_mood"}"#, &["größer"]),
    Declared("five", r#"{"type":"five"}"#, &["größe"]),
    Declared("padded", r#"{"type":"padded"}"#, &["ab"]),
    Declared("price", r#"{"type":"price"}"#, &["7"]),
    Declared("second", r#"{"type":"second"}"#, &["2024-02-29 12:34:56.6"]),
    Declared("yes", r#"{"type":"yes"}"#, &["true"]),
    Declared("home", r#"{"type":"home"}"#, &["(x,1,{a})"]),
    Declared("host", r#"{"type":"host"}"#, &["10.0.0.1/32"]),
    Declared("span", r#"{"type":"span"}"#, &["[1,5]"]),
    Declared("doc", r#"{"type":"doc"}"#, &["{\"b\":1, \"a\": 2}"]),
];

/// Those that have no values but in tables of Postgres' own.
const WITHOUT_VALUES: &[Declared] = &[
    Declared("pg_node_tree", r#"{"type":"pg_node_tree"}"#, &[]),
    Declared("pg_ndistinct", r#"{"type":"pg_ndistinct"}"#, &[]),
    Declared("pg_dependencies", r#"{"type":"pg_dependencies"}"#, &[]),
    Declared("pg_mcv_list", r#"{"type":"pg_mcv_list"}"#, &[]),
    Declared("pg_brin_bloom_summary", r#"{"type":"pg_brin_bloom_summary"}"#, &[]),
    Declared("pg_brin_minmax_multi_summary", r#"{"type":"pg_brin_minmax_multi_summary"}"#, &[]),
    Declared("gtsvector", r#"{"type":"gtsvector"}"#, &[]),
];

/// Types of extensions, by the extension.
pub const EXTENSIONS: &[(&str, Declared)] = &[
    ("citext", Declared("citext", r#"{"type":"citext"}"#, &["Größe", ""])),
    ("citext", Declared("citext[]", r#"{"type":"citext","dims":1}"#, &["{A,\"b c\"}"])),
    ("hstore", Declared("hstore", r#"{"type":"hstore"}"#, &["a=>1, \"b c\"=>NULL", ""])),
    ("ltree", Declared("ltree", r#"{"type":"ltree"}"#, &["a.b.c"])),
    ("cube", Declared("cube", r#"{"type":"cube"}"#, &["(1,2),(3,4)"])),
    ("seg", Declared("seg", r#"{"type":"seg"}"#, &["1.0 .. 2.50"])),
    ("isn", Declared("isbn13", r#"{"type":"isbn13"}"#, &["978-0-393-04002-9"])),
];

/// All that every version has.
pub fn declared() -> impl Iterator<Item = &'static Declared> {
    let all = [NUMBERS, TEXTS, TIMES, NETWORKS, BITS, GEOMETRY, SYSTEM, ARRAYS, RANGES, MADE, WITHOUT_VALUES];
    all.into_iter().flatten()
}
