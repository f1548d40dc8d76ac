//! End to end: the real binary in a sandbox. Most rules are tested beside the code; here is what only the
//! whole can show.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod crash;
mod full_disk;
mod generated;
mod get;
mod help;
mod house;
mod layers;
mod manual;
mod readme;
mod sandbox;
mod screen;
mod snapshots;
mod terminal;
