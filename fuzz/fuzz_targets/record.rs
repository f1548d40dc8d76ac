//! Fuzzes a record's line, and metadata that a hostile writer sealed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::record(data));
