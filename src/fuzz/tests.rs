//! The same doors without a fuzzer: examples, mangled for a while.
//!
//! `DIESEL_ELECTRIC_FUZZ_SECONDS` says how long each (2), `DIESEL_ELECTRIC_TEST_SEED` repeats a run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use cluster::{Random, setting};

/// How many inputs that meant something are kept to make others of.
const MOST_KEPT: usize = 500;
/// Longer ones are cut.
const LONGEST: usize = 400;

/// Runs a door on the examples and on what comes of them.
fn run(door: fn(&[u8]) -> bool, examples: &[&[u8]], words: &[&[u8]]) {
    let mut random = Random::from_environment("DIESEL_ELECTRIC_TEST_SEED");
    let mut kept: Vec<Vec<u8>> = examples.iter().map(|example| example.to_vec()).collect();
    for example in &kept {
        assert!(tried(door, example), "{} means nothing", example.escape_ascii());
    }
    let end = Instant::now() + Duration::from_secs(setting("DIESEL_ELECTRIC_FUZZ_SECONDS").unwrap_or(2));
    let (mut count, mut meant) = (0_u64, 0_u64);
    while Instant::now() < end {
        // Of the examples themselves as often: what survives tends to mean little.
        let among = if random.one_in(2) { examples.len() } else { kept.len() };
        let mut bytes = kept[random.index(among)].clone();
        for _ in 0..=random.index(3) {
            mangle(&mut random, &mut bytes, &kept, words);
        }
        bytes.truncate(LONGEST);
        count += 1;
        if tried(door, &bytes) {
            meant += 1;
            match kept.len() {
                MOST_KEPT => {
                    let at = examples.len() + random.index(MOST_KEPT - examples.len());
                    kept[at] = bytes;
                }
                _ => kept.push(bytes),
            }
        }
    }
    eprintln!("{meant} of {count} meant something");
    assert!(meant > 0);
}

fn tried(door: fn(&[u8]) -> bool, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| door(bytes)))
        .unwrap_or_else(|_| panic!("on {}", String::from_utf8_lossy(bytes).escape_debug()))
}

fn mangle(random: &mut Random, bytes: &mut Vec<u8>, kept: &[Vec<u8>], words: &[&[u8]]) {
    let at = random.index(bytes.len() + 1);
    let to = (at + random.index(8)).min(bytes.len());
    match random.index(7) {
        0 => drop(bytes.drain(at..to)),
        1 => bytes.insert(at, random.bits().to_le_bytes()[0]),
        2 => {
            let part = bytes[at..to].to_vec();
            bytes.splice(at..at, part);
        }
        3 => {
            let other = &kept[random.index(kept.len())];
            bytes.truncate(at);
            bytes.extend(&other[random.index(other.len() + 1)..]);
        }
        4 => {
            let other = kept[random.index(kept.len())].clone();
            bytes.splice(at..to, other);
        }
        _ => {
            let word = random.pick(words);
            bytes.splice(at..to, word.iter().copied());
        }
    }
}

fn bytes<'t>(texts: &[&'t str]) -> Vec<&'t [u8]> {
    texts.iter().map(|text| text.as_bytes()).collect()
}

#[test]
fn no_text_of_a_filter_panics_or_reads_otherwise_once_printed() {
    run(super::where_text, &bytes(FILTERS), &bytes(WORDS));
}

#[test]
fn no_offset_panics() {
    run(
        super::offset,
        &bytes(&["-1", "0_0", "0_inf", "26800584_4"]),
        &bytes(&["_", "inf", "-1", "99999999999999999999"]),
    );
}

#[test]
fn no_query_panics() {
    let examples = ["table=t&offset=-1", "table=a.b&offset=0_0&handle=h&live=true&columns=id,a&where=a=1&params[1]=x"];
    let words = ["table=", "offset=", "now", "&", "=", "%", "%FF", "%00", "+", "params[1]=", "params={\"1\":\"x\"}"];
    let more =
        ["subset__where=a", "subset__limit=1", "subset__order_by=a", "replica=full", "live_sse=true", "log=full"];
    run(super::params, &bytes(&examples), &bytes(&[&words[..], &more[..]].concat()));
}

#[test]
fn no_message_of_the_stream_panics() {
    let begin: &[u8] = b"\x15B\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x4d";
    let commit: &[u8] = b"\x1aC\0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\0";
    let relation: &[u8] = b"\x19R\0\0\0\x09\0items\0f\0\x01\x01id\0\0\0\0\x17\xff\xff\xff\xff";
    let insert: &[u8] = b"\x12I\0\0\0\x09N\0\x02t\0\0\0\x02hin\0";
    let update: &[u8] = b"\x18U\0\0\0\x09O\0\x01t\0\0\0\x01aN\0\x01t\0\0\0\x01b";
    let truncate: &[u8] = b"\x0eT\0\0\0\x02\x01\0\0\0\x07\0\0\0\x08";
    let message: &[u8] = b"\x15M\0\0\0\0\0\0\0\0\x03ours\0\0\0\0\x02hi";
    let whole = [begin, relation, insert, update, truncate, message, commit].concat();
    run(
        super::pgoutput,
        &[&whole, begin, message],
        &[begin, commit, relation, insert, update, b"\0\0\0\xff", b"u", b"K"],
    );
}

const FILTERS: &[&str] = &[
    "a = true AND NOT b OR i IN (1, -2, 3.5)",
    "i BETWEEN SYMMETRIC 1 AND 2 IS NOT UNKNOWN",
    "t LIKE 'a%' ESCAPE '!' OR t NOT ILIKE 'b_' OR t SIMILAR TO 'x+' ESCAPE '\\'",
    "t ~ 'a' || 'b' AND -i ^ 2 > +f / 3 % 4",
    "i = ANY ('{1,2}') OR i <> ALL (ARRAY[1, 2]) OR t LIKE ANY (ARRAY['a'])",
    "CASE i WHEN 1 THEN a WHEN 2 THEN b ELSE true END",
    "CASE WHEN a THEN b END IS DISTINCT FROM a",
    "l[1] = 1 OR (l[1:2])[1] = 2 OR l[:] = l[i:] OR l @> ARRAY[[1], [2]]",
    "(i, t) = ROW(1, 'a') OR (d, d) OVERLAPS (d, v)",
    "t COLLATE \"C\" < 'b' COLLATE pg_catalog.\"POSIX\"",
    "z AT TIME ZONE 'UTC' + v > d::timestamp(3) - interval '1' day",
    "CAST(i AS numeric(10, 2)) = n::varchar(5)::float(24)",
    "substring(t FROM 1 FOR 2) = trim(both 'x' from t) AND position('a' in t) = 1",
    "extract(year from d) = 2020 AND overlay(t placing 'a' from 1) IS NFC NORMALIZED",
    "coalesce(a, b) AND nullif(i, 1) = greatest(i, 2) AND lower(t) = upper(t)",
    "i OPERATOR(pg_catalog.+) 1 = 2 AND @ i = |/ f",
    "j -> 'a' ->> 'b' = 'c' AND j ? 'x'",
    "t = E'a\\n\\u0041' OR t = U&'\\0041' UESCAPE '!' OR t = $x$a$x$ OR t = 'it''s'",
    "B'101' = X'1f' OR n = 1e10 OR n = .5",
    "i = $1 AND t = $2",
    "(row(1, 2)).f1 = 1 -- comment\n AND /* one /* two */ */ p = 'a '",
    "i::int2 = 1 AND f = 'NaN' AND n = 'Infinity' AND d = '2020-01-01 BC'",
];

const WORDS: &[&str] = &[
    "a",
    "b",
    "i",
    "n",
    "f",
    "t",
    "p",
    "d",
    "z",
    "v",
    "j",
    "l",
    "1",
    "-1",
    "'x'",
    "$1",
    "null",
    "true",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "::",
    ".",
    ";",
    "'",
    "\"",
    "$$",
    "--",
    "/*",
    "*/",
    "\\",
    " and ",
    " or ",
    " not ",
    " = ",
    " < ",
    " + ",
    " - ",
    " ^ ",
    " ~ ",
    " || ",
    " @> ",
    " like ",
    " escape ",
    " in (",
    " between ",
    " is ",
    " null",
    " distinct from ",
    " any (",
    "array[",
    "case ",
    " when ",
    " then ",
    " else ",
    " end",
    " collate \"C\"",
    " at time zone ",
    "row(",
    "cast(",
    " as int4)",
    "::int",
    "::text",
    "::numeric(3,1)",
    "interval '1' year",
    "date '2020-01-01'",
    " operator(pg_catalog.",
    "substring(",
    " from ",
    " for ",
    "trim(",
    "extract(",
    "coalesce(",
    "nullif(",
    "e'",
    "u&'",
    "b'1'",
    " overlaps ",
    "é",
    "\0",
];
