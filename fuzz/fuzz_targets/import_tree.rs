//! Fuzzes the readers of `import` that take JSON, YAML, Kubernetes and CSV, with their options.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::import_tree(data));
