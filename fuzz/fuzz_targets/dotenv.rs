//! Fuzzes the formats that `import` reads.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::dotenv(data));
