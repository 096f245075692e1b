//! The messages of a replication stream.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    diesel_electric::__fuzz::pgoutput(bytes);
});
