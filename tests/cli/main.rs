//! End-to-end tests: the real binary in a sandbox. Most rules are tested beside the code; here is only what
//! needs the whole program.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says when it is skipped"
)]

mod agent;
mod agent_hostile;
mod app;
mod check;
mod child;
mod circles;
mod clip;
mod closed_memory;
mod complete;
mod completions;
mod crash;
mod create;
mod damage;
mod delete;
mod direnv;
mod doctor;
mod domains;
mod edit;
mod exit_codes;
mod export;
mod frozen;
mod full_disk;
mod generated;
mod get;
mod help;
mod history;
mod hostile_input;
mod hostile_names;
mod hostile_places;
mod hostile_project;
mod hostile_variables;
mod house;
mod identity;
mod import;
mod import_folder;
mod import_managers;
mod import_pass;
mod independent_reader;
mod init;
mod inject;
mod input;
mod interrupted;
mod key;
mod large;
mod layers;
mod leaks;
mod list;
mod manual;
mod many_writers;
mod mask;
mod older;
mod packaging;
mod passphrase;
mod peers;
mod pick;
mod policy;
mod postgres;
mod progress;
mod project;
mod promises;
mod prune;
mod readers;
mod readme;
mod recipes;
mod rekey;
mod relocate;
mod restore;
mod rollback;
mod rotate;
mod rotate_exec;
mod rotate_unfinished;
mod run;
mod sandbox;
mod screen;
mod seeds;
mod server;
mod set;
mod settings;
mod show;
mod slots;
mod snapshots;
mod stories;
mod storing;
mod suggestions;
mod surroundings;
mod team;
mod terminal;
#[path = "../../src/platform/test_program.rs"]
mod test_program;
mod topics;
mod trust;
mod unlocking;
mod update;
mod values;
mod vault_restore;
mod verify;
mod versions;
mod workspace;
