//! Fuzzes the project file, `kluis.toml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::project_file(data));
