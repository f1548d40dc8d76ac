//! Fuzzes allowed domains, and the host that a value may go to.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::domain(data));
