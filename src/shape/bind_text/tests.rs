//! What needs no Postgres to be known; `tests/bind_text.rs` compares all types with what it prints.

use proptest::prelude::*;

use super::*;

/// The OIDs of all types that Diesel may bind, and some that it may not.
fn oids() -> impl Iterator<Item = u32> {
    (0..6200).filter(|oid| PgType::from_oid(*oid).is_some()).chain([PG_LSN, 2249, 4451, 99_999])
}

fn of(oid: u32, bytes: &[u8]) -> Result<String, BindError> {
    bind_text(&BindType::Oid(oid), bytes)
}

#[test]
fn an_unknown_type_is_refused_by_name() {
    for (oid, name) in [(4451, "int4multirange"), (2249, "record"), (99_999, "with OID 99999"), (142, "xml")] {
        assert_eq!(of(oid, &[1, 2]), Err(BindError::Type(name.into())));
    }
    let named = BindType::Named { schema: Some("app".into()), name: "mood".into(), array: true };
    assert_eq!(bind_text(&named, b"sad"), Err(BindError::Malformed("app.mood[]".into())));
}

#[test]
fn a_type_known_by_name_is_its_text() {
    let named = BindType::Named { schema: None, name: "mood".into(), array: false };
    assert_eq!(bind_text(&named, "häppy".as_bytes()), Ok("häppy".into()));
    // A number in binary form, as of a domain over it, has no text.
    assert!(bind_text(&named, &7_i64.to_be_bytes()).is_err());
}

#[test]
fn an_infinite_interval_is_written_as_newer_versions_do() {
    let bytes = [&i64::MAX.to_be_bytes()[..], &i32::MAX.to_be_bytes(), &i32::MAX.to_be_bytes()].concat();
    assert_eq!(of(1186, &bytes), Ok("infinity".into()));
}

#[test]
fn more_dimensions_than_one_are_refused() {
    let bytes: Vec<u8> = [2_u32, 0, 23, 1, 1, 1, 1, 4, 7].iter().flat_map(|number| number.to_be_bytes()).collect();
    assert_eq!(of(1007, &bytes), Err(BindError::Type("int4[]".into())));
}

#[test]
fn a_long_array_of_nothing_takes_no_memory() {
    let bytes: Vec<u8> = [1, 0, 23, u32::MAX >> 1, 1].iter().flat_map(|number: &u32| number.to_be_bytes()).collect();
    assert_eq!(of(1007, &bytes), Err(BindError::Malformed("int4[]".into())));
}

#[test]
fn deep_json_is_refused_and_not_a_crash() {
    let bytes = [b"\x01", "[".repeat(100_000).as_bytes(), "]".repeat(100_000).as_bytes()].concat();
    assert_eq!(of(3802, &bytes), Err(BindError::OutOfRange("jsonb".into())));
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for oid in oids() {
            let _ = of(oid, &bytes);
        }
    }

    /// Small numbers reach further than any.
    #[test]
    fn nearly_valid_bytes_are_a_value_or_an_error(
        words in prop::collection::vec(prop_oneof![0..4_u32, 20..30_u32, any::<u32>()], 0..12),
        cut in 0..4_usize,
    ) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).skip(cut).collect();
        for oid in oids() {
            let _ = of(oid, &bytes);
        }
    }

    #[test]
    fn any_json_is_a_document_or_an_error(text in "[\\[\\]{}:,\"\\\\a-f0-9eE.+\\- ]{0,30}") {
        let _ = of(3802, &[b"\x01", text.as_bytes()].concat());
    }
}
