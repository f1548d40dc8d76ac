//! Fuzzes the decrypted files of a password store.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::password_store(data));
