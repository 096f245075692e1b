//! Dates, times and intervals: the cases of the specification that go beyond comparing, and what is easily wrong.

use super::cases::{Cases, NULL, Row, hold};

#[tokio::test]
async fn months_are_added_by_the_calendar_and_days_by_the_clock() {
    let leap: Row<'_> = &[("d", "'2024-01-31'"), ("ts", "'2024-02-29 12:00'")];
    hold(&[
        ("d + interval '1 month' = '2024-02-29'", leap, "t"),
        ("interval '1 month' + d = '2024-02-29'", leap, "t"),
        ("d + interval '1 month 1 day' = '2024-03-01'", leap, "t"),
        ("ts - interval '1 year' = '2023-02-28 12:00'", leap, "t"),
        ("d + interval '-1 month' * 2 = '2023-11-30'", leap, "t"),
        ("d - 31 = '2023-12-31'", leap, "t"),
        ("1 + d = '2024-02-01'", leap, "t"),
        ("d - '2023-12-31' = 31", leap, "t"),
        ("d + time '10:00' = '2024-01-31 10:00'", leap, "t"),
        ("(d + timetz '10:00+02') = timestamptz '2024-01-31 08:00Z'", leap, "t"),
        ("d + 1 IS NULL", NULL, "t"),
        ("d + interval '1 month' = '0001-01-01'", &[("d", "'0001-12-01 BC'")], "t"),
    ])
    .await;
}

#[tokio::test]
async fn differences_of_timestamps_have_days_but_no_months() {
    let row: Row<'_> = &[("ts", "'2024-03-01 01:00'"), ("d", "'2024-01-31'"), ("t", "'01:30'")];
    hold(&[
        ("(ts - d)::text = 'P30DT1H'", row, "t"),
        ("(d - ts)::text = 'P-30DT-1H'", row, "t"),
        ("age(ts, d)::text = 'P1M1DT1H'", row, "t"),
        ("age(d, ts)::text = 'P-1M-1DT-1H'", row, "t"),
        ("t - time '02:00' = interval '-30 min'", row, "t"),
        ("t - interval '2 hours' = '23:30'", row, "t"),
        ("t + interval '1 day 23 hours' = '00:30'", row, "t"),
        ("(time '24:00' + interval '0') = '00:00'", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn fractions_of_intervals_go_down_to_smaller_units() {
    let row: Row<'_> = &[("i", "'1 month 15 days 12:00'"), ("f8", "0.5")];
    hold(&[
        ("(i * f8)::text = 'P22DT18H'", row, "t"),
        ("(f8 * i)::text = 'P22DT18H'", row, "t"),
        ("(i / 2)::text = 'P22DT18H'", row, "t"),
        ("(-i)::text = 'P-1M-15DT-12H'", row, "t"),
        ("justify_interval(i * 3)::text = 'P4M16DT12H'", row, "t"),
        ("(i - interval '1 month')::text = 'P15DT12H'", row, "t"),
        ("i::time = '12:00'", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn what_leaves_its_range_is_an_error_and_infinity_is_not() {
    let cases = Cases::start().await;
    let last: Row<'_> = &[("d", "'infinity'"), ("ts", "'-infinity'")];
    cases.holds("d + 1 = 'infinity'", last, "t").await;
    cases.holds("d + interval '1 day' = 'infinity'", last, "t").await;
    cases.holds("ts - interval '1000 years' = '-infinity'", last, "t").await;
    cases.holds("date_trunc('day', ts) = '-infinity'", last, "t").await;
    cases.holds("ts::date = '-infinity'", last, "t").await;
    cases.holds("ts::time IS NULL", last, "t").await;
    cases.holds("extract(year from ts) = '-Infinity'", last, "t").await;
    cases.holds("extract(month from ts) IS NULL", last, "t").await;
    for (filter, row, message) in [
        ("d + 1 = d", [("d", "'5874897-12-31'")], "date out of range"),
        ("d + interval '1 day' = d", [("d", "'5874897-12-31'")], "date out of range for timestamp"),
        ("ts + interval '1 day' = ts", [("ts", "'294276-12-31'")], "timestamp out of range"),
        ("ts - interval '1 month' = ts", [("ts", "'4714-12-01 BC'")], "timestamp out of range"),
        ("i + i > i", [("i", "'2000000000 days'")], "interval out of range"),
        ("d - d = 0", [("d", "'infinity'")], "cannot subtract infinite dates"),
    ] {
        assert_eq!(cases.raises(filter, &row).await, message, "{filter}");
    }
}

#[tokio::test]
async fn parts_of_dates_have_their_scale() {
    let row: Row<'_> = &[("ts", "'2024-12-30 10:11:12.345'"), ("d", "'0044-03-15 BC'"), ("i", "'-1 year -25 hours'")];
    hold(&[
        ("extract(second from ts)::text = '12.345000'", row, "t"),
        ("extract(milliseconds from ts)::text = '12345.000'", row, "t"),
        ("date_part('second', ts) = 12.345", row, "t"),
        ("extract(isoyear from ts) = 2025 AND extract(week from ts) = 1", row, "t"),
        ("extract(epoch from ts)::text = '1735553472.345000'", row, "t"),
        ("extract(year from d) = -44 AND extract(century from d) = -1", row, "t"),
        ("extract(decade from d) = -5 AND extract(millennium from d) = -1", row, "t"),
        ("extract(julian from d) = 1705428", row, "t"),
        ("extract(hour from i) = -25 AND extract(year from i) = -1", row, "t"),
        ("date_trunc('century', ts) = '2001-01-01'", row, "t"),
        ("date_trunc('week', ts) = '2024-12-30'", row, "t"),
        ("date_trunc('decade', d::timestamp) = '0051-01-01 BC'", row, "t"),
        ("date_trunc('hour', i) = '-1 year -25 hours'", row, "t"),
        ("date_bin('15 minutes', ts, '2001-01-01') = '2024-12-30 10:00'", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn zones_are_offsets_whose_sign_is_that_of_posix_in_texts() {
    let row: Row<'_> = &[("ts", "'2024-07-01 12:00'")];
    hold(&[
        ("ts AT TIME ZONE 'UTC' = '2024-07-01 12:00+00'", row, "t"),
        ("ts AT TIME ZONE '+02' = '2024-07-01 14:00+00'", row, "t"),
        ("ts AT TIME ZONE '-05:30' = '2024-07-01 06:30+00'", row, "t"),
        ("ts AT TIME ZONE interval '2 hours' = '2024-07-01 10:00+00'", row, "t"),
        ("(ts::timestamptz AT TIME ZONE interval '2 hours') = '2024-07-01 14:00'", row, "t"),
        ("ts = '2024-07-01 14:00+02'::timestamptz", row, "t"),
        ("(ts AT TIME ZONE NULL) IS NULL AND date_trunc(NULL, ts) IS NULL", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn timetz_is_compared_by_the_moment_and_then_by_the_zone() {
    let row: Row<'_> = &[("t", "'12:00'")];
    hold(&[
        ("t = timetz '12:00+00'", row, "t"),
        ("t::timetz < '13:00+00'", row, "t"),
        ("t::timetz = '14:00+02'", row, "f"),
        ("t::timetz > '14:00+02'", row, "t"),
        ("t IN (timetz '12:00Z')", row, "t"),
    ])
    .await;
}

#[tokio::test]
async fn seconds_are_rounded_to_the_digits_of_the_type() {
    let row: Row<'_> = &[("ts", "'1999-12-31 23:59:58.5'"), ("t", "'23:59:59.9'")];
    hold(&[
        ("ts::timestamp(0) = '1999-12-31 23:59:58'", row, "t"),
        ("(ts + interval '1 day')::timestamp(0) = '2000-01-01 23:59:59'", row, "t"),
        ("ts::timestamp(1) = ts", row, "t"),
        ("ts = '1999-12-31 23:59:58.49'::timestamp(1)", row, "t"),
        ("t::time(0) = '24:00'", row, "t"),
        ("ts::timestamptz(0) < ts::timestamptz", row, "t"),
        ("t::timetz(0) = timetz '24:00+00'", row, "t"),
        ("ts::timestamp(0) = 'infinity'", &[("ts", "'infinity'")], "t"),
        ("ts::timestamp(3) = '2024-01-01 00:00:00.123'", &[("ts", "'2024-01-01 00:00:00.123456'")], "t"),
    ])
    .await;
}

/// Zones by name, the abbreviations of units, other forms of dates; also what depends on the day, which Postgres is
/// then found not to take.
#[tokio::test]
async fn what_only_postgres_knows_is_handed_on() {
    let cases = Cases::start().await;
    for filter in [
        "ts AT TIME ZONE 'Europe/Berlin' > '2024-01-01'",
        "date_trunc('dec', ts) > '2024-01-01'",
        "date_trunc(b, ts) > '2024-01-01'",
        "date_trunc('day', ts::timestamptz, 'Europe/Berlin') > '2024-01-01'",
        "extract(julian from ts) > 1",
        "ts > '1 January 2024'",
        "ts - 'infinity' > '1 day'",
        "make_interval(1) > i",
        "ts > 'now'",
        "d = 'today'",
        "t < time 'now'",
    ] {
        assert!(cases.is_handed_on(filter), "{filter}");
    }
}

/// What looks like a call is a cast, if the name is a type's: the zone in the literal does not count.
#[tokio::test]
async fn a_call_by_the_name_of_a_type_is_a_cast() {
    let cases = Cases::start().await;
    assert!(cases.is_handed_on("date('2024-01-01 23:00-05') = d"));
    cases.holds("date(ts) = '2024-01-01'", &[("ts", "'2024-01-01 23:00'")], "t").await;
}
