//! The decision by the numbered cases of section 16, as far as it depends on no database: query text, what the database
//! would say, and how long the request has waited.

use super::*;
use crate::protocol::Query;

const WAITS: SnapshotView = SnapshotView::Writing { next_has_begun: false };
const BEGUN: SnapshotView = SnapshotView::Writing { next_has_begun: true };
const ONE: SnapshotView = SnapshotView::Complete { chunks: 1 };
const TWO: SnapshotView = SnapshotView::Complete { chunks: 2 };

fn at(text: &str) -> LogOffset {
    text.parse().unwrap()
}

/// What the request gets if its shape has the handle `h`.
fn found(query: &str, snapshot: SnapshotView, latest: &str, waited: Waited) -> Plan {
    let handle = ShapeHandle::from_client("h");
    let log = LogView { snapshot, latest: at(latest) };
    resolved(query, Resolution::Found { handle: &handle, log }, waited)
}

fn resolved(query: &str, resolution: Resolution<'_>, waited: Waited) -> Plan {
    let (request, _) = Request::parse_with_shape(&Query::parse(&format!("table=items&{query}"))).unwrap();
    // A route whose shape the server defines reads the same of it.
    assert_eq!(Request::parse(&Query::parse(query)).unwrap(), request);
    plan(&request, resolution, waited)
}

#[test]
fn every_row_of_the_table_of_offsets() {
    let items = |after: &str| Plan::Items(at(after));
    let up_to_date = |latest: &str| Plan::UpToDate(at(latest));
    let hold = |latest: &str| Plan::Hold(at(latest));
    // (query, snapshot, latest) -> plan
    for (query, snapshot, latest, wanted) in [
        // Cases 39, 41: a start, on a complete snapshot and on one that is being written.
        ("offset=-1", ONE, "0_inf", Plan::Chunk(0)),
        ("offset=-1_0", TWO, "9_0", Plan::Chunk(0)),
        ("offset=-1", BEGUN, "0_inf", Plan::Chunk(0)),
        ("offset=-1", WAITS, "0_inf", Plan::AwaitChunk),
        // Case 43: a start needs no handle.
        ("offset=-1&handle=bogus", ONE, "0_inf", Plan::Chunk(0)),
        // Case 46: the chunks of the snapshot one by one.
        ("offset=0_0&handle=h", TWO, "0_inf", Plan::Chunk(1)),
        ("offset=0_1&handle=h", TWO, "0_inf", up_to_date("0_inf")),
        ("offset=0_0&handle=h", BEGUN, "0_inf", Plan::Chunk(1)),
        ("offset=0_0&handle=h", WAITS, "9_0", Plan::AwaitChunk),
        ("offset=0_0&handle=h&live=true", WAITS, "9_0", Plan::AwaitChunk),
        ("offset=0_0&handle=h&live=true", TWO, "9_0", Plan::Chunk(1)),
        // Case 45, and the log from its start.
        ("offset=0_0&handle=h", ONE, "0_inf", up_to_date("0_inf")),
        ("offset=0_0&handle=h", ONE, "9_0", items("0_inf")),
        ("offset=0_7&handle=h", ONE, "9_0", items("0_inf")),
        ("offset=0_inf&handle=h", ONE, "0_inf", up_to_date("0_inf")),
        ("offset=0_inf&handle=h", ONE, "9_0", items("0_inf")),
        ("offset=0_inf&handle=h", WAITS, "9_0", items("0_inf")),
        ("offset=0_4294967295&handle=h", WAITS, "9_0", items("0_inf")),
        ("offset=0_99999999999999999999&handle=h", BEGUN, "9_0", items("0_inf")),
        // Cases 53, 54: items after an offset, at once, live or not; between items too.
        ("offset=7_4&handle=h", ONE, "9_2", items("7_4")),
        ("offset=7_4&handle=h&live", ONE, "9_2", items("7_4")),
        ("offset=9_1&handle=h&live=1", ONE, "9_2", items("9_1")),
        ("offset=9_2&handle=h&cursor=5", ONE, "9_2", up_to_date("9_2")),
        // Case 55: nothing after the offset.
        ("offset=9_2&handle=h&live=true", ONE, "9_2", hold("9_2")),
        ("offset=0_inf&handle=h&live=true", ONE, "0_inf", hold("0_inf")),
        ("offset=0_0&handle=h&live=true", ONE, "0_inf", hold("0_inf")),
        // Case 85: beyond the log.
        ("offset=9_3&handle=h", ONE, "9_2", Plan::AwaitOffset),
        ("offset=9_3&handle=h&live=true", ONE, "9_2", Plan::AwaitOffset),
        ("offset=1_0&handle=h", ONE, "0_inf", Plan::AwaitOffset),
        ("offset=99999999999999999999_0&handle=h", ONE, "9_2", Plan::AwaitOffset),
        // Case 86: it has come that far.
        ("offset=9_3&handle=h", ONE, "9_3", up_to_date("9_3")),
        // Cases 48, 49: from now on.
        ("offset=now", ONE, "0_inf", up_to_date("0_inf")),
        ("offset=now&handle=bogus", WAITS, "9_2", up_to_date("9_2")),
        // Cases 94 to 99: a stream begins where the client stands, whatever there is.
        ("offset=9_2&handle=h&live=true&live_sse=true", ONE, "9_2", Plan::Stream(at("9_2"))),
        ("offset=7_0&handle=h&live=true&experimental_live_sse=true", ONE, "9_2", Plan::Stream(at("7_0"))),
        ("offset=0_0&handle=h&live=true&live_sse=true", WAITS, "9_2", Plan::Stream(at("0_0"))),
        ("offset=9_3&handle=h&live=true&live_sse=true", ONE, "9_2", Plan::AwaitOffset),
        // Cases 100, 111: beside a subset a client stands where it stood, but never beyond the log.
        ("offset=-1&subset__where=true", WAITS, "9_2", Plan::Subset(at("0_0"))),
        ("offset=now&subset__where=true", ONE, "9_2", Plan::Subset(at("9_2"))),
        ("offset=0_0&handle=h&subset__limit=1", TWO, "9_2", Plan::Subset(at("0_0"))),
        ("offset=7_4&handle=h&subset__where=true&live=true", ONE, "9_2", Plan::Subset(at("7_4"))),
        ("offset=9_3&handle=h&subset__where=true", ONE, "9_2", Plan::Subset(at("9_2"))),
    ] {
        assert_eq!(found(query, snapshot, latest, Waited::Little), wanted, "{query} {snapshot:?} {latest}");
    }
}

#[test]
fn case_55_85_time_ends_every_wait_but_that_for_a_snapshot() {
    for (query, half, enough) in [
        ("offset=9_2&handle=h&live=true", Plan::Hold(at("9_2")), Plan::TimedOut(at("9_2"))),
        ("offset=9_3&handle=h&live=true", Plan::OutOfBounds, Plan::OutOfBounds),
        ("offset=9_3&handle=h", Plan::OutOfBounds, Plan::OutOfBounds),
        ("offset=9_3&handle=h&live=true&live_sse=true", Plan::OutOfBounds, Plan::OutOfBounds),
        ("offset=9_2&handle=h", Plan::UpToDate(at("9_2")), Plan::UpToDate(at("9_2"))),
        ("offset=7_2&handle=h&live=true", Plan::Items(at("7_2")), Plan::Items(at("7_2"))),
    ] {
        assert_eq!(found(query, ONE, "9_2", Waited::Half), half, "{query}");
        assert_eq!(found(query, ONE, "9_2", Waited::Enough), enough, "{query}");
    }
    assert_eq!(found("offset=-1", WAITS, "9_2", Waited::Enough), Plan::AwaitChunk);
}

#[test]
fn case_77_78_97_another_handle_is_sent_to_the_one_that_was_found() {
    for query in [
        "offset=0_0&handle=none",
        "offset=9_2&handle=other&live=true",
        "offset=9_2&handle=other&live=true&live_sse=true",
        "offset=9_3&handle=other",
        "offset=9_2&handle=other&subset__where=true",
    ] {
        for waited in [Waited::Little, Waited::Enough] {
            assert_eq!(found(query, ONE, "9_2", waited), Plan::Refetch { names_found: true }, "{query}");
        }
    }
}

#[test]
fn case_79_to_83_a_shape_that_has_ended_is_looked_up_again() {
    for query in ["offset=-1", "offset=now", "offset=9_2&handle=h", "offset=9_2&handle=h&live=true&live_sse=true"] {
        assert_eq!(resolved(query, Resolution::Gone, Waited::Little), Plan::Resolve);
    }
}

#[test]
fn a_definition_that_did_fit_is_no_fault_of_a_client_that_holds_its_log() {
    for (query, did_fit, wanted) in [
        ("offset=9_2&handle=h&live=true", true, Plan::Refetch { names_found: false }),
        ("offset=9_2&handle=h", true, Plan::Refetch { names_found: false }),
        ("offset=9_2&handle=h", false, Plan::Refuse),
        ("offset=-1", true, Plan::Refuse),
        ("offset=now", true, Plan::Refuse),
    ] {
        assert_eq!(resolved(query, Resolution::Unfit { did_fit }, Waited::Little), wanted, "{query} {did_fit}");
    }
}

#[test]
fn case_9_115_119_what_is_refused_on_the_way_is_refused_whatever_the_request() {
    for query in ["offset=-1", "offset=9_2&handle=h&live=true", "offset=now"] {
        assert_eq!(resolved(query, Resolution::Refused, Waited::Little), Plan::Refuse, "{query}");
    }
}
