//! Fuzzes references to secrets.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::reference(data));
