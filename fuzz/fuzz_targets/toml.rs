//! Fuzzes TOML, as `import` reads it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::toml(data));
