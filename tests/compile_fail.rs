//! What cannot be synced does not compile, and the compiler says why. One program per rule.
//!
//! The messages are those of the pinned toolchain; `TRYBUILD=overwrite cargo test compile_fail` renews them.

#[test]
fn what_cannot_be_synced_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
