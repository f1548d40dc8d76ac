//! Fuzzes the frames that a client sends to the agent.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kluis::fuzzing::agent_frames(data));
