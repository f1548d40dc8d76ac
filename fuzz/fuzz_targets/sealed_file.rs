//! Fuzzes a whole vault, raw and with everything recomputed that an attacker can recompute.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::sealed_file(data));
