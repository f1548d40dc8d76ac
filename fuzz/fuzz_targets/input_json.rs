//! Fuzzes the JSON of `--input`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::input_json(data));
