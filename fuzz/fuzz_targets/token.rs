//! Fuzzes tokens, `kls_…`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::token_text(data));
