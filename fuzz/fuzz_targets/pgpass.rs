//! Fuzzes PostgreSQL's password files, as `import` reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::pgpass(data));
