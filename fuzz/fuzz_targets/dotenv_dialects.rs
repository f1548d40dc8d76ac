//! Fuzzes `.env` files in every dialect, as `import` reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::dotenv_dialects(data));
