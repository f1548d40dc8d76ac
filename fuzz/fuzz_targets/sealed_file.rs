//! A whole vault, as it is and with everything recomputed that an attacker can.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::sealed_file(data));
