//! The query of a request.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    diesel_electric::__fuzz::params(bytes);
});
