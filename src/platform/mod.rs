//! Everything that differs between systems: the process, its signals, its terminal, its directories and large
//! memory.
//!
//! It knows nothing of vaults or secrets and must never print.

pub mod arena;
pub mod bounded_read;
pub mod descriptors;
pub mod directory;
pub mod file_system;
pub mod folder_lock;
pub mod git;
pub mod memory;
pub mod orphans;
pub mod permissions;
pub mod plain_file;
pub mod private_file;
pub mod process;
pub mod pty;
pub mod session;
pub mod signals;
pub mod state_file;
pub mod stdin;
pub mod terminal;
#[cfg(test)]
pub mod test_program;
pub mod threads;
